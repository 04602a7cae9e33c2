//! How much a thought of the commentary bears on a question.

use std::collections::BTreeSet;

use crate::library::alignment::{content_stems, word_weight};
use crate::library::thought::{Section, Thought, take_best};

use super::conversation::Conversation;
use super::question::{Kind, Question, asked_stems};

/// What is quoted from one section, in bytes.
pub(super) const ROOM: usize = 650;
/// What of a question's words must be shared in any case: a question without any is answered by none.
const LEAST: f64 = 0.1;
/// An answer that is worth less than this part of the best is none.
pub(super) const NEAR_THE_BEST: f64 = 0.6;
/// What a thought gains that says what the thing is that was asked for.
const DEFINES: f64 = 1.0;

/// The best thoughts, and those that are not much worse.
pub(super) fn take_near_the_best(
    thoughts: Vec<&Thought>,
    worth: impl Fn(&Thought) -> f64,
) -> Vec<&Thought> {
    let most = thoughts
        .iter()
        .map(|thought| worth(thought))
        .fold(f64::NEG_INFINITY, f64::max);
    let least = most - (1.0 - NEAR_THE_BEST) * most.abs();
    let near = thoughts
        .into_iter()
        .filter(|thought| worth(thought) >= least);
    take_best(near, &worth, ROOM)
}

/// What the words that two texts share are worth.
pub(super) fn weight(these: &BTreeSet<String>, those: &BTreeSet<String>) -> f64 {
    these
        .intersection(those)
        .map(|stem| word_weight(stem))
        .sum()
}

/// What of a question's words a thought must at least share.
pub(super) fn enough(asked: &BTreeSet<String>) -> f64 {
    (weight(asked, asked) / 2.0).clamp(LEAST, 2.0)
}

/// Whether the reader has seen any of a thought's sentences in this conversation.
pub(super) fn is_seen(
    section: &Section<'_>,
    thought: &Thought,
    conversation: &Conversation<'_>,
) -> bool {
    let sentences = section
        .sentences
        .get(thought.sentences.clone())
        .unwrap_or_default();
    sentences
        .iter()
        .any(|sentence| conversation.has_seen(sentence))
}

/// What a thought gains if it says what the thing is that was asked for: `Birth is`, `Sheol signifies`.
pub(super) fn definition(section: &Section<'_>, thought: &Thought, question: &Question) -> f64 {
    let Kind::Meaning(term) = &question.kind else {
        return 0.0;
    };
    let term = asked_stems(term);
    let sentences = section
        .sentences
        .get(thought.sentences.clone())
        .unwrap_or_default();
    let defines = |sentence: &&str| {
        let explains = sentence.starts_with("By ") && sentence.contains("understand");
        if explains && term.is_subset(&content_stems(sentence)) {
            return true;
        }
        [
            " is ",
            " was ",
            " are ",
            " signifies ",
            " means ",
            " denotes ",
        ]
        .iter()
        .any(|verb| {
            let subject = sentence.split_once(verb).map(|(subject, _)| subject);
            subject.is_some_and(|subject| {
                subject.len() < 60 && term.is_subset(&content_stems(subject))
            })
        })
    };
    if !term.is_empty() && sentences.iter().any(defines) {
        DEFINES
    } else {
        0.0
    }
}
