//! [`Provider`]: a model behind somebody's API.

use std::sync::Arc;

use futures_util::{FutureExt, StreamExt, stream};
use genai::chat::{ChatMessage, ChatOptions, ChatRequest as SentRequest, ChatStreamResponse};
use tokio::{
    runtime::Handle,
    task::spawn_blocking,
    time::{Instant, sleep, timeout_at},
};

use super::{
    HttpClient, Jitter, Service,
    answer::{Coming, Piece},
    failure::failure,
    form,
    http_client::Connection,
    retry,
};
use crate::{
    Answer, AnswerStream, ChatRequest, DefinitionRequest, DefinitionTexts, InsightRequest,
    InsightTexts, Limits, Model, ModelError, Speaker, StopReason, SummaryRequest, TokenUsage,
    Writing, Written,
    prompts::{self, Prompt},
};

/// A model that is asked over HTTP. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Provider(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: HttpClient,
    service: Service,
    limits: Limits,
    jitter: Jitter,
}

impl Provider {
    /// The model of `service`, held to `limits`.
    #[must_use]
    pub fn new(client: HttpClient, service: Service, limits: Limits, jitter: Jitter) -> Self {
        Self(Arc::new(Inner {
            client,
            service,
            limits,
            jitter,
        }))
    }

    /// Asks until an answer begins, as often as [`retry`] allows, and gives its first piece with it.
    async fn begin(
        &self,
        prompt: &Prompt,
        deadline: Instant,
    ) -> Result<(Piece, Coming), ModelError> {
        let mut again = 0;
        let mut connection = Connection::Any;
        loop {
            let error = match self.ask(prompt, connection, deadline).await {
                Ok(begun) => return Ok(begun),
                Err(error) => error,
            };
            let now = Instant::now();
            let Some(wait) = retry::wait(&error, again, now, deadline, &self.0.jitter) else {
                return Err(error);
            };
            sleep(wait).await;
            again += 1;
            connection = retry::connection(&error);
        }
    }

    /// Asks once.
    async fn ask(
        &self,
        prompt: &Prompt,
        connection: Connection,
        deadline: Instant,
    ) -> Result<(Piece, Coming), ModelError> {
        let answer = timeout_at(deadline, self.open(prompt, connection))
            .await
            .map_err(|_| ModelError::TimedOut)??;
        let mut coming = Coming::new(answer.stream, deadline);
        let first = coming.next().await?;
        Ok((first, coming))
    }

    /// Builds the request; it goes out when the answer is first waited for.
    async fn open(
        &self,
        prompt: &Prompt,
        connection: Connection,
    ) -> Result<ChatStreamResponse, ModelError> {
        let client = self.0.client.models(connection).clone();
        let (target, request) = (self.0.service.target(), request(prompt));
        let options = self.options(prompt);
        let call = async move {
            client
                .exec_chat_stream(target, request, Some(&options))
                .await
        };
        let opened = if self.0.service.blocks_to_sign() {
            let runtime = Handle::current();
            let signing = spawn_blocking(move || runtime.block_on(call)).await;
            signing.map_err(|_| ModelError::Failed { status: None })?
        } else {
            call.await
        };
        opened.map_err(|error| failure(&error))
    }

    fn options(&self, prompt: &Prompt) -> ChatOptions {
        let mut options = ChatOptions::default()
            .with_max_tokens(prompt.max_tokens)
            .with_capture_usage(true);
        if let Some(form) = &prompt.form {
            options = options.with_response_format(form::schema(form));
        }
        self.0.service.without_thinking(options)
    }

    /// A whole answer: one that the limit of tokens cut is none.
    async fn write(
        &self,
        prompt: &Prompt,
        deadline: Instant,
    ) -> Result<(String, TokenUsage), ModelError> {
        let (mut piece, mut coming) = self.begin(prompt, deadline).await?;
        let mut whole = String::new();
        loop {
            match piece {
                Piece::Text(text) => whole.push_str(&text),
                Piece::End {
                    stop_reason: StopReason::EndTurn,
                    usage,
                } => return Ok((whole, usage)),
                Piece::End {
                    stop_reason: StopReason::MaxTokens,
                    ..
                } => {
                    return Err(ModelError::Unusable {
                        reason: "the limit of tokens cut the answer",
                    });
                }
            }
            piece = coming.next().await?;
        }
    }

    /// An answer in the prompt's form.
    async fn fill<T: form::Texts>(
        self,
        prompt: Prompt,
        deadline: Instant,
    ) -> Result<Written<T>, ModelError> {
        let (answer, usage) = self.write(&prompt, deadline).await?;
        Ok(self.written(form::read(&answer)?, usage))
    }

    fn written<T>(&self, texts: T, usage: TokenUsage) -> Written<T> {
        Written {
            texts,
            source: self.source(),
            usage,
        }
    }

    fn source(&self) -> String {
        self.0.service.model().to_owned()
    }
}

impl Model for Provider {
    fn write_insight(&self, request: InsightRequest, deadline: Instant) -> Writing<InsightTexts> {
        let prompt = prompts::insight(&request, &self.0.limits);
        self.clone().fill(prompt, deadline).boxed()
    }

    fn write_definition(
        &self,
        request: DefinitionRequest,
        deadline: Instant,
    ) -> Writing<DefinitionTexts> {
        let prompt = prompts::definition(&request, &self.0.limits);
        self.clone().fill(prompt, deadline).boxed()
    }

    fn chat(&self, request: ChatRequest, deadline: Instant) -> AnswerStream {
        let prompt = prompts::chat(request, &self.0.limits);
        let asked = State::Asked(self.clone(), Box::new(prompt), deadline);
        stream::unfold(asked, State::step).boxed()
    }

    fn summarise(&self, request: SummaryRequest, deadline: Instant) -> Writing<String> {
        let prompt = prompts::summary(request, &self.0.limits);
        let provider = self.clone();
        async move {
            let (summary, usage) = provider.write(&prompt, deadline).await?;
            Ok(provider.written(summary.trim().to_owned(), usage))
        }
        .boxed()
    }
}

/// How far an answer in a conversation is.
enum State {
    Asked(Provider, Box<Prompt>, Instant),
    Coming(Provider, Box<Coming>),
    Over,
}

impl State {
    async fn step(self) -> Option<(Result<Answer, ModelError>, Self)> {
        let (provider, next) = match self {
            Self::Asked(provider, prompt, deadline) => {
                let begun = Box::pin(provider.begin(&prompt, deadline)).await;
                let next = begun.map(|(piece, coming)| (piece, Box::new(coming)));
                (provider, next)
            }
            Self::Coming(provider, mut coming) => {
                let next = coming.next().await;
                (provider, next.map(|piece| (piece, coming)))
            }
            Self::Over => return None,
        };
        Some(match next {
            Ok((Piece::Text(text), coming)) => {
                (Ok(Answer::Token(text)), Self::Coming(provider, coming))
            }
            Ok((Piece::End { stop_reason, usage }, _)) => {
                let source = provider.source();
                let end = Answer::End {
                    stop_reason,
                    source,
                    usage,
                };
                (Ok(end), Self::Over)
            }
            Err(error) => (Err(error), Self::Over),
        })
    }
}

fn request(prompt: &Prompt) -> SentRequest {
    let turns = prompt.turns.iter().map(|turn| match turn.speaker {
        Speaker::Reader => ChatMessage::user(turn.text.as_str()),
        Speaker::Model => ChatMessage::assistant(turn.text.as_str()),
    });
    SentRequest::new(turns.collect()).with_system(prompt.system.as_str())
}
