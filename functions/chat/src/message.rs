//! A message in a response.

use chrono::serde::ts_milliseconds;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::{ToSchema, openapi::schema::Object};
use verse_data::Message;
use verse_http::choice;

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageAnswer {
    #[schema(example = 31)]
    id: i64,
    #[schema(schema_with = role)]
    role: &'static str,
    #[schema(example = "Who was Nicodemus?")]
    content: String,
    /// When the message was sent or the reply began, in milliseconds since 1970.
    #[serde(with = "ts_milliseconds")]
    #[schema(value_type = i64, example = 1_767_225_600_000_i64)]
    timestamp: DateTime<Utc>,
}

pub(crate) fn role() -> Object {
    choice(&["user", "assistant"])
}

impl From<Message> for MessageAnswer {
    fn from(message: Message) -> Self {
        Self {
            id: message.id.0,
            role: message.role.as_str(),
            content: message.content,
            timestamp: message.created_at,
        }
    }
}
