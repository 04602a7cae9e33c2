//! The default model, which needs no key and no network: a library. It answers with what the reference works say, in
//! their own sentences, names them, and says so where they say nothing.
//!
//! `insight` writes insights, from `context`, `significance` and `related`; `definition` defines words; `chat` answers
//! in conversations; `summary` shortens them. Beneath: `passage` is what is asked about; `sentences`, `alignment`,
//! `appeal`, `thought` and `portion` choose from the commentary; `quotation`, `links` and `sources` write what was
//! chosen.

mod alignment;
mod appeal;
mod chat;
mod context;
mod definition;
mod insight;
mod links;
mod passage;
mod portion;
mod quotation;
mod related;
mod sentences;
mod significance;
mod sources;
mod summary;
mod thought;

use futures_util::FutureExt;
use tokio::time::Instant;

use crate::{
    AnswerStream, ChatRequest, DefinitionRequest, DefinitionTexts, InsightRequest, InsightTexts,
    Model, SummaryRequest, Writing,
};

/// The reference works as a [`Model`]. Its answers are made in milliseconds and cost nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Library;

impl Model for Library {
    fn write_insight(&self, request: InsightRequest, _deadline: Instant) -> Writing<InsightTexts> {
        async move { Ok(insight::write(&request).await) }.boxed()
    }

    fn write_definition(
        &self,
        request: DefinitionRequest,
        _deadline: Instant,
    ) -> Writing<DefinitionTexts> {
        async move { Ok(definition::write(&request)) }.boxed()
    }

    fn chat(&self, request: ChatRequest, _deadline: Instant) -> AnswerStream {
        chat::answer(request)
    }

    fn summarise(&self, request: SummaryRequest, _deadline: Instant) -> Writing<String> {
        async move { Ok(summary::write(&request)) }.boxed()
    }
}

#[cfg(test)]
mod tests;
