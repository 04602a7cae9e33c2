//! `/api/standalone-chat`: the caller's standalone chats. `GET` lists them, most recently used first, 1 to 200 a page
//! (default 50). `DELETE /api/standalone-chat/{chat_id}` deletes one. One round trip, two when there is none to delete; none
//! for a caller without a cookie.

use axum::{Json, extract::State};
use chrono::serde::ts_milliseconds;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use verse_data::{ChatId, StandaloneChat, delete_standalone_chat, get_standalone_chats};
use verse_http::{
    App, Caller, Id, Invalid, NotFound, PageQuery, Problem, Query, SizedJsonArray, Unavailable,
};

/// A chat, without its messages.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatAnswer {
    #[schema(example = 7)]
    id: i64,
    /// The first 50 characters of the first message, with `...` if cut.
    #[schema(example = "Who was Nicodemus?")]
    title: String,
    /// The passage that the caller had open.
    #[schema(example = "John 3 (KJV)")]
    passage_reference: Option<String>,
    /// The text of that passage.
    passage_text: Option<String>,
    /// In milliseconds since 1970.
    #[serde(with = "ts_milliseconds")]
    #[schema(value_type = i64, example = 1_767_225_600_000_i64)]
    created_at: DateTime<Utc>,
    /// When the caller last sent a message, in milliseconds since 1970.
    #[serde(with = "ts_milliseconds")]
    #[schema(value_type = i64, example = 1_767_225_600_000_i64)]
    updated_at: DateTime<Utc>,
}

/// The chat is deleted.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatDeleted {
    #[schema(example = "Chat deleted successfully")]
    message: &'static str,
}

/// List the caller's chats
///
/// Most recently used first. A page has fewer items than `limit` when the response is full, so the list ends with an empty
/// page.
#[utoipa::path(get, path = "/api/standalone-chat", tag = "chat", params(PageQuery), responses(
    (status = 200, description = "The chats; none for an unknown caller", body = [ChatAnswer]),
    Invalid, Unavailable))]
pub async fn list_chats(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<SizedJsonArray, Problem> {
    let chats = match caller.token_hash() {
        Some(token) => get_standalone_chats(app.database()?, token, page.page()).await?,
        None => Vec::new(),
    };
    SizedJsonArray::of_first(chats.into_iter().map(ChatAnswer::from))
}

/// Delete a chat
#[utoipa::path(delete, path = "/api/standalone-chat/{chat_id}", tag = "chat", params(("chat_id" = i64, Path)), responses(
    (status = 200, description = "The chat is deleted", body = ChatDeleted),
    NotFound, Unavailable))]
pub async fn delete_chat(
    State(app): State<App>,
    caller: Caller,
    Id(chat): Id,
) -> Result<Json<ChatDeleted>, Problem> {
    let deleted = match caller.token_hash() {
        Some(token) => delete_standalone_chat(app.database()?, token, ChatId(chat)).await?,
        None => false,
    };
    if !deleted {
        return Err(Problem::not_found("There is no such chat."));
    }
    let message = "Chat deleted successfully";
    Ok(Json(ChatDeleted { message }))
}

impl From<StandaloneChat> for ChatAnswer {
    fn from(chat: StandaloneChat) -> Self {
        Self {
            id: chat.id.0,
            title: chat.title,
            passage_reference: chat.passage_reference,
            passage_text: chat.passage_text,
            created_at: chat.created_at,
            updated_at: chat.updated_at,
        }
    }
}
