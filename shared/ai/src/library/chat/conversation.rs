//! What surrounds a message: the passage that is open, what was said before, and what the reader has seen.

use std::collections::{BTreeSet, HashSet};

use verse_scripture::{Reference, find_references};

use crate::library::links::unlink;
use crate::library::passage::{Passage, WordsOfChapters, locate};
use crate::library::quotation::shorten;
use crate::library::sentences;
use crate::{ChatRequest, Speaker};

use super::question::{Question, asked_stems};
use super::recollection::Recalled;

/// How many of the reader's earlier messages are searched for what a follow-up is about.
const LOOKED_BACK: usize = 4;

/// A conversation, as far as it bears on its last message.
pub(super) struct Conversation<'a> {
    /// The reader's last message.
    pub(super) message: &'a str,
    /// Whether nothing was answered yet.
    pub(super) is_new: bool,
    /// What the reader has open, or spoke of.
    pub(super) passage: Option<Passage>,
    /// What the reader said before, the latest first.
    earlier: Vec<&'a str>,
    /// What stands for the conversation's beginning.
    summary: Option<&'a str>,
    /// Every sentence that was quoted to the reader, without links.
    seen: HashSet<String>,
    pub(super) words: WordsOfChapters,
}

impl<'a> Conversation<'a> {
    pub(super) fn read(request: &'a ChatRequest) -> Self {
        let mut readers = request
            .turns
            .iter()
            .rev()
            .filter(|turn| turn.speaker == Speaker::Reader);
        let message = readers.next().map_or("", |turn| &turn.text);
        let answers = request
            .turns
            .iter()
            .filter(|turn| turn.speaker == Speaker::Model);
        let insight = request.insight.iter().flat_map(|insight| {
            [
                &insight.historical_context,
                &insight.theological_significance,
                &insight.practical_application,
            ]
        });
        let seen = answers.map(|turn| &turn.text).chain(insight);
        let seen = seen.flat_map(|text| quoted_sentences(text)).collect();
        let reference = request.passage_reference.as_deref().unwrap_or_default();
        let text = request.passage_text.as_deref().unwrap_or_default();
        Self {
            message,
            is_new: request.summary.is_none()
                && request
                    .turns
                    .iter()
                    .all(|turn| turn.speaker == Speaker::Reader),
            passage: locate(reference, text),
            earlier: readers
                .map(|turn| turn.text.as_str())
                .take(LOOKED_BACK)
                .collect(),
            summary: request.summary.as_deref(),
            seen,
            words: WordsOfChapters::default(),
        }
    }

    /// Whether the reader has seen this sentence.
    pub(super) fn has_seen(&self, sentence: &str) -> bool {
        self.seen.contains(sentence)
    }

    /// A question with what it takes from before: a follow-up its matter, and one without a passage the last named.
    pub(super) fn complete(
        &mut self,
        mut question: Question,
        recalled: Option<&Recalled>,
    ) -> Question {
        if let Some(recalled) = recalled {
            if question.looks_back || question.follows_up || question.stems.len() < 2 {
                question.stems.extend(recalled.stems.iter().cloned());
            }
            if self.passage.is_none() || question.looks_back {
                self.take_up(recalled.reference);
            }
        }
        if question.follows_up && recalled.is_none() {
            question.stems.extend(self.matter_before());
        }
        if self.passage.is_none() {
            let before = self.earlier.iter().copied().chain(self.summary);
            let named = before.flat_map(find_references).next();
            self.take_up(named);
        }
        question
    }

    /// What a follow-up goes on from: the messages before, back to the last that was none itself.
    fn matter_before(&self) -> BTreeSet<String> {
        let mut stems = BTreeSet::new();
        for said in &self.earlier {
            let question = Question::read(said);
            stems.extend(question.stems);
            if !question.follows_up && !stems.is_empty() {
                return stems;
            }
        }
        if stems.is_empty() {
            stems.extend(self.summary.map(asked_stems).unwrap_or_default());
        }
        stems
    }

    fn take_up(&mut self, reference: Option<Reference>) {
        if let Some(reference) = reference {
            let translation = self.passage.and_then(|passage| passage.translation);
            self.passage = Some(Passage {
                reference,
                translation,
            });
        }
    }

    /// For who asks what was said before, and no other conversation bears on it.
    pub(super) fn earlier_messages(&self) -> String {
        let mut asked: Vec<String> = self
            .earlier
            .iter()
            .take(3)
            .map(|said| format!("“{}”", shorten(said, 120)))
            .collect();
        asked.reverse();
        if asked.is_empty() {
            "No earlier conversation of yours bears on this.".to_owned()
        } else {
            format!("In this conversation you said: {}", asked.join(", "))
        }
    }
}

/// The sentences that a text quotes: what stands between “ and ”.
fn quoted_sentences(text: &str) -> Vec<String> {
    let plain = unlink(text);
    let quotations = plain
        .split('“')
        .skip(1)
        .filter_map(|rest| rest.split_once('”'));
    quotations
        .flat_map(|(quoted, _)| quoted.split(" … "))
        .flat_map(sentences::split)
        .map(str::to_owned)
        .collect()
}
