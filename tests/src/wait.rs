//! Waiting for a condition, with an end.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How long [`eventually`] is patient.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks until `question` has an answer, and fails the test with `what` when it has none in ten
/// seconds: `eventually("the row is gone", async || database.is_empty().await.then_some(()))`.
pub async fn eventually<T>(what: &str, mut question: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = question().await {
            return answer;
        }
        assert!(Instant::now() < end, "waited {PATIENCE:?} in vain: {what}");
        sleep(Duration::from_millis(10)).await;
    }
}
