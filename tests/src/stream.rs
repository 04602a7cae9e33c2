//! A response that a test reads before its end.

use std::{collections::VecDeque, time::Instant};

use http::{HeaderMap, StatusCode};

use crate::{
    cookies::{self, Cookie},
    gateway::Head,
    invocation_response::{Chunk, Failure, InvocationResponse, Mode},
    log::Log,
    sse::{Parser, SseEvent},
};

/// A response whose body is still being received.
#[derive(Debug)]
pub struct Stream {
    /// The status.
    pub status: StatusCode,
    /// The headers, `Set-Cookie` among them.
    pub headers: HeaderMap,
    /// When the process received the event.
    pub started: Instant,
    first: Option<Chunk>,
    response: InvocationResponse,
    parser: Parser,
    events: VecDeque<SseEvent>,
    log: Log,
}

impl Stream {
    pub(crate) fn new(head: Head, first: Chunk, response: InvocationResponse, log: Log) -> Self {
        Self {
            status: head.status,
            headers: head.headers,
            started: response.started,
            first: Some(first).filter(|first| !first.bytes.is_empty()),
            response,
            parser: Parser::default(),
            events: VecDeque::new(),
            log,
        }
    }

    /// How the function sends it: a buffered response can be read in the same way.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.response.mode
    }

    /// Fails the test if the status differs, with the function's log.
    #[track_caller]
    #[expect(
        clippy::return_self_not_must_use,
        reason = "most callers need only the assertion"
    )]
    pub fn expect_status(self, status: u16) -> Self {
        let (found, log) = (self.status, self.log.tail());
        assert!(
            found.as_u16() == status,
            "expected {status}, not {found}\n{log}"
        );
        self
    }

    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The cookie of this name, if the response sets it.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<Cookie> {
        let mut cookies = cookies::set_by(&self.headers).into_iter();
        cookies.find(|cookie| cookie.name() == name)
    }

    /// The next chunk of the body; `None` at a good end.
    ///
    /// # Errors
    /// Why the stream is incomplete.
    pub async fn try_next_chunk(&mut self) -> Result<Option<Chunk>, Failure> {
        match self.first.take() {
            Some(first) => Ok(Some(first)),
            None => self.response.next_chunk().await,
        }
    }

    /// The next event or comment; `None` at a good end. A partial event at the end fails the test.
    ///
    /// # Errors
    /// Why the stream is incomplete.
    pub async fn try_next_event(&mut self) -> Result<Option<SseEvent>, Failure> {
        while self.events.is_empty() {
            let Some(chunk) = self.try_next_chunk().await? else {
                let leftover = self.parser.leftover();
                assert!(
                    leftover.is_none(),
                    "the stream ends in an event: {leftover:?}"
                );
                return Ok(None);
            };
            self.events.extend(self.parser.feed(&chunk));
        }
        Ok(self.events.pop_front())
    }

    /// The next event or comment; `None` at the end. An incomplete stream fails the test.
    pub async fn next_event(&mut self) -> Option<SseEvent> {
        let event = self.try_next_event().await;
        event.unwrap_or_else(|failure| panic!("the stream: {failure}\n{}", self.log.tail()))
    }

    /// The remaining events and comments.
    pub async fn events(&mut self) -> Vec<SseEvent> {
        let mut events = Vec::new();
        while let Some(event) = self.next_event().await {
            events.push(event);
        }
        events
    }

    /// The client disconnects: the Runtime API stops reading and replies with an error. (A stream that is merely
    /// dropped is read to its end and discarded.)
    pub fn stop_reading(self) {
        self.response.stop_reading();
    }

    /// Breaks the connection of the stream. `lambda_runtime` alone ends its process then.
    pub fn break_connection(self) {
        self.response.break_connection();
    }
}
