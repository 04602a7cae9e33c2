//! The server: one request in, kept, and its script played.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
    time::sleep,
};

use super::{
    Asked, Script, Wire, anthropic,
    body::{self, Body, Broken, Usage},
    openai,
    script::{Act, End},
};

/// A model provider that does what it is told. It ends with its value.
#[derive(Debug)]
pub struct ScriptedProvider {
    address: SocketAddr,
    notes: Arc<Notes>,
    server: JoinHandle<()>,
}

impl ScriptedProvider {
    /// Serves on a free port. Until told otherwise it gives [good answers](Script::answers).
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port on the loopback");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let notes = Arc::new(Notes {
            kept: Mutex::new(Kept {
                next: VecDeque::new(),
                always: Script::answers(),
                asked: Vec::new(),
                tokens: Vec::new(),
                hang_ups: 0,
                connections: 0,
                forgotten: 0,
            }),
        });
        let server = tokio::spawn(accept(listener, Arc::clone(&notes)));
        Self {
            address,
            notes,
            server,
        }
    }

    /// For `ANTHROPIC_BASE_URL`.
    #[must_use]
    pub fn anthropic_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// For `OPENAI_BASE_URL`.
    #[must_use]
    pub fn openai_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Plays `script` to the next request that has none yet; what follows is played [what always is](Self::always).
    pub fn next(&self, script: Script) -> &Self {
        self.notes.kept().next.push_back(script);
        self
    }

    /// Plays `script` to every request that has none of its own.
    pub fn always(&self, script: Script) -> &Self {
        self.notes.kept().always = script;
        self
    }

    /// What was asked, in its order.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        let kept = self.notes.kept();
        kept.asked.iter().map(|asked| (**asked).clone()).collect()
    }

    /// What was asked last. Fails the test if nothing was.
    #[must_use]
    #[track_caller]
    pub fn last_asked(&self) -> Asked {
        self.asked().pop().expect("the provider was asked")
    }

    /// How many requests came.
    #[must_use]
    pub fn count(&self) -> usize {
        self.notes.kept().asked.len()
    }

    /// When each token left.
    #[must_use]
    pub fn tokens(&self) -> Vec<Instant> {
        self.notes.kept().tokens.clone()
    }

    /// How many clients went away before their answer's end.
    #[must_use]
    pub fn hang_ups(&self) -> usize {
        self.notes.kept().hang_ups
    }

    /// What is connected now is dead when it is next used, as after a freeze. Such a request is not kept.
    pub fn forget_connections(&self) -> &Self {
        let mut kept = self.notes.kept();
        kept.forgotten = kept.connections;
        drop(kept);
        self
    }

    /// How many connections were opened.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.notes.kept().connections
    }
}

impl Drop for ScriptedProvider {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// What the server's connections share.
#[derive(Debug)]
pub(super) struct Notes {
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    next: VecDeque<Script>,
    always: Script,
    asked: Vec<Arc<Asked>>,
    tokens: Vec<Instant>,
    hang_ups: usize,
    connections: usize,
    /// How many connections, the oldest first, are dead when they are used again.
    forgotten: usize,
}

impl Notes {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_down(&self, asked: &Arc<Asked>) -> Script {
        let mut kept = self.kept();
        kept.asked.push(Arc::clone(asked));
        let next = kept.next.pop_front();
        next.unwrap_or_else(|| kept.always.clone())
    }

    /// The number of a new connection, from 1.
    fn connected(&self) -> usize {
        let mut kept = self.kept();
        kept.connections += 1;
        kept.connections
    }

    fn is_forgotten(&self, connection: usize) -> bool {
        connection <= self.kept().forgotten
    }

    pub(super) fn token_left(&self, at: Instant) {
        self.kept().tokens.push(at);
    }

    pub(super) fn client_hung_up(&self) {
        self.kept().hang_ups += 1;
    }
}

async fn accept(listener: TcpListener, notes: Arc<Notes>) {
    // Held here so that no connection outlives the server.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                let number = notes.connected();
                connections.spawn(serve(stream, number, Arc::clone(&notes)));
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, number: usize, notes: Arc<Notes>) {
    // Without it the loopback adds some 40 ms to small messages.
    let _ = stream.set_nodelay(true);
    let service = service_fn(async |request| {
        if notes.is_forgotten(number) {
            return Err(Broken);
        }
        answer(request, Arc::clone(&notes)).await
    });
    // A client that goes away breaks its connection, and a script may: no news here.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// Counts a client that goes away while its answer has not begun.
struct Waiting<'n>(Option<&'n Notes>);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(notes) = self.0 {
            notes.client_hung_up();
        }
    }
}

async fn answer(request: Request<Incoming>, notes: Arc<Notes>) -> Result<Response<Body>, Broken> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Broken)?.to_bytes();
    let Some(wire) = Wire::of(head.uri.path()) else {
        return Ok(whole(StatusCode::NOT_FOUND, &Value::Null));
    };
    let asked = Arc::new(Asked {
        wire,
        path: head.uri.path().to_owned(),
        headers: head.headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
        at: Instant::now(),
    });
    let script = notes.take_down(&asked);
    let mut waiting = Waiting(Some(&notes));
    sleep(script.before).await;
    if matches!(script.act, Act::Hang) {
        std::future::pending::<()>().await;
    }
    waiting.0 = None;
    match &script.act {
        Act::HangUp => Err(Broken),
        Act::Refuse {
            status,
            kind,
            message,
            retry_after,
        } => Ok(refusal(wire, *status, kind, message, *retry_after)),
        _ if asked.is_streaming() => {
            let stream = body::stream(asked, script, Arc::clone(&notes));
            Ok(typed("text/event-stream; charset=utf-8", stream))
        }
        Act::Garbage => Ok(typed("application/json", full(&b"\xff{]"[..]))),
        _ if wire == Wire::OpenAiEmbeddings => {
            Ok(whole(StatusCode::OK, &openai::embeddings(&asked)))
        }
        act => {
            let tokens = body::tokens(&asked, act);
            let usage = Usage::of(&asked, &tokens);
            let End::Good(stop) = script.end else {
                return Err(Broken);
            };
            let text = tokens.concat();
            let said = match wire {
                Wire::Anthropic => anthropic::whole(&asked, &text, stop, usage),
                _ => openai::whole(&asked, &text, stop, usage),
            };
            Ok(whole(StatusCode::OK, &said))
        }
    }
}

fn refusal(
    wire: Wire,
    status: u16,
    kind: &str,
    message: &str,
    retry_after: Option<u64>,
) -> Response<Body> {
    let error = match wire {
        Wire::Anthropic => anthropic::error(kind, message),
        _ => openai::error(kind, message),
    };
    let status = StatusCode::from_u16(status).expect("a status that HTTP has");
    let mut response = whole(status, &error);
    if let Some(seconds) = retry_after {
        response
            .headers_mut()
            .insert("retry-after", HeaderValue::from(seconds));
    }
    response
}

fn whole(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = typed("application/json", full(body.to_string()));
    *response.status_mut() = status;
    response
}

fn typed(content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into())
        .map_err(|never| match never {})
        .boxed()
}
