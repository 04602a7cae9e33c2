//! Erasing a user: deletes the user, its devices and every other row that names it.
//!
//! Each of these rows refers to `users` by a cascading foreign key, so that a later table cannot be forgotten. The used quota
//! is deleted too, as it names the user. The next user of that device has a new quota, like any caller without a cookie. The
//! rate limit of an IP address, which names no user, bounds both.

use crate::{Database, Error, TokenHash, merge::retry_after_merge};

/// The number of rows that an erasure deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ErasedCounts {
    /// Insights in the history.
    pub insights: i64,
    /// Definitions in the history.
    pub definitions: i64,
    /// Messages of all conversations, on insights and standalone.
    pub chat_messages: i64,
    /// Standalone chats.
    pub standalone_chats: i64,
}

/// Erases the caller's user and all its data; nothing for an unknown caller. One round trip.
///
/// The cookies of all the user's devices no longer work.
pub async fn clear_user_data(database: &Database, token: TokenHash) -> Result<ErasedCounts, Error> {
    retry_after_merge(|| try_erase(database, token)).await
}

/// As [`clear_user_data`]. `None` when the token's user was merged or erased at the same time.
async fn try_erase(database: &Database, token: TokenHash) -> Result<Option<ErasedCounts>, Error> {
    let row = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), erased AS (
            DELETE FROM users USING caller WHERE users.id = caller.user_id RETURNING users.id
        )
        SELECT EXISTS (SELECT FROM erased) AS "is_erased!",
               (SELECT count(*) FROM user_insights WHERE user_id = caller.user_id) AS "insights!",
               (SELECT count(*) FROM user_definitions WHERE user_id = caller.user_id)
                   AS "definitions!",
               (SELECT count(*) FROM messages WHERE user_id = caller.user_id) AS "chat_messages!",
               (SELECT count(*) FROM conversations
                WHERE user_id = caller.user_id AND insight_id IS NULL) AS "standalone_chats!"
        FROM caller
        "#,
        token.as_bytes(),
    )
    // A repeat after a broken connection finds no such token and deletes nothing more.
    .fetch_optional(database.repeatable())
    .await?;
    let Some(row) = row else {
        return Ok(Some(ErasedCounts::default()));
    };
    Ok(row.is_erased.then_some(ErasedCounts {
        insights: row.insights,
        definitions: row.definitions,
        chat_messages: row.chat_messages,
        standalone_chats: row.standalone_chats,
    }))
}

#[cfg(test)]
mod tests;
