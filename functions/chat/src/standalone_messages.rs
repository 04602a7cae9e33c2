//! `GET /api/standalone-chat/{chat_id}/messages`: the messages of one of the caller's chats. One round trip; none for a
//! caller without a cookie.

use axum::extract::State;
use verse_data::{ChatId, get_standalone_chat_messages};
use verse_http::{App, Caller, Id, Problem, SizedJsonArray, Unavailable};

use crate::message::MessageAnswer;

/// List the messages of a chat
///
/// Oldest first, with the replies that have ended. When the response is full, the oldest messages are left out.
#[utoipa::path(get, path = "/api/standalone-chat/{chat_id}/messages", tag = "chat",
    params(("chat_id" = i64, Path)), responses(
    (status = 200, description = "The messages; none for another user's or an unknown chat", body = [MessageAnswer]),
    Unavailable))]
pub async fn list_chat_messages(
    State(app): State<App>,
    caller: Caller,
    Id(chat): Id,
) -> Result<SizedJsonArray, Problem> {
    let messages = match caller.token_hash() {
        Some(token) => get_standalone_chat_messages(app.database()?, token, ChatId(chat)).await?,
        None => Vec::new(),
    };
    SizedJsonArray::of_last(messages.into_iter().map(MessageAnswer::from))
}
