//! What an export holds and an import takes: the same records, without any number of this database.

use chrono::{DateTime, Utc};

use crate::Role;

/// An insight of a user's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsightRecord {
    /// As `John 3:16 (KJV)`.
    pub passage_reference: String,
    /// The passage.
    pub passage_text: String,
    /// Part of the insight.
    pub historical_context: String,
    /// Part of the insight.
    pub theological_significance: String,
    /// Part of the insight.
    pub practical_application: String,
    /// When the user got it.
    pub created_at: DateTime<Utc>,
}

/// A definition of a user's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionRecord {
    /// The word.
    pub word: String,
    /// As `John 3:16 (KJV)`.
    pub passage_reference: String,
    /// The verse that the word stands in.
    pub verse_text: String,
    /// Part of the definition.
    pub definition: String,
    /// Part of the definition.
    pub biblical_usage: String,
    /// Part of the definition.
    pub original_language: String,
    /// When the user got it.
    pub created_at: DateTime<Utc>,
}

/// A standalone chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatRecord {
    /// Its title.
    pub title: String,
    /// The passage it began from, if any.
    pub passage_reference: Option<String>,
    /// That passage's text.
    pub passage_text: Option<String>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub updated_at: DateTime<Utc>,
}

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRecord {
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub content: String,
    /// When.
    pub created_at: DateTime<Utc>,
}
