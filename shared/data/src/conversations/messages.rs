//! The messages of one conversation.

use super::{ChatId, Message, MessageRow};
use crate::{Database, Error, InsightId, TokenHash};

/// What the caller and the model said about an insight, in its order; nothing when the caller is unknown or never said
/// anything about it. One round trip.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn get_chat_messages(
    database: &Database,
    token: TokenHash,
    insight: InsightId,
) -> Result<Vec<Message>, Error> {
    let rows = sqlx::query_as!(
        MessageRow,
        "WITH caller AS (
             SELECT user_id FROM devices WHERE token_hash = $1
         )
         SELECT messages.id, role, state, content, messages.created_at
         FROM conversations
         JOIN messages ON messages.conversation_id = conversations.id
         WHERE conversations.user_id = (SELECT user_id FROM caller)
           AND conversations.insight_id = $2
           AND messages.state <> 'pending' AND messages.content <> ''
         ORDER BY messages.created_at, messages.id",
        token.as_bytes(),
        insight.0,
    )
    .fetch_all(database.repeatable())
    .await?;
    rows.into_iter().map(Message::try_from).collect()
}

/// What was said in one of the caller's standalone chats, in its order; nothing when there is no such chat. One round
/// trip.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn get_standalone_chat_messages(
    database: &Database,
    token: TokenHash,
    chat: ChatId,
) -> Result<Vec<Message>, Error> {
    let rows = sqlx::query_as!(
        MessageRow,
        "WITH caller AS (
             SELECT user_id FROM devices WHERE token_hash = $1
         )
         SELECT messages.id, role, state, content, messages.created_at
         FROM conversations
         JOIN messages ON messages.conversation_id = conversations.id
         WHERE conversations.user_id = (SELECT user_id FROM caller)
           AND conversations.id = $2 AND conversations.insight_id IS NULL
           AND messages.state <> 'pending' AND messages.content <> ''
         ORDER BY messages.created_at, messages.id",
        token.as_bytes(),
        chat.0,
    )
    .fetch_all(database.repeatable())
    .await?;
    rows.into_iter().map(Message::try_from).collect()
}

/// Forgets what the caller said about an insight, its summary too; tells how many messages the list had. One round trip.
///
/// An answer that is still being written goes with its conversation, and what was said while this runs is not counted.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn clear_chat_messages(
    database: &Database,
    token: TokenHash,
    insight: InsightId,
) -> Result<u64, Error> {
    let cleared = sqlx::query_scalar!(
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), removed AS (
            DELETE FROM conversations
            WHERE user_id = (SELECT user_id FROM caller) AND insight_id = $2
            RETURNING id
        )
        SELECT count(*) AS "cleared!"
        FROM removed
        JOIN messages ON messages.conversation_id = removed.id
        WHERE messages.state <> 'pending' AND messages.content <> ''
        "#,
        token.as_bytes(),
        insight.0,
    )
    .fetch_one(database.once())
    .await?;
    Ok(cleared.unsigned_abs())
}
