//! Clearing a user's data: deletes what the user wrote and kept, and keeps the user, its devices and today's usage.
//!
//! Erasing a user is deleting its row: every row that names it refers to `users` by a cascading foreign key, so that a later
//! table cannot be forgotten. [`unlink_device`](crate::unlink_device) erases the user of the last device.

use chrono::{DateTime, Utc};

use crate::{Database, Error, TokenHash, merge::retry_after_merge};

/// The number of rows that were deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClearedCounts {
    /// Insights in the history.
    pub insights: i64,
    /// Definitions in the history.
    pub definitions: i64,
    /// Messages of all conversations, on insights and standalone.
    pub chat_messages: i64,
    /// Standalone chats.
    pub standalone_chats: i64,
}

/// Clears the data of the caller's user; nothing for an unknown caller. One round trip.
///
/// Histories, conversations, their memory and uploads go, and so do link codes and the usage of other days. The plan and the
/// usage of the UTC day of `now` stay, and so do rate buckets, which contain nothing that the user wrote: without them, a user
/// could clear its data to begin a rate limit anew. A cleanup job deletes them within a day.
pub async fn clear_user_data(
    database: &Database,
    token: TokenHash,
    now: DateTime<Utc>,
) -> Result<ClearedCounts, Error> {
    retry_after_merge(|| try_clear(database, token, now)).await
}

/// As [`clear_user_data`]. `None` when the token's user was merged or erased at the same time.
async fn try_clear(
    database: &Database,
    token: TokenHash,
    now: DateTime<Utc>,
) -> Result<Option<ClearedCounts>, Error> {
    // The user's row is locked first: a merge would move rows away from a statement that waits for them. Triggers delete the
    // uploads, and shared texts that only this user had.
    let row = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), locked AS (
            SELECT users.id
            FROM users
            JOIN caller ON caller.user_id = users.id
            FOR NO KEY UPDATE OF users
        ), unlinked_insights AS (
            DELETE FROM user_insights WHERE user_id = (SELECT id FROM locked) RETURNING insight_id
        ), unlinked_definitions AS (
            DELETE FROM user_definitions WHERE user_id = (SELECT id FROM locked) RETURNING definition_id
        ), removed_messages AS (
            DELETE FROM messages WHERE user_id = (SELECT id FROM locked) RETURNING id
        ), removed_conversations AS (
            DELETE FROM conversations WHERE user_id = (SELECT id FROM locked) RETURNING insight_id
        ), removed_codes AS (
            DELETE FROM link_codes WHERE user_id = (SELECT id FROM locked)
        ), removed_usage AS (
            DELETE FROM daily_usage WHERE user_id = (SELECT id FROM locked) AND day <> $2
        )
        SELECT EXISTS (SELECT FROM locked) AS "is_cleared!",
               (SELECT count(*) FROM unlinked_insights) AS "insights!",
               (SELECT count(*) FROM unlinked_definitions) AS "definitions!",
               (SELECT count(*) FROM removed_messages) AS "chat_messages!",
               (SELECT count(*) FROM removed_conversations WHERE insight_id IS NULL)
                   AS "standalone_chats!"
        FROM caller
        "#,
        token.as_bytes(),
        now.date_naive(),
    )
    // A repeat after a broken connection finds nothing more to delete.
    .fetch_optional(database.repeatable())
    .await?;
    let Some(row) = row else {
        return Ok(Some(ClearedCounts::default()));
    };
    Ok(row.is_cleared.then_some(ClearedCounts {
        insights: row.insights,
        definitions: row.definitions,
        chat_messages: row.chat_messages,
        standalone_chats: row.standalone_chats,
    }))
}

#[cfg(test)]
mod tests;
