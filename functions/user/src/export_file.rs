//! The JSON file that an export writes and an import reads.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use verse_data::{ChatRecord, DefinitionRecord, ExportedUser, InsightRecord, MessageRecord};

/// The data of a user, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportFile {
    /// The user; null for an unknown caller. An import ignores it.
    pub user: Option<ExportUser>,
    /// The history of insights. An import takes 1,000 at most.
    pub insights: Vec<ExportInsight>,
    /// The history of definitions. An import takes 1,000 at most.
    pub definitions: Vec<ExportDefinition>,
    /// Standalone chats. An import takes 500 at most.
    pub standalone_chats: Vec<ExportChat>,
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportUser {
    anonymous_id: Uuid,
    created_at: DateTime<Utc>,
}

/// An insight, and the messages about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportInsight {
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
    /// When it was added to the history.
    created_at: DateTime<Utc>,
    // Last: the writer inserts messages before its closing bracket.
    chat_messages: Vec<ExportMessage>,
}

/// A definition.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportDefinition {
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
    /// When it was added to the history.
    created_at: DateTime<Utc>,
}

/// A standalone chat.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportChat {
    #[schema(min_length = 1, max_length = 200)]
    title: String,
    #[schema(max_length = 100)]
    passage_reference: Option<String>,
    #[schema(max_length = 50_000)]
    passage_text: Option<String>,
    created_at: DateTime<Utc>,
    /// When it was last used.
    updated_at: DateTime<Utc>,
    // Last: the writer inserts messages before its closing bracket.
    messages: Vec<ExportMessage>,
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportMessage {
    /// `user` or `assistant`.
    #[schema(example = "user")]
    role: &'static str,
    #[schema(max_length = 10_000)]
    content: String,
    created_at: DateTime<Utc>,
}

impl From<ExportedUser> for ExportUser {
    fn from(user: ExportedUser) -> Self {
        Self {
            anonymous_id: user.anonymous_id,
            created_at: user.created_at,
        }
    }
}

impl From<InsightRecord> for ExportInsight {
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

impl From<DefinitionRecord> for ExportDefinition {
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

impl From<ChatRecord> for ExportChat {
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

impl From<MessageRecord> for ExportMessage {
    fn from(record: MessageRecord) -> Self {
        Self {
            role: record.role.as_str(),
            content: record.content,
            created_at: record.created_at,
        }
    }
}
