//! Looking at a code that somebody entered: what is against it, and how many wrong ones came before.

use std::net::IpAddr;

use chrono::{DateTime, Duration, Utc};

use super::CodeHash;
use crate::{AddressHash, Database, Error, TokenHash, merge::TRIES};

/// How many wrong codes are answered as such; whoever tries another is sent away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongCodes {
    /// Of one user, or from one address, in a window.
    pub most: i32,
    /// Begins with the first wrong code.
    pub window: Duration,
}

/// Why a code is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkRefusal {
    /// There is no such code.
    Invalid,
    /// It is the caller's own.
    OwnCode,
    /// Its five minutes are over.
    Expired,
    /// It has linked a device already.
    Used,
    /// Its user took it back.
    Revoked,
}

/// What is to be said to somebody who tries a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkAttempt {
    /// The code is good.
    Acceptable,
    /// It is not.
    Refused(LinkRefusal),
    /// Too many wrong codes came from this user or address.
    BlockedUntil(DateTime<Utc>),
}

/// Looks at a code that somebody entered, before it is accepted. One round trip.
///
/// A wrong one (`code` is `None` when it cannot be a code at all) is counted against the caller's user and address, an
/// overdue one is stored as expired. Whoever is blocked is not told whether the code was right.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn check_link_code(
    database: &Database,
    token: Option<TokenHash>,
    address: Option<IpAddr>,
    code: Option<CodeHash>,
    limit: WrongCodes,
    now: DateTime<Utc>,
) -> Result<LinkAttempt, Error> {
    let seen = look_at(database, token, address, code, limit, now).await?;
    Ok(match (seen.blocked_until, seen.refusal) {
        (Some(until), _) => LinkAttempt::BlockedUntil(until),
        (None, Some(refusal)) => LinkAttempt::Refused(refusal),
        (None, None) => LinkAttempt::Acceptable,
    })
}

/// What [`look_at`] found.
pub(super) struct Seen {
    pub(super) caller_is_known: bool,
    blocked_until: Option<DateTime<Utc>>,
    pub(super) refusal: Option<LinkRefusal>,
}

/// Looks at the code, and counts it if it is wrong; again where the caller was merged into another in mid-statement.
pub(super) async fn look_at(
    database: &Database,
    token: Option<TokenHash>,
    address: Option<IpAddr>,
    code: Option<CodeHash>,
    limit: WrongCodes,
    now: DateTime<Utc>,
) -> Result<Seen, Error> {
    for _ in 1..TRIES {
        match look_once(database, token, address, code, limit, now).await {
            Err(Error::UserGone(_)) => {}
            Err(error) if error.is_deadlock() => {}
            result => return result,
        }
    }
    look_once(database, token, address, code, limit, now).await
}

async fn look_once(
    database: &Database,
    token: Option<TokenHash>,
    address: Option<IpAddr>,
    code: Option<CodeHash>,
    limit: WrongCodes,
    now: DateTime<Utc>,
) -> Result<Seen, Error> {
    let address = address.map(|address| AddressHash::of(address, now.date_naive()));
    // Both counters are written for a right code, too: so they are read as they are in this moment, and of many who try
    // at once, no more than the limit get to know whether a code is right. First the user's, then the address's: nobody
    // waits in a ring.
    let row = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), code AS (
            SELECT id, user_id, status, status = 'pending' AND expires_at <= $3 AS is_overdue
            FROM link_codes
            WHERE code_hash = $2
        ), overdue AS (
            UPDATE link_codes
            SET status = 'expired'
            FROM code
            WHERE link_codes.id = code.id
              AND link_codes.status = 'pending'
              AND code.is_overdue
        ), counted AS (
            INSERT INTO rate_buckets AS bucket
                (bucket, user_id, address_hash, window_start, taken)
            SELECT 'link', who.user_id, who.address_hash, $3,
                   CASE WHEN EXISTS (SELECT FROM code) THEN 0 ELSE 1 END
            FROM (SELECT user_id, NULL::BYTEA AS address_hash FROM caller
                  UNION ALL
                  SELECT NULL, $4::BYTEA WHERE $4::BYTEA IS NOT NULL) AS who
            ORDER BY who.user_id NULLS LAST
            ON CONFLICT (bucket, user_id, address_hash) DO UPDATE
            SET taken = excluded.taken
                      + CASE WHEN bucket.window_start > $5 THEN bucket.taken ELSE 0 END,
                window_start = CASE WHEN bucket.window_start > $5 THEN bucket.window_start
                                    ELSE $3 END
            RETURNING window_start, taken
        )
        SELECT (SELECT user_id FROM caller) AS caller_id,
               code.user_id AS "owner_id?", code.status AS "status?",
               code.is_overdue AS "is_overdue?",
               (SELECT max(window_start)
                FROM counted
                WHERE taken + CASE WHEN code.id IS NULL THEN 0 ELSE 1 END > $6) AS blocked_since
        FROM (VALUES (1)) AS one (row)
        LEFT JOIN code ON TRUE
        "#,
        token.as_ref().map(TokenHash::as_bytes),
        code.as_ref().map(CodeHash::as_bytes),
        now,
        address.as_ref().map(AddressHash::as_bytes),
        now - limit.window,
        limit.most,
    )
    .fetch_one(database.once())
    .await?;
    let is_own = row.caller_id.is_some() && row.caller_id == row.owner_id;
    let is_overdue = row.is_overdue.unwrap_or(false);
    Ok(Seen {
        caller_is_known: row.caller_id.is_some(),
        blocked_until: row.blocked_since.map(|since| since + limit.window),
        refusal: judge(row.status.as_deref(), is_overdue, is_own)?,
    })
}

/// What is against a code. That it has ended is said first: after linking, its user and whoever used it are the same.
fn judge(
    status: Option<&str>,
    is_overdue: bool,
    is_own: bool,
) -> Result<Option<LinkRefusal>, Error> {
    Ok(match status {
        None => Some(LinkRefusal::Invalid),
        Some("used") => Some(LinkRefusal::Used),
        Some("revoked") => Some(LinkRefusal::Revoked),
        Some("expired") => Some(LinkRefusal::Expired),
        Some("pending") if is_overdue => Some(LinkRefusal::Expired),
        Some("pending") => is_own.then_some(LinkRefusal::OwnCode),
        Some(_) => {
            return Err(Error::ImpossibleRow {
                table: "link_codes",
                reason: "an unknown status",
            });
        }
    })
}
