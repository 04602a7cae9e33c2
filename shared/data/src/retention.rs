//! How long rows are kept: one table of cleanup jobs, each a statement for at most a thousand rows.
//!
//! A batch locks the rows that it changes and skips locked ones, so that two simultaneous runs share the work without
//! waiting. Erasing and merging delete their rows at once and are not in the table.

use chrono::{DateTime, Duration, Utc};
use futures_util::{FutureExt, future::BoxFuture};
use sqlx::{Postgres, postgres::PgArguments, query::Query};

use crate::{Database, Error};

use users::{delete_empty_users, delete_unreturned_users};

mod users;

/// All cleanup jobs. A row that no job deletes is kept until its user erases it.
pub const RETENTION: [Retention; 9] = [
    Retention {
        job: "expire_link_codes",
        description: "pending link codes become `expired` at their time",
        after: Duration::zero(),
        statement: |database, before, _| cleanup_expired_codes(database, before).boxed(),
    },
    Retention {
        job: "delete_link_codes",
        description: "link codes that are not pending are deleted a day after their time",
        after: Duration::days(1),
        statement: |database, before, _| delete_link_codes(database, before).boxed(),
    },
    Retention {
        job: "delete_rate_buckets",
        description: "rate buckets are deleted a day after the start of their window",
        after: Duration::days(1),
        statement: |database, before, _| delete_rate_buckets(database, before).boxed(),
    },
    Retention {
        job: "delete_usage",
        description: "daily usage is deleted after 400 days",
        after: Duration::days(400),
        statement: |database, before, _| delete_usage(database, before).boxed(),
    },
    Retention {
        job: "delete_generations",
        description: "claims on a generation are deleted an hour after their lease",
        after: Duration::hours(1),
        statement: |database, before, _| delete_generations(database, before).boxed(),
    },
    Retention {
        job: "interrupt_messages",
        description: "replies that are `pending` for 15 minutes become `interrupted`",
        after: Duration::minutes(15),
        statement: |database, before, _| interrupt_messages(database, before).boxed(),
    },
    Retention {
        job: "delete_empty_users",
        description: "users without data are deleted after 400 days without a request",
        after: Duration::days(400),
        statement: |database, before, cursor| delete_empty_users(database, before, cursor).boxed(),
    },
    Retention {
        job: "delete_unreturned_users",
        description: "users without data whose cookie never came back are deleted a day after their first request",
        after: Duration::days(1),
        statement: |database, before, cursor| {
            delete_unreturned_users(database, before, cursor).boxed()
        },
    },
    Retention {
        job: "delete_passages",
        description: "saved passages are deleted 400 days after they were last saved",
        after: Duration::days(400),
        statement: |database, before, _| delete_passages(database, before).boxed(),
    },
];

/// The most rows that one batch changes.
///
/// The statements contain the number itself: for a parameter the planner expects a tenth of the table and reads all of it.
/// They pass the found keys on as an array for the same reason: the planner may turn a join into a hash of the whole table.
pub const BATCH: u16 = 1000;

/// A cleanup job.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// Its name.
    pub job: &'static str,
    /// Its effect.
    pub description: &'static str,
    /// The age of the rows that it changes.
    pub after: Duration,
    statement: Statement,
}

/// Runs one batch on the rows from before a time, behind a cursor.
type Statement =
    for<'d> fn(&'d Database, DateTime<Utc>, Option<Cursor>) -> BoxFuture<'d, Result<Batch, Error>>;

/// The position of a job in its table. Opaque outside this module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(i64);

/// The result of one batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Changed or deleted rows.
    pub changed: u64,
    /// The cursor for the next batch; `None` after the last one.
    pub next: Option<Cursor>,
}

impl Retention {
    /// Runs one batch: the first without a cursor, each other with the cursor that the last one returned.
    pub async fn run_batch(
        &self,
        database: &Database,
        now: DateTime<Utc>,
        cursor: Option<Cursor>,
    ) -> Result<Batch, Error> {
        (self.statement)(database, now - self.after, cursor).await
    }
}

/// Runs a statement that changes the oldest rows. A batch that is not full is the last.
async fn change_oldest(
    database: &Database,
    statement: Query<'_, Postgres, PgArguments>,
) -> Result<Batch, Error> {
    let done = statement.execute(database.repeatable()).await?;
    let changed = done.rows_affected();
    let is_full = changed >= u64::from(BATCH);
    Ok(Batch {
        changed,
        next: is_full.then_some(Cursor(0)),
    })
}

/// Stores one batch of overdue link codes as expired. One round trip.
///
/// It is cosmetic: an overdue code is refused with any status.
pub async fn cleanup_expired_codes(
    database: &Database,
    now: DateTime<Utc>,
) -> Result<Batch, Error> {
    let statement = sqlx::query!(
        "WITH batch AS (
             SELECT id
             FROM link_codes
             WHERE expires_at <= $1 AND status = 'pending'
             ORDER BY expires_at
             LIMIT 1000
             FOR UPDATE SKIP LOCKED
         )
         UPDATE link_codes
         SET status = 'expired'
         WHERE id = ANY (ARRAY(SELECT id FROM batch))",
        now,
    );
    change_oldest(database, statement).await
}

async fn delete_link_codes(database: &Database, before: DateTime<Utc>) -> Result<Batch, Error> {
    let statement = sqlx::query!(
        "WITH batch AS (
             SELECT id
             FROM link_codes
             WHERE expires_at < $1 AND status <> 'pending'
             ORDER BY expires_at
             LIMIT 1000
             FOR UPDATE SKIP LOCKED
         )
         DELETE FROM link_codes
         WHERE id = ANY (ARRAY(SELECT id FROM batch))",
        before,
    );
    change_oldest(database, statement).await
}

async fn delete_rate_buckets(database: &Database, before: DateTime<Utc>) -> Result<Batch, Error> {
    // By `ctid`, as the key has nulls. A locked row keeps its `ctid`.
    let statement = sqlx::query!(
        "WITH batch AS (
             SELECT ctid
             FROM rate_buckets
             WHERE window_start < $1
             ORDER BY window_start
             LIMIT 1000
             FOR UPDATE SKIP LOCKED
         )
         DELETE FROM rate_buckets
         WHERE ctid = ANY (ARRAY(SELECT ctid FROM batch))",
        before,
    );
    let of_limits = change_oldest(database, statement).await?;
    let statement = sqlx::query!(
        "WITH batch AS (
             SELECT address_hash
             FROM store_buckets
             WHERE window_start < $1
             ORDER BY window_start
             LIMIT 1000
             FOR UPDATE SKIP LOCKED
         )
         DELETE FROM store_buckets
         WHERE address_hash = ANY (ARRAY(SELECT address_hash FROM batch))",
        before,
    );
    let of_stores = change_oldest(database, statement).await?;
    Ok(Batch {
        changed: of_limits.changed + of_stores.changed,
        next: of_limits.next.or(of_stores.next),
    })
}

async fn delete_usage(database: &Database, before: DateTime<Utc>) -> Result<Batch, Error> {
    // By `ctid`, as the key has two columns.
    let statement = sqlx::query!(
        "WITH batch AS (
             SELECT ctid
             FROM daily_usage
             WHERE day < $1
             ORDER BY day
             LIMIT 1000
             FOR UPDATE SKIP LOCKED
         )
         DELETE FROM daily_usage
         WHERE ctid = ANY (ARRAY(SELECT ctid FROM batch))",
        before.date_naive(),
    );
    change_oldest(database, statement).await
}

async fn delete_generations(database: &Database, before: DateTime<Utc>) -> Result<Batch, Error> {
    let statement = sqlx::query!(
        "WITH batch AS (
             SELECT holder
             FROM generations
             WHERE lease_until < $1
             ORDER BY lease_until
             LIMIT 1000
             FOR UPDATE SKIP LOCKED
         )
         DELETE FROM generations
         WHERE holder = ANY (ARRAY(SELECT holder FROM batch))",
        before,
    );
    change_oldest(database, statement).await
}

async fn delete_passages(database: &Database, before: DateTime<Utc>) -> Result<Batch, Error> {
    let statement = sqlx::query!(
        "WITH batch AS (
             SELECT id
             FROM saved_passages
             WHERE created_at < $1
             ORDER BY created_at
             LIMIT 1000
             FOR UPDATE SKIP LOCKED
         )
         DELETE FROM saved_passages
         WHERE id = ANY (ARRAY(SELECT id FROM batch))",
        before,
    );
    change_oldest(database, statement).await
}

async fn interrupt_messages(database: &Database, before: DateTime<Utc>) -> Result<Batch, Error> {
    // The users are locked too, as in all statements that change their stored bytes.
    let statement = sqlx::query!(
        "WITH batch AS (
             SELECT messages.id
             FROM messages
             JOIN users ON users.id = messages.user_id
             WHERE state = 'pending' AND messages.created_at < $1
             ORDER BY messages.created_at
             LIMIT 1000
             FOR NO KEY UPDATE SKIP LOCKED
         )
         UPDATE messages
         SET state = 'interrupted'
         WHERE id = ANY (ARRAY(SELECT id FROM batch))",
        before,
    );
    change_oldest(database, statement).await
}

#[cfg(test)]
mod tests;
