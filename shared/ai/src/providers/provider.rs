//! [`Provider`]: a model behind an API.

use std::sync::Arc;

use futures_util::{FutureExt, StreamExt, stream};
use genai::chat::{ChatMessage, ChatOptions, ChatRequest as SentRequest, ChatStreamResponse};
use tokio::{runtime::Handle, task::spawn_blocking, time::Instant};
use verse_platform::Random;

use super::{
    HttpClient, Service,
    checked::{self, Check},
    failure::{by, failure},
    http_client::Connection,
    key_reload::CurrentService,
    reply_stream::reply_stream,
    retry, structured_output,
};
use crate::{
    ChatRequest, DefinitionRequest, DefinitionTexts, Generated, InsightRequest, InsightTexts,
    Limits, Model, ModelError, ModelFuture, ReplyEvent, ReplyStream, Role, StopReason,
    SummaryRequest, UsageReporter,
    prompts::{self, Prompt},
};

/// A model that is called over HTTP. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Provider {
    client: HttpClient,
    service: CurrentService,
    limits: Limits,
    random: Random,
    usage: UsageReporter,
}

impl Provider {
    /// The model of `service`, with prompts and replies within `limits`.
    #[must_use]
    pub fn new(
        client: HttpClient,
        service: impl Into<CurrentService>,
        limits: Limits,
        random: Random,
    ) -> Self {
        Self {
            client,
            service: service.into(),
            limits,
            random,
            usage: UsageReporter::default(),
        }
    }

    /// Reports the usage of every call to `usage`. A call that is repeated with another key is reported once.
    #[must_use]
    pub fn reporting_to(self, usage: UsageReporter) -> Self {
        Self { usage, ..self }
    }

    /// Calls the provider, as often as [`retry`] allows, until the first token of a reply has arrived.
    async fn begin(
        &self,
        service: Arc<Service>,
        prompt: &Prompt,
        deadline: Instant,
    ) -> Result<ReplyStream, ModelError> {
        let service = service.as_ref();
        retry::with_retries(deadline, &self.random, |connection| async move {
            let call = self.open(service, prompt, connection);
            let opened = by(deadline, call).await??;
            let source = service.model().to_owned();
            let mut reply = reply_stream(opened.stream, source, deadline);
            let first = reply.next().await.ok_or(ModelError::Interrupted)??;
            Ok(stream::iter([Ok(first)]).chain(reply).boxed())
        })
        .await
    }

    /// Builds the request; `genai` sends it when the first event is awaited.
    async fn open(
        &self,
        service: &Service,
        prompt: &Prompt,
        connection: Connection,
    ) -> Result<ChatStreamResponse, ModelError> {
        let client = self.client.models(connection).clone();
        let (target, request) = (service.target(), sent_request(prompt));
        let options = options(service, prompt);
        let call = async move {
            client
                .exec_chat_stream(target, request, Some(&options))
                .await
        };
        let opened = if service.blocks_to_sign() {
            let runtime = Handle::current();
            let signing = spawn_blocking(move || runtime.block_on(call)).await;
            signing.map_err(|_| ModelError::Failed { status: None })?
        } else {
            call.await
        };
        opened.map_err(|error| failure(&error))
    }

    /// Generates a complete text and parses it; one that the token limit truncated is unusable.
    fn generate<T: Send + 'static>(
        &self,
        prompt: Prompt,
        deadline: Instant,
        parse: fn(&str) -> Result<T, ModelError>,
        check: Check<T>,
    ) -> ModelFuture<T> {
        let this = self.clone();
        let generated = async move {
            let (this, prompt, check) = (&this, &prompt, &check);
            let whole = |service| async move {
                let mut reply = this.begin(service, prompt, deadline).await?;
                let mut text = String::new();
                while let Some(event) = reply.next().await {
                    match event? {
                        ReplyEvent::Token(token) => text.push_str(&token),
                        ReplyEvent::End {
                            stop_reason: StopReason::EndTurn,
                            source,
                            usage,
                            ..
                        } => {
                            let mut texts = parse(&text)?;
                            let quotations = check.run(&mut texts);
                            return Ok(Generated {
                                texts,
                                source,
                                usage,
                                quotations,
                            });
                        }
                        ReplyEvent::End { .. } => break,
                    }
                }
                Err(ModelError::Unusable {
                    reason: "the token limit truncated the text",
                })
            };
            this.service.call(whole).await
        };
        self.usage.report_call(generated.boxed())
    }
}

impl Model for Provider {
    fn write_insight(
        &self,
        request: InsightRequest,
        deadline: Instant,
    ) -> ModelFuture<InsightTexts> {
        let prompt = prompts::insight(&request, &self.limits);
        let check = Check {
            options: checked::insight_options(&request),
            fields: |texts: &mut InsightTexts| {
                vec![
                    &mut texts.historical_context,
                    &mut texts.theological_significance,
                    &mut texts.practical_application,
                ]
            },
        };
        self.generate(prompt, deadline, structured_output::parse, check)
    }

    fn write_definition(
        &self,
        request: DefinitionRequest,
        deadline: Instant,
    ) -> ModelFuture<DefinitionTexts> {
        let prompt = prompts::definition(&request, &self.limits);
        let check = Check {
            options: checked::definition_options(&request),
            fields: |texts: &mut DefinitionTexts| {
                vec![
                    &mut texts.definition,
                    &mut texts.biblical_usage,
                    &mut texts.original_language,
                ]
            },
        };
        self.generate(prompt, deadline, structured_output::parse, check)
    }

    fn chat(&self, request: ChatRequest, deadline: Instant) -> ReplyStream {
        let options = checked::chat_options(&request);
        let prompt = prompts::chat(request, &self.limits);
        let provider = self.clone();
        let reply = async move {
            // A provider rejects a key before the first token or never.
            let begin = |service| provider.begin(service, &prompt, deadline);
            match provider.service.call(begin).await {
                Ok(reply) => reply,
                Err(error) => stream::iter([Err(error)]).boxed(),
            }
        };
        let reply = checked::reply(reply.flatten_stream().boxed(), options);
        self.usage.report_reply(reply)
    }

    fn summarise(&self, request: SummaryRequest, deadline: Instant) -> ModelFuture<String> {
        let check = Check {
            options: checked::summary_options(&request),
            fields: |text: &mut String| vec![text],
        };
        let prompt = prompts::summary(request, &self.limits);
        let parse = |text: &str| Ok(text.trim().to_owned());
        self.generate(prompt, deadline, parse, check)
    }
}

fn options(service: &Service, prompt: &Prompt) -> ChatOptions {
    let mut options = ChatOptions::default()
        .with_max_tokens(prompt.max_tokens)
        .with_capture_usage(true);
    if let Some(format) = prompt.output {
        options = options.with_response_format(structured_output::schema(format));
    }
    service.without_thinking(options)
}

fn sent_request(prompt: &Prompt) -> SentRequest {
    let turns = prompt.turns.iter().map(|turn| match turn.role {
        Role::User => ChatMessage::user(turn.text.as_str()),
        Role::Assistant => ChatMessage::assistant(turn.text.as_str()),
    });
    SentRequest::new(turns.collect()).with_system(prompt.system.as_str())
}
