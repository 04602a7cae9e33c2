//! The models' client code, whole, against a scripted provider in both wire formats.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "what tests share may fail them"
)]

mod asking;
mod embedding;
mod failing;
mod streaming;

use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::Instant;
use verse_ai::{
    ChatRequest, DefinitionRequest, HttpClient, InsightRequest, Limits, Model, ModelError,
    Provider, ReplyEvent, Role, Service, Turn,
};
use verse_platform::Random;
use verse_tests::{ScriptedProvider, Wire};

const KEY: &str = "sk-scripted-key";

/// The formats that a model can be asked in.
const WIRES: [Wire; 2] = [Wire::Anthropic, Wire::OpenAi];

/// The real client, asking the scripted provider in a format.
fn model(provider: &ScriptedProvider, wire: Wire) -> Provider {
    let model = "scripted-1".to_owned();
    let service = match wire {
        Wire::Anthropic => Service::anthropic(&provider.anthropic_url(), KEY.into(), model),
        _ => Service::openai(&provider.openai_url(), Some(KEY.into()), model),
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

/// More time than any test needs.
fn long() -> Instant {
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

fn reader(text: &str) -> Turn {
    Turn {
        role: Role::User,
        text: text.to_owned(),
    }
}

fn question(text: &str) -> ChatRequest {
    ChatRequest {
        turns: vec![reader(text)],
        ..ChatRequest::default()
    }
}

/// What came of a conversation's answer: the tokens, and how it ended.
#[derive(Debug)]
struct Heard {
    tokens: Vec<String>,
    /// `Ok` is the end of an answer.
    end: Result<ReplyEvent, ModelError>,
}

impl Heard {
    fn text(&self) -> String {
        self.tokens.concat()
    }

    fn error(&self) -> &ModelError {
        self.end.as_ref().unwrap_err()
    }
}

/// Listens to the end. Fails the test when there is none, or something after it.
async fn listen(model: &dyn Model, request: ChatRequest, deadline: Instant) -> Heard {
    let mut stream = model.chat(request, deadline);
    let mut tokens = Vec::new();
    let end = loop {
        match stream.next().await {
            Some(Ok(ReplyEvent::Token(token))) => tokens.push(token),
            Some(end) => break end,
            None => panic!("the stream ended without an end, after {tokens:?}"),
        }
    };
    let more = stream.next().await;
    assert!(more.is_none(), "after the end there was {more:?}");
    Heard { tokens, end }
}
