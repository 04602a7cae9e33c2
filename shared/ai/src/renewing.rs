//! Models whose keys may be exchanged while they are in use.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use tokio::{sync::Mutex as Turn, time::Instant};

use crate::{
    Ai, AnswerStream, ChatRequest, DefinitionRequest, DefinitionTexts, Embedder, ErrorKind,
    InsightRequest, InsightTexts, Model, ModelError, SummaryRequest, Writing,
};

/// Sets up once more what was chosen, with keys read anew; `None` when there are no others.
pub type Renew = Box<dyn Fn() -> BoxFuture<'static, Option<Ai>> + Send + Sync>;

impl Ai {
    /// The same, but when a provider rejects a key, all is set up once more, and who was refused is asked again if that gave
    /// other keys.
    #[must_use]
    pub fn renewing(self, renew: Renew) -> Self {
        let embedder = self.embedder.clone();
        let renewing = Renewing(Arc::new(Inner {
            known: Mutex::new(Known {
                ai: self,
                number: 0,
            }),
            renew: Turn::new(renew),
        }));
        let embedder = embedder.map(|first| -> Arc<dyn Embedder> {
            Arc::new(RenewingEmbedder {
                first,
                renewing: renewing.clone(),
            })
        });
        Self {
            model: Arc::new(renewing),
            embedder,
        }
    }
}

/// What a question will be answered.
type Asked<T> = BoxFuture<'static, Result<T, ModelError>>;

/// Asks the model that was set up last.
#[derive(Clone)]
struct Renewing(Arc<Inner>);

struct Inner {
    known: Mutex<Known>,
    renew: Turn<Renew>,
}

/// What is in use, and how often there was another.
#[derive(Clone)]
struct Known {
    ai: Ai,
    number: u64,
}

impl Renewing {
    fn known(&self) -> Known {
        let known = self.0.known.lock();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Another than the rejected one. Of those who ask at once, one sets it up.
    async fn renewed(&self, rejected: u64) -> Option<Ai> {
        let renew = self.0.renew.lock().await;
        let known = self.known();
        if known.number != rejected {
            return Some(known.ai);
        }
        let mut ai = (*renew)().await?;
        // What vectors are stored with is the name that was told at first: only the same embedder takes its place.
        if !is_same(ai.embedder.as_ref(), known.ai.embedder.as_ref()) {
            ai.embedder = known.ai.embedder;
        }
        let known = Known {
            ai: ai.clone(),
            number: rejected + 1,
        };
        *self.0.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
        Some(ai)
    }

    fn ask<T: Send + 'static>(&self, ask: impl Fn(&Ai) -> Asked<T> + Send + 'static) -> Asked<T> {
        let this = self.clone();
        async move {
            let Known { ai, number } = this.known();
            match ask(&ai).await {
                Err(error) if is_rejected(&error) => match this.renewed(number).await {
                    Some(ai) => ask(&ai).await,
                    None => Err(error),
                },
                answered => answered,
            }
        }
        .boxed()
    }
}

fn is_same(one: Option<&Arc<dyn Embedder>>, other: Option<&Arc<dyn Embedder>>) -> bool {
    one.map(|embedder| embedder.name()) == other.map(|embedder| embedder.name())
}

fn is_rejected(error: &ModelError) -> bool {
    error.kind() == Some(ErrorKind::Auth)
}

impl Model for Renewing {
    fn write_insight(&self, request: InsightRequest, deadline: Instant) -> Writing<InsightTexts> {
        self.ask(move |ai| ai.model.write_insight(request.clone(), deadline))
    }

    fn write_definition(
        &self,
        request: DefinitionRequest,
        deadline: Instant,
    ) -> Writing<DefinitionTexts> {
        self.ask(move |ai| ai.model.write_definition(request.clone(), deadline))
    }

    fn chat(&self, request: ChatRequest, deadline: Instant) -> AnswerStream {
        let this = self.clone();
        let answer = async move {
            let Known { ai, number } = this.known();
            let mut answer = ai.model.chat(request.clone(), deadline);
            let first = answer.next().await;
            // A key is rejected before the first word or not at all.
            if let Some(Err(error)) = &first
                && is_rejected(error)
                && let Some(ai) = this.renewed(number).await
            {
                return ai.model.chat(request, deadline);
            }
            stream::iter(first).chain(answer).boxed()
        };
        stream::once(answer).flatten().boxed()
    }

    fn summarise(&self, request: SummaryRequest, deadline: Instant) -> Writing<String> {
        self.ask(move |ai| ai.model.summarise(request.clone(), deadline))
    }
}

impl fmt::Debug for Renewing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Renewing").field(&self.known().ai).finish()
    }
}

/// Asks the embedder that was set up last: the first one, or the same with another key.
#[derive(Debug)]
struct RenewingEmbedder {
    first: Arc<dyn Embedder>,
    renewing: Renewing,
}

impl Embedder for RenewingEmbedder {
    fn name(&self) -> &str {
        self.first.name()
    }

    fn embed(&self, texts: Vec<String>, deadline: Instant) -> Asked<Vec<Vec<f32>>> {
        let first = Arc::clone(&self.first);
        self.renewing.ask(move |ai| {
            let embedder = ai.embedder.as_ref().unwrap_or(&first);
            embedder.embed(texts.clone(), deadline)
        })
    }
}
