//! Recognises distress in the words of readers: suicide and self-harm, abuse, the death of another, despair. It answers with
//! fixed sentences and a verse.
//!
//! The functions that call a [`Model`](crate::Model) apply it before every model, the library included: a text that is
//! recognised is sent to no model and no search, and costs no quota. For what the rules miss, the system prompts have an
//! instruction.
//!
//! `words` splits a text, `spelling` corrects it, `rules` applies the files in `rules/` by means of `matcher`, `scripture`
//! tells quotations of the Bible from a reader's own words, and `answers` has the sentences. Nothing here is logged or stored.

mod answers;
mod matcher;
mod rules;
mod scripture;
mod spelling;
mod words;

use std::sync::OnceLock;

use verse_scripture::selection::locate_selection;
use verse_scripture::{TranslationCode, find_references};

use crate::{ReplyStream, model::word_by_word};

pub use answers::HelpTexts;
use rules::{Meaning, Reading, Rules};

/// A kind of distress, the most urgent first: a text of two kinds is answered as the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Distress {
    /// The writer thinks of suicide or self-harm.
    Suicide,
    /// The writer is or was hurt by another.
    Abuse,
    /// The writer fears that another may die by suicide.
    SuicideOfAnother,
    /// The writer fears for another who is hurt.
    AbuseOfAnother,
    /// The writer lost someone, an unborn child included.
    Grief,
    /// A question about suicide that the writer may ask for their own sake: "Does God forgive suicide?"
    SuicideQuestion,
    /// The writer has no hope or no strength left.
    Despair,
}

impl Distress {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Suicide,
        Self::Abuse,
        Self::SuicideOfAnother,
        Self::AbuseOfAnother,
        Self::Grief,
        Self::SuicideQuestion,
        Self::Despair,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Suicide => "suicide",
            Self::Abuse => "abuse",
            Self::SuicideOfAnother => "suicide-of-another",
            Self::AbuseOfAnother => "abuse-of-another",
            Self::Grief => "grief",
            Self::SuicideQuestion => "suicide-question",
            Self::Despair => "despair",
        }
    }

    /// The kind that a section of the rules names.
    fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A language of the rules and answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Spanish.
    Spanish,
}

/// The answer that a text needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Help {
    /// The kind of distress.
    pub distress: Distress,
    /// The language of the answer.
    pub language: Language,
    /// Whether the reader has just read the first answer of this kind, and needs the second.
    pub is_second: bool,
}

impl Help {
    /// The sentences and the verse, in `translation` if that is in the language of the answer.
    #[must_use]
    pub fn texts(self, translation: Option<TranslationCode>) -> HelpTexts {
        answers::write(self, translation)
    }
}

impl HelpTexts {
    /// The answer as the reply to a message, word by word.
    #[must_use]
    pub fn stream(self) -> ReplyStream {
        word_by_word(&self.reply(), self.source, self.sources)
    }
}

/// The translation that a client's reference names: `KJV` in `John 3 (KJV)`.
#[must_use]
pub fn translation_of(reference: &str) -> Option<TranslationCode> {
    locate_selection(reference, "")?.translation
}

/// A message of a conversation.
#[derive(Debug)]
pub struct Message {
    text: String,
    reading: Reading,
}

impl Message {
    /// Reads a message, in a time that grows with its length only.
    #[must_use]
    pub fn read(text: impl Into<String>) -> Self {
        let text = text.into();
        let reading = rules().read(&text);
        Self { text, reading }
    }

    /// Whether [`help`](Self::help) needs the earlier replies of the conversation.
    #[must_use]
    pub fn needs_replies(&self) -> bool {
        self.reading.is_short
            || !self.reading.meanings.is_empty()
                && (self.distress().is_some() || self.may_follow_up())
    }

    /// The answer that the message needs; `None` for a message without distress. `replies` are the beginnings of the latest
    /// replies of the conversation, the latest first.
    ///
    /// A message that continues a talk about distress is part of it: one that could follow ("nobody cares") after any of
    /// `replies` that was such an answer, a short one ("no", "why?") only after the latest.
    #[must_use]
    pub fn help(&self, replies: &[String]) -> Option<Help> {
        let earlier: Vec<Option<Help>> = replies
            .iter()
            .map(|reply| answers::recognise(reply))
            .collect();
        let latest = earlier.first().copied().flatten();
        let (distress, language) = if let Some((distress, language)) = self.distress() {
            let is_told = earlier
                .iter()
                .flatten()
                .any(|help| help.distress == Distress::Suicide);
            // "Nobody cares" after "I want to die" is no lesser distress.
            let is_suicide = is_told && distress == Distress::Despair;
            let distress = if is_suicide {
                Distress::Suicide
            } else {
                distress
            };
            (distress, language)
        } else {
            let continued = earlier
                .into_iter()
                .flatten()
                .next()
                .filter(|_| self.may_follow_up());
            let answered = latest.filter(|_| self.reading.is_short);
            let answered = continued.or(answered)?;
            (answered.distress, answered.language)
        };
        let is_second =
            latest.is_some_and(|latest| latest.distress == distress && !latest.is_second);
        Some(Help {
            distress,
            language,
            is_second,
        })
    }

    fn distress(&self) -> Option<(Distress, Language)> {
        let found = most_urgent(&self.reading)?;
        (!scripture::is_quotation(&self.text)).then_some(found)
    }

    fn may_follow_up(&self) -> bool {
        self.reading.meanings.contains(&Meaning::FollowUp)
            && !self.reading.is_leaving
            && find_references(&self.text).is_empty()
    }
}

/// The answer that a selected passage needs; `None` for Scripture, whatever it says.
#[must_use]
pub fn help_for_passage(reference: &str, text: &str) -> Option<Help> {
    let found = most_urgent(&rules().read(text))?;
    (!scripture::is_selection(reference, text)).then_some(Help::first(found))
}

/// The answer that a selected word needs, with the text around it; `None` for words of Scripture.
#[must_use]
pub fn help_for_word(word: &str, reference: &str, text: &str) -> Option<Help> {
    let own_word = most_urgent(&rules().read(word))
        .filter(|_| !scripture::contains(text, word) || !scripture::is_selection(reference, text));
    let of_word = own_word
        .filter(|_| !scripture::is_selection("", word))
        .map(Help::first);
    of_word.or_else(|| help_for_passage(reference, text))
}

impl Help {
    fn first((distress, language): (Distress, Language)) -> Self {
        Self {
            distress,
            language,
            is_second: false,
        }
    }
}

fn most_urgent(reading: &Reading) -> Option<(Distress, Language)> {
    let found = reading.meanings.iter().filter_map(|meaning| match meaning {
        Meaning::Distress(distress, language) => Some((*distress, *language)),
        Meaning::FollowUp => None,
    });
    found.min_by_key(|(distress, _)| *distress)
}

fn rules() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    // A test reads the files.
    RULES.get_or_init(|| Rules::read_files().unwrap_or_default())
}

#[cfg(test)]
mod tests;
