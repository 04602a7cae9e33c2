//! The messages of one conversation.

use super::{ChatId, FinalState, Message, MessageId, Role};
use crate::{Database, Error, InsightId, TokenHash, merge::retry_if_nothing_found};

/// The bytes of the newest messages that a list reads: more than fits in a function's response.
const MAX_LIST_BYTES: i64 = 6_000_000;

/// The messages about one of the caller's insights, oldest first, the last 6 MB of them. Empty when the caller is
/// unknown or has no conversation about the insight. One round trip.
pub async fn get_chat_messages(
    database: &Database,
    token: TokenHash,
    insight: InsightId,
) -> Result<Vec<Message>, Error> {
    list_messages(database, token, Some(insight), None).await
}

/// The messages of one of the caller's standalone chats, oldest first, the last 6 MB of them. Empty when the caller has
/// no such chat. One round trip.
pub async fn get_standalone_chat_messages(
    database: &Database,
    token: TokenHash,
    chat: ChatId,
) -> Result<Vec<Message>, Error> {
    list_messages(database, token, None, Some(chat)).await
}

/// The messages of the conversation about `insight`, or of the standalone chat `chat`: exactly one of them is given.
async fn list_messages(
    database: &Database,
    token: TokenHash,
    insight: Option<InsightId>,
    chat: Option<ChatId>,
) -> Result<Vec<Message>, Error> {
    let messages = sqlx::query_as!(
        Message,
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), conversation AS (
            SELECT id
            FROM conversations
            WHERE user_id = (SELECT user_id FROM caller) AND insight_id = $2
            UNION ALL
            SELECT id
            FROM conversations
            WHERE user_id = (SELECT user_id FROM caller) AND id = $3 AND insight_id IS NULL
        )
        SELECT id AS "id: MessageId", role AS "role: Role", state AS "state: FinalState", content,
               created_at, is_imported
        FROM (
            SELECT messages.*,
                   sum(octet_length(content)) OVER (
                       ORDER BY messages.created_at DESC, messages.id DESC
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_since
            FROM messages
            WHERE conversation_id = (SELECT id FROM conversation)
              AND state <> 'pending' AND content <> ''
        ) AS measured
        WHERE coalesce(bytes_since, 0) < $4
        ORDER BY created_at, id
        "#,
        token.as_bytes(),
        insight.map(|insight| insight.0),
        chat.map(|chat| chat.0),
        MAX_LIST_BYTES,
    )
    .fetch_all(database.repeatable())
    .await?;
    Ok(messages)
}

/// Deletes the caller's conversation about an insight, with its summary, and returns how many messages its list had.
/// One round trip, two when there was nothing.
///
/// A reply that is still being written is deleted with the conversation, and so is an insight that was kept for it
/// alone (see [`clear_user_insights`](crate::clear_user_insights)). Messages that are sent while this runs are not
/// counted.
pub async fn clear_chat_messages(
    database: &Database,
    token: TokenHash,
    insight: InsightId,
) -> Result<u64, Error> {
    let removed = retry_if_nothing_found(|| async move {
        let removed = sqlx::query!(
            r#"
            WITH caller AS (
                SELECT users.id AS user_id
                FROM devices
                JOIN users ON users.id = devices.user_id
                WHERE devices.token_hash = $1
                FOR NO KEY UPDATE OF users
            ), removed AS (
                DELETE FROM conversations
                WHERE user_id = (SELECT user_id FROM caller) AND insight_id = $2
                RETURNING id
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
