//! The context of a message: the open passage, the earlier messages and the sentences quoted so far.

use std::collections::{BTreeSet, HashSet};

use verse_scripture::{Reference, Translation, TranslationCode, find_references};

use super::question::{Question, subject_stems};
use super::recollection::Recalled;
use crate::library::passage::{Passage, WordsOfChapters, locate};
use crate::library::quotation::{quoted_from_user, shorten};
use crate::library::{links::unlink, sentences};
use crate::{ChatRequest, Role, Turn};

/// The most earlier messages that are searched for the subject of a follow-up.
const MAX_EARLIER: usize = 4;

/// A conversation, as the context of its last message.
pub(super) struct Conversation<'a> {
    /// The user's last message.
    pub(super) message: &'a str,
    /// Whether there is no reply yet.
    pub(super) is_new: bool,
    /// The open passage, or the last one named.
    pub(super) passage: Option<Passage>,
    /// The user's earlier messages, the latest first.
    earlier: Vec<&'a str>,
    /// The summary of the conversation's beginning.
    summary: Option<&'a str>,
    /// Every sentence quoted so far, without links.
    seen: HashSet<String>,
    pub(super) words: WordsOfChapters,
}

impl<'a> Conversation<'a> {
    pub(super) fn read(request: &'a ChatRequest) -> Self {
        let by = |role| move |turn: &&Turn| turn.role == role;
        let mut messages = request.turns.iter().rev().filter(by(Role::User));
        let message = messages.next().map_or("", |turn| &turn.text);
        let replies = request.turns.iter().filter(by(Role::Assistant));
        let insight = request.insight.iter().flat_map(|insight| {
            [
                &insight.historical_context,
                &insight.theological_significance,
                &insight.practical_application,
            ]
        });
        let is_new = request.summary.is_none() && replies.clone().next().is_none();
        let seen = replies.map(|turn| &turn.text).chain(insight);
        let seen = seen.flat_map(|text| quoted_sentences(text)).collect();
        let reference = request.passage_reference.as_deref().unwrap_or_default();
        let text = request.passage_text.as_deref().unwrap_or_default();
        Self {
            message,
            is_new,
            passage: locate(reference, text),
            earlier: messages
                .map(|turn| turn.text.as_str())
                .take(MAX_EARLIER)
                .collect(),
            summary: request.summary.as_deref(),
            seen,
            words: WordsOfChapters::default(),
        }
    }

    /// Whether the conversation has quoted this sentence.
    pub(super) fn has_seen(&self, sentence: &str) -> bool {
        self.seen.contains(sentence)
    }

    /// Completes a question from its context: a follow-up gets the earlier subject, and a conversation without a passage the
    /// last one named.
    pub(super) fn complete(
        &mut self,
        mut question: Question,
        recalled: Option<&Recalled>,
    ) -> Question {
        if let Some(recalled) = recalled {
            if question.refers_back || question.follows_up || question.stems.len() < 2 {
                question.stems.extend(recalled.stems.iter().cloned());
            }
            if self.passage.is_none() || question.refers_back {
                self.set_passage(recalled.reference);
            }
        }
        if question.follows_up && recalled.is_none() {
            question.stems.extend(self.earlier_subject());
        }
        if self.passage.is_none() {
            let before = self.earlier.iter().copied().chain(self.summary);
            let named = before.flat_map(find_references).next();
            self.set_passage(named);
        }
        question
    }

    /// The subject of a follow-up: the stems of the earlier messages, back to the last that is not a follow-up itself.
    fn earlier_subject(&self) -> BTreeSet<String> {
        let mut stems = BTreeSet::new();
        for message in &self.earlier {
            let question = Question::parse(message);
            stems.extend(question.stems);
            if !question.follows_up && !stems.is_empty() {
                return stems;
            }
        }
        if stems.is_empty() {
            stems.extend(self.summary.map(subject_stems).unwrap_or_default());
        }
        stems
    }

    /// The translation of the open passage, or the World English Bible.
    pub(super) fn translation(&self) -> &'static Translation {
        let open = self.passage.and_then(|passage| passage.translation);
        open.unwrap_or(TranslationCode::Web).translation()
    }

    fn set_passage(&mut self, reference: Option<Reference>) {
        if let Some(reference) = reference {
            let translation = self.passage.and_then(|passage| passage.translation);
            self.passage = Some(Passage {
                reference,
                translation,
            });
        }
    }

    /// The paragraph for a question about earlier conversations when none is relevant.
    pub(super) fn earlier_messages(&self) -> String {
        let earlier = self.earlier.iter().take(3);
        let quote = |message: &&str| quoted_from_user(&shorten(message, 120));
        let quoted: Vec<String> = earlier.map(quote).rev().collect();
        if quoted.is_empty() {
            "No earlier conversation of yours bears on this.".to_owned()
        } else {
            format!("In this conversation you said: {}", quoted.join(", "))
        }
    }
}

/// The sentences that a text quotes between “ and ”.
fn quoted_sentences(text: &str) -> Vec<String> {
    // The works' own marks are double, and single within a quotation.
    let plain = unlink(text).replace(['‘', '’'], "\"");
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
