//! Retries of a failed call: which errors, after what wait, on which connection. No call is retried after the first token
//! of a reply.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use verse_platform::Random;

use super::http_client::Connection;
use crate::ModelError;

/// The first wait for an overloaded provider; each further wait is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// A retry needs this much time before the deadline.
const MIN_CALL_TIME: Duration = Duration::from_secs(1);

/// The most retries for each kind of error.
const OVERLOADED_RETRIES: u32 = 4;
const RETRIES_AFTER_FAILURE: u32 = 2;
const INTERRUPTED_RETRIES: u32 = 1;

/// Makes `call`, and repeats it while its error may pass and the deadline leaves time.
pub(super) async fn with_retries<T, F>(
    deadline: Instant,
    random: &Random,
    call: impl Fn(Connection) -> F,
) -> Result<T, ModelError>
where
    F: Future<Output = Result<T, ModelError>>,
{
    let mut retries = 0;
    let mut connection = Connection::Pooled;
    loop {
        let error = match call(connection).await {
            Ok(result) => return Ok(result),
            Err(error) => error,
        };
        let Some(wait) = wait(&error, retries, Instant::now(), deadline, random) else {
            return Err(error);
        };
        sleep(wait).await;
        retries += 1;
        connection = match error {
            ModelError::Interrupted => Connection::Fresh,
            _ => Connection::Pooled,
        };
    }
}

/// The wait before the next retry, after `retries` retries; `None` when the call is not retried.
fn wait(
    error: &ModelError,
    retries: u32,
    now: Instant,
    deadline: Instant,
    random: &Random,
) -> Option<Duration> {
    let wait = match error {
        ModelError::Overloaded { retry_after } if retries < OVERLOADED_RETRIES => match retry_after
        {
            // A random time later than requested: the provider's other clients were given the same time.
            Some(requested) => requested.saturating_add(FIRST_WAIT.mul_f64(random.fraction())),
            None => backoff(retries, random),
        },
        // The provider's own failure, or no connection to it.
        ModelError::Failed { status }
            if retries < RETRIES_AFTER_FAILURE && status.is_none_or(|status| status >= 500) =>
        {
            backoff(retries, random)
        }
        // The provider had closed the pooled connection: a new one probably works.
        ModelError::Interrupted if retries < INTERRUPTED_RETRIES => Duration::ZERO,
        _ => return None,
    };
    let ready = now.checked_add(wait)?.checked_add(MIN_CALL_TIME)?;
    (ready <= deadline).then_some(wait)
}

/// A random time between half and all of a time that doubles with each retry.
fn backoff(retries: u32, random: &Random) -> Duration {
    let longest = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(retries));
    longest.mul_f64(0.5 + random.fraction() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(error: &ModelError, retries: u32, left: Duration) -> Option<Duration> {
        let (now, random) = (Instant::now(), Random::new(|bytes| bytes.fill(0xff)));
        wait(error, retries, now, now + left, &random)
    }

    const LONG: Duration = Duration::from_mins(1);
    const BUSY: ModelError = ModelError::Overloaded { retry_after: None };

    #[test]
    fn waits_double_up_to_the_last_retry() {
        let waits: Vec<_> = (0..5).map(|retries| after(&BUSY, retries, LONG)).collect();
        let millis = |n| Some(Duration::from_millis(n));
        assert_eq!(
            waits,
            [millis(500), millis(1000), millis(2000), millis(4000), None]
        );
    }

    #[test]
    fn a_wait_is_random_within_its_upper_half() {
        let now = Instant::now();
        for (byte, expected) in [(0, 250), (0xff, 500)] {
            let random = Random::new(move |bytes| bytes.fill(byte));
            let wait = wait(&BUSY, 0, now, now + LONG, &random);
            assert_eq!(wait, Some(Duration::from_millis(expected)));
        }
    }

    #[test]
    fn a_retry_waits_as_long_as_the_provider_requests() {
        let after = |requested, left| {
            let retry_after = Some(requested);
            after(&ModelError::Overloaded { retry_after }, 0, left)
        };
        let seconds = Duration::from_secs;
        assert_eq!(after(seconds(7), LONG), Some(Duration::from_millis(7500)));
        assert_eq!(after(seconds(7), seconds(8)), None);
        assert_eq!(after(Duration::MAX, LONG), None);
    }

    #[test]
    fn permanent_errors_are_not_retried() {
        for error in [
            ModelError::Rejected { status: Some(401) },
            ModelError::Failed { status: Some(400) },
            ModelError::TimedOut,
            ModelError::Unusable { reason: "empty" },
        ] {
            assert_eq!(after(&error, 0, LONG), None, "{error:?}");
        }
    }

    #[test]
    fn temporary_errors_are_retried_a_limited_number_of_times() {
        let failed = ModelError::Failed { status: Some(500) };
        assert!(after(&failed, 1, LONG).is_some());
        assert_eq!(after(&failed, 2, LONG), None);
        let first = after(&ModelError::Interrupted, 0, LONG);
        assert_eq!(first, Some(Duration::ZERO));
        assert_eq!(after(&ModelError::Interrupted, 1, LONG), None);
    }
}
