//! A response read as it comes.

use std::{collections::VecDeque, time::Instant};

use http::{HeaderMap, StatusCode};

use crate::{
    cookies::{self, Cookie},
    gateway::Head,
    invocation_response::{Chunk, Failure, InvocationResponse, Mode},
    log::Log,
    sse::{Parser, SseEvent},
};

/// A response whose head is here and whose body is coming.
#[derive(Debug)]
pub struct Stream {
    /// The status.
    pub status: StatusCode,
    /// The headers, `Set-Cookie` among them.
    pub headers: HeaderMap,
    /// When the event was handed out.
    pub started: Instant,
    first: Option<Chunk>,
    answer: InvocationResponse,
    parser: Parser,
    events: VecDeque<SseEvent>,
    log: Log,
}

impl Stream {
    pub(crate) fn new(head: Head, first: Chunk, answer: InvocationResponse, log: Log) -> Self {
        Self {
            status: head.status,
            headers: head.headers,
            started: answer.started,
            first: Some(first).filter(|first| !first.bytes.is_empty()),
            answer,
            parser: Parser::default(),
            events: VecDeque::new(),
            log,
        }
    }

    /// How the function sends it: an answer that is not a stream can be read like one.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.answer.mode
    }

    /// Fails the test, with the function's log, if the status is another.
    #[track_caller]
    #[expect(
        clippy::return_self_not_must_use,
        reason = "the question alone is what is wanted"
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
        cookies::set_by(&self.headers)
            .into_iter()
            .find(|cookie| cookie.name() == name)
    }

    /// The next piece of the body, as it came; `None` at a good end.
    ///
    /// # Errors
    /// Why the stream has no good end.
    pub async fn try_next_chunk(&mut self) -> Result<Option<Chunk>, Failure> {
        match self.first.take() {
            Some(first) => Ok(Some(first)),
            None => self.answer.next_chunk().await,
        }
    }

    /// The next event or comment; `None` at a good end. Half an event at the end fails the test.
    ///
    /// # Errors
    /// Why the stream has no good end.
    pub async fn try_next_event(&mut self) -> Result<Option<SseEvent>, Failure> {
        while self.events.is_empty() {
            let Some(chunk) = self.try_next_chunk().await? else {
                let leftover = self.parser.leftover();
                assert!(
                    leftover.is_none(),
                    "the stream ends within an event: {leftover:?}"
                );
                return Ok(None);
            };
            self.events.extend(self.parser.feed(&chunk));
        }
        Ok(self.events.pop_front())
    }

    /// The next event or comment; `None` at the end. A stream that breaks off fails the test.
    pub async fn next_event(&mut self) -> Option<SseEvent> {
        let event = self.try_next_event().await;
        event.unwrap_or_else(|failure| panic!("the stream: {failure}\n{}", self.log.tail()))
    }

    /// Every event and comment that is still to come.
    pub async fn events(&mut self) -> Vec<SseEvent> {
        let mut events = Vec::new();
        while let Some(event) = self.next_event().await {
            events.push(event);
        }
        events
    }

    /// The reader goes away: the Runtime API takes no more of the stream and says so. (A stream that
    /// is merely dropped is read to its end and thrown away.)
    pub fn stop_reading(self) {
        self.answer.stop_reading();
    }

    /// The connection that the stream is coming on breaks. `lambda_runtime` ends its process then.
    pub fn break_connection(self) {
        self.answer.break_connection();
    }
}
