//! How long things are kept: one table of jobs, each a statement for at most a thousand rows.
//!
//! A batch locks what it changes and passes over what is locked, so that two runs at once share the work and nobody
//! waits for either. What erasing and merging remove is not here: they do it at once.

use std::fmt;

use chrono::{DateTime, Duration, Utc};
use futures_util::{FutureExt, future::BoxFuture};

use crate::{Database, Error};

use users::{delete_empty_users, delete_unreturned_users};

mod users;

/// What is kept how long. The whole of it: a row that no job names is kept until its user erases it.
pub const RETENTION: [Retention; 8] = [
    Retention {
        job: "expire_link_codes",
        does: "pending link codes past their time become `expired`",
        after: Duration::zero(),
        statement: |database, before, _| cleanup_expired_codes(database, before).boxed(),
    },
    Retention {
        job: "delete_link_codes",
        does: "link codes that are no longer pending go, a day after their time",
        after: Duration::days(1),
        statement: |database, before, _| delete_link_codes(database, before).boxed(),
    },
    Retention {
        job: "delete_rate_buckets",
        does: "rate buckets go a day after their window began",
        after: Duration::days(1),
        statement: |database, before, _| delete_rate_buckets(database, before).boxed(),
    },
    Retention {
        job: "delete_usage",
        does: "daily usage goes after 400 days",
        after: Duration::days(400),
        statement: |database, before, _| delete_usage(database, before).boxed(),
    },
    Retention {
        job: "delete_generations",
        does: "marks of what is being generated go an hour after their call has ended",
        after: Duration::hours(1),
        statement: |database, before, _| delete_generations(database, before).boxed(),
    },
    Retention {
        job: "interrupt_messages",
        does: "answers still `pending` after 15 minutes become `interrupted`",
        after: Duration::minutes(15),
        statement: |database, before, _| interrupt_messages(database, before).boxed(),
    },
    Retention {
        job: "delete_empty_users",
        does: "users who keep nothing go when no device of theirs was seen for 400 days",
        after: Duration::days(400),
        statement: |database, before, cursor| delete_empty_users(database, before, cursor).boxed(),
    },
    Retention {
        job: "delete_unreturned_users",
        does: "users who keep nothing go a day after their first visit when none of their cookies ever came back",
        after: Duration::days(1),
        statement: |database, before, cursor| {
            delete_unreturned_users(database, before, cursor).boxed()
        },
    },
];

/// The most rows that one batch changes.
///
/// The statements have the number itself: for a parameter the planner expects a tenth of the table, and then reads all of
/// it. What was found is given on as an array for the same reason: a join it may turn into a hash of the whole table.
pub const BATCH: u16 = 1000;

/// One line of the table.
#[derive(Clone, Copy)]
pub struct Retention {
    /// The job's name.
    pub job: &'static str,
    /// What it does, in words.
    pub does: &'static str,
    /// How old a row must be.
    pub after: Duration,
    statement: Statement,
}

/// One batch of a job: on what is older than this moment, behind this cursor.
type Statement =
    for<'d> fn(&'d Database, DateTime<Utc>, Option<Cursor>) -> BoxFuture<'d, Result<Batch, Error>>;

/// How far a job has come that walks through a table: meaningless outside this module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(i64);

/// What one batch did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Rows that it changed or deleted.
    pub changed: u64,
    /// What to give the next batch; `None` when nothing is left to do.
    pub next: Option<Cursor>,
}

impl Retention {
    /// Runs one batch: the first with no cursor, each other with what the one before gave.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when the database does not answer.
    pub async fn run_batch(
        &self,
        database: &Database,
        now: DateTime<Utc>,
        cursor: Option<Cursor>,
    ) -> Result<Batch, Error> {
        (self.statement)(database, now - self.after, cursor).await
    }
}

impl fmt::Debug for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Retention").field(&self.job).finish()
    }
}

/// A batch of a job that always takes what comes first: one that is not full was the last.
fn taken(changed: u64) -> Batch {
    let is_full = changed >= u64::from(BATCH);
    Batch {
        changed,
        next: is_full.then_some(Cursor(0)),
    }
}

/// Stores as expired what is past its time, up to a batch. One round trip.
///
/// Nothing depends on it: a code past its time is refused whatever its status.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn cleanup_expired_codes(
    database: &Database,
    now: DateTime<Utc>,
) -> Result<Batch, Error> {
    let done = sqlx::query!(
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
    )
    .execute(database.repeatable())
    .await?;
    Ok(taken(done.rows_affected()))
}

async fn delete_link_codes(database: &Database, before: DateTime<Utc>) -> Result<Batch, Error> {
    let done = sqlx::query!(
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
    )
    .execute(database.repeatable())
    .await?;
    Ok(taken(done.rows_affected()))
}

async fn delete_rate_buckets(database: &Database, before: DateTime<Utc>) -> Result<Batch, Error> {
    // By their place, as their key has nulls: nobody moves a row that is locked.
    let done = sqlx::query!(
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
    )
    .execute(database.repeatable())
    .await?;
    Ok(taken(done.rows_affected()))
}

async fn delete_usage(database: &Database, before: DateTime<Utc>) -> Result<Batch, Error> {
    // By their place, as their key has two columns.
    let done = sqlx::query!(
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
    )
    .execute(database.repeatable())
    .await?;
    Ok(taken(done.rows_affected()))
}

async fn delete_generations(database: &Database, before: DateTime<Utc>) -> Result<Batch, Error> {
    let done = sqlx::query!(
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
    )
    .execute(database.repeatable())
    .await?;
    Ok(taken(done.rows_affected()))
}

async fn interrupt_messages(database: &Database, before: DateTime<Utc>) -> Result<Batch, Error> {
    let done = sqlx::query!(
        "WITH batch AS (
             SELECT id
             FROM messages
             WHERE state = 'pending' AND created_at < $1
             ORDER BY created_at
             LIMIT 1000
             FOR UPDATE SKIP LOCKED
         )
         UPDATE messages
         SET state = 'interrupted'
         WHERE id = ANY (ARRAY(SELECT id FROM batch))",
        before,
    )
    .execute(database.repeatable())
    .await?;
    Ok(taken(done.rows_affected()))
}

#[cfg(test)]
mod tests;
