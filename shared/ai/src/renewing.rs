//! A model whose key may be exchanged while it is in use.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use tokio::{sync::Mutex as Turn, time::Instant};

use crate::{
    AnswerStream, ChatRequest, DefinitionRequest, DefinitionTexts, ErrorKind, InsightRequest,
    InsightTexts, Model, ModelError, SummaryRequest, Writing,
};

/// Sets the model up once more, with a key read anew; `None` when there is no other.
pub type Renew = Box<dyn Fn() -> BoxFuture<'static, Option<Arc<dyn Model>>> + Send + Sync>;

/// Asks a model. When the provider rejects its key, it is set up once more, and asked again if that gave another key.
#[derive(Clone)]
pub struct Renewing(Arc<Inner>);

struct Inner {
    known: Mutex<Known>,
    renew: Turn<Renew>,
}

/// The model in use, and how often there was another.
#[derive(Clone)]
struct Known {
    model: Arc<dyn Model>,
    number: u64,
}

impl Renewing {
    /// Begins with `model`.
    #[must_use]
    pub fn new(model: Arc<dyn Model>, renew: Renew) -> Self {
        Self(Arc::new(Inner {
            known: Mutex::new(Known { model, number: 0 }),
            renew: Turn::new(renew),
        }))
    }

    fn known(&self) -> Known {
        let known = self.0.known.lock();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Another model than the rejected one. Of those who ask at once, one sets it up.
    async fn renewed(&self, rejected: u64) -> Option<Arc<dyn Model>> {
        let renew = self.0.renew.lock().await;
        let known = self.known();
        if known.number != rejected {
            return Some(known.model);
        }
        let model = (*renew)().await?;
        let known = Known {
            model: Arc::clone(&model),
            number: rejected + 1,
        };
        *self.0.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
        Some(model)
    }

    fn ask<T: Send + 'static>(
        &self,
        ask: impl Fn(&dyn Model) -> Writing<T> + Send + 'static,
    ) -> Writing<T> {
        let this = self.clone();
        async move {
            let Known { model, number } = this.known();
            match ask(&*model).await {
                Err(error) if is_rejected(&error) => match this.renewed(number).await {
                    Some(model) => ask(&*model).await,
                    None => Err(error),
                },
                written => written,
            }
        }
        .boxed()
    }
}

fn is_rejected(error: &ModelError) -> bool {
    error.kind() == Some(ErrorKind::Auth)
}

impl Model for Renewing {
    fn write_insight(&self, request: InsightRequest, deadline: Instant) -> Writing<InsightTexts> {
        self.ask(move |model| model.write_insight(request.clone(), deadline))
    }

    fn write_definition(
        &self,
        request: DefinitionRequest,
        deadline: Instant,
    ) -> Writing<DefinitionTexts> {
        self.ask(move |model| model.write_definition(request.clone(), deadline))
    }

    fn chat(&self, request: ChatRequest, deadline: Instant) -> AnswerStream {
        let this = self.clone();
        let answer = async move {
            let Known { model, number } = this.known();
            let mut answer = model.chat(request.clone(), deadline);
            let first = answer.next().await;
            // A key is rejected before the first word or not at all.
            if let Some(Err(error)) = &first
                && is_rejected(error)
                && let Some(model) = this.renewed(number).await
            {
                return model.chat(request, deadline);
            }
            stream::iter(first).chain(answer).boxed()
        };
        stream::once(answer).flatten().boxed()
    }

    fn summarise(&self, request: SummaryRequest, deadline: Instant) -> Writing<String> {
        self.ask(move |model| model.summarise(request.clone(), deadline))
    }
}

impl fmt::Debug for Renewing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Renewing")
            .field(&self.known().model)
            .finish()
    }
}
