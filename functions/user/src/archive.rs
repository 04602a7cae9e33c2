//! The file that an export writes and an import reads: its shape, for the writer and for OpenAPI.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use verse_data::{ChatRecord, DefinitionRecord, ExportedUser, InsightRecord, MessageRecord};

/// Everything that a user keeps, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Archive {
    /// Whose it is; null for an unknown caller. An import does not look at it.
    pub user: Option<ArchivedUser>,
    /// The history of insights. At most 1,000 are imported.
    pub insights: Vec<ArchivedInsight>,
    /// The history of definitions. At most 1,000 are imported.
    pub definitions: Vec<ArchivedDefinition>,
    /// Standalone chats. At most 500 are imported.
    pub standalone_chats: Vec<ArchivedChat>,
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArchivedUser {
    anonymous_id: Uuid,
    created_at: DateTime<Utc>,
}

/// An insight, and what was said about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArchivedInsight {
    #[schema(min_length = 1, max_length = 100, example = "John 3:16 (KJV)")]
    passage_reference: String,
    #[schema(min_length = 1, max_length = 50_000)]
    passage_text: String,
    #[schema(max_length = 10_000)]
    historical_context: String,
    #[schema(max_length = 10_000)]
    theological_significance: String,
    #[schema(max_length = 10_000)]
    practical_application: String,
    /// When the user got it.
    created_at: DateTime<Utc>,
    // Last: the writer goes on from its bracket.
    chat_messages: Vec<ArchivedMessage>,
}

/// A definition.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArchivedDefinition {
    #[schema(min_length = 1, max_length = 100, example = "world")]
    word: String,
    #[schema(min_length = 1, max_length = 100, example = "John 3:16 (KJV)")]
    passage_reference: String,
    #[schema(min_length = 1, max_length = 50_000)]
    verse_text: String,
    #[schema(max_length = 10_000)]
    definition: String,
    #[schema(max_length = 10_000)]
    biblical_usage: String,
    #[schema(max_length = 10_000)]
    original_language: String,
    /// When the user got it.
    created_at: DateTime<Utc>,
}

/// A standalone chat.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArchivedChat {
    #[schema(min_length = 1, max_length = 200)]
    title: String,
    #[schema(max_length = 100)]
    passage_reference: Option<String>,
    #[schema(max_length = 50_000)]
    passage_text: Option<String>,
    created_at: DateTime<Utc>,
    /// When it was last used.
    updated_at: DateTime<Utc>,
    // Last: the writer goes on from its bracket.
    messages: Vec<ArchivedMessage>,
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArchivedMessage {
    /// `user` or `assistant`.
    #[schema(example = "user")]
    role: &'static str,
    #[schema(max_length = 10_000)]
    content: String,
    created_at: DateTime<Utc>,
}

impl From<ExportedUser> for ArchivedUser {
    fn from(user: ExportedUser) -> Self {
        Self {
            anonymous_id: user.anonymous_id,
            created_at: user.created_at,
        }
    }
}

impl From<InsightRecord> for ArchivedInsight {
    fn from(record: InsightRecord) -> Self {
        Self {
            passage_reference: record.passage_reference,
            passage_text: record.passage_text,
            historical_context: record.historical_context,
            theological_significance: record.theological_significance,
            practical_application: record.practical_application,
            created_at: record.created_at,
            chat_messages: Vec::new(),
        }
    }
}

impl From<DefinitionRecord> for ArchivedDefinition {
    fn from(record: DefinitionRecord) -> Self {
        Self {
            word: record.word,
            passage_reference: record.passage_reference,
            verse_text: record.verse_text,
            definition: record.definition,
            biblical_usage: record.biblical_usage,
            original_language: record.original_language,
            created_at: record.created_at,
        }
    }
}

impl From<ChatRecord> for ArchivedChat {
    fn from(record: ChatRecord) -> Self {
        Self {
            title: record.title,
            passage_reference: record.passage_reference,
            passage_text: record.passage_text,
            created_at: record.created_at,
            updated_at: record.updated_at,
            messages: Vec::new(),
        }
    }
}

impl From<MessageRecord> for ArchivedMessage {
    fn from(record: MessageRecord) -> Self {
        Self {
            role: record.role.as_str(),
            content: record.content,
            created_at: record.created_at,
        }
    }
}
