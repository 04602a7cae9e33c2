//! When an invocation ends: Lambda kills what is not done by then.

use axum::extract::FromRequestParts;
use chrono::{DateTime, Utc};
use http::request::Parts;
use lambda_http::RequestExt;
use std::{convert::Infallible, time::Duration};
use tokio::time::Instant;

use crate::App;

/// What remains for storing what a model made, and for telling the caller, once the model has to have ended. A statement
/// takes 3.5 s at most.
const MARGIN: Duration = Duration::from_secs(4);
/// What remains for the last event, or the answer itself, when all else is done.
const LAST_EVENT: Duration = Duration::from_millis(300);
/// For a request that came by no Lambda: a test's.
const OTHERWISE: Duration = Duration::from_secs(30);

/// Before this, in September 2001, no deadline can be: a smaller number is a duration, as `cargo lambda watch` tells it.
const NO_TIME: u64 = 1_000_000_000_000;

/// When this invocation ends.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    /// As timers take it.
    pub at: Instant,
    /// As the database takes it.
    pub time: DateTime<Utc>,
}

impl Deadline {
    /// `milliseconds` since 1970, which is how Lambda tells it; or how many there are, as `cargo lambda watch` does.
    pub(crate) fn of(app: &App, milliseconds: u64) -> Self {
        let now = app.clock.now();
        let left = left(now, milliseconds);
        Self {
            at: Instant::now() + left,
            time: now + left,
        }
    }

    /// When a model has to have ended, so that what it made can be stored and told. At once, when there is no time.
    #[must_use]
    pub fn for_model(&self) -> Instant {
        let now = Instant::now();
        self.at.checked_sub(MARGIN).map_or(now, |at| at.max(now))
    }

    /// When everything but the last word has to have ended.
    #[must_use]
    pub fn for_last_event(&self) -> Instant {
        self.at.checked_sub(LAST_EVENT).unwrap_or_else(Instant::now)
    }
}

/// What `cargo lambda watch` gives an invocation, if it was that which gave this deadline.
pub(crate) fn emulated(milliseconds: u64) -> Option<Duration> {
    (milliseconds < NO_TIME).then(|| Duration::from_millis(milliseconds))
}

fn left(now: DateTime<Utc>, milliseconds: u64) -> Duration {
    if let Some(duration) = emulated(milliseconds) {
        return duration;
    }
    let time = i64::try_from(milliseconds).ok();
    let time = time.and_then(DateTime::from_timestamp_millis);
    time.map_or(OTHERWISE, |time| (time - now).to_std().unwrap_or_default())
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
        let now = DateTime::from_timestamp_millis(1_800_000_000_000).unwrap_or_default();
        for (told, seconds) in [
            (1_800_000_028_000, 28),
            (1_799_999_999_000, 0),
            (600_000, 600),
            (u64::MAX, 30),
        ] {
            assert_eq!(left(now, told), Duration::from_secs(seconds), "{told}");
        }
    }
}
