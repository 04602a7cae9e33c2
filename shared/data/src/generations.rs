//! Claims on generations: table `generations`. One call generates a shared text, and concurrent calls for the same text
//! wait for it.
//!
//! [`begin_insight`](crate::begin_insight) and [`begin_definition`](crate::begin_definition) look for the stored text,
//! claim its generation and count it, in one statement. After a success the claim stays until its lease ends: a call
//! that looked just before the text was stored finds the claim, waits, looks again, and finds the text. After a failure
//! [`abandon_generation`] releases the claim, and the next call that looks takes over.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::types::Uuid;

use crate::{Database, Error, TokenHash, Usage};

/// A call's claim on a generation.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// Identifies the call.
    pub id: Uuid,
    /// When the call has ended, at the latest.
    pub lease_until: DateTime<Utc>,
    /// The daily quota of a user who is not pro.
    pub daily_limit: i32,
    /// The bytes that the user may store.
    pub most_bytes: i64,
}

/// The outcome of a lookup that claims the generation of a text when the text is not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum ClaimOutcome<T> {
    /// The text is stored, and linked to the caller.
    Found(T),
    /// This call must generate the text. The generation is claimed and counted.
    Claimed,
    /// Another call generates the text.
    Busy,
    /// The quota is used up; nothing was counted.
    QuotaExhausted(Usage),
}

/// The caller's quota, and what the statement claimed and counted.
pub(crate) struct QuotaState {
    pub(crate) is_pro: bool,
    pub(crate) calls_today: i32,
    pub(crate) is_claimed: bool,
    pub(crate) counted: Option<i32>,
}

impl QuotaState {
    /// The outcome when the text is not stored. A claim that could not be counted is released: concurrent calls of the
    /// same user had used the quota up.
    pub(crate) async fn outcome<T>(
        self,
        database: &Database,
        claim: Claim,
    ) -> Result<ClaimOutcome<T>, Error> {
        let limit = claim.daily_limit;
        match self.counted {
            Some(_) => return Ok(ClaimOutcome::Claimed),
            None if self.is_claimed => {
                sqlx::query!("DELETE FROM generations WHERE holder = $1", claim.id)
                    .execute(database.repeatable())
                    .await?;
            }
            None if self.is_pro || self.calls_today < limit => return Ok(ClaimOutcome::Busy),
            None => {}
        }
        // The statement may have read the day's count before concurrent calls raised it. It is the limit at least.
        Ok(ClaimOutcome::QuotaExhausted(Usage {
            is_pro: self.is_pro,
            calls_today: self.calls_today.max(limit).max(0),
        }))
    }
}

/// Releases a claim and refunds its generation to the quota of `day`, once, and returns whether it was refunded. Does
/// nothing when the claim does not exist, so it is safe when the response to the claiming statement was lost. One round
/// trip.
pub async fn abandon_generation(
    database: &Database,
    token: TokenHash,
    claim_id: Uuid,
    day: NaiveDate,
) -> Result<bool, Error> {
    // The claim's row is locked before the day's row, as in the statements that claim.
    let refunded = sqlx::query!(
        "WITH caller AS (
             SELECT user_id FROM devices WHERE token_hash = $1
         ), released AS (
             DELETE FROM generations WHERE holder = $2 RETURNING holder
         )
         UPDATE daily_usage
         SET calls = calls - 1
         WHERE user_id = (SELECT user_id FROM caller) AND day = $3 AND calls > 0
           AND EXISTS (SELECT FROM released)",
        token.as_bytes(),
        claim_id,
        day,
    )
    .execute(database.repeatable())
    .await?;
    Ok(refunded.rows_affected() > 0)
}

#[cfg(test)]
mod tests;
