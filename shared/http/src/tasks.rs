//! Work that goes on while an answer is streamed, and after its reader has gone.
//!
//! Lambda freezes a process once it asks for its next event, and `lambda_runtime` ends it when the connection breaks that
//! an answer is leaving on. So the runtime is kept from either until such work is done, for as long as it may take.

use std::{
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::future::LocalBoxFuture;
use lambda_runtime::{Error, LambdaInvocation, Service, tower::Layer};
use tokio::{sync::watch, time::timeout};
use tokio_util::task::TaskTracker;

use crate::deadline::emulated;

/// The longest that the next event waits for work on the last: two statements that do not answer, and some more.
const PATIENCE: Duration = Duration::from_secs(8);

/// The work of this process that belongs to no future of the router's. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Tasks {
    tracker: TaskTracker,
    /// How many answers have left, or can leave no more.
    answers: Arc<watch::Sender<u64>>,
}

impl Default for Tasks {
    fn default() -> Self {
        Self {
            tracker: TaskTracker::new(),
            answers: Arc::new(watch::Sender::new(0)),
        }
    }
}

impl Tasks {
    /// Starts work that is to come to its end, whoever leaves meanwhile.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(work);
    }

    /// Tells when the answer that is being given has left, or can leave no more: the process gives one at a time.
    pub(crate) fn end_of_answer(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut answers = self.answers.subscribe();
        async move {
            // An error says that the process ends.
            let _ = answers.changed().await;
        }
    }

    /// The answer has left, or can leave no more: what works on it is told so, and given time to end.
    async fn settle(&self) {
        self.answers.send_modify(|answers| *answers += 1);
        self.wait(PATIENCE).await;
    }

    async fn wait(&self, patience: Duration) {
        self.tracker.close();
        if timeout(patience, self.tracker.wait()).await.is_err() {
            tracing::error!("work goes on after its answer");
        }
        self.tracker.reopen();
    }
}

/// Around what gives an answer to Lambda.
impl<S> Layer<S> for Tasks {
    type Service = Settled<S>;

    fn layer(&self, inner: S) -> Settled<S> {
        let tasks = self.clone();
        Settled { inner, tasks }
    }
}

/// Gives answers, and then waits for the work on them.
#[derive(Debug)]
pub struct Settled<S> {
    inner: S,
    tasks: Tasks,
}

impl<S> Service<LambdaInvocation> for Settled<S>
where
    S: Service<LambdaInvocation, Response = (), Error = Error>,
    S::Future: 'static,
{
    type Response = ();
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<(), Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        let emulated = emulated(invocation.context.deadline);
        let (answer, tasks) = (self.inner.call(invocation), self.tasks.clone());
        Box::pin(async move {
            let result = answer.await;
            // `cargo lambda watch` says that it has an answer as soon as that begins.
            if let (Ok(()), Some(time)) = (&result, emulated) {
                tasks.wait(time).await;
            }
            tasks.settle().await;
            result
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn work_is_told_of_the_end_of_its_answer_and_waited_for() {
        let tasks = Tasks::default();
        let (done, is_done) = oneshot::channel();
        let end = tasks.end_of_answer();
        tasks.spawn(async move {
            end.await;
            tokio::task::yield_now().await;
            done.send(()).unwrap();
        });
        tasks.settle().await;
        assert!(is_done.await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn work_without_an_end_is_not_waited_for_forever() {
        let tasks = Tasks::default();
        tasks.spawn(std::future::pending());
        tasks.settle().await;
        // The next answer is one more.
        let end = tasks.end_of_answer();
        tasks.settle().await;
        end.await;
    }
}
