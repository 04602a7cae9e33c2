//! Checking a link code before it is accepted, and counting wrong codes.

use std::net::IpAddr;

use chrono::{DateTime, Duration, Utc};
use sqlx::types::Uuid;

use super::CodeHash;
use crate::{AddressHash, Database, Error, TokenHash, merge::retry_after_merge};

/// The limits of wrong codes. After so many within a window, every code is refused until the window ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongCodeLimit {
    /// For each user.
    pub per_user: i32,
    /// For each IP address, which many users may share.
    pub per_address: i32,
    /// The window's length. It begins with the first wrong code.
    pub window: Duration,
}

/// Why a code is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeRejection {
    /// There is no such code.
    Unknown,
    /// It is the caller's own code.
    OwnCode,
    /// Its five minutes are over.
    Expired,
    /// It has linked a device already.
    Used,
    /// Its user revoked it.
    Revoked,
}

/// The result of checking a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckOutcome {
    /// The code can be accepted.
    Valid,
    /// The calling device has used it, and its five minutes are not over: the first answer may have been lost. The anonymous
    /// id is that of the device's user.
    Linked(Uuid),
    /// It cannot.
    Rejected(CodeRejection),
    /// The limit of wrong codes is reached for this user or address.
    BlockedUntil(DateTime<Utc>),
}

/// Checks a code before it is accepted. One round trip.
///
/// A wrong code is counted against the caller's user and address. `code` is `None` for a text that cannot be a code, which is
/// a wrong code too. An overdue code is stored as expired. The response to a blocked caller is the same for right and wrong codes.
pub async fn check_link_code(
    database: &Database,
    token: Option<TokenHash>,
    address: Option<IpAddr>,
    code: Option<CodeHash>,
    limit: WrongCodeLimit,
    now: DateTime<Utc>,
) -> Result<CheckOutcome, Error> {
    let finding = retry_after_merge(|| async move {
        let finding = inspect_code(database, token, address, code, limit, now).await?;
        Ok(Some(finding))
    })
    .await?;
    Ok(
        match (finding.blocked_until, finding.linked, finding.rejection) {
            (Some(until), ..) => CheckOutcome::BlockedUntil(until),
            (None, Some(anonymous_id), _) => CheckOutcome::Linked(anonymous_id),
            (None, None, Some(rejection)) => CheckOutcome::Rejected(rejection),
            (None, None, None) => CheckOutcome::Valid,
        },
    )
}

/// The state of a code and of its caller.
pub(super) struct Finding {
    pub(super) caller_is_known: bool,
    blocked_until: Option<DateTime<Utc>>,
    /// The user of the calling device, if it has used this code.
    pub(super) linked: Option<Uuid>,
    pub(super) rejection: Option<CodeRejection>,
}

/// Looks the code up, and counts it if it is wrong.
pub(super) async fn inspect_code(
    database: &Database,
    token: Option<TokenHash>,
    address: Option<IpAddr>,
    code: Option<CodeHash>,
    limit: WrongCodeLimit,
    now: DateTime<Utc>,
) -> Result<Finding, Error> {
    let address = address.map(|address| AddressHash::of(address, now.date_naive()));
    // A right code writes both counters too. This makes the statement read their latest values, and of many simultaneous calls no
    // more than the limit learn whether a code is right. The user's counter comes first, then the address's: one order for
    // all calls prevents deadlocks.
    let row = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT id AS device_id, user_id FROM devices WHERE token_hash = $1
        ), code AS (
            SELECT id, user_id, status, status = 'pending' AND expires_at <= $3 AS is_overdue,
                   status = 'used' AND expires_at > $3
                       AND used_by = (SELECT device_id FROM caller) AS is_used_by_caller
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
            SELECT 'link', counters.user_id, counters.address_hash, $3,
                   CASE WHEN EXISTS (SELECT FROM code) THEN 0 ELSE 1 END
            FROM (SELECT user_id, NULL::BYTEA AS address_hash FROM caller
                  UNION ALL
                  SELECT NULL, $4::BYTEA WHERE $4::BYTEA IS NOT NULL) AS counters
            ORDER BY counters.user_id NULLS LAST
            ON CONFLICT (bucket, user_id, address_hash) DO UPDATE
            SET taken = excluded.taken
                      + CASE WHEN bucket.window_start > $5 THEN bucket.taken ELSE 0 END,
                window_start = CASE WHEN bucket.window_start > $5 THEN bucket.window_start
                                    ELSE $3 END
            RETURNING window_start, taken,
                      CASE WHEN address_hash IS NULL THEN $6::INTEGER ELSE $7::INTEGER END AS most
        )
        SELECT (SELECT user_id FROM caller) AS caller_id,
               code.user_id AS "owner_id?", code.status AS "status?",
               code.is_overdue AS "is_overdue?",
               (SELECT anonymous_id
                FROM users
                JOIN caller ON caller.user_id = users.id
                WHERE code.is_used_by_caller) AS linked,
               (SELECT max(window_start)
                FROM counted
                WHERE taken + CASE WHEN code.id IS NULL THEN 0 ELSE 1 END > most) AS blocked_since
        FROM (VALUES (1)) AS one (row)
        LEFT JOIN code ON TRUE
        "#,
        token.as_ref().map(TokenHash::as_bytes),
        code.as_ref().map(CodeHash::as_bytes),
        now,
        address.as_ref().map(AddressHash::as_bytes),
        now - limit.window,
        limit.per_user,
        limit.per_address,
    )
    .fetch_one(database.once())
    .await?;
    let is_own = row.caller_id.is_some() && row.caller_id == row.owner_id;
    let is_overdue = row.is_overdue.unwrap_or(false);
    Ok(Finding {
        caller_is_known: row.caller_id.is_some(),
        blocked_until: row.blocked_since.map(|since| since + limit.window),
        linked: row.linked,
        rejection: rejection(row.status.as_deref(), is_overdue, is_own)?,
    })
}

/// Why the code is rejected, if it is. `OwnCode` comes last: after linking, a used code is the accepting user's own.
fn rejection(
    status: Option<&str>,
    is_overdue: bool,
    is_own: bool,
) -> Result<Option<CodeRejection>, Error> {
    Ok(match status {
        None => Some(CodeRejection::Unknown),
        Some("used") => Some(CodeRejection::Used),
        Some("revoked") => Some(CodeRejection::Revoked),
        Some("expired") => Some(CodeRejection::Expired),
        Some("pending") if is_overdue => Some(CodeRejection::Expired),
        Some("pending") => is_own.then_some(CodeRejection::OwnCode),
        Some(_) => {
            return Err(Error::ImpossibleRow {
                table: "link_codes",
                reason: "an unknown status",
            });
        }
    })
}
