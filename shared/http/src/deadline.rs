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
/// For a request that came by no Lambda: a test's.
const OTHERWISE: Duration = Duration::from_secs(30);

/// When this invocation ends.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    /// As timers take it.
    pub at: Instant,
    /// As the database takes it.
    pub time: DateTime<Utc>,
}

impl Deadline {
    /// `milliseconds` since 1970, which is how Lambda tells it.
    pub(crate) fn of(app: &App, milliseconds: u64) -> Self {
        let time = i64::try_from(milliseconds)
            .ok()
            .and_then(DateTime::from_timestamp_millis);
        let now = app.clock.now();
        let left = time.map(|time| (time - now).to_std().unwrap_or_default());
        let left = left.unwrap_or(OTHERWISE);
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
}

impl FromRequestParts<App> for Deadline {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let milliseconds = parts.lambda_context_ref().map(|context| context.deadline);
        Ok(Self::of(app, milliseconds.unwrap_or(u64::MAX)))
    }
}
