//! Background tasks: work that goes on while a response is streamed, and after its reader has left.
//!
//! Lambda freezes a process that fetches its next event. So the next event waits for the tasks, 70 seconds at most.
//!
//! `lambda_runtime` ends the process when a response cannot be sent: with `cargo lambda watch`, when its reader has left. The
//! layer of this module logs that error, and the process continues with the next event.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use futures_util::future::LocalBoxFuture;
use lambda_runtime::{Error, LambdaInvocation, Service, tower::Layer};
use tokio::time::timeout;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::deadline::emulator_time_limit;

/// The longest that the next event waits for tasks: a summary of 60 seconds, two statements that time out, and some more.
const LONGEST_WAIT: Duration = Duration::from_secs(70);

/// The background tasks of this process. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    /// Cancelled when the current response ends. A process sends one response at a time.
    response: Arc<Mutex<CancellationToken>>,
}

impl Tasks {
    /// Starts a task. It continues when the reader disconnects.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(work);
    }

    /// A token that is cancelled when the current response has been sent, or can no longer be sent.
    pub(crate) fn response_end(&self) -> CancellationToken {
        self.lock_response().clone()
    }

    fn lock_response(&self) -> MutexGuard<'_, CancellationToken> {
        self.response.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Cancels the response's token, and waits until the tasks have ended.
    async fn end_response(&self) {
        let ended = std::mem::take(&mut *self.lock_response());
        ended.cancel();
        self.wait(LONGEST_WAIT).await;
    }

    async fn wait(&self, longest: Duration) {
        self.tracker.close();
        if timeout(longest, self.tracker.wait()).await.is_err() {
            tracing::error!("a task still runs after its response");
        }
        self.tracker.reopen();
    }
}

impl<S> Layer<S> for Tasks {
    type Service = WaitForTasks<S>;

    fn layer(&self, inner: S) -> WaitForTasks<S> {
        let tasks = self.clone();
        WaitForTasks { inner, tasks }
    }
}

/// The service that sends a response to Lambda, and then waits for the tasks. It never fails.
#[derive(Debug)]
pub struct WaitForTasks<S> {
    inner: S,
    tasks: Tasks,
}

impl<S> Service<LambdaInvocation> for WaitForTasks<S>
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
        let time_limit = emulator_time_limit(invocation.context.deadline);
        let request_id = invocation.context.request_id.clone();
        let (response, tasks) = (self.inner.call(invocation), self.tasks.clone());
        Box::pin(async move {
            match (response.await, time_limit) {
                // `cargo lambda watch` acknowledges a response when it begins: its end is not known here.
                (Ok(()), Some(longest)) => tasks.wait(longest).await,
                (Ok(()), None) => {}
                // When Lambda cannot be reached at all, fetching the next event ends the process.
                (Err(error), _) => tracing::warn!(request_id, %error, "response not sent"),
            }
            tasks.end_response().await;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use lambda_runtime::{Context as LambdaContext, service_fn};
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn a_response_that_cannot_be_sent_does_not_end_the_process() {
        let tasks = Tasks::default();
        let failing = service_fn(async |_| Err::<(), Error>("the connection broke".into()));
        let mut service = tasks.layer(failing);
        for _ in 0..2 {
            let end = tasks.response_end();
            let (parts, ()) = http::Response::new(()).into_parts();
            let sent = service.call(LambdaInvocation {
                parts,
                body: bytes::Bytes::new(),
                context: LambdaContext::default(),
            });
            assert!(sent.await.is_ok());
            assert!(end.is_cancelled());
        }
    }

    #[tokio::test]
    async fn the_end_of_a_response_reaches_its_task_and_waits_for_it() {
        let tasks = Tasks::default();
        let (done, is_done) = oneshot::channel();
        let end = tasks.response_end();
        tasks.spawn(async move {
            end.cancelled().await;
            tokio::task::yield_now().await;
            done.send(()).unwrap();
        });
        tasks.end_response().await;
        assert!(is_done.await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_without_an_end_does_not_hold_up_later_responses() {
        let tasks = Tasks::default();
        tasks.spawn(std::future::pending());
        tasks.end_response().await;
        let next = tasks.response_end();
        assert!(!next.is_cancelled());
        tasks.end_response().await;
        assert!(next.is_cancelled());
    }
}
