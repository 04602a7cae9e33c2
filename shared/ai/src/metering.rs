//! A model whose use is reported.

use std::{fmt, sync::Arc};

use futures_util::{FutureExt, StreamExt};
use tokio::time::Instant;

use crate::{
    Answer, AnswerStream, ChatRequest, DefinitionRequest, DefinitionTexts, InsightRequest,
    InsightTexts, Model, SummaryRequest, TokenUsage, Writing,
};

/// Takes what one call cost.
pub type Report = Arc<dyn Fn(TokenUsage) + Send + Sync>;

/// Asks a model, and reports each call when it ends: with what it cost, or with nothing when it failed, was broken off or
/// does not say.
#[derive(Clone)]
pub struct Metered {
    model: Arc<dyn Model>,
    report: Report,
}

/// One call, which is reported when this goes, however that comes about.
struct Call {
    usage: TokenUsage,
    report: Report,
}

impl Metered {
    /// Reports what is asked of `model`.
    #[must_use]
    pub fn new(model: Arc<dyn Model>, report: Report) -> Self {
        Self { model, report }
    }

    fn call(&self) -> Call {
        Call {
            usage: TokenUsage::default(),
            report: Arc::clone(&self.report),
        }
    }

    fn metered<T: Send + 'static>(&self, writing: Writing<T>) -> Writing<T> {
        let mut call = self.call();
        async move {
            let written = writing.await;
            if let Ok(written) = &written {
                call.cost(written.usage);
            }
            drop(call);
            written
        }
        .boxed()
    }
}

impl Call {
    fn cost(&mut self, usage: TokenUsage) {
        self.usage = usage;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        (self.report)(self.usage);
    }
}

impl Model for Metered {
    fn write_insight(&self, request: InsightRequest, deadline: Instant) -> Writing<InsightTexts> {
        self.metered(self.model.write_insight(request, deadline))
    }

    fn write_definition(
        &self,
        request: DefinitionRequest,
        deadline: Instant,
    ) -> Writing<DefinitionTexts> {
        self.metered(self.model.write_definition(request, deadline))
    }

    fn chat(&self, request: ChatRequest, deadline: Instant) -> AnswerStream {
        let mut call = self.call();
        let answer = self.model.chat(request, deadline);
        answer
            .inspect(move |piece| {
                if let Ok(Answer::End { usage, .. }) = piece {
                    call.cost(*usage);
                }
            })
            .boxed()
    }

    fn summarise(&self, request: SummaryRequest, deadline: Instant) -> Writing<String> {
        self.metered(self.model.summarise(request, deadline))
    }
}

impl fmt::Debug for Metered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Metered").field(&self.model).finish()
    }
}
