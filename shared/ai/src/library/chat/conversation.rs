//! The context of a message: the open passage, the earlier messages, their subject, and what was quoted so far.
//!
//! Nothing is stored for it: every message is parsed again, and the replies' links name their passages.

use std::collections::{BTreeSet, HashSet};

use verse_scripture::reference::Extent;
use verse_scripture::{
    Reference, Translation, TranslationCode, VerseId, find_references, parse_references,
};

use super::language::Language;
use super::question::{Question, QuestionKind, subject_stems};
use super::recollection::Recalled;
use crate::library::passage::{Passage, WordsOfChapters, locate};
use crate::library::quotation::{quoted_from_user, shorten};
use crate::library::{links::unlink, sentences};
use crate::{ChatRequest, Role, Turn};

/// The most earlier messages that are searched for the subject of a follow-up.
const MAX_EARLIER: usize = 8;
/// A longer passage is not quoted whole.
const MAX_QUOTED_VERSES: usize = 40;

/// A conversation, as the context of its last message.
pub(super) struct Conversation<'a> {
    /// The user's last message.
    pub(super) message: &'a str,
    /// Whether there is no reply yet.
    pub(super) is_new: bool,
    /// The last passage that the user named or a reply quoted, or else the open one.
    pub(super) passage: Option<Passage>,
    /// The language of the reply.
    pub(super) language: Language,
    /// The last message that named a subject.
    pub(super) previous: Option<Question>,
    /// The user's earlier messages, the latest first.
    earlier: Vec<&'a str>,
    /// The summary of the conversation's beginning.
    summary: Option<&'a str>,
    /// Every sentence quoted so far, without links.
    seen: HashSet<String>,
    /// The passages whose verses were quoted.
    quoted: Vec<Reference>,
    /// The passages that the replies link to.
    cited: Vec<Reference>,
    /// The passages that the last reply names, in its order.
    pub(super) last_cited: Vec<Reference>,
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
        let seen = replies.clone().map(|turn| &turn.text).chain(insight);
        let seen = seen.flat_map(|text| quoted_sentences(text)).collect();
        let reference = request.passage_reference.as_deref().unwrap_or_default();
        let text = request.passage_text.as_deref().unwrap_or_default();
        let earlier: Vec<&str> = messages
            .map(|turn| turn.text.as_str())
            .take(MAX_EARLIER)
            .collect();
        let parsed: Vec<Question> = earlier.iter().map(|text| Question::parse(text)).collect();
        let open = locate(reference, text);
        let last_cited = replies.clone().next_back();
        let last_cited = last_cited.map(|turn| cited_passages(&turn.text));
        let mut conversation = Self {
            message,
            is_new,
            passage: open,
            language: Language::default(),
            previous: parsed
                .iter()
                .find(|question| !question.follows_up && question.kind != QuestionKind::Greeting)
                .cloned(),
            earlier,
            summary: request.summary.as_deref(),
            seen,
            cited: replies
                .clone()
                .flat_map(|turn| cited_passages(&turn.text))
                .collect(),
            quoted: replies
                .flat_map(|turn| quoted_passages(&turn.text))
                .collect(),
            last_cited: last_cited.unwrap_or_default(),
            words: WordsOfChapters::default(),
        };
        let mut languages = parsed.iter().filter_map(|question| question.language);
        conversation.language = languages
            .next()
            .unwrap_or_else(|| Language::of_translation(conversation.translation().code));
        conversation.focus(&parsed, &request.turns);
        conversation
    }

    /// Sets the passage to the last one that the user named or that a reply quoted.
    fn focus(&mut self, parsed: &[Question], turns: &[Turn]) {
        let replies = turns
            .iter()
            .rev()
            .filter(|turn| turn.role == Role::Assistant);
        let mut replies = replies.map(|turn| &turn.text);
        for question in parsed {
            let named = question.references.first().copied();
            let cited = replies
                .next()
                .and_then(|reply| cited_passages(reply).into_iter().next());
            let Some(found) = named.or(cited) else {
                continue;
            };
            if self
                .passage
                .is_none_or(|open| named.is_some() || !contains(&found, &open.reference))
            {
                self.set_passage(Some(found));
            }
            return;
        }
    }

    /// Whether the conversation has quoted this sentence.
    pub(super) fn has_seen(&self, sentence: &str) -> bool {
        self.seen.contains(sentence)
    }

    /// Whether the conversation has quoted this verse.
    pub(super) fn has_quoted(&self, verse: VerseId) -> bool {
        let mut quoted = self.quoted.iter();
        quoted.any(|passage| (passage.first()..=passage.last()).contains(&verse))
    }

    /// Whether a reply links to this passage.
    pub(super) fn has_cited(&self, passage: &Reference) -> bool {
        self.cited.contains(passage)
    }

    /// Completes a question from its context: a follow-up gets the earlier subject, and a conversation without a passage the
    /// last one named.
    pub(super) fn complete(
        &mut self,
        mut question: Question,
        recalled: Option<&Recalled>,
    ) -> Question {
        if let Some(language) = question.language {
            self.language = language;
        }
        if let Some(recalled) = recalled {
            if question.refers_back || question.follows_up || question.stems.len() < 2 {
                question.stems.extend(recalled.stems.iter().cloned());
            }
            if self.passage.is_none() || question.refers_back {
                self.set_passage(recalled.reference);
            }
        }
        if question.follows_up && recalled.is_none() && self.previous.is_none() {
            let subject = self.summary.map(subject_stems);
            question.stems.extend(subject.unwrap_or_default());
        }
        if self.passage.is_none() {
            let named = self.summary.into_iter().flat_map(find_references).next();
            self.set_passage(named);
        }
        question
    }

    /// The translation of the open passage, or that of the language.
    pub(super) fn translation(&self) -> &'static Translation {
        let open = self.passage.and_then(|passage| passage.translation);
        open.unwrap_or_else(|| self.language.translation())
            .translation()
    }

    /// The translation that the reply quotes: the open one if it is in the reply's language.
    pub(super) fn quoted_translation(&self) -> TranslationCode {
        let open = self.translation();
        if Language::of_translation(open.code) == self.language {
            open.code
        } else {
            self.language.translation()
        }
    }

    /// The chapter of the last passage.
    pub(super) fn is_in_chapter(&self, verse: VerseId) -> bool {
        let passage = self.passage.map(|passage| passage.reference.first());
        passage.is_some_and(|first| (first.book, first.chapter) == (verse.book, verse.chapter))
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

    /// Takes another passage as the open one.
    pub(super) fn open(&mut self, reference: Reference) {
        self.set_passage(Some(reference));
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

/// Whether one passage contains another.
fn contains(one: &Reference, other: &Reference) -> bool {
    one.first() <= other.first() && other.last() <= one.last()
}

/// The passages that a text links to, in its order.
fn cited_passages(text: &str) -> Vec<Reference> {
    let labels = text.split('[').skip(1);
    let labels = labels.filter_map(|rest| Some(rest.split_once("](/?")?.0));
    labels
        .filter_map(|label| parse_references(label).ok())
        .flatten()
        .collect()
}

/// The passages whose verses a reply quotes: a paragraph begins with each.
fn quoted_passages(reply: &str) -> impl Iterator<Item = Reference> {
    let paragraphs = reply
        .split("\n\n")
        .filter(|paragraph| paragraph.starts_with('['));
    let first = paragraphs.filter_map(|paragraph| cited_passages(paragraph).into_iter().next());
    first.filter(|passage| {
        passage.extent() == Extent::Verses && passage.verses().count() <= MAX_QUOTED_VERSES
    })
}

/// The sentences that a text quotes between “ and ”.
fn quoted_sentences(text: &str) -> Vec<String> {
    // The works' own marks are double, and single within a quotation.
    let plain = unlink(text).replace(['‘', '’'], "\"");
    let quotations = plain
        .split('“')
        .skip(1)
        .filter_map(|rest| rest.split_once('”'));
    let mut all: Vec<String> = Vec::new();
    let mut known = BTreeSet::new();
    for (quoted, _) in quotations {
        let parts = quoted.split(" … ").flat_map(sentences::split);
        for sentence in parts.chain([quoted]) {
            if known.insert(sentence) {
                all.push(sentence.to_owned());
            }
        }
    }
    all
}
