//! The default model, which needs no key and no network: a library. It answers with what the reference works say, in
//! their own sentences, names them, and says so where they say nothing.
//!
//! `definition` writes definitions; `links` and `sources` write what was chosen.

mod definition;
mod links;
mod sources;

use futures_util::{FutureExt, StreamExt, stream};
use tokio::time::Instant;

use crate::{
    AnswerStream, ChatRequest, DefinitionRequest, DefinitionTexts, InsightRequest, InsightTexts,
    Model, ModelError, SummaryRequest, Writing,
};

/// The reference works as a [`Model`]. Its answers are made in milliseconds and cost nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Library;

const NOT_YET: ModelError = ModelError::Unusable {
    reason: "only definitions yet",
};

impl Model for Library {
    fn write_insight(&self, _request: InsightRequest, _deadline: Instant) -> Writing<InsightTexts> {
        async move { Err(NOT_YET) }.boxed()
    }

    fn write_definition(
        &self,
        request: DefinitionRequest,
        _deadline: Instant,
    ) -> Writing<DefinitionTexts> {
        async move { Ok(definition::write(&request)) }.boxed()
    }

    fn chat(&self, _request: ChatRequest, _deadline: Instant) -> AnswerStream {
        stream::iter([Err(NOT_YET)]).boxed()
    }

    fn summarise(&self, _request: SummaryRequest, _deadline: Instant) -> Writing<String> {
        async move { Err(NOT_YET) }.boxed()
    }
}
