//! Standalone chats: conversations that are not about an insight.

use chrono::{DateTime, Utc};

use super::ChatId;
use crate::{Database, Error, Page, TokenHash, merge::retry_if_nothing_found};

/// A standalone chat, without its messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandaloneChat {
    /// Its id.
    pub id: ChatId,
    /// The beginning of its first message.
    pub title: String,
    /// The passage that the user had open.
    pub passage_reference: Option<String>,
    /// The text of that passage.
    pub passage_text: Option<String>,
    /// When its first message was sent.
    pub created_at: DateTime<Utc>,
    /// When the user last sent a message.
    pub updated_at: DateTime<Utc>,
}

/// The caller's standalone chats, the last used first. Empty for an unknown caller. One round trip.
pub async fn get_standalone_chats(
    database: &Database,
    token: TokenHash,
    page: Page,
) -> Result<Vec<StandaloneChat>, Error> {
    // The start of the page is one row, so that the page is one range of the index.
    let chats = sqlx::query_as!(
        StandaloneChat,
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        )
        SELECT id AS "id: ChatId", coalesce(title, '') AS "title!", passage_reference,
               passage_text, created_at, updated_at
        FROM conversations
        WHERE user_id = (SELECT user_id FROM caller) AND insight_id IS NULL
          AND (updated_at, id) < (
              SELECT 'infinity'::TIMESTAMPTZ, 0::BIGINT
              WHERE $2::BIGINT IS NULL
              UNION ALL
              SELECT updated_at, id
              FROM conversations
              WHERE user_id = (SELECT user_id FROM caller) AND insight_id IS NULL AND id = $2)
        ORDER BY updated_at DESC, id DESC
        LIMIT $3
        "#,
        token.as_bytes(),
        page.before,
        page.limit,
    )
    .fetch_all(database.repeatable())
    .await?;
    Ok(chats)
}

/// Deletes one of the caller's standalone chats, and returns whether it existed. One round trip, two when it did not.
pub async fn delete_standalone_chat(
    database: &Database,
    token: TokenHash,
    chat: ChatId,
) -> Result<bool, Error> {
    let deleted = retry_if_nothing_found(|| async move {
        let deleted = sqlx::query!(
            "WITH caller AS (
                 SELECT users.id AS user_id
                 FROM devices
                 JOIN users ON users.id = devices.user_id
                 WHERE devices.token_hash = $1
                 FOR NO KEY UPDATE OF users
             )
             DELETE FROM conversations
             WHERE user_id = (SELECT user_id FROM caller) AND id = $2 AND insight_id IS NULL",
            token.as_bytes(),
            chat.0,
        )
        .execute(database.once())
        .await?;
        Ok((deleted.rows_affected() > 0).then_some(()))
    });
    Ok(deleted.await?.is_some())
}
