//! A message as it is answered.

use chrono::serde::ts_milliseconds;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use verse_data::Message;

/// Something that was said.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageAnswer {
    #[schema(example = 31)]
    id: i64,
    /// `user` or `assistant`.
    #[schema(example = "user")]
    role: &'static str,
    #[schema(example = "Who was Nicodemus?")]
    content: String,
    /// When it was said, in milliseconds since 1970; of an answer, when it began.
    #[serde(with = "ts_milliseconds")]
    #[schema(value_type = i64, example = 1_767_225_600_000_i64)]
    timestamp: DateTime<Utc>,
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
