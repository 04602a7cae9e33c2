//! The JSON file that an export writes and an import reads. The export writes the records of the data crate, whose fields have
//! the same names. An import may lack times (then: now), lists and states.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::{ToSchema, openapi::schema::Object};
use uuid::Uuid;
use verse_data::{FinalState, Role};
use verse_http::choice;

use crate::bounded_json::{list, optional_state, optional_text, optional_time, role, text};

/// The data of a user, oldest first.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "for OpenAPI only")]
pub struct ExportFile {
    /// The user; null for an unknown caller. An import ignores it.
    user: Option<ExportUser>,
    /// The history of insights. An import takes 5,000 at most.
    insights: Vec<ExportInsight>,
    /// The history of definitions. An import takes 5,000 at most.
    definitions: Vec<ExportDefinition>,
    /// Standalone chats. An import takes 5,000 at most.
    standalone_chats: Vec<ExportChat>,
    /// In a part: the `part` that follows, if one does. An import ignores it.
    #[schema(required = false)]
    next_part: Option<String>,
}

/// A user.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "for OpenAPI only")]
pub struct ExportUser {
    anonymous_id: Uuid,
    created_at: DateTime<Utc>,
}

/// An insight, and the messages about it.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ExportInsight {
    #[schema(min_length = 1, max_length = 100, example = "John 3:16 (KJV)")]
    #[serde(deserialize_with = "text::<_, 1, 100>")]
    pub(crate) passage_reference: String,
    #[schema(min_length = 1, max_length = 50_000)]
    #[serde(deserialize_with = "text::<_, 1, 50_000>")]
    pub(crate) passage_text: String,
    #[schema(max_length = 10_000)]
    #[serde(deserialize_with = "text::<_, 0, 10_000>")]
    pub(crate) historical_context: String,
    #[schema(max_length = 10_000)]
    #[serde(deserialize_with = "text::<_, 0, 10_000>")]
    pub(crate) theological_significance: String,
    #[schema(max_length = 10_000)]
    #[serde(deserialize_with = "text::<_, 0, 10_000>")]
    pub(crate) practical_application: String,
    /// When it was added to the history.
    #[schema(required = false, value_type = DateTime<Utc>)]
    #[serde(default, deserialize_with = "optional_time")]
    pub(crate) created_at: Option<DateTime<Utc>>,
    #[schema(required = false)]
    #[serde(default, deserialize_with = "list::<_, _, { usize::MAX }>")]
    pub(crate) chat_messages: Vec<ExportMessage>,
}

/// A definition.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ExportDefinition {
    #[schema(min_length = 1, max_length = 100, example = "world")]
    #[serde(deserialize_with = "text::<_, 1, 100>")]
    pub(crate) word: String,
    #[schema(min_length = 1, max_length = 100, example = "John 3:16 (KJV)")]
    #[serde(deserialize_with = "text::<_, 1, 100>")]
    pub(crate) passage_reference: String,
    #[schema(min_length = 1, max_length = 50_000)]
    #[serde(deserialize_with = "text::<_, 1, 50_000>")]
    pub(crate) verse_text: String,
    #[schema(max_length = 10_000)]
    #[serde(deserialize_with = "text::<_, 0, 10_000>")]
    pub(crate) definition: String,
    #[schema(max_length = 10_000)]
    #[serde(deserialize_with = "text::<_, 0, 10_000>")]
    pub(crate) biblical_usage: String,
    #[schema(max_length = 10_000)]
    #[serde(deserialize_with = "text::<_, 0, 10_000>")]
    pub(crate) original_language: String,
    /// When it was added to the history.
    #[schema(required = false, value_type = DateTime<Utc>)]
    #[serde(default, deserialize_with = "optional_time")]
    pub(crate) created_at: Option<DateTime<Utc>>,
}

/// A standalone chat.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ExportChat {
    #[schema(min_length = 1, max_length = 200)]
    #[serde(deserialize_with = "text::<_, 1, 200>")]
    pub(crate) title: String,
    #[schema(max_length = 100)]
    #[serde(default, deserialize_with = "optional_text::<_, 100>")]
    pub(crate) passage_reference: Option<String>,
    #[schema(max_length = 50_000)]
    #[serde(default, deserialize_with = "optional_text::<_, 50_000>")]
    pub(crate) passage_text: Option<String>,
    #[schema(required = false, value_type = DateTime<Utc>)]
    #[serde(default, deserialize_with = "optional_time")]
    pub(crate) created_at: Option<DateTime<Utc>>,
    /// When it was last used.
    #[schema(required = false, value_type = DateTime<Utc>)]
    #[serde(default, deserialize_with = "optional_time")]
    pub(crate) updated_at: Option<DateTime<Utc>>,
    #[schema(required = false)]
    #[serde(default, deserialize_with = "list::<_, _, { usize::MAX }>")]
    pub(crate) messages: Vec<ExportMessage>,
}

fn role_schema() -> Object {
    choice(&["user", "assistant"])
}

fn state_schema() -> Object {
    choice(&["complete", "truncated", "interrupted"])
}

/// A message.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ExportMessage {
    #[schema(schema_with = role_schema)]
    #[serde(deserialize_with = "role")]
    pub(crate) role: Role,
    #[schema(max_length = 10_000)]
    #[serde(deserialize_with = "text::<_, 0, 10_000>")]
    pub(crate) content: String,
    /// `truncated` or `interrupted` for a reply that did not end by itself; absent for a whole message.
    #[schema(required = false, schema_with = state_schema)]
    #[serde(default, deserialize_with = "optional_state")]
    pub(crate) state: Option<FinalState>,
    #[schema(required = false, value_type = DateTime<Utc>)]
    #[serde(default, deserialize_with = "optional_time")]
    pub(crate) created_at: Option<DateTime<Utc>>,
}
