//! Generating a text for somebody: counted before, given back when it fails, and made once for all who ask for the same
//! at once.
//!
//! Nothing here knows what is generated, nor by what: a handler says how to look for it, how to make it, how to store it.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use http::{HeaderValue, StatusCode, header};
use tokio::time::{Instant, sleep, timeout_at};
use verse_data::{
    Begun, Claim, Error, Reservation, TokenHash, abandon_generation, refund_allowance,
    reserve_allowance,
};

use crate::{App, Deadline, Problem, allowance_used_up};

/// How long who waits for another's generation waits before looking again: first, and at most. It doubles in between.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// A call that generates something for one caller.
#[derive(Clone, Copy, Debug)]
pub struct Generation<'g> {
    /// The state.
    pub app: &'g App,
    /// Who asked.
    pub token: TokenHash,
    /// When the call ends.
    pub deadline: Deadline,
}

impl Generation<'_> {
    /// Generates what nobody else will see. One round trip, two when it fails.
    ///
    /// # Errors
    ///
    /// A `429` when the allowance is used up, and what `make` fails with: then nothing is counted.
    pub async fn make<M, F>(&self, make: F) -> Result<M, Problem>
    where
        F: Future<Output = Result<M, Problem>>,
    {
        let (database, limit) = (self.app.database()?, self.app.settings.daily_limit);
        let now = self.app.clock.now();
        let day = now.date_naive();
        match reserve_allowance(database, self.token, limit, day).await? {
            Reservation::Granted(_) => {}
            Reservation::Refused(usage) => return Err(allowance_used_up(usage, limit, now)),
        }
        let made = make.await;
        if made.is_err() {
            self.give_back(refund_allowance(database, self.token, day))
                .await;
        }
        made
    }

    /// Gives what is stored for all, or generates and stores it: `begin` looks for it, `make` makes it, `save` stores it. Of
    /// those who ask at once one generates; the others are answered with what that one stored, at no cost, or take over when
    /// it fails. Tells whether it was there. One round trip; two when it is generated, and one for each look while another
    /// generates it.
    ///
    /// # Errors
    ///
    /// A `429` when the allowance is used up; what the three fail with, and a `503` when another took too long: then
    /// nothing is counted.
    pub async fn share<T, M, B, F, S>(
        &self,
        begin: impl Fn(Claim, DateTime<Utc>) -> B,
        make: F,
        save: impl FnOnce(M, DateTime<Utc>) -> S,
    ) -> Result<(T, bool), Problem>
    where
        B: Future<Output = Result<Begun<T>, Error>>,
        F: Future<Output = Result<M, Problem>>,
        S: Future<Output = Result<T, Error>>,
    {
        let claim = Claim {
            holder: self.app.random.uuid(),
            lease_until: self.deadline.time,
            daily_limit: self.app.settings.daily_limit,
        };
        let (mut pause, longest) = PAUSES;
        let day = loop {
            let now = self.app.clock.now();
            match begin(claim, now).await {
                Ok(Begun::Saved(saved)) => return Ok((saved, true)),
                Ok(Begun::Claimed) => break now.date_naive(),
                Ok(Begun::Refused(usage)) => {
                    return Err(allowance_used_up(usage, claim.daily_limit, now));
                }
                Ok(Begun::Busy) => self.pause(pause).await?,
                Err(error) => {
                    // Nobody knows whether the place was claimed.
                    self.abandon(claim, now.date_naive()).await;
                    return Err(error.into());
                }
            }
            pause = longest.min(pause * 2);
        };
        let saved = match make.await {
            Ok(made) => save(made, self.app.clock.now())
                .await
                .map_err(Problem::from),
            Err(problem) => Err(problem),
        };
        if saved.is_err() {
            self.abandon(claim, day).await;
        }
        Ok((saved?, false))
    }

    async fn pause(&self, pause: Duration) -> Result<(), Problem> {
        if Instant::now() + pause >= self.deadline.for_model() {
            return Err(another_took_too_long());
        }
        sleep(pause).await;
        Ok(())
    }

    async fn abandon(&self, claim: Claim, day: NaiveDate) {
        if let Ok(database) = self.app.database() {
            self.give_back(abandon_generation(database, self.token, claim.holder, day))
                .await;
        }
    }

    /// What cannot be given back now stays counted, and a place stays claimed until its lease is over.
    async fn give_back(&self, work: impl Future<Output = Result<(), Error>>) {
        let done = timeout_at(self.deadline.for_last_word(), work).await;
        if matches!(done, Ok(Ok(()))) {
            self.app.put_refund();
        } else {
            tracing::error!("a failed generation could not be given back");
        }
    }
}

fn another_took_too_long() -> Problem {
    let detail =
        "The answer is being written for somebody else, and takes too long. Please try again.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
        .with("error_type", "timeout")
        .with_header(header::RETRY_AFTER, HeaderValue::from_static("2"))
}
