//! Lambda's Runtime API for one process, on a free port of the loopback.
//!
//! The paths, headers and trailers are those of AWS's "Using the Lambda runtime API" and "Building
//! a custom runtime" pages. One event is out at a time, as in a real execution environment.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::json;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Mutex as AsyncMutex, Notify, mpsc, oneshot, watch},
    task::{JoinHandle, JoinSet},
};
use uuid::Uuid;

use crate::invocation_response::{Chunk, Disconnect, Failure, InvocationResponse, Mode, Part};

/// What Lambda lets a buffered answer have, in bytes (its error message names this number).
const BUFFERED_LIMIT: usize = 6_291_556;
const ERROR_TYPE: &str = "lambda-runtime-function-error-type";
const ERROR_BODY: &str = "lambda-runtime-function-error-body";
const RESPONSE_MODE: &str = "lambda-runtime-function-response-mode";
const FUNCTION_ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:";

/// What the process is doing, as far as the Runtime API can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Has not asked for an event yet.
    Starting,
    /// ReceivedRequest for an event and has none.
    Idle,
    /// Was given an event and has not answered to the end.
    Busy,
    /// Has answered and not asked again.
    Finishing,
    /// Said `/init/error`, or its process is gone.
    Gone(Failure),
}

/// The Runtime API of one process.
#[derive(Debug)]
pub struct RuntimeApi {
    address: SocketAddr,
    desk: Arc<Desk>,
    server: JoinHandle<()>,
}

impl RuntimeApi {
    /// Serves it for the function of this name. `bell` rings at every change of state.
    pub(crate) async fn start(function: &str, bell: Arc<Notify>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port on the loopback");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let (queue, events) = mpsc::unbounded_channel();
        let desk = Arc::new(Desk {
            function: function.to_owned(),
            state: watch::Sender::new(State::Starting),
            bell,
            ready_at: Mutex::default(),
            queue,
            events: AsyncMutex::new(events),
            current: Mutex::default(),
        });
        let server = tokio::spawn(accept(listener, Arc::clone(&desk)));
        Self {
            address,
            desk,
            server,
        }
    }

    /// For `AWS_LAMBDA_RUNTIME_API`.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the process's first request for an event, and says when that was.
    ///
    /// # Errors
    /// What the process reported instead, or how it ended.
    pub async fn ready(&self) -> Result<Instant, Failure> {
        let mut state = self.desk.state.subscribe();
        let known = state.wait_for(|state| *state != State::Starting).await;
        if let Ok(State::Gone(failure)) = known.as_deref() {
            return Err(failure.clone());
        }
        drop(known);
        Ok(lock(&self.desk.ready_at).unwrap_or_else(Instant::now))
    }

    /// Hands out `event` and waits for the head of the answer. The deadline is only told to the
    /// function; [`expire`](Self::expire) is what keeps it.
    pub(crate) async fn invoke(
        &self,
        id: Uuid,
        event: Bytes,
        deadline: Duration,
    ) -> Result<InvocationResponse, Failure> {
        let (head, answer) = oneshot::channel();
        self.desk
            .queue
            .send(Invocation {
                id: id.to_string(),
                event,
                deadline,
                head,
            })
            .map_err(|_| Failure::BrokenOff)?;
        let mut state = self.desk.state.subscribe();
        tokio::select! {
            biased;
            answer = answer => answer.unwrap_or(Err(Failure::BrokenOff)),
            failure = gone(&mut state) => Err(failure),
        }
    }

    /// Takes the process for one invocation, if it is waiting for one.
    pub(crate) fn claim(&self) -> bool {
        self.desk.turn(State::Busy, |state| *state == State::Idle)
    }

    /// Whether the process is about to ask for its next event.
    pub(crate) fn is_finishing(&self) -> bool {
        *self.desk.state.borrow() == State::Finishing
    }

    /// Whether the process has ended, or said that it cannot start.
    pub(crate) fn is_gone(&self) -> bool {
        matches!(*self.desk.state.borrow(), State::Gone(_))
    }

    /// Ends the invocation with this id if it is still out, and says whether it was.
    pub(crate) fn expire(&self, id: Uuid, failure: &Failure) -> bool {
        let id = id.to_string();
        let is_out = lock(&self.desk.current)
            .as_ref()
            .is_some_and(|current| current.id == id);
        if is_out {
            self.give_up(failure);
        }
        is_out
    }

    /// Waits for the process to ask for its next event.
    pub(crate) async fn idle(&self) {
        let mut state = self.desk.state.subscribe();
        // The sender lives in the same value as this call: there is always one.
        let _ = state
            .wait_for(|state| matches!(state, State::Idle | State::Gone(_)))
            .await;
    }

    /// Waits until the process is no more, and says how it ended.
    pub(crate) async fn ended(&self) -> Failure {
        gone(&mut self.desk.state.subscribe()).await
    }

    /// Ends whatever is open: the process is no more.
    pub(crate) fn give_up(&self, failure: &Failure) {
        self.desk.turn(State::Gone(failure.clone()), is_alive);
        if let Some(current) = lock(&self.desk.current).take() {
            current.end(Err(failure.clone()));
        }
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn gone(state: &mut watch::Receiver<State>) -> Failure {
    match state
        .wait_for(|state| matches!(state, State::Gone(_)))
        .await
        .as_deref()
    {
        Ok(State::Gone(failure)) => failure.clone(),
        _ => Failure::BrokenOff,
    }
}

/// An event waiting to be fetched.
struct Invocation {
    id: String,
    event: Bytes,
    deadline: Duration,
    head: oneshot::Sender<Result<InvocationResponse, Failure>>,
}

/// The event that is out.
struct Current {
    id: String,
    started: Instant,
    reader: Awaiting,
}

/// Who waits for it.
enum Awaiting {
    ForTheHead(oneshot::Sender<Result<InvocationResponse, Failure>>),
    ForTheRest(mpsc::UnboundedSender<Part>),
}

impl Current {
    fn end(self, end: Result<(), Failure>) {
        // The test may have stopped listening, which is its right.
        match (self.reader, end) {
            (Awaiting::ForTheHead(head), Err(failure)) => drop(head.send(Err(failure))),
            (Awaiting::ForTheHead(_), Ok(())) => {}
            (Awaiting::ForTheRest(parts), end) => drop(parts.send(Part::End(Instant::now(), end))),
        }
    }
}

/// What the server's connections share.
struct Desk {
    function: String,
    state: watch::Sender<State>,
    bell: Arc<Notify>,
    ready_at: Mutex<Option<Instant>>,
    queue: mpsc::UnboundedSender<Invocation>,
    events: AsyncMutex<mpsc::UnboundedReceiver<Invocation>>,
    current: Mutex<Option<Current>>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk")
            .field("state", &*self.state.borrow())
            .finish_non_exhaustive()
    }
}

type Reply = Response<Full<Bytes>>;

/// The connection is to break, without a reply.
#[derive(Debug, thiserror::Error)]
#[error("the test broke the connection")]
struct Broken;

async fn accept(listener: TcpListener, desk: Arc<Desk>) {
    // Held here so that no connection outlives the server.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                connections.spawn(serve(stream, Arc::clone(&desk)));
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, desk: Arc<Desk>) {
    // Without it the loopback adds some 40 ms to small messages.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| desk.answer(request));
    // A process that is killed in mid-request breaks its connection: no news here.
    let _ = http1::FunctionBuilder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

fn is_alive(state: &State) -> bool {
    !matches!(state, State::Gone(_))
}

impl Desk {
    /// Changes the state to `next` where `allowed`, and says whether it did.
    fn turn(&self, next: State, allowed: impl Fn(&State) -> bool) -> bool {
        let turned = self.state.send_if_modified(|state| {
            let allowed = allowed(state);
            if allowed {
                *state = next;
            }
            allowed
        });
        if turned {
            self.bell.notify_waiters();
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
            // ReceivedRequest for by a runtime that wants to hear SIGTERM; it is never sent an event.
            (&Method::POST, ["2020-01-01", "extension", "register"]) => {
                let about = json!({
                    "functionName": self.function,
                    "functionVersion": "$LATEST",
                    "handler": "bootstrap",
                });
                let mut reply = reply(StatusCode::OK, about.to_string());
                set(
                    &mut reply,
                    "lambda-extension-identifier",
                    &Uuid::new_v4().to_string(),
                );
                Ok(reply)
            }
            (&Method::GET, ["2020-01-01", "extension", "event", "next"]) => {
                std::future::pending().await
            }
            _ => Ok(refusal(
                StatusCode::NOT_FOUND,
                "there is no such call in the Runtime API",
            )),
        }
    }

    async fn next(&self) -> Reply {
        lock(&self.ready_at).get_or_insert_with(Instant::now);
        self.turn(State::Idle, is_alive);
        let Some(invocation) = self.events.lock().await.recv().await else {
            return refusal(
                StatusCode::SERVICE_UNAVAILABLE,
                "there will be no more events",
            );
        };
        let Invocation {
            id,
            event,
            deadline,
            head,
        } = invocation;
        let mut reply = reply(StatusCode::OK, event);
        set(&mut reply, "content-type", "application/json");
        set(&mut reply, "lambda-runtime-aws-request-id", &id);
        set(
            &mut reply,
            "lambda-runtime-deadline-ms",
            &unix_ms(deadline).to_string(),
        );
        let arn = format!("{FUNCTION_ARN}{}", self.function);
        set(&mut reply, "lambda-runtime-invoked-function-arn", &arn);
        let trace = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0";
        set(&mut reply, "lambda-runtime-trace-id", trace);
        self.turn(State::Busy, is_alive);
        *lock(&self.current) = Some(Current {
            id,
            started: Instant::now(),
            reader: Awaiting::ForTheHead(head),
        });
        reply
    }

    /// Takes in an answer, frame by frame.
    async fn response(&self, id: &str, request: Request<Incoming>) -> Result<Reply, Broken> {
        let (head, mut body) = request.into_parts();
        let is_stream = text(&head.headers, RESPONSE_MODE).eq_ignore_ascii_case("streaming");
        let mode = if is_stream {
            Mode::Streaming
        } else {
            Mode::Buffered
        };
        let Some((parts, leave)) = self.open(id, mode, &head.headers) else {
            return Ok(unknown(id));
        };
        let leave = leaving(leave);
        tokio::pin!(leave);
        let (mut index, mut size) = (0, 0);
        loop {
            let frame = tokio::select! {
                frame = body.frame() => frame,
                leave = &mut leave => {
                    self.finish(id, Err(Failure::BrokenOff));
                    return match leave {
                        Disconnect::StopReading => Ok(refusal(StatusCode::BAD_REQUEST, "nobody listens")),
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
                        // Whether anyone listens is not the function's business.
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

    /// Tells the waiting test that an answer begins.
    fn open(
        &self,
        id: &str,
        mode: Mode,
        headers: &HeaderMap,
    ) -> Option<(mpsc::UnboundedSender<Part>, oneshot::Receiver<Disconnect>)> {
        let mut slot = lock(&self.current);
        let current = slot.as_mut().filter(|current| current.id == id)?;
        let (sender, parts) = mpsc::unbounded_channel();
        let (leave, left) = oneshot::channel();
        let answer = InvocationResponse {
            mode,
            content_type: text(headers, "content-type"),
            started: current.started,
            parts,
            leave,
            end: None,
        };
        match std::mem::replace(&mut current.reader, Awaiting::ForTheRest(sender.clone())) {
            Awaiting::ForTheHead(head) => drop(head.send(Ok(answer))),
            Awaiting::ForTheRest(_) => return None,
        }
        Some((sender, left))
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

/// A reader who merely stopped listening does not leave.
async fn leaving(leave: oneshot::Receiver<Disconnect>) -> Disconnect {
    match leave.await {
        Ok(leave) => leave,
        Err(_) => std::future::pending().await,
    }
}

/// The body of an error report.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    error_message: String,
}

async fn reported(request: Request<Incoming>) -> Failure {
    let kind = text(request.headers(), ERROR_TYPE);
    let body = request.into_body().collect().await;
    let body = body
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    let said: Option<Said> = serde_json::from_slice(&body).ok();
    let message = said.map_or_else(
        || String::from_utf8_lossy(&body).into_owned(),
        |said| said.error_message,
    );
    Failure::Reported { kind, message }
}

fn unix_ms(from_now: Duration) -> u128 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    (now + from_now).as_millis()
}

fn text(headers: &HeaderMap, name: &str) -> String {
    headers
        .get(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .unwrap_or_default()
}

fn reply(status: StatusCode, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    reply
}

fn set(reply: &mut Reply, name: &'static str, value: &str) {
    let value = HeaderValue::from_str(value).expect("the harness writes printable headers");
    reply.headers_mut().insert(name, value);
}

fn accepted() -> Reply {
    reply(StatusCode::ACCEPTED, r#"{"status":"OK"}"#)
}

fn refusal(status: StatusCode, why: &str) -> Reply {
    reply(
        status,
        json!({"errorType": "InvalidRequest", "errorMessage": why}).to_string(),
    )
}

fn unknown(id: &str) -> Reply {
    refusal(
        StatusCode::BAD_REQUEST,
        &format!("no invocation {id} waits for this"),
    )
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
