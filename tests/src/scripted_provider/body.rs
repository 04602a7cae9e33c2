//! The body of a reply, as its script says.

use std::{
    sync::{Arc, Mutex},
    time::Instant,
};

use bytes::Bytes;
use http_body_util::{BodyExt, StreamBody, combinators::BoxBody};
use hyper::body::Frame;
use serde_json::{Map, Value};
use tokio::{sync::mpsc, time::sleep};

use super::{
    ProviderFormat, ReceivedRequest, Script, anthropic, bedrock, openai,
    script::{Act, End},
    state::State,
};
use crate::lock::lock;

pub(super) type Body = BoxBody<Bytes, Broken>;

/// Breaks the connection.
#[derive(Debug, thiserror::Error)]
#[error("the script broke the connection")]
pub(super) struct Broken;

/// The usage that a reply states: the characters of the prompt, and the tokens of the reply.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usage {
    pub(super) input: usize,
    pub(super) output: usize,
}

/// A part of a stream.
#[derive(Clone, Copy)]
pub(super) enum Piece<'a> {
    /// The events before the first token.
    Start(Usage),
    Token(&'a str),
    /// The protocol's last events, with the stop reason.
    End(&'a str, Usage),
    /// An error event of this kind.
    Error(&'a str),
}

impl Usage {
    pub(super) fn of(request: &ReceivedRequest, tokens: &[String]) -> Self {
        Self {
            input: request.prompt().chars().count(),
            output: tokens.len(),
        }
    }
}

/// The tokens of the script, or of a default reply.
pub(super) fn tokens(request: &ReceivedRequest, act: &Act) -> Vec<String> {
    match (act, request.schema()) {
        (Act::Tokens(tokens), _) => tokens.clone(),
        (_, Some(schema)) => pieces(&example(schema).to_string()),
        (_, None) => ["In ", "the ", "beginning ", "was ", "a ", "script."]
            .map(str::to_owned)
            .to_vec(),
    }
}

/// JSON that fits the schema: the text of each field contains its name.
fn example(schema: &Value) -> Value {
    let fields = schema.get("properties").and_then(Value::as_object);
    let texts = fields.into_iter().flatten().map(|(name, _)| {
        let text = format!("A scripted {}.", name.replace('_', " "));
        (name.clone(), Value::String(text))
    });
    Value::Object(texts.collect::<Map<_, _>>())
}

/// A text in pieces of seven characters: tokens do not end with words either.
fn pieces(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let pieces = letters.chunks(7);
    pieces.map(|piece| piece.iter().collect()).collect()
}

/// A stream of events that is written while the client reads.
pub(super) fn stream(
    request: Arc<ReceivedRequest>,
    script: Script,
    state: Arc<Mutex<State>>,
) -> Body {
    // A capacity of one: a token that still waits here does not count as sent.
    let (sender, receiver) = mpsc::channel(1);
    let writer = Writer {
        request,
        state,
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
    request: Arc<ReceivedRequest>,
    state: Arc<Mutex<State>>,
    sender: mpsc::Sender<Result<Frame<Bytes>, Broken>>,
}

/// The client has disconnected.
struct Disconnected;

impl Writer {
    async fn write(self, script: Script) {
        if self.events(&script).await.is_err() {
            lock(&self.state).disconnects += 1;
        }
    }

    async fn events(&self, script: &Script) -> Result<(), Disconnected> {
        if matches!(script.act, Act::InvalidBytes) {
            return self.send(&b"\xff\xfe{]<html>\n\n\x00"[..]).await;
        }
        let tokens = tokens(&self.request, &script.act);
        let usage = Usage::of(&self.request, &tokens);
        self.send_piece(Piece::Start(usage)).await?;
        for (index, token) in tokens.iter().enumerate() {
            if index > 0 {
                self.wait(sleep(script.between)).await?;
            }
            self.pass(script).await?;
            self.send_piece(Piece::Token(token)).await?;
            lock(&self.state).token_times.push(Instant::now());
        }
        self.pass(script).await?;
        self.end(&script.end, usage).await
    }

    async fn end(&self, end: &End, usage: Usage) -> Result<(), Disconnected> {
        match end {
            End::Good(stop) => self.send_piece(Piece::End(stop, usage)).await,
            End::Early => Ok(()),
            End::Error(kind) => self.send_piece(Piece::Error(kind)).await,
            End::InvalidBytes => self.send(&b"data: \xff\xfe\xfd{\n\n"[..]).await,
            End::Hang => self.wait(std::future::pending()).await,
            End::Disconnect => {
                let event = self.encode(Piece::Token("half"));
                self.send(event.slice(..event.len() / 2)).await?;
                // An error means that the client has disconnected first.
                let _ = self.sender.send(Err(Broken)).await;
                Ok(())
            }
        }
    }

    async fn send_piece(&self, piece: Piece<'_>) -> Result<(), Disconnected> {
        self.send(self.encode(piece)).await
    }

    fn encode(&self, piece: Piece<'_>) -> Bytes {
        match self.request.format {
            ProviderFormat::Anthropic => anthropic::encode(&self.request, piece).into(),
            ProviderFormat::Bedrock => bedrock::encode(piece),
            _ => openai::encode(&self.request, piece).into(),
        }
    }

    async fn pass(&self, script: &Script) -> Result<(), Disconnected> {
        match &script.gate {
            Some(gate) => self.wait(gate.pass()).await,
            None => Ok(()),
        }
    }

    async fn send(&self, bytes: impl Into<Bytes>) -> Result<(), Disconnected> {
        let frame = Frame::data(bytes.into());
        self.sender.send(Ok(frame)).await.map_err(|_| Disconnected)
    }

    /// Waits until `until` is ready or the client disconnects.
    async fn wait(&self, until: impl Future<Output = ()>) -> Result<(), Disconnected> {
        tokio::select! {
            biased;
            () = self.sender.closed() => Err(Disconnected),
            () = until => Ok(()),
        }
    }
}
