//! [`Library`], the default model. It needs no key and no network: it quotes the reference works, names them, and says so
//! when they have nothing.
//!
//! `insight` writes insights, from `context`, `significance` and `related`, with `selection` and `similar_text`, which find the
//! selected words, and `wording`, its own sentences in English and Spanish; `definition` defines words; `chat` writes
//! replies; `summary` summarises conversations. They share `passage`, which locates the request's passage; `sentences`,
//! `sentence_group`, `alignment`, `exhortation` and `excerpt`, which select from the commentary; and `quotation`, `links`
//! and `sources`, which format the quotations.

mod alignment;
mod chat;
mod context;
mod definition;
mod excerpt;
mod exhortation;
mod insight;
pub(crate) mod links;
pub(crate) mod passage;
pub(crate) mod quotation;
mod related;
mod selection;
mod sentence_group;
mod sentences;
mod significance;
mod similar_text;
pub(crate) mod sources;
mod summary;
mod wording;

use futures_util::{FutureExt, TryFutureExt};
use tokio::{task::spawn_blocking, time::Instant};

use crate::{
    ChatRequest, DefinitionRequest, DefinitionTexts, InsightRequest, InsightTexts, Model,
    ModelError, ModelFuture, ReplyStream, SummaryRequest, UsageReporter,
};

/// The reference works as a [`Model`]. A call takes milliseconds, costs no tokens and is reported like any other. The
/// default reports nowhere.
#[derive(Clone, Debug, Default)]
pub struct Library {
    usage: UsageReporter,
}

impl Library {
    /// Reports every call to `usage`.
    #[must_use]
    pub fn new(usage: UsageReporter) -> Self {
        Self { usage }
    }
}

impl Model for Library {
    fn write_insight(
        &self,
        request: InsightRequest,
        _deadline: Instant,
    ) -> ModelFuture<InsightTexts> {
        let insight = in_background(move || insight::write(&request));
        self.usage.report_call(insight.boxed())
    }

    fn write_definition(
        &self,
        request: DefinitionRequest,
        _deadline: Instant,
    ) -> ModelFuture<DefinitionTexts> {
        let definition = in_background(move || definition::write(&request));
        self.usage.report_call(definition.boxed())
    }

    fn chat(&self, request: ChatRequest, _deadline: Instant) -> ReplyStream {
        self.usage.report_reply(chat::reply(request))
    }

    fn summarise(&self, request: SummaryRequest, _deadline: Instant) -> ModelFuture<String> {
        let summary = in_background(move || summary::write(&request));
        self.usage.report_call(summary.boxed())
    }
}

/// Runs CPU work on another thread: the requests that share this one go on meanwhile.
async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ModelError> {
    let failed = |_| ModelError::Failed { status: None };
    spawn_blocking(work).map_err(failed).await
}

#[cfg(test)]
mod tests;
