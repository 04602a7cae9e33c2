//! The excerpt of a commentary section for an insight on some of its verses: an explanation and an exhortation.

use std::ops::RangeInclusive;

use super::alignment::ChapterWords;
use super::exhortation::CLEAR;
use super::sentence_group::{SentenceGroup, SplitSection, fill_gaps, select_best};

/// The most bytes of all explanations of a passage.
const MAX_EXPLANATION: usize = 2_100;
/// The most bytes of all exhortations.
const MAX_EXHORTATION: usize = 1_000;
/// The fewest bytes for each section of a passage on several sections.
const MIN_OF_A_SECTION: usize = 260;
/// An explanation shorter than this, in bytes, is extended to the neighbouring verses.
const SHORT_EXPLANATION: usize = 420;
/// An exhortation shorter than this is extended in the same way.
const SHORT_EXHORTATION: usize = 260;
/// The most verses between the selected ones and a group that extends them.
const NEAR: u16 = 4;

/// Groups of a section, in its order. No group is in both.
#[derive(Debug, Default)]
pub(super) struct Excerpt<'a> {
    pub(super) explanation: Vec<&'a SentenceGroup>,
    pub(super) exhortation: Vec<&'a SentenceGroup>,
}

/// The excerpt of a section for these verses, one of `count` sections that share the space.
pub(super) fn excerpt<'a>(
    section: &'a SplitSection<'_>,
    verses: &RangeInclusive<u16>,
    chapter: &ChapterWords,
    count: usize,
) -> Excerpt<'a> {
    let share = |bytes: usize| (bytes / count.max(1)).max(MIN_OF_A_SECTION);
    let groups = &section.groups;
    let quoting: Vec<&SentenceGroup> = groups
        .iter()
        .filter(|group| {
            let mut sentences = section.sentences_of(group).iter();
            sentences.any(|sentence| chapter.quotes(sentence, verses))
        })
        .collect();
    let away = |group: &SentenceGroup| {
        if quoting.contains(&group) {
            0
        } else {
            group.distance(verses)
        }
    };
    let on_verses = |group: &&SentenceGroup| away(group) == 0;
    let mut exhortation = select_best(
        groups
            .iter()
            .filter(on_verses)
            .filter(|group| group.exhortation >= CLEAR),
        |group| f64::from(group.exhortation) + group.similarity,
        share(MAX_EXHORTATION),
    );
    let is_clear = !exhortation.is_empty();
    if !is_clear {
        // Sentences on the verses that speak of the reader, if others explain them.
        let on_verses = groups.iter().filter(on_verses);
        let speaking = on_verses.clone().filter(|group| group.exhortation > 0);
        let explains = |group: &SentenceGroup| group.exhortation == 0 && !group.speaks_to_another;
        if on_verses.clone().any(explains) {
            exhortation = select_best(speaking, |group| group.similarity, SHORT_EXHORTATION);
        }
    }
    let missing = SHORT_EXHORTATION.saturating_sub(length(&exhortation));
    if missing > 0 && (is_clear || exhortation.is_empty()) {
        let near = groups
            .iter()
            .filter(|group| (1..=NEAR).contains(&away(group)) && group.exhortation > CLEAR);
        let score = |group: &SentenceGroup| f64::from(group.exhortation) - f64::from(away(group));
        exhortation.extend(select_best(near, score, missing));
        exhortation.sort_by_key(|group| group.sentences.start);
    }
    let taken = exhortation.clone();
    let explaining = || {
        let groups = groups.iter();
        groups.filter(|group| {
            group.exhortation < CLEAR && !group.speaks_to_another && !taken.contains(group)
        })
    };
    // The first group introduces the section's subject.
    let score = |group: &SentenceGroup| {
        let is_first = group.sentences.start == 0;
        let quotes = quoting.contains(&group);
        group.similarity + if is_first || quotes { 1.0 } else { 0.0 }
    };
    let mut explanation = select_best(
        explaining().filter(on_verses),
        score,
        share(MAX_EXPLANATION),
    );
    if explanation.is_empty() {
        explanation.extend(explaining().min_by_key(|group| group.distance(verses)));
    }
    if explanation.is_empty() {
        explanation.extend(take_least_exhorting(&mut exhortation));
    }
    if explanation.is_empty() {
        explanation.extend(groups.iter().min_by_key(|group| group.distance(verses)));
    }
    extend(&mut explanation, section, &exhortation);
    fill_gaps(&mut explanation, groups, &exhortation);
    fill_gaps(&mut exhortation, groups, &explanation);
    Excerpt {
        explanation,
        exhortation,
    }
}

/// In a section of exhortations only, the weakest one serves as the explanation.
fn take_least_exhorting<'a>(groups: &mut Vec<&'a SentenceGroup>) -> Option<&'a SentenceGroup> {
    let least = (0..groups.len()).min_by_key(|at| groups.get(*at).map(|group| group.exhortation));
    least.map(|at| groups.remove(at))
}

/// Extends a short explanation to the groups before and after it, those on the nearest verses first.
fn extend<'a>(
    explanation: &mut Vec<&'a SentenceGroup>,
    section: &'a SplitSection<'_>,
    exhortation: &[&SentenceGroup],
) {
    let groups = &section.groups;
    let index = |sought: &SentenceGroup| groups.iter().position(|group| group == sought);
    while length(explanation) < SHORT_EXPLANATION {
        let (Some(first), Some(last)) = (explanation.first(), explanation.last()) else {
            return;
        };
        let verses = *first.verses.start()..=*last.verses.end();
        let is_candidate = |group: &&SentenceGroup| {
            !exhortation.contains(group)
                && group.exhortation < CLEAR
                && !group.speaks_to_another
                && group.distance(&verses) <= NEAR
        };
        let after = index(last).and_then(|at| groups.get(at + 1..));
        let next = after.unwrap_or_default().iter().find(is_candidate);
        let before = index(first).and_then(|at| groups.get(..at));
        let previous = before.unwrap_or_default().iter().rev().find(is_candidate);
        match (previous, next) {
            (Some(previous), Some(next)) if previous.distance(&verses) < next.distance(&verses) => {
                explanation.insert(0, previous);
            }
            (_, Some(next)) => explanation.push(next),
            (Some(previous), None) => explanation.insert(0, previous),
            (None, None) => return,
        }
    }
}

fn length(groups: &[&SentenceGroup]) -> usize {
    groups.iter().map(|group| group.length).sum()
}
