//! Erasing a user: everything that names the user goes, the user and its devices among it.
//!
//! All of it hangs on the row in `users` by foreign keys that cascade, so that a table added later cannot be forgotten.
//! What a user used of the day's allowance goes too, as it names the user: a fresh user after an erasure has a fresh
//! allowance, as one without a cookie has. What bounds both is the rate of an address, which names nobody.

use crate::{Database, Error, TokenHash, merge::TRIES};

/// What an erasure took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Insights in the history.
    pub insights: i64,
    /// Definitions in the history.
    pub definitions: i64,
    /// Messages of all conversations, on insights and standalone.
    pub chat_messages: i64,
    /// Standalone chats.
    pub standalone_chats: i64,
}

/// Erases the caller's user with everything that names it; nothing for an unknown caller. One round trip.
///
/// Every device of the user is unknown from then on.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn clear_user_data(database: &Database, token: TokenHash) -> Result<Erased, Error> {
    for _ in 0..TRIES {
        if let Some(erased) = erase(database, token).await? {
            return Ok(erased);
        }
    }
    Err(Error::Unavailable(sqlx::Error::RowNotFound))
}

/// Erases once. `None`: the user that the token led to was gone by then, merged into another or erased at the same time.
async fn erase(database: &Database, token: TokenHash) -> Result<Option<Erased>, Error> {
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
    // A repeat after a broken connection finds the token gone, and takes nothing more away.
    .fetch_optional(database.repeatable())
    .await?;
    let Some(row) = row else {
        return Ok(Some(Erased::default()));
    };
    Ok(row.is_erased.then_some(Erased {
        insights: row.insights,
        definitions: row.definitions,
        chat_messages: row.chat_messages,
        standalone_chats: row.standalone_chats,
    }))
}

#[cfg(test)]
mod tests;
