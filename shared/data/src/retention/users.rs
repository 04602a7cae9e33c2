//! The jobs that delete users who keep nothing: they walk, since what such users have in common is what they do not have.

use std::{io::ErrorKind, time::Duration};

use chrono::{DateTime, Utc};
use tokio::time::timeout;

use super::{BATCH, Batch, Cursor};
use crate::{Database, Error, Transaction};

/// The longest that the transaction of one batch may take.
const TRANSACTION_TIMEOUT: Duration = Duration::from_secs(5);

/// Looks at the next thousand users in the order of their numbers, and deletes which of them are of no use to anybody.
///
/// There is no index that would find them. Numbers are given in the order of time, so that the walk ends where users
/// are too young. One round trip, and four more if there is anything to delete.
pub(super) async fn delete_empty_users(
    database: &Database,
    before: DateTime<Utc>,
    cursor: Option<Cursor>,
) -> Result<Batch, Error> {
    let Cursor(after) = cursor.unwrap_or(Cursor(0));
    let walked = sqlx::query!(
        r#"
        WITH walked AS (
            SELECT id, created_at
            FROM users
            WHERE id > $1
            ORDER BY id
            LIMIT 1000
        )
        SELECT max(id) AS last, count(*) AS "users!",
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
    let changed = in_time(
        &walked.unused,
        delete_if_still_unused(database, &walked.unused, before),
    );
    let goes_on = walked.users == i64::from(BATCH) && walked.old > 0;
    Ok(Batch {
        changed: changed.await?,
        next: walked.last.filter(|_| goes_on).map(Cursor),
    })
}

/// Looks at the next thousand devices whose cookie never came back, and deletes their users if they have no other device
/// and nothing else: whoever threw a cookie away cannot come back for it.
///
/// Whoever was ever answered by a model stays as long as the usage does, and whoever asked for a link code as long as
/// that. Most such devices go at their first turn; those left are of users who keep something. One round trip, and
/// four more if there is anything to delete.
pub(super) async fn delete_unreturned_users(
    database: &Database,
    before: DateTime<Utc>,
    cursor: Option<Cursor>,
) -> Result<Batch, Error> {
    let Cursor(after) = cursor.unwrap_or(Cursor(0));
    let walked = sqlx::query!(
        r#"
        WITH walked AS (
            SELECT id, user_id, created_at
            FROM devices
            WHERE NOT returned AND id > $1
            ORDER BY id
            LIMIT 1000
        )
        SELECT max(id) AS last, count(*) AS "devices!",
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
    let changed = in_time(
        &walked.unused,
        delete_if_still_unreturned(database, &walked.unused, before),
    );
    let goes_on = walked.devices == i64::from(BATCH) && walked.old > 0;
    Ok(Batch {
        changed: changed.await?,
        next: walked.last.filter(|_| goes_on).map(Cursor),
    })
}

/// How many users the deletion took; it is not begun for none.
async fn in_time(
    users: &[i64],
    deletion: impl Future<Output = Result<u64, Error>>,
) -> Result<u64, Error> {
    if users.is_empty() {
        return Ok(0);
    }
    timeout(TRANSACTION_TIMEOUT, deletion)
        .await
        .map_err(|_| Error::Unavailable(sqlx::Error::Io(ErrorKind::TimedOut.into())))?
}

/// Deletes those of `users` that are of no use to anybody still.
pub(super) async fn delete_if_still_unused(
    database: &Database,
    users: &[i64],
    before: DateTime<Utc>,
) -> Result<u64, Error> {
    let mut transaction = database.begin().await?;
    let locked = lock(&mut transaction, users).await?;
    let done = sqlx::query!(
        "DELETE FROM users
         USING empty_users
         WHERE users.id = ANY ($1)
           AND empty_users.id = users.id
           AND NOT EXISTS (
               SELECT FROM devices WHERE devices.user_id = users.id AND devices.last_active >= $2
           )",
        &locked,
        before,
    )
    .execute(transaction.connection()?)
    .await?;
    transaction.commit().await?;
    Ok(done.rows_affected())
}

/// Deletes those of `users` that did not come back in the meantime.
pub(super) async fn delete_if_still_unreturned(
    database: &Database,
    users: &[i64],
    before: DateTime<Utc>,
) -> Result<u64, Error> {
    let mut transaction = database.begin().await?;
    let locked = lock(&mut transaction, users).await?;
    let done = sqlx::query!(
        "DELETE FROM users
         USING empty_users
         WHERE users.id = ANY ($1)
           AND empty_users.id = users.id
           AND NOT EXISTS (
               SELECT FROM devices
               WHERE devices.user_id = users.id AND (devices.returned OR devices.created_at >= $2)
           )
           AND NOT EXISTS (SELECT FROM daily_usage WHERE daily_usage.user_id = users.id)
           AND NOT EXISTS (SELECT FROM link_codes WHERE link_codes.user_id = users.id)",
        &locked,
        before,
    )
    .execute(transaction.connection()?)
    .await?;
    transaction.commit().await?;
    Ok(done.rows_affected())
}

/// Locks those of `users` that nobody else has locked, and gives them.
///
/// A user may come back between the look and the deletion. The lock keeps whatever refers to the user from being
/// written, and only a statement that begins under it sees all that was written before: hence two, in a transaction.
async fn lock(transaction: &mut Transaction, users: &[i64]) -> Result<Vec<i64>, Error> {
    let locked = sqlx::query_scalar!(
        "SELECT id FROM users WHERE id = ANY ($1) ORDER BY id FOR UPDATE SKIP LOCKED",
        users,
    )
    .fetch_all(transaction.connection()?)
    .await?;
    Ok(locked)
}
