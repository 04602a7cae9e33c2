//! One generated text for one caller: counted before the call, refunded after a failure, and generated once for all
//! callers that request the same text at the same time.
//!
//! This module does not depend on what is generated: a handler passes the functions that claim, generate and store it.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use http::{HeaderValue, StatusCode, header};
use tokio::time::{Instant, sleep};
use verse_data::{
    Claim, ClaimOutcome, Error, Reservation, TokenHash, abandon_generation, refund_quota,
    reserve_quota,
};
use verse_http::{App, Caller, Deadline, Problem};

use crate::{
    quota::{quota_exhausted, refund},
    rate_limit::{CallKind, RateLimits},
};

/// Pauses between two looks at a text that another call generates. The first, and the longest: they double in between.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// A call that generates a text for one caller.
#[derive(Clone, Copy, Debug)]
pub struct Generation<'g> {
    /// The function's state.
    pub app: &'g App,
    /// The caller's token.
    pub token: TokenHash,
    /// When the call ends.
    pub deadline: Deadline,
}

impl<'g> Generation<'g> {
    /// Checks the rate limits, and creates a user for an unknown caller. One round trip; three for an unknown caller.
    ///
    /// # Errors
    /// A `429` when a rate limit is reached, and a `503` when the database does not answer.
    pub async fn start(
        app: &'g App,
        limits: RateLimits,
        caller: &Caller,
        deadline: Deadline,
    ) -> Result<Self, Problem> {
        let now = app.clock.now();
        let token = limits.check_as_user(app, caller, CallKind::Text, now);
        Ok(Self {
            app,
            token: token.await?,
            deadline,
        })
    }

    /// Generates a text that is not stored. One round trip; two when `generate` fails.
    ///
    /// # Errors
    /// A `429` when the quota is used up, and the errors of `generate`, which cost no quota.
    pub async fn generate_private<M, F>(&self, generate: F) -> Result<M, Problem>
    where
        F: Future<Output = Result<M, Problem>>,
    {
        let (database, limit) = (self.app.database()?, self.app.settings.daily_limit);
        let now = self.app.clock.now();
        let day = now.date_naive();
        match reserve_quota(database, self.token, limit, day).await? {
            Reservation::Granted(_) => {}
            Reservation::QuotaExhausted(usage) => return Err(quota_exhausted(usage, limit, now)),
        }
        let generated = generate.await;
        if generated.is_err() {
            let work = refund_quota(database, self.token, day);
            refund(self.app, self.deadline, work).await;
        }
        generated
    }

    /// Returns the stored text, or generates and stores it; the flag tells whether it was stored already.
    ///
    /// `claim` looks for the stored text and claims its generation, `generate` generates it, `save` stores it. Of the
    /// callers that request one text at the same time, one generates it. The others receive the stored text at no cost,
    /// or take over when the generation fails. One round trip for a stored text; two for a generated one, and one for
    /// each look while another call generates it.
    ///
    /// # Errors
    /// A `429` when the quota is used up; the errors of the three functions; a `503` when another call takes too long.
    /// The errors cost no quota.
    pub async fn get_or_generate<T, M, B, F, S>(
        &self,
        claim: impl Fn(Claim, DateTime<Utc>) -> B,
        generate: F,
        save: impl FnOnce(M, DateTime<Utc>) -> S,
    ) -> Result<(T, bool), Problem>
    where
        B: Future<Output = Result<ClaimOutcome<T>, Error>>,
        F: Future<Output = Result<M, Problem>>,
        S: Future<Output = Result<T, Error>>,
    {
        let new = Claim {
            id: self.app.random.uuid(),
            lease_until: self.deadline.time,
            daily_limit: self.app.settings.daily_limit,
            most_bytes: self.app.settings.most_user_bytes(),
        };
        let (mut pause, longest) = PAUSES;
        let day = loop {
            let now = self.app.clock.now();
            match claim(new, now).await {
                Ok(ClaimOutcome::Found(saved)) => return Ok((saved, true)),
                Ok(ClaimOutcome::Claimed) => break now.date_naive(),
                Ok(ClaimOutcome::QuotaExhausted(usage)) => {
                    return Err(quota_exhausted(usage, new.daily_limit, now));
                }
                Ok(ClaimOutcome::Busy) => self.pause(pause).await?,
                Err(error) => {
                    // The statement may have claimed the generation before its connection broke.
                    self.abandon(new, now.date_naive()).await?;
                    return Err(error.into());
                }
            }
            pause = longest.min(pause * 2);
        };
        let saved = match generate.await {
            Ok(generated) => save(generated, self.app.clock.now())
                .await
                .map_err(Problem::from),
            Err(problem) => Err(problem),
        };
        if saved.is_err() {
            self.abandon(new, day).await?;
        }
        Ok((saved?, false))
    }

    async fn pause(&self, pause: Duration) -> Result<(), Problem> {
        if Instant::now() + pause >= self.deadline.for_model() {
            return Err(busy());
        }
        sleep(pause).await;
        Ok(())
    }

    async fn abandon(&self, claim: Claim, day: NaiveDate) -> Result<(), Problem> {
        let work = abandon_generation(self.app.database()?, self.token, claim.id, day);
        refund(self.app, self.deadline, work).await;
        Ok(())
    }
}

/// `503`: another call did not finish its generation in time.
fn busy() -> Problem {
    let detail = "This is already being generated. Please try again in a moment.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
        .with("error_type", "timeout")
        .with_header(header::RETRY_AFTER, HeaderValue::from_static("2"))
}
