//! The relevance of sentence groups of the commentary to a question.

use std::collections::BTreeSet;

use super::conversation::Conversation;
use super::question::{Question, QuestionKind, subject_stems};
use crate::library::alignment::{content_stems, word_weight};
use crate::library::sentence_group::{SentenceGroup, SplitSection, select_best};

/// The most bytes that are quoted from one section.
pub(super) const MAX_QUOTED: usize = 650;
/// The least score of a further answer, relative to the best.
pub(super) const NEAR_BEST: f64 = 0.6;
/// The gain of a group that defines the question's term.
const DEFINITION_GAIN: f64 = 1.0;

/// The best group, and those with nearly its score.
pub(super) fn select_near_best(
    groups: Vec<&SentenceGroup>,
    score: impl Fn(&SentenceGroup) -> f64,
) -> Vec<&SentenceGroup> {
    let best = groups
        .iter()
        .map(|group| score(group))
        .fold(f64::NEG_INFINITY, f64::max);
    let least = best - (1.0 - NEAR_BEST) * best.abs();
    let near = groups.into_iter().filter(|group| score(group) >= least);
    select_best(near, &score, MAX_QUOTED)
}

/// The weight of the stems that two texts share.
pub(super) fn shared_weight(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
    one.intersection(other).map(|stem| word_weight(stem)).sum()
}

/// Whether this conversation has quoted any of the group's sentences already.
pub(super) fn is_seen(
    section: &SplitSection<'_>,
    group: &SentenceGroup,
    conversation: &Conversation<'_>,
) -> bool {
    let mut sentences = section.sentences_of(group).iter();
    sentences.any(|sentence| conversation.has_seen(sentence))
}

/// The gain of a group that defines the question's term: `Birth is`, `Sheol signifies`.
pub(super) fn definition_gain(
    section: &SplitSection<'_>,
    group: &SentenceGroup,
    question: &Question,
) -> f64 {
    const VERBS: &str = " is | was | are | signifies | means | denotes ";
    let QuestionKind::Term(term) = &question.kind else {
        return 0.0;
    };
    let term = subject_stems(term);
    let defines = |sentence: &&str| {
        let explains = sentence.starts_with("By ") && sentence.contains("understand");
        if explains && term.is_subset(&content_stems(sentence)) {
            return true;
        }
        let mut subjects = VERBS
            .split('|')
            .filter_map(|verb| sentence.split_once(verb));
        subjects.any(|(subject, _)| subject.len() < 60 && term.is_subset(&content_stems(subject)))
    };
    if !term.is_empty() && section.sentences_of(group).iter().any(defines) {
        DEFINITION_GAIN
    } else {
        0.0
    }
}
