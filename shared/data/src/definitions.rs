//! Definitions and who has them: tables `definitions` and `user_definitions`.
//!
//! A shared definition is stored once for each subject, which is a word, a reference and a verse. An imported one belongs
//! to one user (`owner_id`) and is found through that user's links only: nothing here gives it for a subject.

use chrono::{DateTime, Utc};

use crate::text_hash::hash_parts;

pub use history::{clear_user_definitions, get_user_definitions};
pub use shared_texts::{begin_definition, link_definition_to_user, save_definition};

mod history;
mod shared_texts;

/// A definition's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DefinitionId(pub i64);

/// What a definition says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionContent {
    /// What the word means.
    pub definition: String,
    /// How scripture uses it.
    pub biblical_usage: String,
    /// The Hebrew or Greek behind it.
    pub original_language: String,
}

/// A word where it stands.
#[derive(Clone, Copy, Debug)]
pub struct DefinitionSubject<'d> {
    /// As it was sent, 1 to 100 characters.
    pub word: &'d str,
    /// As it was sent, 1 to 100 characters.
    pub passage_reference: &'d str,
    /// As it was sent, 1 to 50,000 characters.
    pub verse_text: &'d str,
}

/// A definition to store.
#[derive(Clone, Copy, Debug)]
pub struct NewDefinition<'d> {
    /// What it is about.
    pub subject: DefinitionSubject<'d>,
    /// What was generated.
    pub content: &'d DefinitionContent,
    /// What wrote it.
    pub source: Option<&'d str>,
}

/// A definition that a user has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its number.
    pub id: DefinitionId,
    /// As it was sent.
    pub word: String,
    /// As it was sent.
    pub passage_reference: String,
    /// As it was sent, line breaks included.
    pub verse_text: String,
    /// What it says.
    pub content: DefinitionContent,
    /// What wrote it; `None` when nobody can know.
    pub source: Option<String>,
    /// When the user got it, last.
    pub linked_at: DateTime<Utc>,
}

impl DefinitionSubject<'_> {
    /// The key of the shared definition.
    pub(crate) fn hash(self) -> [u8; 32] {
        hash_parts(&[self.word, self.passage_reference, self.verse_text])
    }
}

impl DefinitionContent {
    /// Tells whether two are the same.
    pub(crate) fn hash(&self) -> [u8; 32] {
        hash_parts(&[
            &self.definition,
            &self.biblical_usage,
            &self.original_language,
        ])
    }
}

/// A row of a caller's; all NULL where the caller is known and has no such definition.
struct DefinitionRow {
    id: Option<i64>,
    word: Option<String>,
    passage_reference: Option<String>,
    verse_text: Option<String>,
    definition: Option<String>,
    biblical_usage: Option<String>,
    original_language: Option<String>,
    source: Option<String>,
    linked_at: Option<DateTime<Utc>>,
}

impl DefinitionRow {
    fn into_definition(self) -> Option<Definition> {
        Some(Definition {
            id: DefinitionId(self.id?),
            word: self.word?,
            passage_reference: self.passage_reference?,
            verse_text: self.verse_text?,
            content: DefinitionContent {
                definition: self.definition?,
                biblical_usage: self.biblical_usage?,
                original_language: self.original_language?,
            },
            source: self.source,
            linked_at: self.linked_at?,
        })
    }
}

#[cfg(test)]
mod tests;
