//! When a call is made again, and after how long. Never once the reader has seen a word of the answer.

use std::{fmt, sync::Arc, time::Duration};

use tokio::time::Instant;

use super::http_client::Connection;
use crate::ModelError;

/// The first wait for a provider that has too much to do; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// What must be left of the time after a wait, or it is not worth it.
const WORTH_WAITING: Duration = Duration::from_secs(1);

/// How often a call is made again for each kind of failure.
const OVERLOADED_AGAIN: u32 = 4;
const FAILED_AGAIN: u32 = 2;
const INTERRUPTED_AGAIN: u32 = 1;

/// Gives numbers from 0 to 1, so that those who failed together do not come back together. Cheap to clone.
#[derive(Clone)]
pub struct Jitter(Arc<dyn Fn() -> f64 + Send + Sync>);

impl Jitter {
    /// `draw` gives a random number from 0 to 1.
    pub fn new(draw: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(draw))
    }

    fn draw(&self) -> f64 {
        let drawn = (self.0)();
        if drawn.is_finite() {
            drawn.clamp(0.0, 1.0)
        } else {
            0.0
        }
    }
}

impl fmt::Debug for Jitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jitter")
    }
}

/// What a call that failed is made again over.
pub(super) fn connection(error: &ModelError) -> Connection {
    match error {
        ModelError::Interrupted => Connection::Fresh,
        _ => Connection::Any,
    }
}

/// How long to wait before a call that failed with `error` is made again; `None` when it is not. `again` is how often it
/// was made again already.
pub(super) fn wait(
    error: &ModelError,
    again: u32,
    now: Instant,
    deadline: Instant,
    jitter: &Jitter,
) -> Option<Duration> {
    let wait = match error {
        ModelError::Overloaded { retry_after } if again < OVERLOADED_AGAIN => match retry_after {
            // A little later than told: everybody else was told the same.
            Some(told) => told.saturating_add(FIRST_WAIT.mul_f64(jitter.draw())),
            None => backoff(again, jitter),
        },
        ModelError::Failed { status } if again < FAILED_AGAIN && may_pass(*status) => {
            backoff(again, jitter)
        }
        // A connection that the other end had left: a new one is likely to do.
        ModelError::Interrupted if again < INTERRUPTED_AGAIN => Duration::ZERO,
        _ => return None,
    };
    let ready = now.checked_add(wait)?.checked_add(WORTH_WAITING)?;
    (ready <= deadline).then_some(wait)
}

/// Half to the whole of a time that doubles.
fn backoff(again: u32, jitter: &Jitter) -> Duration {
    let whole = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(again));
    whole.mul_f64(0.5 + jitter.draw() / 2.0)
}

/// Whether a failure may be over soon: the provider's own, or that it could not be reached.
fn may_pass(status: Option<u16>) -> bool {
    status.is_none_or(|status| status >= 500)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(error: &ModelError, again: u32, left: Duration) -> Option<Duration> {
        let now = Instant::now();
        wait(error, again, now, now + left, &Jitter::new(|| 1.0))
    }

    const LONG: Duration = Duration::from_mins(1);
    const BUSY: ModelError = ModelError::Overloaded { retry_after: None };

    #[test]
    fn waits_double_and_end() {
        let waits: Vec<_> = (0..5).map(|again| after(&BUSY, again, LONG)).collect();
        let millis = |n| Some(Duration::from_millis(n));
        assert_eq!(
            waits,
            [millis(500), millis(1000), millis(2000), millis(4000), None]
        );
    }

    #[test]
    fn a_wait_is_drawn_from_its_upper_half() {
        let now = Instant::now();
        for (drawn, expected) in [(0.0, 250), (1.0, 500), (7.0, 500), (f64::NAN, 250)] {
            let jitter = Jitter::new(move || drawn);
            assert_eq!(
                wait(&BUSY, 0, now, now + LONG, &jitter),
                Some(Duration::from_millis(expected))
            );
        }
    }

    #[test]
    fn what_the_provider_asks_is_honoured() {
        let told = ModelError::Overloaded {
            retry_after: Some(Duration::from_secs(7)),
        };
        assert_eq!(after(&told, 0, LONG), Some(Duration::from_millis(7500)));
        assert_eq!(after(&told, 0, Duration::from_secs(8)), None);
        let never = ModelError::Overloaded {
            retry_after: Some(Duration::MAX),
        };
        assert_eq!(after(&never, 0, LONG), None);
    }

    #[test]
    fn what_will_not_pass_is_not_tried_again() {
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
    fn what_may_pass_is_tried_again_but_not_for_ever() {
        let failed = ModelError::Failed { status: Some(500) };
        assert!(after(&failed, 1, LONG).is_some());
        assert_eq!(after(&failed, 2, LONG), None);
        assert_eq!(
            after(&ModelError::Interrupted, 0, LONG),
            Some(Duration::ZERO)
        );
        assert_eq!(after(&ModelError::Interrupted, 1, LONG), None);
    }
}
