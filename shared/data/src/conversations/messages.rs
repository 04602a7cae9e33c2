//! The messages of one conversation.

use super::{ChatId, Message, MessageRow};
use crate::{Database, Error, InsightId, TokenHash, merge::retry_if_nothing_found};

/// As much as is read of what was said, in bytes, the newest of it: more than a function can answer.
const MOST_BYTES: i64 = 6_000_000;

/// What the caller and the model said about an insight, in its order, the last 6 MB of it; nothing when the caller is unknown
/// or never said anything about it. One round trip.
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
         SELECT id, role, state, content, created_at
         FROM (
             SELECT messages.*,
                    sum(octet_length(content)) OVER (
                        ORDER BY messages.created_at DESC, messages.id DESC
                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_since
             FROM conversations
             JOIN messages ON messages.conversation_id = conversations.id
             WHERE conversations.user_id = (SELECT user_id FROM caller)
               AND conversations.insight_id = $2
               AND messages.state <> 'pending' AND messages.content <> ''
         ) AS said
         WHERE coalesce(bytes_since, 0) < $3
         ORDER BY created_at, id",
        token.as_bytes(),
        insight.0,
        MOST_BYTES,
    )
    .fetch_all(database.repeatable())
    .await?;
    rows.into_iter().map(Message::try_from).collect()
}

/// What was said in one of the caller's standalone chats, in its order, the last 6 MB of it; nothing when there is no such
/// chat. One round trip.
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
         SELECT id, role, state, content, created_at
         FROM (
             SELECT messages.*,
                    sum(octet_length(content)) OVER (
                        ORDER BY messages.created_at DESC, messages.id DESC
                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_since
             FROM conversations
             JOIN messages ON messages.conversation_id = conversations.id
             WHERE conversations.user_id = (SELECT user_id FROM caller)
               AND conversations.id = $2 AND conversations.insight_id IS NULL
               AND messages.state <> 'pending' AND messages.content <> ''
         ) AS said
         WHERE coalesce(bytes_since, 0) < $3
         ORDER BY created_at, id",
        token.as_bytes(),
        chat.0,
        MOST_BYTES,
    )
    .fetch_all(database.repeatable())
    .await?;
    rows.into_iter().map(Message::try_from).collect()
}

/// Forgets what the caller said about an insight, its summary too; tells how many messages the list had. One round trip,
/// two where there was nothing.
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
    let removed = retry_if_nothing_found(|| async move {
        let removed = sqlx::query!(
            r#"
            WITH caller AS (
                SELECT user_id FROM devices WHERE token_hash = $1
            ), removed AS (
                DELETE FROM conversations
                WHERE user_id = (SELECT user_id FROM caller) AND insight_id = $2
                RETURNING id, user_id
            ), forgotten AS (
                -- An imported insight that is out of the history was kept for what was said about it.
                DELETE FROM insights
                USING removed
                WHERE insights.id = $2
                  AND insights.owner_id = removed.user_id
                  AND NOT EXISTS (SELECT FROM user_insights WHERE insight_id = $2)
            )
            SELECT (SELECT count(*)
                    FROM messages
                    WHERE conversation_id = removed.id
                      AND state <> 'pending' AND content <> '') AS "messages!"
            FROM removed
            "#,
            token.as_bytes(),
            insight.0,
        )
        .fetch_optional(database.once())
        .await?;
        Ok(removed.map(|removed| removed.messages.unsigned_abs()))
    });
    Ok(removed.await?.unwrap_or(0))
}
