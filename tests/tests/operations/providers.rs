//! The client code for providers of models, against a scripted provider in both formats.

mod embeddings;
mod failures;
mod requests;
mod streaming;

use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::Instant;
use verse_ai::{
    ChatRequest, DefinitionRequest, HttpClient, InsightRequest, Limits, Model, ModelError,
    Provider, ReplyEvent, Role, Service, Turn,
};
use verse_platform::Random;
use verse_tests::{ProviderFormat, Script, ScriptedProvider};

const KEY: &str = "sk-scripted-key";

/// The reply of the provider without a script.
const DEFAULT_REPLY: &str = "In the beginning was a script.";

/// A provider that follows this script for every request.
async fn provider(script: Script) -> ScriptedProvider {
    let provider = ScriptedProvider::start().await;
    provider.always(script);
    provider
}

/// The client of the scripted provider in a format.
fn model(provider: &ScriptedProvider, format: ProviderFormat) -> Provider {
    model_at(&provider.anthropic_url(), format)
}

/// The client of a provider in a format; `url` has no path.
fn model_at(url: &str, format: ProviderFormat) -> Provider {
    let (name, key) = ("scripted-1".to_owned(), KEY.into());
    let service = match format {
        ProviderFormat::Anthropic => Service::anthropic(url, key, name),
        _ => Service::openai(&format!("{url}/v1"), Some(key), name),
    };
    let client = HttpClient::new().unwrap();
    Provider::new(client, service, Limits::default(), no_jitter())
}

/// A random source that makes every wait its shortest.
fn no_jitter() -> Random {
    Random::new(|bytes| bytes.fill(0))
}

fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// A deadline that no test reaches.
fn late() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

fn insight_request() -> InsightRequest {
    InsightRequest {
        passage_reference: "John 3 (KJV)".to_owned(),
        passage_text: "For God so loved the world".to_owned(),
    }
}

fn definition_request() -> DefinitionRequest {
    DefinitionRequest {
        word: "loved".to_owned(),
        verse_text: "For God so loved the world".to_owned(),
        passage_reference: "John 3:16 (KJV)".to_owned(),
    }
}

fn user_turn(text: &str) -> Turn {
    Turn::new(Role::User, text)
}

fn question(text: &str) -> ChatRequest {
    ChatRequest {
        turns: vec![user_turn(text)],
        ..ChatRequest::default()
    }
}

/// A streamed reply: its tokens, and how it ended.
#[derive(Debug)]
struct Reply {
    tokens: Vec<String>,
    end: Result<ReplyEvent, ModelError>,
}

impl Reply {
    fn text(&self) -> String {
        self.tokens.concat()
    }

    fn error(&self) -> &ModelError {
        self.end.as_ref().unwrap_err()
    }
}

/// The reply to a question.
async fn reply(model: &dyn Model) -> Reply {
    read_reply(model, question("Why?"), late()).await
}

/// Reads a stream to its end, and fails the test when it has no end or continues after it.
async fn read_reply(model: &dyn Model, request: ChatRequest, deadline: Instant) -> Reply {
    let mut stream = model.chat(request, deadline);
    let mut tokens = Vec::new();
    let end = loop {
        match stream.next().await {
            Some(Ok(ReplyEvent::Token(token))) => tokens.push(token),
            Some(end) => break end,
            None => panic!("the stream stopped without an end, after {tokens:?}"),
        }
    };
    let more = stream.next().await;
    assert!(more.is_none(), "after the end there was {more:?}");
    Reply { tokens, end }
}
