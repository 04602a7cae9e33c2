//! Lambda's Runtime API for one process, on a free port of the loopback.
//!
//! The paths, headers and trailers are those of AWS's "Using the Lambda runtime API" and "Building a custom runtime"
//! pages. The process has one event at a time, as in Lambda.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Collected, Full};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::{Mutex as AsyncMutex, Notify, mpsc, oneshot, watch};
use uuid::Uuid;

use crate::{
    invocation_response::{Chunk, Disconnect, Failure, InvocationResponse, Mode, Part},
    lock::lock,
    loopback::{LoopbackServer, serve_http},
};

/// Lambda's limit of a buffered response in bytes (its error message has this number).
const BUFFERED_LIMIT: usize = 6_291_556;
const ERROR_TYPE: &str = "lambda-runtime-function-error-type";
const ERROR_BODY: &str = "lambda-runtime-function-error-body";
const RESPONSE_MODE: &str = "lambda-runtime-function-response-mode";
const TRACE_ID: &str = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0";
const FUNCTION_ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:";

/// The state of the process, as its calls of the Runtime API show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It has not requested an event yet.
    Starting,
    /// It has requested an event and has none.
    Idle,
    /// It has an event and has not finished its response.
    Busy,
    /// It has responded and not requested the next event.
    Finishing,
    /// It has called `/init/error`, or has ended.
    Gone(Failure),
}

/// The Runtime API of one process.
#[derive(Debug)]
pub struct RuntimeApi {
    shared: Arc<Shared>,
    server: LoopbackServer,
}

impl RuntimeApi {
    /// Serves the function of this name. `state_changed` is notified at every change of state.
    pub(crate) async fn start(function: &str, state_changed: Arc<Notify>) -> Self {
        let (queue, events) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            function: function.to_owned(),
            state: watch::Sender::new(State::Starting),
            state_changed,
            ready_at: Mutex::default(),
            queue,
            events: AsyncMutex::new(events),
            current: Mutex::default(),
            breaks_responses: AtomicBool::default(),
        });
        let served = Arc::clone(&shared);
        let server = LoopbackServer::start(move |stream| {
            let shared = Arc::clone(&served);
            async move { serve_http(stream, |request| shared.answer(request)).await }
        });
        Self {
            shared,
            server: server.await,
        }
    }

    /// For `AWS_LAMBDA_RUNTIME_API`.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Waits for the process's first request for an event, and returns its time.
    ///
    /// # Errors
    /// The error that the process reported, or how it ended.
    pub async fn ready(&self) -> Result<Instant, Failure> {
        let mut state = self.shared.state.subscribe();
        let known = state.wait_for(|state| *state != State::Starting).await;
        if let Ok(State::Gone(failure)) = known.as_deref() {
            return Err(failure.clone());
        }
        drop(known);
        Ok(lock(&self.shared.ready_at).unwrap_or_else(Instant::now))
    }

    /// Sends `event` and waits for the head of the response. The function only reads the deadline;
    /// [`expire`](Self::expire) enforces it.
    pub(crate) async fn invoke(
        &self,
        id: Uuid,
        event: Bytes,
        deadline: Duration,
    ) -> Result<InvocationResponse, Failure> {
        let (head, response) = oneshot::channel();
        self.shared
            .queue
            .send(Invocation {
                id: id.to_string(),
                event,
                deadline,
                head,
            })
            .map_err(|_| Failure::BrokenOff)?;
        let mut state = self.shared.state.subscribe();
        tokio::select! {
            biased;
            response = response => response.unwrap_or(Err(Failure::BrokenOff)),
            failure = gone(&mut state) => Err(failure),
        }
    }

    /// Whether the connection of every response breaks before its first byte, as in `cargo lambda watch` when the client
    /// has disconnected by then.
    pub(crate) fn break_responses(&self, breaks: bool) {
        self.shared
            .breaks_responses
            .store(breaks, Ordering::Relaxed);
    }

    /// Takes the process for one invocation, if it is idle.
    pub(crate) fn claim(&self) -> bool {
        self.shared.turn(State::Busy, |state| *state == State::Idle)
    }

    /// Whether the process will request its next event soon.
    pub(crate) fn is_finishing(&self) -> bool {
        *self.shared.state.borrow() == State::Finishing
    }

    /// Whether the process has ended, or has reported that it cannot start.
    pub(crate) fn is_gone(&self) -> bool {
        matches!(*self.shared.state.borrow(), State::Gone(_))
    }

    /// Ends the invocation with this id, and returns whether it was still open.
    pub(crate) fn expire(&self, id: Uuid, failure: &Failure) -> bool {
        let id = id.to_string();
        let current = lock(&self.shared.current);
        let is_open = current.as_ref().is_some_and(|current| current.id == id);
        drop(current);
        if is_open {
            self.record_exit(failure);
        }
        is_open
    }

    /// Waits for the process to request its next event.
    pub(crate) async fn idle(&self) {
        let mut state = self.shared.state.subscribe();
        // It cannot fail: this value has the sender.
        let _ = state
            .wait_for(|state| matches!(state, State::Idle | State::Gone(_)))
            .await;
    }

    /// Waits until the process has ended, and returns how.
    pub(crate) async fn ended(&self) -> Failure {
        gone(&mut self.shared.state.subscribe()).await
    }

    /// Records that the process has ended, and ends the open invocation.
    pub(crate) fn record_exit(&self, failure: &Failure) {
        self.shared.turn(State::Gone(failure.clone()), is_alive);
        if let Some(current) = lock(&self.shared.current).take() {
            current.end(Err(failure.clone()));
        }
    }
}

async fn gone(state: &mut watch::Receiver<State>) -> Failure {
    let gone = state.wait_for(|state| matches!(state, State::Gone(_)));
    match gone.await.as_deref() {
        Ok(State::Gone(failure)) => failure.clone(),
        _ => Failure::BrokenOff,
    }
}

/// An event that the process has not requested yet.
struct Invocation {
    id: String,
    event: Bytes,
    deadline: Duration,
    head: oneshot::Sender<Result<InvocationResponse, Failure>>,
}

/// The event that the process is working on.
struct Current {
    id: String,
    started: Instant,
    receiver: Receiver,
}

/// The test's end of the response.
enum Receiver {
    Head(oneshot::Sender<Result<InvocationResponse, Failure>>),
    Body(mpsc::UnboundedSender<Part>),
}

impl Current {
    fn end(self, end: Result<(), Failure>) {
        // The test may have dropped its end: that is no error.
        match (self.receiver, end) {
            (Receiver::Head(head), Err(failure)) => drop(head.send(Err(failure))),
            (Receiver::Head(_), Ok(())) => {}
            (Receiver::Body(parts), end) => drop(parts.send(Part::End(Instant::now(), end))),
        }
    }
}

/// The state that the server's connections share.
struct Shared {
    function: String,
    state: watch::Sender<State>,
    state_changed: Arc<Notify>,
    ready_at: Mutex<Option<Instant>>,
    queue: mpsc::UnboundedSender<Invocation>,
    events: AsyncMutex<mpsc::UnboundedReceiver<Invocation>>,
    current: Mutex<Option<Current>>,
    breaks_responses: AtomicBool,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared")
            .field("state", &*self.state.borrow())
            .finish_non_exhaustive()
    }
}

type Reply = Response<Full<Bytes>>;

/// Breaks the connection without a reply.
#[derive(Debug, thiserror::Error)]
#[error("the test broke the connection")]
struct Broken;

fn is_alive(state: &State) -> bool {
    !matches!(state, State::Gone(_))
}

impl Shared {
    /// Changes the state to `next` if `allowed`, and returns whether it did.
    fn turn(&self, next: State, allowed: impl Fn(&State) -> bool) -> bool {
        let turned = self.state.send_if_modified(|state| {
            let allowed = allowed(state);
            if allowed {
                *state = next;
            }
            allowed
        });
        if turned {
            self.state_changed.notify_waiters();
        }
        turned
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Reply, Broken> {
        let path = request.uri().path().to_owned();
        let steps: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match (request.method(), steps.as_slice()) {
            (&Method::GET, ["2018-06-01", "runtime", "invocation", "next"]) => {
                Ok(self.next().await)
            }
            (&Method::POST, ["2018-06-01", "runtime", "invocation", id, "response"]) => {
                self.response(id, request).await
            }
            (&Method::POST, ["2018-06-01", "runtime", "invocation", id, "error"]) => {
                let failure = reported(request).await;
                Ok(self.finish(id, Err(failure)))
            }
            (&Method::POST, ["2018-06-01", "runtime", "init", "error"]) => {
                let failure = reported(request).await;
                self.turn(State::Gone(failure), is_alive);
                Ok(accepted())
            }
            // A runtime registers an extension in order to receive SIGTERM. It never gets an event.
            (&Method::POST, ["2020-01-01", "extension", "register"]) => {
                let function = json!({
                    "functionName": self.function,
                    "functionVersion": "$LATEST",
                    "handler": "bootstrap",
                });
                let id = Uuid::new_v4().to_string();
                let headers = [("lambda-extension-identifier", &*id)];
                Ok(reply_with(function.to_string(), &headers))
            }
            (&Method::GET, ["2020-01-01", "extension", "event", "next"]) => {
                std::future::pending().await
            }
            _ => Ok(refusal(
                StatusCode::NOT_FOUND,
                "no such call in the Runtime API",
            )),
        }
    }

    async fn next(&self) -> Reply {
        lock(&self.ready_at).get_or_insert_with(Instant::now);
        self.turn(State::Idle, is_alive);
        let Some(invocation) = self.events.lock().await.recv().await else {
            return refusal(StatusCode::SERVICE_UNAVAILABLE, "no more events");
        };
        let Invocation {
            id,
            event,
            deadline,
            head,
        } = invocation;
        let deadline = unix_ms(deadline).to_string();
        let arn = format!("{FUNCTION_ARN}{}", self.function);
        let headers = [
            ("content-type", "application/json"),
            ("lambda-runtime-aws-request-id", &id),
            ("lambda-runtime-deadline-ms", &deadline),
            ("lambda-runtime-invoked-function-arn", &arn),
            ("lambda-runtime-trace-id", TRACE_ID),
        ];
        let reply = reply_with(event, &headers);
        self.turn(State::Busy, is_alive);
        *lock(&self.current) = Some(Current {
            id,
            started: Instant::now(),
            receiver: Receiver::Head(head),
        });
        reply
    }

    /// Receives a response, frame by frame.
    async fn response(&self, id: &str, request: Request<Incoming>) -> Result<Reply, Broken> {
        if self.breaks_responses.load(Ordering::Relaxed) {
            self.finish(id, Err(Failure::BrokenOff));
            return Err(Broken);
        }
        let (head, mut body) = request.into_parts();
        let is_stream = text(&head.headers, RESPONSE_MODE).eq_ignore_ascii_case("streaming");
        let mode = if is_stream {
            Mode::Streaming
        } else {
            Mode::Buffered
        };
        let Some((parts, disconnect)) = self.open(id, mode, &head.headers) else {
            return Ok(unknown(id));
        };
        let disconnect = requested(disconnect);
        tokio::pin!(disconnect);
        let (mut index, mut size) = (0, 0);
        loop {
            let frame = tokio::select! {
                frame = body.frame() => frame,
                disconnect = &mut disconnect => {
                    self.finish(id, Err(Failure::BrokenOff));
                    return match disconnect {
                        Disconnect::StopReading => Ok(refusal(StatusCode::BAD_REQUEST, "the client has disconnected")),
                        Disconnect::BreakConnection => Err(Broken),
                    };
                }
            };
            match frame {
                None => return Ok(self.finish(id, Ok(()))),
                Some(Err(_)) => return Ok(self.finish(id, Err(Failure::BrokenOff))),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => {
                        size += bytes.len();
                        if mode == Mode::Buffered && size > BUFFERED_LIMIT {
                            self.finish(id, Err(Failure::TooLarge(BUFFERED_LIMIT)));
                            return Ok(refusal(StatusCode::PAYLOAD_TOO_LARGE, "over the limit"));
                        }
                        // The test may have dropped its end: the function still finishes.
                        let _ = parts.send(Part::Chunk(Chunk {
                            index,
                            at: Instant::now(),
                            bytes,
                        }));
                        index += 1;
                    }
                    Err(frame) => {
                        let trailers = frame.into_trailers().unwrap_or_default();
                        if trailers.contains_key(ERROR_TYPE) {
                            let failure = Failure::Reported {
                                kind: text(&trailers, ERROR_TYPE),
                                message: text(&trailers, ERROR_BODY),
                            };
                            return Ok(self.finish(id, Err(failure)));
                        }
                    }
                },
            }
        }
    }

    /// Sends the head of a response to the test.
    fn open(
        &self,
        id: &str,
        mode: Mode,
        headers: &HeaderMap,
    ) -> Option<(mpsc::UnboundedSender<Part>, oneshot::Receiver<Disconnect>)> {
        let mut slot = lock(&self.current);
        let current = slot.as_mut().filter(|current| current.id == id)?;
        let (sender, parts) = mpsc::unbounded_channel();
        let (disconnect, disconnected) = oneshot::channel();
        let response = InvocationResponse {
            mode,
            content_type: text(headers, "content-type"),
            started: current.started,
            parts,
            disconnect,
            end: None,
        };
        match std::mem::replace(&mut current.receiver, Receiver::Body(sender.clone())) {
            Receiver::Head(head) => drop(head.send(Ok(response))),
            Receiver::Body(_) => return None,
        }
        Some((sender, disconnected))
    }

    fn finish(&self, id: &str, end: Result<(), Failure>) -> Reply {
        let Some(current) = lock(&self.current).take_if(|current| current.id == id) else {
            return unknown(id);
        };
        self.turn(State::Finishing, |state| *state == State::Busy);
        current.end(end);
        accepted()
    }
}

/// Waits for the test to disconnect. A test that dropped the response does not disconnect.
async fn requested(disconnect: oneshot::Receiver<Disconnect>) -> Disconnect {
    match disconnect.await {
        Ok(disconnect) => disconnect,
        Err(_) => std::future::pending().await,
    }
}

/// The body of an error report.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ErrorReport {
    error_message: String,
}

async fn reported(request: Request<Incoming>) -> Failure {
    let kind = text(request.headers(), ERROR_TYPE);
    let body = request.into_body().collect().await;
    let body = body.map_or_else(|_| Bytes::new(), Collected::to_bytes);
    let report: Option<ErrorReport> = serde_json::from_slice(&body).ok();
    let message = report.map_or_else(
        || String::from_utf8_lossy(&body).into_owned(),
        |report| report.error_message,
    );
    Failure::Reported { kind, message }
}

fn unix_ms(from_now: Duration) -> u128 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    (now.unwrap_or_default() + from_now).as_millis()
}

fn text(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).map_or(&b""[..], HeaderValue::as_bytes);
    String::from_utf8_lossy(value).into_owned()
}

fn reply(status: StatusCode, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    reply
}

fn reply_with(body: impl Into<Bytes>, headers: &[(&'static str, &str)]) -> Reply {
    let mut reply = reply(StatusCode::OK, body);
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).expect("a printable header");
        reply.headers_mut().insert(*name, value);
    }
    reply
}

fn accepted() -> Reply {
    reply(StatusCode::ACCEPTED, r#"{"status":"OK"}"#)
}

fn refusal(status: StatusCode, why: &str) -> Reply {
    let error = json!({"errorType": "InvalidRequest", "errorMessage": why});
    reply(status, error.to_string())
}

fn unknown(id: &str) -> Reply {
    let why = format!("the invocation {id} is not open");
    refusal(StatusCode::BAD_REQUEST, &why)
}
