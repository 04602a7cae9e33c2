//! Link codes: table `link_codes`. `link_codes/check.rs` checks an entered code, and `link_codes/accept.rs` accepts it.

use chrono::{DateTime, Duration, Utc};
use sha2::{Digest, Sha256};

use crate::{Database, Error, TokenHash, merge::retry_after_merge};
use verse_platform::Random;

pub use accept::{AcceptOutcome, DeviceLabel, accept_link_code};
pub use check::{CheckOutcome, CodeRejection, WrongCodeLimit, check_link_code};

mod accept;
mod check;

/// 32 letters that are not easily confused: five bits each.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const LETTERS: usize = 12;
const VALID_FOR: Duration = Duration::minutes(5);

/// A code that links a device, as `7KQM-3XWP-9RTA`: 60 random bits. Prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkCode([u8; LETTERS]);

/// SHA-256 of a [`LinkCode`], as the database stores it. Prints as `***`.
///
/// A plain hash is enough: a reader of the table has five minutes to try 2^60 codes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CodeHash([u8; 32]);

impl LinkCode {
    /// A new code.
    #[must_use]
    pub fn generate(random: &Random) -> Self {
        // 256 is a multiple of 32: each letter is as likely as any other.
        let letters = random.bytes::<LETTERS>().map(|byte| {
            let index = usize::from(byte) % ALPHABET.len();
            ALPHABET.get(index).copied().unwrap_or_default()
        });
        Self(letters)
    }

    /// Reads a typed code in any letter case, with or without spaces and hyphens. `None` when the text cannot be a code.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut letters = text.chars().filter(|c| !is_separator(*c));
        let mut code = [0; LETTERS];
        for slot in &mut code {
            let letter = u8::try_from(letters.next()?).ok()?.to_ascii_uppercase();
            *slot = ALPHABET.contains(&letter).then_some(letter)?;
        }
        letters.next().is_none().then_some(Self(code))
    }

    /// The code in three groups, for its user to read. A secret: for the response only.
    #[must_use]
    pub fn expose(&self) -> String {
        let groups = self.0.chunks(4).map(String::from_utf8_lossy);
        groups.collect::<Vec<_>>().join("-")
    }

    /// The hash to store.
    #[must_use]
    pub fn hash(&self) -> CodeHash {
        CodeHash(Sha256::digest(self.0).into())
    }
}

/// Spaces, hyphens, and the dashes that some keyboards put in their place.
fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

impl CodeHash {
    fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

redact!(LinkCode, CodeHash);

/// Stores a new code for the caller and returns when it expires; `None` when the caller has three pending codes. One round
/// trip, and one more for each code that the same user makes at the same moment (three at most: then no slot is free).
///
/// # Errors
/// [`Error::UnknownCaller`].
pub async fn generate_link_code(
    database: &Database,
    token: TokenHash,
    code: CodeHash,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Error> {
    retry_after_merge(|| try_generate(database, token, code, now)).await
}

/// As [`generate_link_code`]. The outer option is `None` when another code took the slot or the user was merged.
async fn try_generate(
    database: &Database,
    token: TokenHash,
    code: CodeHash,
    now: DateTime<Utc>,
) -> Result<Option<Option<DateTime<Utc>>>, Error> {
    // The statement locks the user's row first, as a merge does, so that the two do not deadlock. It then locks the device's
    // row: a device that is being unlinked makes no code. The unique key on (user, slot) decides which of two simultaneous
    // codes gets a slot. A repeat of the statement finds the code that its first run made.
    let row = sqlx::query!(
        r#"
        WITH device AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), caller AS (
            SELECT users.id
            FROM users
            JOIN devices ON devices.user_id = users.id
            WHERE devices.token_hash = $1
            FOR NO KEY UPDATE OF users
            FOR KEY SHARE OF devices
        ), overdue AS (
            UPDATE link_codes
            SET status = 'expired'
            FROM caller
            WHERE link_codes.user_id = caller.id
              AND link_codes.status = 'pending'
              AND link_codes.expires_at <= $3
            RETURNING link_codes.id
        ), free AS (
            SELECT caller.id AS user_id, slots.slot
            FROM caller
            CROSS JOIN generate_series(1, 3) AS slots (slot)
            -- Reading `overdue` makes its update run first, which frees the slots.
            WHERE (SELECT count(*) FROM overdue) >= 0
              AND NOT EXISTS (
                  SELECT FROM link_codes
                  WHERE link_codes.user_id = caller.id
                    AND link_codes.slot = slots.slot
                    AND link_codes.status = 'pending'
                    AND link_codes.expires_at > $3
              )
            ORDER BY slots.slot
            LIMIT 1
        ), made AS (
            INSERT INTO link_codes (user_id, code_hash, status, slot, created_at, expires_at)
            SELECT user_id, $2, 'pending', slot, $3, $4
            FROM free
            ON CONFLICT DO NOTHING
            RETURNING expires_at
        )
        SELECT EXISTS (SELECT FROM device) AS "is_known!",
               EXISTS (SELECT FROM caller) AND NOT EXISTS (SELECT FROM free) AS "is_full!",
               coalesce(
                   (SELECT expires_at FROM made),
                   (SELECT expires_at
                    FROM link_codes
                    JOIN caller ON caller.id = link_codes.user_id
                    WHERE code_hash = $2)
               ) AS expires_at
        "#,
        token.as_bytes(),
        code.as_bytes(),
        now,
        now + VALID_FOR,
    )
    .fetch_one(database.repeatable())
    .await?;
    match row.expires_at {
        _ if !row.is_known => Err(Error::UnknownCaller),
        None if row.is_full => Ok(Some(None)),
        None => Ok(None),
        made => Ok(Some(made)),
    }
}

/// Revokes the caller's pending codes and returns their number: zero for an unknown caller. One round trip.
pub async fn revoke_user_codes(
    database: &Database,
    token: TokenHash,
    now: DateTime<Utc>,
) -> Result<i64, Error> {
    let revoked = sqlx::query_scalar!(
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), ended AS (
            UPDATE link_codes
            SET status = CASE WHEN link_codes.expires_at <= $2 THEN 'expired' ELSE 'revoked' END
            FROM caller
            WHERE link_codes.user_id = caller.user_id
              AND link_codes.status = 'pending'
            RETURNING link_codes.status
        )
        SELECT count(*) AS "count!" FROM ended WHERE status = 'revoked'
        "#,
        token.as_bytes(),
        now,
    )
    .fetch_one(database.repeatable())
    .await?;
    Ok(revoked)
}

#[cfg(test)]
mod tests;
