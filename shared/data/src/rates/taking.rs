//! Taking from buckets, and looking into them.

use chrono::{DateTime, Utc};

use super::{Rate, Subject, Take};
use crate::{Database, Error};

/// Takes, as a statement takes them: a column each.
#[derive(Default)]
struct Columns {
    buckets: Vec<&'static str>,
    tokens: Vec<Option<Vec<u8>>>,
    users: Vec<Option<i64>>,
    addresses: Vec<Option<Vec<u8>>>,
    most: Vec<i32>,
    /// A window that began then, or earlier, is over.
    over: Vec<DateTime<Utc>>,
}

impl Columns {
    fn of(takes: &[Take], now: DateTime<Utc>) -> Self {
        let mut columns = Self::default();
        for take in takes {
            let (token, user, address) = match take.subject {
                Subject::Caller(token) => (Some(token.as_bytes().to_vec()), None, None),
                Subject::User(user) => (None, Some(user.0), None),
                Subject::Address(address) => (None, None, Some(address.0.to_vec())),
            };
            columns.buckets.push(take.bucket.as_str());
            columns.tokens.push(token);
            columns.users.push(user);
            columns.addresses.push(address);
            columns.most.push(take.most);
            columns.over.push(now - take.window);
        }
        columns
    }
}

/// Takes one place in each bucket, or none in any when one is full. One round trip.
///
/// # Errors
///
/// [`Error::UnknownCaller`] when a caller's token is no device's; [`Error::Unavailable`] when the database does not
/// answer.
pub async fn take_rate(
    database: &Database,
    takes: &[Take],
    now: DateTime<Utc>,
) -> Result<Rate, Error> {
    let columns = Columns::of(takes, now);
    match try_take(database, &columns, now).await {
        // Others took the last place of a bucket that was not there yet when this one looked. It is there now.
        Err(Error::Conflict { constraint, .. }) if constraint == OVERFULL => {
            try_take(database, &columns, now).await
        }
        result => result,
    }
}

/// The check that a bucket breaks when it is taken from and has no place left.
const OVERFULL: &str = "rate_buckets_taken_check";

/// The buckets that are there are locked, in one order for all (addresses' first), and then looked into. Of those that are not, two
/// statements at once may both believe that they make them: the second then takes from what the first made, and where that
/// is too much, it puts in a number that no bucket may have. So the whole statement fails, and takes from none.
async fn try_take(
    database: &Database,
    columns: &Columns,
    now: DateTime<Utc>,
) -> Result<Rate, Error> {
    let row = sqlx::query!(
        r#"
        WITH asked AS (
            SELECT bucket, coalesce(asked.user_id, devices.user_id) AS user_id, address_hash,
                   most, over
            FROM UNNEST($1::TEXT[], $2::BYTEA[], $3::BIGINT[], $4::BYTEA[], $5::INTEGER[],
                        $6::TIMESTAMPTZ[])
                AS asked (bucket, token_hash, user_id, address_hash, most, over)
            LEFT JOIN devices ON devices.token_hash = asked.token_hash
        ), locked_addresses AS (
            SELECT rate_buckets.bucket, rate_buckets.user_id, rate_buckets.address_hash,
                   window_start, taken
            FROM asked
            JOIN rate_buckets ON rate_buckets.bucket = asked.bucket
                             AND rate_buckets.user_id IS NULL
                             AND rate_buckets.address_hash = asked.address_hash
            ORDER BY rate_buckets.bucket, rate_buckets.address_hash
            FOR UPDATE OF rate_buckets
        ), locked_users AS (
            SELECT rate_buckets.bucket, rate_buckets.user_id, rate_buckets.address_hash,
                   window_start, taken
            FROM asked
            JOIN rate_buckets ON rate_buckets.bucket = asked.bucket
                             AND rate_buckets.user_id = asked.user_id
            ORDER BY rate_buckets.bucket, rate_buckets.user_id
            FOR UPDATE OF rate_buckets
        ), locked AS (
            SELECT * FROM locked_addresses
            UNION ALL
            SELECT * FROM locked_users
        ), judged AS (
            SELECT asked.user_id IS NOT NULL OR asked.address_hash IS NOT NULL AS is_known,
                   CASE WHEN window_start > over THEN taken ELSE 0 END < most AS has_place,
                   coalesce(window_start, $7) + ($7 - over) AS free_at
            FROM asked
            LEFT JOIN locked
              ON locked.bucket = asked.bucket
             AND locked.user_id IS NOT DISTINCT FROM asked.user_id
             AND locked.address_hash IS NOT DISTINCT FROM asked.address_hash
        ), taken AS (
            INSERT INTO rate_buckets AS old (bucket, user_id, address_hash, window_start, taken)
            SELECT bucket, user_id, address_hash, $7, 1
            FROM asked
            WHERE (SELECT bool_and(is_known AND has_place) FROM judged)
            ORDER BY bucket, user_id, address_hash
            ON CONFLICT (bucket, user_id, address_hash) DO UPDATE
            SET (window_start, taken) = (
                SELECT CASE WHEN old.window_start > over THEN old.window_start ELSE $7 END,
                       CASE WHEN old.window_start <= over THEN 1
                            WHEN old.taken < most THEN old.taken + 1
                            ELSE -1 END
                FROM asked
                WHERE asked.bucket = old.bucket
                LIMIT 1)
        )
        SELECT coalesce(bool_and(is_known), TRUE) AS "is_known!",
               max(free_at) FILTER (WHERE NOT has_place) AS free_at
        FROM judged
        "#,
        &columns.buckets as &[&str],
        &columns.tokens as &[Option<Vec<u8>>],
        &columns.users as &[Option<i64>],
        &columns.addresses as &[Option<Vec<u8>>],
        &columns.most,
        &columns.over,
        now,
    )
    .fetch_one(database.once())
    .await?;
    if !row.is_known {
        return Err(Error::UnknownCaller);
    }
    Ok(rate(row.free_at))
}

/// Whether [`take_rate`] would find a place in every bucket. Takes none; an unknown caller's buckets are all empty. One
/// round trip.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn peek_rate(
    database: &Database,
    takes: &[Take],
    now: DateTime<Utc>,
) -> Result<Rate, Error> {
    let columns = Columns::of(takes, now);
    let free_at = sqlx::query_scalar!(
        r#"
        WITH asked AS (
            SELECT bucket, coalesce(asked.user_id, devices.user_id) AS user_id, address_hash,
                   most, over
            FROM UNNEST($1::TEXT[], $2::BYTEA[], $3::BIGINT[], $4::BYTEA[], $5::INTEGER[],
                        $6::TIMESTAMPTZ[])
                AS asked (bucket, token_hash, user_id, address_hash, most, over)
            LEFT JOIN devices ON devices.token_hash = asked.token_hash
        )
        SELECT max(coalesce(of_user.window_start, of_address.window_start, $7) + ($7 - over))
                   AS free_at
        FROM asked
        LEFT JOIN rate_buckets AS of_user
               ON of_user.bucket = asked.bucket AND of_user.user_id = asked.user_id
        LEFT JOIN rate_buckets AS of_address
               ON of_address.bucket = asked.bucket AND of_address.user_id IS NULL
              AND of_address.address_hash = asked.address_hash
        WHERE most <= CASE WHEN coalesce(of_user.window_start, of_address.window_start) > over
                           THEN coalesce(of_user.taken, of_address.taken) ELSE 0 END
        "#,
        &columns.buckets as &[&str],
        &columns.tokens as &[Option<Vec<u8>>],
        &columns.users as &[Option<i64>],
        &columns.addresses as &[Option<Vec<u8>>],
        &columns.most,
        &columns.over,
        now,
    )
    .fetch_one(database.repeatable())
    .await?;
    Ok(rate(free_at))
}

fn rate(free_at: Option<DateTime<Utc>>) -> Rate {
    free_at.map_or(Rate::Allowed, |free_at| Rate::Exhausted { free_at })
}
