//! An embedder that is not called for 30 seconds after it failed: every message would wait for it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, timeout_at};
use verse_ai::{Embedder, ModelError};

/// How long a process does not call an embedder that failed.
const COOLDOWN: Duration = Duration::from_secs(30);

/// Turns messages into vectors within a time limit. Cheap to clone.
#[derive(Clone, Debug)]
pub struct MessageEmbedder {
    embedder: Arc<dyn Embedder>,
    failed_at: Arc<Mutex<Option<Instant>>>,
}

impl MessageEmbedder {
    /// Calls `embedder`.
    #[must_use]
    pub fn new(embedder: Arc<dyn Embedder>) -> Self {
        Self {
            embedder,
            failed_at: Arc::default(),
        }
    }

    /// The embedding model's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.embedder.name()
    }

    /// One vector for each text. `None` when the embedder fails, does not answer by `end`, or failed less than 30 seconds
    /// ago.
    pub(crate) async fn embed(&self, texts: Vec<String>, end: Instant) -> Option<Vec<Vec<f32>>> {
        if self.failed_at().is_some_and(|at| at.elapsed() < COOLDOWN) {
            return None;
        }
        let embedded = timeout_at(end, self.embedder.embed(texts, end)).await;
        let error = match embedded {
            Ok(Ok(vectors)) => return Some(vectors),
            Ok(Err(error)) => error,
            Err(_) => ModelError::TimedOut,
        };
        tracing::error!(cause = ?error, "the embedder failed");
        if is_outage(&error) {
            *self.failed_at() = Some(Instant::now());
        }
        None
    }

    fn failed_at(&self) -> MutexGuard<'_, Option<Instant>> {
        self.failed_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether another text would fail, too. Any other error may concern one text only.
fn is_outage(error: &ModelError) -> bool {
    match error {
        ModelError::Rejected { .. }
        | ModelError::Overloaded { .. }
        | ModelError::TimedOut
        | ModelError::Interrupted => true,
        ModelError::Failed { status } => status.is_none_or(|status| status >= 500),
        ModelError::Unusable { .. } => false,
    }
}
