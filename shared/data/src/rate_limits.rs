//! Rate limits: table `rate_buckets`, one row for each limit of a user or an IP address, and table `store_buckets`, one row
//! for what each address stores.
//!
//! A bucket counts within a fixed window that begins with its first call. Within a window the limit is exact; across
//! the boundary of two windows, up to twice the limit may fall into one window's length. A sliding window would need a row a call.

use std::net::IpAddr;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use sha2::{Digest, Sha256};

use crate::{Database, Error, TokenHash};

/// The calls that a bucket counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// Insights and definitions of a user.
    Generate,
    /// Chat messages of a user.
    Chat,
    /// Insights, definitions and chat messages from an address.
    Address,
    /// Wrong link codes.
    Link,
}

/// The user or address that a bucket belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateKey {
    /// The user whose device has this token.
    Caller(TokenHash),
    /// An IP address.
    Address(AddressHash),
}

/// A limit that one call counts against. In one statement, all limits of a bucket have the same `most` and `window`.
#[derive(Clone, Copy, Debug)]
pub struct RateLimit {
    /// The calls that count.
    pub bucket: Bucket,
    /// The user or address.
    pub key: RateKey,
    /// Calls allowed within a window.
    pub most: i32,
    /// The window's length.
    pub window: Duration,
}

/// The limit of what an address stores within [`STORE_WINDOW`]: users, saved passages and imports. The statement that
/// stores counts against it, and fails with [`Error::TooManyWrites`] at the limit.
#[derive(Clone, Copy, Debug)]
pub struct StoreLimit {
    /// The address.
    pub address: AddressHash,
    /// The most that it may store.
    pub most: i32,
    /// What this call counts.
    pub cost: i32,
}

/// The length of the window of a [`StoreLimit`].
pub const STORE_WINDOW: Duration = Duration::minutes(1);

/// Whether a call is within all of its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum RateDecision {
    /// It is, and it was counted.
    Allowed,
    /// It is not, and it was not counted.
    Limited {
        /// When the last of the exceeded windows ends.
        retry_at: DateTime<Utc>,
    },
}

/// SHA-256 of an IP address and the day. It identifies an address within a day without showing it. Prints as `***`.
///
/// An IPv4 address can be found from its hash by trying them all. The protection is that the cleanup job deletes buckets
/// whose window has ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AddressHash([u8; 32]);

impl AddressHash {
    /// The hash for one UTC day. Of an IPv6 address only the first 64 bits count: the caller can choose the others.
    #[must_use]
    pub fn of(address: IpAddr, day: NaiveDate) -> Self {
        let mut hash = Sha256::new();
        hash.update(day.to_string());
        match address.to_canonical() {
            IpAddr::V4(address) => hash.update(address.octets()),
            IpAddr::V6(address) => hash.update((address.to_bits() >> 64).to_be_bytes()),
        }
        Self(hash.finalize().into())
    }

    /// The 32 bytes.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

redact!(AddressHash);

impl Bucket {
    /// The name that the table stores.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Generate => "generate",
            Self::Chat => "chat",
            Self::Address => "address",
            Self::Link => "link",
        }
    }
}

/// The check that a row breaks when a call counts against a bucket that is full.
const OVERFULL: &str = "rate_buckets_taken_check";

/// Counts a call against all of `limits`, or against none when one of them is reached. One round trip.
///
/// # Errors
/// [`Error::UnknownCaller`] when a token belongs to no device.
pub async fn consume_rate_limits(
    database: &Database,
    limits: &[RateLimit],
    now: DateTime<Utc>,
) -> Result<RateDecision, Error> {
    match try_consume(database, limits, now).await {
        // Other calls filled a bucket that did not exist when this statement looked. The second try sees it.
        Err(Error::Conflict { constraint, .. }) if constraint == OVERFULL => {
            try_consume(database, limits, now).await
        }
        result => result,
    }
}

/// Counts an import against the limit of its address, before its transaction: an import that fails costs as much. One round
/// trip; none without an address.
///
/// # Errors
/// [`Error::TooManyWrites`] at the limit.
pub async fn consume_store_limit(
    database: &Database,
    limit: Option<StoreLimit>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let Some(limit) = limit else {
        return Ok(());
    };
    // The update checks its condition under the lock of the bucket's row.
    let counted = sqlx::query!(
        "INSERT INTO store_buckets AS bucket (address_hash, window_start, taken)
         SELECT $1, $2, $3::INTEGER
         WHERE $3 <= $4
         ON CONFLICT (address_hash) DO UPDATE
         SET window_start = CASE WHEN bucket.window_start > $5 THEN bucket.window_start ELSE $2 END,
             taken = CASE WHEN bucket.window_start > $5 THEN bucket.taken ELSE 0 END + $3
         WHERE bucket.window_start <= $5 OR bucket.taken + $3 <= $4",
        limit.address.as_bytes(),
        now,
        limit.cost,
        limit.most,
        now - STORE_WINDOW,
    )
    .execute(database.once())
    .await?;
    if counted.rows_affected() == 0 {
        return Err(Error::TooManyWrites);
    }
    Ok(())
}

/// The statement locks the buckets that exist, in one order for all callers (addresses first), and then reads them. Two
/// statements may insert the same missing bucket at once: the second then updates the first's row, and writes an impossible
/// count where the limit is exceeded. The check refuses that row, and the whole statement counts nothing.
async fn try_consume(
    database: &Database,
    limits: &[RateLimit],
    now: DateTime<Utc>,
) -> Result<RateDecision, Error> {
    let buckets: Vec<_> = limits.iter().map(|limit| limit.bucket.as_str()).collect();
    let (tokens, addresses): (Vec<_>, Vec<_>) = limits
        .iter()
        .map(|limit| match limit.key {
            RateKey::Caller(token) => (Some(token.as_bytes().to_vec()), None),
            RateKey::Address(address) => (None, Some(address.0.to_vec())),
        })
        .unzip();
    let most: Vec<_> = limits.iter().map(|limit| limit.most).collect();
    // A window that began at or before this time has ended.
    let ended: Vec<_> = limits.iter().map(|limit| now - limit.window).collect();
    let row = sqlx::query!(
        r#"
        WITH requested AS (
            SELECT bucket, devices.user_id, address_hash, most, ended
            FROM UNNEST($1::TEXT[], $2::BYTEA[], $3::BYTEA[], $4::INTEGER[], $5::TIMESTAMPTZ[])
                AS requested (bucket, token_hash, address_hash, most, ended)
            LEFT JOIN devices ON devices.token_hash = requested.token_hash
        ), locked_addresses AS (
            SELECT rate_buckets.bucket, rate_buckets.user_id, rate_buckets.address_hash,
                   window_start, taken
            FROM requested
            JOIN rate_buckets ON rate_buckets.bucket = requested.bucket
                             AND rate_buckets.user_id IS NULL
                             AND rate_buckets.address_hash = requested.address_hash
            ORDER BY rate_buckets.bucket, rate_buckets.address_hash
            FOR UPDATE OF rate_buckets
        ), locked_users AS (
            SELECT rate_buckets.bucket, rate_buckets.user_id, rate_buckets.address_hash,
                   window_start, taken
            FROM requested
            JOIN rate_buckets ON rate_buckets.bucket = requested.bucket
                             AND rate_buckets.user_id = requested.user_id
            ORDER BY rate_buckets.bucket, rate_buckets.user_id
            FOR UPDATE OF rate_buckets
        ), locked AS (
            SELECT * FROM locked_addresses
            UNION ALL
            SELECT * FROM locked_users
        ), checked AS (
            SELECT requested.user_id IS NOT NULL OR requested.address_hash IS NOT NULL AS is_known,
                   CASE WHEN window_start > ended THEN taken ELSE 0 END < most AS is_allowed,
                   coalesce(window_start, $6) + ($6 - ended) AS retry_at
            FROM requested
            LEFT JOIN locked
              ON locked.bucket = requested.bucket
             AND locked.user_id IS NOT DISTINCT FROM requested.user_id
             AND locked.address_hash IS NOT DISTINCT FROM requested.address_hash
        ), counted AS (
            INSERT INTO rate_buckets AS old (bucket, user_id, address_hash, window_start, taken)
            SELECT bucket, user_id, address_hash, $6, 1
            FROM requested
            WHERE (SELECT bool_and(is_known AND is_allowed) FROM checked)
            ORDER BY bucket, user_id, address_hash
            ON CONFLICT (bucket, user_id, address_hash) DO UPDATE
            SET (window_start, taken) = (
                SELECT CASE WHEN old.window_start > ended THEN old.window_start ELSE $6 END,
                       CASE WHEN old.window_start <= ended THEN 1
                            WHEN old.taken < most THEN old.taken + 1
                            ELSE -1 END
                FROM requested
                WHERE requested.bucket = old.bucket
                LIMIT 1)
        )
        SELECT coalesce(bool_and(is_known), TRUE) AS "is_known!",
               max(retry_at) FILTER (WHERE NOT is_allowed) AS retry_at
        FROM checked
        "#,
        &buckets as &[&str],
        &tokens as &[Option<Vec<u8>>],
        &addresses as &[Option<Vec<u8>>],
        &most,
        &ended,
        now,
    )
    .fetch_one(database.once())
    .await?;
    if !row.is_known {
        return Err(Error::UnknownCaller);
    }
    Ok(match row.retry_at {
        Some(retry_at) => RateDecision::Limited { retry_at },
        None => RateDecision::Allowed,
    })
}

#[cfg(test)]
mod tests;
