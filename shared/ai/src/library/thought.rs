//! What is taken from a section of the commentary, and in what pieces.
//!
//! A sentence that begins with "It" or "But" says little alone. So a section is cut into thoughts: a sentence that
//! stands by itself, with those that lean on it. Thoughts are taken whole, in the order of the work.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};

use super::alignment::{Aligned, ChapterWords, align, content_stems};
use super::appeal::{appeal, leans};
use super::sentences;

/// A thought that has grown to this many bytes is ended, whatever leans on it.
const LONG_THOUGHT: usize = 350;

/// A section's sentences, and what is known of them.
#[derive(Debug)]
pub(super) struct Section<'a> {
    /// In their order.
    pub(super) sentences: Vec<&'a str>,
    pub(super) thoughts: Vec<Thought>,
}

/// Sentences that belong together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Thought {
    /// Which of the section's.
    pub(super) sentences: Range<usize>,
    /// The verses that they speak of.
    pub(super) verses: RangeInclusive<u16>,
    /// How much of their words stands in those.
    pub(super) likeness: f64,
    /// How much the one that does so most turns to the reader.
    pub(super) appeal: u8,
    /// In bytes.
    pub(super) length: usize,
    /// The stems of its words.
    pub(super) stems: BTreeSet<String>,
}

impl<'a> Section<'a> {
    /// Reads a section on the verses `first` to `last` of a chapter.
    pub(super) fn read(
        paragraphs: impl IntoIterator<Item = &'a str>,
        first: u16,
        last: u16,
        chapter: &ChapterWords,
    ) -> Self {
        let read: Vec<(&str, BTreeSet<String>)> = paragraphs
            .into_iter()
            .flat_map(sentences::split)
            .map(|sentence| (sentence, content_stems(sentence)))
            .collect();
        let aligned = align(&read, first, last, chapter);
        let mut sentences = Vec::with_capacity(read.len());
        let mut thoughts: Vec<Thought> = Vec::new();
        for (index, ((sentence, stems), at)) in read.into_iter().zip(aligned).enumerate() {
            sentences.push(sentence);
            match thoughts.last_mut() {
                Some(thought) if leans(sentence) && thought.length < LONG_THOUGHT => {
                    thought.take(sentence, stems, at);
                }
                _ => thoughts.push(Thought::of(index, sentence, stems, at)),
            }
        }
        Self {
            sentences,
            thoughts,
        }
    }
}

impl Thought {
    fn of(index: usize, sentence: &str, stems: BTreeSet<String>, at: Aligned) -> Self {
        Self {
            sentences: index..index + 1,
            verses: at.verse..=at.verse,
            likeness: at.likeness,
            appeal: appeal(sentence),
            length: sentence.len(),
            stems,
        }
    }

    fn take(&mut self, sentence: &str, stems: BTreeSet<String>, at: Aligned) {
        self.stems.extend(stems);
        self.sentences.end += 1;
        self.verses = *self.verses.start()..=at.verse;
        self.likeness = self.likeness.max(at.likeness);
        self.appeal = self.appeal.max(appeal(sentence));
        self.length += 1 + sentence.len();
    }

    /// How many verses lie between it and these; 0 if it speaks of one of them.
    pub(super) fn distance(&self, verses: &RangeInclusive<u16>) -> u16 {
        if self.verses.start() > verses.end() {
            self.verses.start() - verses.end()
        } else {
            verses.start().saturating_sub(*self.verses.end())
        }
    }
}

/// Takes thoughts in the order of their worth, the best first, until there is no room for another; gives them back in
/// the order of the section. The first is taken however long it is.
pub(super) fn take_best<'a>(
    thoughts: impl IntoIterator<Item = &'a Thought>,
    worth: impl Fn(&Thought) -> f64,
    room: usize,
) -> Vec<&'a Thought> {
    let mut ranked: Vec<(f64, &Thought)> = thoughts
        .into_iter()
        .map(|thought| (worth(thought), thought))
        .collect();
    ranked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let mut taken: Vec<&Thought> = Vec::new();
    let mut length = 0;
    for (_, thought) in ranked {
        if taken.is_empty() || length + thought.length <= room {
            length += thought.length;
            taken.push(thought);
        }
    }
    taken.sort_by_key(|thought| thought.sentences.start);
    taken
}
