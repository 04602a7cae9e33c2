//! The records of an export and an import, without ids of this database. The members of the file have the fields' names.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{FinalState, Role};

/// An insight of a user's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InsightRecord {
    /// For example `John 3:16 (KJV)`.
    pub passage_reference: String,
    /// The text of the passage.
    pub passage_text: String,
    /// The first text of the insight.
    pub historical_context: String,
    /// The second text of the insight.
    pub theological_significance: String,
    /// The third text of the insight.
    pub practical_application: String,
    /// When it was last linked to the user.
    pub created_at: DateTime<Utc>,
}

/// A definition of a user's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DefinitionRecord {
    /// The word.
    pub word: String,
    /// For example `John 3:16 (KJV)`.
    pub passage_reference: String,
    /// The verse with the word.
    pub verse_text: String,
    /// The first text of the definition.
    pub definition: String,
    /// The second text of the definition.
    pub biblical_usage: String,
    /// The third text of the definition.
    pub original_language: String,
    /// When it was last linked to the user.
    pub created_at: DateTime<Utc>,
}

/// A standalone chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChatRecord {
    /// Its title.
    pub title: String,
    /// The passage that the user had open.
    pub passage_reference: Option<String>,
    /// The text of that passage.
    pub passage_text: Option<String>,
    /// When its first message was sent.
    pub created_at: DateTime<Utc>,
    /// When the user last sent a message.
    pub updated_at: DateTime<Utc>,
}

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessageRecord {
    /// Its author.
    pub role: Role,
    /// Its text.
    pub content: String,
    /// How it ended. Absent from the file when it is whole.
    #[serde(skip_serializing_if = "FinalState::is_complete")]
    pub state: FinalState,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
}
