//! Waiting for a condition, with a limit.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The limit of [`eventually`]: only a failing test waits so long.
const LIMIT: Duration = Duration::from_secs(10);

/// Calls `condition` until it returns a value, and fails the test with `what` after ten seconds:
/// `eventually("the row is gone", async || (database.count("users").await == 0).then_some(()))`.
pub async fn eventually<T>(what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + LIMIT;
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(Instant::now() < end, "not within {LIMIT:?}: {what}");
        sleep(Duration::from_millis(10)).await;
    }
}
