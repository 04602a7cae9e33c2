//! Sentence groups of a commentary section.
//!
//! A sentence that begins with "It" or "But" makes little sense alone. So a section is split into groups: a sentence that
//! stands alone, with the following sentences that need it. A group is quoted whole, in the order of the section.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};

use verse_scripture::works::commentary::Section;

use super::alignment::{ChapterWords, align, content_stems};
use super::exhortation::{exhortation_score, needs_previous};
use super::{passage::distance, sentences};

/// A group of this many bytes takes no further sentence.
const FULL_GROUP: usize = 350;
/// Groups between two selected ones are quoted too up to this many bytes.
const SHORT_GAP: usize = 300;

/// A section of the commentary, split into sentences and groups, both in their order.
#[derive(Debug)]
pub(super) struct SplitSection<'a> {
    pub(super) sentences: Vec<&'a str>,
    pub(super) groups: Vec<SentenceGroup>,
}

/// Consecutive sentences that belong together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SentenceGroup {
    /// Their indices in the section.
    pub(super) sentences: Range<usize>,
    /// The verses that they explain.
    pub(super) verses: RangeInclusive<u16>,
    /// The highest similarity of a sentence to its verse.
    pub(super) similarity: f64,
    /// The highest exhortation score of a sentence; 0 if a sentence speaks to another than the reader.
    pub(super) exhortation: u8,
    /// Whether a sentence speaks to another than the reader.
    pub(super) speaks_to_another: bool,
    /// In bytes.
    pub(super) length: usize,
    /// The stems of their words.
    pub(super) stems: BTreeSet<String>,
}

impl<'a> SplitSection<'a> {
    /// Splits a section and aligns it to its verses by the words of its chapter.
    pub(super) fn new(section: &'a Section, chapter: &ChapterWords) -> Self {
        let split = section
            .paragraphs
            .iter()
            .flat_map(|text| sentences::split(text));
        let split: Vec<(&str, BTreeSet<String>)> = split
            .map(|sentence| (sentence, content_stems(sentence)))
            .collect();
        let (first, last) = (*section.verses.start(), *section.verses.end());
        let aligned = align(&split, first, last, chapter);
        let mut sentences = Vec::with_capacity(split.len());
        let mut groups: Vec<SentenceGroup> = Vec::new();
        for (index, ((sentence, stems), at)) in split.into_iter().zip(aligned).enumerate() {
            sentences.push(sentence);
            let exhortation = exhortation_score(sentence, chapter);
            match groups.last_mut() {
                Some(group) if needs_previous(sentence) && group.length < FULL_GROUP => {
                    group.add(sentence, stems, at, exhortation);
                }
                _ => groups.push(SentenceGroup::new(index, sentence, stems, at, exhortation)),
            }
        }
        Self { sentences, groups }
    }

    /// The sentences of a group.
    pub(super) fn sentences_of(&self, group: &SentenceGroup) -> &[&'a str] {
        let sentences = self.sentences.get(group.sentences.clone());
        sentences.unwrap_or_default()
    }
}

impl SentenceGroup {
    fn new(
        index: usize,
        sentence: &str,
        stems: BTreeSet<String>,
        (verse, similarity): (u16, f64),
        exhortation: Option<u8>,
    ) -> Self {
        Self {
            sentences: index..index + 1,
            verses: verse..=verse,
            similarity,
            exhortation: exhortation.unwrap_or(0),
            speaks_to_another: exhortation.is_none(),
            length: sentence.len(),
            stems,
        }
    }

    fn add(
        &mut self,
        sentence: &str,
        stems: BTreeSet<String>,
        (verse, similarity): (u16, f64),
        exhortation: Option<u8>,
    ) {
        self.stems.extend(stems);
        self.sentences.end += 1;
        self.verses = *self.verses.start()..=verse;
        self.similarity = self.similarity.max(similarity);
        self.speaks_to_another |= exhortation.is_none();
        self.exhortation = match exhortation {
            Some(score) if !self.speaks_to_another => self.exhortation.max(score),
            _ => 0,
        };
        self.length += 1 + sentence.len();
    }

    /// The number of verses between the group's verses and these.
    pub(super) fn distance(&self, verses: &RangeInclusive<u16>) -> u16 {
        distance(&self.verses, verses)
    }
}

/// Adds the groups between selected ones if they are short and not taken: a gap costs the reader more than two sentences.
pub(super) fn fill_gaps<'a>(
    selected: &mut Vec<&'a SentenceGroup>,
    all: &'a [SentenceGroup],
    taken: &[&SentenceGroup],
) {
    let mut filled: Vec<&SentenceGroup> = Vec::with_capacity(selected.len());
    for group in selected.iter().copied() {
        let end = filled.last().map(|last| last.sentences.end);
        let between = all.iter().filter(|other| {
            end.is_some_and(|end| other.sentences.start >= end)
                && other.sentences.end <= group.sentences.start
        });
        let between: Vec<&SentenceGroup> = between.collect();
        let length: usize = between.iter().map(|group| group.length).sum();
        if length <= SHORT_GAP && !between.iter().any(|group| taken.contains(group)) {
            filled.extend(between);
        }
        filled.push(group);
    }
    *selected = filled;
}

/// Selects groups, the highest score first, that fit into `room` bytes, and returns them in the order of the section. The
/// first is selected at any length.
pub(super) fn select_best<'a>(
    groups: impl IntoIterator<Item = &'a SentenceGroup>,
    score: impl Fn(&SentenceGroup) -> f64,
    room: usize,
) -> Vec<&'a SentenceGroup> {
    let mut ranked: Vec<(f64, &SentenceGroup)> = groups
        .into_iter()
        .map(|group| (score(group), group))
        .collect();
    ranked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let mut selected: Vec<&SentenceGroup> = Vec::new();
    let mut length = 0;
    for (_, group) in ranked {
        if selected.is_empty() || length + group.length <= room {
            length += group.length;
            selected.push(group);
        }
    }
    selected.sort_by_key(|group| group.sentences.start);
    selected
}
