//! The jobs that delete users without data. They walk through the table, as no index can find missing rows.

use std::{io::ErrorKind, time::Duration};

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, postgres::PgQueryResult};
use tokio::time::timeout;

use super::{BATCH, Batch, Cursor};
use crate::{Database, Error};

/// The limit of the transaction of one batch.
const TRANSACTION_TIMEOUT: Duration = Duration::from_secs(5);

/// One step of a walk through a table.
struct Step {
    /// Its last id.
    last: Option<i64>,
    /// The number of its rows.
    rows: i64,
    /// The number of its rows from before the given time.
    old: i64,
    /// The users to delete.
    unused: Vec<i64>,
}

impl Step {
    /// Runs the deletion, within its time limit, if there is a user to delete.
    async fn delete(
        &self,
        deletion: impl Future<Output = Result<u64, Error>>,
    ) -> Result<Batch, Error> {
        let changed = if self.unused.is_empty() {
            0
        } else {
            timeout(TRANSACTION_TIMEOUT, deletion)
                .await
                .map_err(|_| Error::Unavailable(sqlx::Error::Io(ErrorKind::TimedOut.into())))??
        };
        let has_more = self.rows == i64::from(BATCH) && self.old > 0;
        Ok(Batch {
            changed,
            next: self.last.filter(|_| has_more).map(Cursor),
        })
    }
}

/// Reads the next thousand users in the order of their ids, and deletes those without data and recent requests.
///
/// Ids grow with time, so that the walk ends at the first page of young users. One round trip, and four more if there is a
/// user to delete.
pub(super) async fn delete_empty_users(
    database: &Database,
    before: DateTime<Utc>,
    cursor: Option<Cursor>,
) -> Result<Batch, Error> {
    let Cursor(after) = cursor.unwrap_or(Cursor(0));
    let step = sqlx::query_as!(
        Step,
        r#"
        WITH walked AS (
            SELECT id, created_at
            FROM users
            WHERE id > $1
            ORDER BY id
            LIMIT 1000
        )
        SELECT max(id) AS last, count(*) AS "rows!",
               count(*) FILTER (WHERE created_at < $2) AS "old!",
               ARRAY(
                   SELECT empty_users.id
                   FROM empty_users
                   WHERE empty_users.id = ANY (ARRAY(SELECT id FROM walked WHERE created_at < $2))
                     AND NOT EXISTS (
                         SELECT FROM devices
                         WHERE devices.user_id = empty_users.id AND devices.last_active >= $2
                     )
               ) AS "unused!"
        FROM walked
        "#,
        after,
        before,
    )
    .fetch_one(database.repeatable())
    .await?;
    let deletion = delete_if_still_unused(database, &step.unused, before);
    step.delete(deletion).await
}

/// Reads the next thousand devices whose cookie never came back, and deletes their users if they have no returned device and
/// no data: without the cookie, no request can reach such a user.
///
/// A user with daily usage is kept as long as the usage, and one with link codes as long as these. The first run deletes most
/// of these devices' users; the remaining ones have data. One round trip, and four more if there is a user to delete.
pub(super) async fn delete_unreturned_users(
    database: &Database,
    before: DateTime<Utc>,
    cursor: Option<Cursor>,
) -> Result<Batch, Error> {
    let Cursor(after) = cursor.unwrap_or(Cursor(0));
    let step = sqlx::query_as!(
        Step,
        r#"
        WITH walked AS (
            SELECT id, user_id, created_at
            FROM devices
            WHERE NOT returned AND id > $1
            ORDER BY id
            LIMIT 1000
        )
        SELECT max(id) AS last, count(*) AS "rows!",
               count(*) FILTER (WHERE created_at < $2) AS "old!",
               ARRAY(
                   SELECT empty_users.id
                   FROM empty_users
                   WHERE empty_users.id = ANY (ARRAY(SELECT user_id FROM walked WHERE created_at < $2))
                     AND NOT EXISTS (
                         SELECT FROM devices
                         WHERE devices.user_id = empty_users.id
                           AND (devices.returned OR devices.created_at >= $2)
                     )
                     AND NOT EXISTS (SELECT FROM daily_usage WHERE daily_usage.user_id = empty_users.id)
                     AND NOT EXISTS (SELECT FROM link_codes WHERE link_codes.user_id = empty_users.id)
               ) AS "unused!"
        FROM walked
        "#,
        after,
        before,
    )
    .fetch_one(database.repeatable())
    .await?;
    let deletion = delete_if_still_unreturned(database, &step.unused, before);
    step.delete(deletion).await
}

/// Deletes those of `users` that still have no data and no recent request.
pub(super) async fn delete_if_still_unused(
    database: &Database,
    users: &[i64],
    before: DateTime<Utc>,
) -> Result<u64, Error> {
    lock_and_delete(database, users, async move |connection, locked| {
        sqlx::query!(
            "DELETE FROM users
             USING empty_users
             WHERE users.id = ANY ($1)
               AND empty_users.id = users.id
               AND NOT EXISTS (
                   SELECT FROM devices
                   WHERE devices.user_id = users.id AND devices.last_active >= $2
               )",
            locked,
            before,
        )
        .execute(connection)
        .await
    })
    .await
}

/// Deletes those of `users` whose cookie has still not come back.
pub(super) async fn delete_if_still_unreturned(
    database: &Database,
    users: &[i64],
    before: DateTime<Utc>,
) -> Result<u64, Error> {
    lock_and_delete(database, users, async move |connection, locked| {
        sqlx::query!(
            "DELETE FROM users
             USING empty_users
             WHERE users.id = ANY ($1)
               AND empty_users.id = users.id
               AND NOT EXISTS (
                   SELECT FROM devices
                   WHERE devices.user_id = users.id
                     AND (devices.returned OR devices.created_at >= $2)
               )
               AND NOT EXISTS (SELECT FROM daily_usage WHERE daily_usage.user_id = users.id)
               AND NOT EXISTS (SELECT FROM link_codes WHERE link_codes.user_id = users.id)",
            locked,
            before,
        )
        .execute(connection)
        .await
    })
    .await
}

/// Locks those of `users` that no other transaction has locked, and runs `delete` on them.
///
/// A user may come back before the deletion. The lock prevents new rows that refer to the user, and only a statement that
/// begins under the lock sees all earlier rows: hence two statements in a transaction.
async fn lock_and_delete(
    database: &Database,
    users: &[i64],
    delete: impl AsyncFnOnce(&mut PgConnection, &[i64]) -> Result<PgQueryResult, sqlx::Error>,
) -> Result<u64, Error> {
    let mut transaction = database.begin().await?;
    let locked = sqlx::query_scalar!(
        "SELECT id FROM users WHERE id = ANY ($1) ORDER BY id FOR UPDATE SKIP LOCKED",
        users,
    )
    .fetch_all(transaction.connection())
    .await?;
    let deleted = delete(transaction.connection(), &locked).await?;
    transaction.commit().await?;
    Ok(deleted.rows_affected())
}
