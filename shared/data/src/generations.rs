//! What is being generated to be shared: table `generations`. One call generates, and who asks for the same meanwhile
//! waits for it.
//!
//! A place is claimed together with the day's allowance, in the statement that looks for what is stored
//! ([`begin_insight`](crate::begin_insight), [`begin_definition`](crate::begin_definition)). After a success it is left
//! behind until its lease is over: who looked just before the success is told to wait, looks again, and finds. After a
//! failure [`abandon_generation`] gives it back, and the next who looks takes over.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::types::Uuid;

use crate::{Database, Error, TokenHash, Usage};

/// A call that would generate something.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// Names the call, and nobody else.
    pub id: Uuid,
    /// When the call has ended, whatever becomes of it.
    pub lease_until: DateTime<Utc>,
    /// The day's allowance of a user who is not pro.
    pub daily_limit: i32,
}

/// What is to be done for something that many may ask for at once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum ClaimOutcome<T> {
    /// Nothing: it is stored, and the caller has it.
    Found(T),
    /// It is to be generated: the place is the call's, and the answer is counted.
    Claimed,
    /// Another call generates it.
    Busy,
    /// The day's allowance is used up; nothing was counted.
    QuotaExhausted(Usage),
}

/// How a statement that begins something found the caller, apart from what is stored.
pub(crate) struct QuotaState {
    pub(crate) is_pro: bool,
    pub(crate) calls_today: i32,
    pub(crate) is_claimed: bool,
    pub(crate) counted: Option<i32>,
}

impl QuotaState {
    /// What is to be done when nothing is stored. A place that was claimed for an answer that others' calls of the same
    /// user left no allowance for is given back.
    pub(crate) async fn settle<T>(
        self,
        database: &Database,
        claim: Claim,
    ) -> Result<ClaimOutcome<T>, Error> {
        let limit = claim.daily_limit;
        match self.counted {
            Some(_) => return Ok(ClaimOutcome::Claimed),
            None if self.is_claimed => release_claim(database, claim.id).await?,
            None if self.is_pro || self.calls_today < limit => return Ok(ClaimOutcome::Busy),
            None => {}
        }
        // Who is refused may have looked before the others were counted, and so is told the limit at least.
        Ok(ClaimOutcome::QuotaExhausted(Usage {
            is_pro: self.is_pro,
            calls_today: self.calls_today.max(limit).max(0),
        }))
    }
}

/// Gives back a place of the call's, and the answer that was counted with it on `day`, once; neither when the place is
/// not the call's. So it is safe, too, when nobody knows whether the claim was carried out. One round trip.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn abandon_generation(
    database: &Database,
    token: TokenHash,
    claim_id: Uuid,
    day: NaiveDate,
) -> Result<bool, Error> {
    // The place first, as whoever claims one.
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

/// Gives back a place with which nothing was counted. One round trip.
async fn release_claim(database: &Database, claim_id: Uuid) -> Result<(), Error> {
    sqlx::query!("DELETE FROM generations WHERE holder = $1", claim_id)
        .execute(database.repeatable())
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
