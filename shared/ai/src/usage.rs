//! Token usage of model calls, and its report to the metrics.

use std::{fmt, sync::Arc};

use futures_util::{FutureExt, StreamExt};

use verse_quotations::Counts;

use crate::{ModelFuture, ReplyEvent, ReplyStream};

/// The cost of a call in the provider's tokens; zero when the provider gives none or the call is free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenUsage {
    /// Tokens of the prompt.
    pub input: u64,
    /// Tokens of the generated text.
    pub output: u64,
}

/// Receives the usage of every model call, once a call, when the call ends. A call that failed, was dropped or has no
/// usage counts with zero tokens. The default discards the reports. Cheap to clone.
#[derive(Clone, Default)]
pub struct UsageReporter(Option<Arc<dyn Fn(TokenUsage, Counts) + Send + Sync>>);

impl UsageReporter {
    /// Sends the usage of each call, and what was checked in its text, to `report`.
    pub fn new(report: impl Fn(TokenUsage, Counts) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(report)))
    }

    /// The same call, reported when it ends.
    pub(crate) fn report_call<T: Send + 'static>(&self, call: ModelFuture<T>) -> ModelFuture<T> {
        let mut pending = self.begin();
        call.inspect(move |result| {
            if let Ok(generated) = result {
                pending.set(generated.usage, generated.quotations);
            }
        })
        .boxed()
    }

    /// The same reply, reported when its stream is dropped.
    pub(crate) fn report_reply(&self, reply: ReplyStream) -> ReplyStream {
        let mut pending = self.begin();
        reply
            .inspect(move |event| {
                if let Ok(ReplyEvent::End {
                    usage, quotations, ..
                }) = event
                {
                    pending.set(*usage, *quotations);
                }
            })
            .boxed()
    }

    fn begin(&self) -> PendingReport {
        PendingReport {
            usage: TokenUsage::default(),
            quotations: Counts::default(),
            reporter: self.clone(),
        }
    }
}

/// Reports its usage when it is dropped.
struct PendingReport {
    usage: TokenUsage,
    quotations: Counts,
    reporter: UsageReporter,
}

impl PendingReport {
    // A closure that assigns to the fields captures the fields alone, and the report is dropped too early.
    fn set(&mut self, usage: TokenUsage, quotations: Counts) {
        self.usage = usage;
        self.quotations = quotations;
    }
}

impl Drop for PendingReport {
    fn drop(&mut self) {
        if let Some(report) = &self.reporter.0 {
            report(self.usage, self.quotations);
        }
    }
}

impl fmt::Debug for UsageReporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UsageReporter")
    }
}

#[cfg(test)]
mod tests {
    use std::{future::ready, sync::Mutex};

    use futures_util::stream;

    use super::*;
    use crate::{Generated, ModelError, StopReason};

    #[tokio::test]
    async fn every_call_is_reported_once_when_it_ends() {
        let reports = Arc::new(Mutex::new(Vec::new()));
        let reported = Arc::clone(&reports);
        let reporter = UsageReporter::new(move |usage, _| reports.lock().unwrap().push(usage));
        let none = TokenUsage::default();
        let (input, output) = (1, 2);
        let usage = TokenUsage { input, output };
        let source = String::new();

        let call = |result| reporter.report_call(ready(result).boxed());
        let generated = Generated {
            texts: (),
            source: source.clone(),
            usage,
            quotations: Counts::default(),
        };
        call(Ok(generated.clone())).await.unwrap();
        call(Err(ModelError::TimedOut)).await.unwrap_err();
        drop(call(Ok(generated)));
        assert_eq!(*reported.lock().unwrap(), [usage, none, none]);

        let end = ReplyEvent::End {
            stop_reason: StopReason::EndTurn,
            source,
            sources: Vec::new(),
            usage,
            quotations: Counts::default(),
        };
        let events = [Ok(ReplyEvent::Token("In ".to_owned())), Ok(end)];
        let mut reply = reporter.report_reply(stream::iter(events).boxed());
        reply.next().await.unwrap().unwrap();
        reply.next().await.unwrap().unwrap();
        assert_eq!(reported.lock().unwrap().len(), 3);
        drop(reply);
        assert_eq!(*reported.lock().unwrap(), [usage, none, none, usage]);
    }
}
