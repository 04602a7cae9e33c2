//! `/api/chat/messages/{insight_id}`: what the caller said about an insight, and was answered. `GET` lists it, `DELETE`
//! forgets it. One round trip, two where there is nothing to forget; none for a caller without a cookie.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use verse_data::{InsightId, clear_chat_messages, get_chat_messages};
use verse_http::{App, Caller, Id, Problem, SizedJsonArray, Unavailable};

use crate::message::MessageAnswer;

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessagesCleared {
    #[schema(example = "Cleared 4 chat messages")]
    message: String,
}

/// What the caller said about an insight
///
/// In its order, with the answers. An answer is not in the list before it ended; of a list too long for an answer, the
/// oldest messages are left out.
#[utoipa::path(get, path = "/api/chat/messages/{insight_id}", tag = "chat",
    params(("insight_id" = i64, Path)),
    responses(
        (status = 200, description = "The messages; none of anybody else's, nor of an unknown insight", body = [MessageAnswer]),
        Unavailable,
    ))]
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

/// Forget what the caller said about an insight
#[utoipa::path(delete, path = "/api/chat/messages/{insight_id}", tag = "chat",
    params(("insight_id" = i64, Path)),
    responses(
        (status = 200, description = "How many messages there were", body = MessagesCleared),
        Unavailable,
    ))]
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
