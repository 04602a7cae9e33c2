//! `/api/chat/messages/{insight_id}`: the caller's messages about an insight, and their replies. `GET` lists them, `DELETE`
//! deletes them. One round trip, two when there is nothing to delete; none for a caller without a cookie.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use verse_data::{InsightId, clear_chat_messages, get_chat_messages};
use verse_http::{App, Caller, Id, Problem, SizedJsonArray, Unavailable};

use crate::message::MessageAnswer;

/// The number of deleted messages, in a sentence.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessagesCleared {
    #[schema(example = "Cleared 4 chat messages")]
    message: String,
}

/// List the messages about an insight
///
/// Oldest first, with the replies that have ended. When the response is full, the oldest messages are left out.
#[utoipa::path(get, path = "/api/chat/messages/{insight_id}", tag = "chat", params(("insight_id" = i64, Path)), responses(
    (status = 200, description = "The messages; none for another user's or an unknown insight", body = [MessageAnswer]),
    Unavailable))]
pub async fn list_insight_messages(
    State(app): State<App>,
    caller: Caller,
    Id(insight): Id,
) -> Result<SizedJsonArray, Problem> {
    let messages = match caller.token_hash() {
        Some(token) => get_chat_messages(app.database()?, token, InsightId(insight)).await?,
        None => Vec::new(),
    };
    SizedJsonArray::of_last(messages.into_iter().map(MessageAnswer::from))
}

/// Delete the messages about an insight
#[utoipa::path(delete, path = "/api/chat/messages/{insight_id}", tag = "chat",
    params(("insight_id" = i64, Path)), responses(
    (status = 200, description = "The number of deleted messages", body = MessagesCleared),
    Unavailable))]
pub async fn clear_insight_messages(
    State(app): State<App>,
    caller: Caller,
    Id(insight): Id,
) -> Result<Json<MessagesCleared>, Problem> {
    let cleared = match caller.token_hash() {
        Some(token) => clear_chat_messages(app.database()?, token, InsightId(insight)).await?,
        None => 0,
    };
    let message = format!("Cleared {cleared} chat messages");
    Ok(Json(MessagesCleared { message }))
}
