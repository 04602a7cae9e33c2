//! The body of an answer, written as its script says.

use std::{sync::Arc, time::Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, StreamBody, combinators::BoxBody};
use hyper::body::Frame;
use serde_json::{Map, Value};
use tokio::{sync::mpsc, time::sleep};

use super::{
    ProviderFormat, ReceivedRequest, Script, anthropic, bedrock,
    notes::Notes,
    openai,
    script::{Act, End},
};

pub(super) type Body = BoxBody<Bytes, Broken>;

/// The connection is to break.
#[derive(Debug, thiserror::Error)]
#[error("the script broke the connection")]
pub(super) struct Broken;

/// What an answer is said to have cost: the characters of the prompt, and the tokens of the answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usage {
    pub(super) input: usize,
    pub(super) output: usize,
}

impl Usage {
    pub(super) fn of(asked: &ReceivedRequest, tokens: &[String]) -> Self {
        Self {
            input: asked.prompt().chars().count(),
            output: tokens.len(),
        }
    }
}

/// The tokens of an answer that the script says or leaves open.
pub(super) fn tokens(asked: &ReceivedRequest, act: &Act) -> Vec<String> {
    match (act, asked.schema()) {
        (Act::Say(tokens), _) => tokens.clone(),
        (_, Some(schema)) => pieces(&filled(schema).to_string()),
        (_, None) => ["In ", "the ", "beginning ", "was ", "a ", "script."]
            .map(str::to_owned)
            .to_vec(),
    }
}

/// A form filled in: each field says which it is.
fn filled(schema: &Value) -> Value {
    let fields = schema.get("properties").and_then(Value::as_object);
    let texts = fields.into_iter().flatten().map(|(name, _)| {
        let text = format!("A scripted {}.", name.replace('_', " "));
        (name.clone(), Value::String(text))
    });
    Value::Object(texts.collect::<Map<_, _>>())
}

/// A text in pieces that do not keep to its words, as tokens do not.
fn pieces(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let pieces = letters.chunks(7);
    pieces.map(|piece| piece.iter().collect()).collect()
}

/// A stream of events that is written while it is read.
pub(super) fn stream(asked: Arc<ReceivedRequest>, script: Script, notes: Arc<Notes>) -> Body {
    // Room for one: what has not left is not counted as sent.
    let (sender, receiver) = mpsc::channel(1);
    let writer = Writer {
        asked,
        notes,
        sender,
    };
    tokio::spawn(writer.write(script));
    let frames = futures_util::stream::unfold(receiver, async |mut receiver| {
        let frame = receiver.recv().await?;
        Some((frame, receiver))
    });
    StreamBody::new(frames).boxed()
}

struct Writer {
    asked: Arc<ReceivedRequest>,
    notes: Arc<Notes>,
    sender: mpsc::Sender<Result<Frame<Bytes>, Broken>>,
}

/// Nobody reads any more.
struct Left;

impl Writer {
    async fn write(self, script: Script) {
        if self.events(&script).await.is_err() {
            self.notes.client_hung_up();
        }
    }

    async fn events(&self, script: &Script) -> Result<(), Left> {
        if matches!(script.act, Act::Garbage) {
            return self.send(&b"\xff\xfe{]<html>\n\n\x00"[..]).await;
        }
        let tokens = tokens(&self.asked, &script.act);
        let usage = Usage::of(&self.asked, &tokens);
        self.send(self.start(usage)).await?;
        for (index, token) in tokens.iter().enumerate() {
            if index > 0 {
                self.unless_left(sleep(script.between)).await?;
            }
            self.pass(script).await?;
            self.send(self.token(token)).await?;
            self.notes.token_left(Instant::now());
        }
        self.pass(script).await?;
        self.end(&script.end, usage).await
    }

    async fn end(&self, end: &End, usage: Usage) -> Result<(), Left> {
        match end {
            End::Good(stop) => self.send(self.good_end(stop, usage)).await,
            End::Early => Ok(()),
            End::Error(kind) => self.send(self.error(kind)).await,
            End::Garbage => self.send(&b"data: \xff\xfe\xfd{\n\n"[..]).await,
            End::Hang => self.unless_left(std::future::pending()).await,
            End::HangUp => {
                let whole = self.token("half");
                self.send(whole.slice(..whole.len() / 2)).await?;
                // Whether anybody is there to see it does not matter.
                let _ = self.sender.send(Err(Broken)).await;
                Ok(())
            }
        }
    }

    fn start(&self, usage: Usage) -> Bytes {
        match self.asked.format {
            ProviderFormat::Anthropic => anthropic::start(&self.asked, usage).into(),
            ProviderFormat::Bedrock => bedrock::start(),
            _ => openai::start(&self.asked).into(),
        }
    }

    fn token(&self, text: &str) -> Bytes {
        match self.asked.format {
            ProviderFormat::Anthropic => anthropic::token(text).into(),
            ProviderFormat::Bedrock => bedrock::token(text),
            _ => openai::token(&self.asked, text).into(),
        }
    }

    fn good_end(&self, stop: &str, usage: Usage) -> Bytes {
        match self.asked.format {
            ProviderFormat::Anthropic => anthropic::end(stop, usage).into(),
            ProviderFormat::Bedrock => bedrock::end(stop, usage),
            _ => openai::end(&self.asked, stop, usage).into(),
        }
    }

    fn error(&self, kind: &str) -> Bytes {
        match self.asked.format {
            ProviderFormat::Anthropic => anthropic::error_event(kind).into(),
            ProviderFormat::Bedrock => bedrock::error_event(kind),
            _ => openai::error_event(kind).into(),
        }
    }

    async fn pass(&self, script: &Script) -> Result<(), Left> {
        match &script.gate {
            Some(gate) => self.unless_left(gate.pass()).await,
            None => Ok(()),
        }
    }

    async fn send(&self, bytes: impl Into<Bytes>) -> Result<(), Left> {
        let frame = Frame::data(bytes.into());
        self.sender.send(Ok(frame)).await.map_err(|_| Left)
    }

    /// Waits, and notices a reader who goes away meanwhile.
    async fn unless_left(&self, wait: impl Future<Output = ()>) -> Result<(), Left> {
        tokio::select! {
            biased;
            () = self.sender.closed() => Err(Left),
            () = wait => Ok(()),
        }
    }
}
