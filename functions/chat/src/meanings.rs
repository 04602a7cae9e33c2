//! An embedder that is left alone for a while when it does not answer: each question would wait for it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, timeout_at};
use verse_ai::{Embedder, ModelError};

/// How long a process does without an embedder that did not answer.
const REST: Duration = Duration::from_secs(30);

/// Turns texts into vectors, where it can be done soon. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Meanings {
    embedder: Arc<dyn Embedder>,
    failed_at: Arc<Mutex<Option<Instant>>>,
}

impl Meanings {
    /// Those of `embedder`.
    #[must_use]
    pub fn of(embedder: Arc<dyn Embedder>) -> Self {
        Self {
            embedder,
            failed_at: Arc::default(),
        }
    }

    /// The model's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.embedder.name()
    }

    /// One vector for each text; `None` when they cannot be had by `end`, or could not a moment ago.
    pub(crate) async fn embed(&self, texts: Vec<String>, end: Instant) -> Option<Vec<Vec<f32>>> {
        if self.is_resting() {
            return None;
        }
        let embedded = timeout_at(end, self.embedder.embed(texts, end)).await;
        let error = match embedded {
            Ok(Ok(vectors)) => return Some(vectors),
            Ok(Err(error)) => error,
            Err(_) => ModelError::TimedOut,
        };
        tracing::error!(cause = ?error, "no vectors from the embedder");
        if is_away(&error) {
            *self.lock() = Some(Instant::now());
        }
        None
    }

    fn is_resting(&self) -> bool {
        self.lock().is_some_and(|at| at.elapsed() < REST)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.failed_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether it would not answer another text either: what it says of one text may be about that text.
fn is_away(error: &ModelError) -> bool {
    match error {
        ModelError::Rejected { .. }
        | ModelError::Overloaded { .. }
        | ModelError::TimedOut
        | ModelError::Interrupted => true,
        ModelError::Failed { status } => status.is_none_or(|status| status >= 500),
        ModelError::Unusable { .. } => false,
    }
}
