//! The deadline of an invocation: Lambda kills the process then.

use std::{convert::Infallible, time::Duration};

use axum::extract::FromRequestParts;
use chrono::{DateTime, Utc};
use http::request::Parts;
use lambda_http::RequestExt;
use tokio::time::{Instant, timeout};

use crate::{App, Problem};

/// Time to store a model's output and to answer the caller after the model's own deadline. A statement takes 3.5 s at most.
const AFTER_MODEL: Duration = Duration::from_secs(4);
/// Time to send a stream's last event when all other work has ended.
const FOR_LAST_EVENT: Duration = Duration::from_millis(300);
/// Time to send a `503` in place of a response that is not ready.
const FOR_RESPONSE: Duration = Duration::from_millis(150);
/// The time limit of a request that did not come from Lambda, such as a test's.
const WITHOUT_LAMBDA: Duration = Duration::from_secs(30);
/// September 2001. A deadline below this number is not a time but a duration: `cargo lambda watch` sends one.
const EARLIEST_TIME: u64 = 1_000_000_000_000;

/// When this invocation ends.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    /// For timers.
    pub at: Instant,
    /// For the database.
    pub time: DateTime<Utc>,
}

/// The cause of a `503` at the deadline.
#[derive(Debug, thiserror::Error)]
#[error("the work was not done when the function's time was up")]
struct OutOfTime;

impl Deadline {
    /// From Lambda's deadline, in milliseconds since 1970, or from the duration in milliseconds that `cargo lambda watch`
    /// sends.
    pub(crate) fn of(app: &App, milliseconds: u64) -> Self {
        let now = app.clock.now();
        let left = left(now, milliseconds);
        Self {
            at: Instant::now() + left,
            time: now + left,
        }
    }

    /// When the model must have ended, so that its output can be stored and sent. The present when there is no time left.
    #[must_use]
    pub fn for_model(&self) -> Instant {
        let now = Instant::now();
        self.at
            .checked_sub(AFTER_MODEL)
            .map_or(now, |at| at.max(now))
    }

    /// When all work but a stream's last event must have ended.
    #[must_use]
    pub fn for_last_event(&self) -> Instant {
        self.at
            .checked_sub(FOR_LAST_EVENT)
            .unwrap_or_else(Instant::now)
    }

    /// Runs `work`, but answers `503` shortly before the deadline: a caller whose function is killed gets no answer.
    pub(crate) async fn limit<T>(&self, work: impl Future<Output = T>) -> Result<T, Problem> {
        let left = self.at.saturating_duration_since(Instant::now());
        timeout(left.saturating_sub(FOR_RESPONSE.min(left / 5)), work)
            .await
            .map_err(|_| Problem::unavailable(OutOfTime))
    }
}

/// The time limit of an invocation by `cargo lambda watch`; `None` when its deadline came from Lambda.
pub(crate) fn emulator_time_limit(milliseconds: u64) -> Option<Duration> {
    (milliseconds < EARLIEST_TIME).then(|| Duration::from_millis(milliseconds))
}

fn left(now: DateTime<Utc>, milliseconds: u64) -> Duration {
    if let Some(duration) = emulator_time_limit(milliseconds) {
        return duration;
    }
    let time = i64::try_from(milliseconds).ok();
    let time = time.and_then(DateTime::from_timestamp_millis);
    time.map_or(WITHOUT_LAMBDA, |time| {
        (time - now).to_std().unwrap_or_default()
    })
}

impl FromRequestParts<App> for Deadline {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let milliseconds = parts.lambda_context_ref().map(|context| context.deadline);
        Ok(Self::of(app, milliseconds.unwrap_or(u64::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_a_time_or_a_duration_or_unknown() {
        let now = DateTime::from_timestamp_millis(1_800_000_000_000).unwrap();
        for (deadline, seconds) in [
            (1_800_000_028_000, 28),
            (1_799_999_999_000, 0),
            (600_000, 600),
            (u64::MAX, 30),
        ] {
            assert_eq!(
                left(now, deadline),
                Duration::from_secs(seconds),
                "{deadline}"
            );
        }
    }
}
