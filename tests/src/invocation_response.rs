//! The response of an invocation as the Runtime API receives it: chunks of bytes, and their end. `gateway.rs` turns the
//! bytes into an HTTP response.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use tokio::sync::{mpsc, oneshot};

/// How a function sends its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All at once, 6 MB at most.
    Buffered,
    /// In chunks (`Lambda-Runtime-Function-Response-Mode: streaming`).
    Streaming,
}

/// Why an invocation has no complete response.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The function reported an error: by `/error`, or by trailers within a stream.
    #[error("the function reported {kind}: {message}")]
    Reported {
        /// `Lambda-Runtime-Function-Error-Type`.
        kind: String,
        /// The body of the report.
        message: String,
    },
    /// Lambda kills a function that is still busy at its deadline.
    #[error("the function was still busy at its deadline, {0:?} after the event, and was killed")]
    TimedOut(Duration),
    /// The process ended before its response.
    #[error("the function's process ended: {0}")]
    Exited(String),
    /// A buffered response over Lambda's limit.
    #[error("the response is larger than {0} bytes, the limit of a buffered response")]
    TooLarge(usize),
    /// The connection closed before the last byte of the response.
    #[error("the response ended too early")]
    BrokenOff,
    /// API Gateway would answer 502: "malformed Lambda proxy response".
    #[error("API Gateway cannot read the function's response: {0}")]
    Malformed(String),
}

/// A chunk of a response, as received.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// Its position from 0; the prelude of a stream counts.
    pub index: usize,
    /// When it was received.
    pub at: Instant,
    /// The bytes.
    pub bytes: Bytes,
}

/// How the client of a response disconnects.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Disconnect {
    /// The Runtime API replies before the end and reads no more.
    StopReading,
    /// The connection breaks.
    BreakConnection,
}

/// A part of a response, from the Runtime API to the test.
#[derive(Debug)]
pub(crate) enum Part {
    Chunk(Chunk),
    End(Instant, Result<(), Failure>),
}

/// A response whose body is still being received.
#[derive(Debug)]
pub struct InvocationResponse {
    /// How the function sends it.
    pub mode: Mode,
    /// The `Content-Type` of the function's call to the Runtime API.
    pub content_type: String,
    /// When the process received the event.
    pub started: Instant,
    pub(crate) parts: mpsc::UnboundedReceiver<Part>,
    pub(crate) disconnect: oneshot::Sender<Disconnect>,
    pub(crate) end: Option<(Instant, Result<(), Failure>)>,
}

impl InvocationResponse {
    /// The next chunk; `None` at the end.
    ///
    /// # Errors
    /// Why the response is incomplete.
    pub async fn next_chunk(&mut self) -> Result<Option<Chunk>, Failure> {
        if self.end.is_none() {
            match self.parts.recv().await {
                Some(Part::Chunk(chunk)) => return Ok(Some(chunk)),
                Some(Part::End(at, end)) => self.end = Some((at, end)),
                None => self.end = Some((Instant::now(), Err(Failure::BrokenOff))),
            }
        }
        match &self.end {
            Some((_, Err(failure))) => Err(failure.clone()),
            _ => Ok(None),
        }
    }

    /// The rest of the body.
    ///
    /// # Errors
    /// Why the response is incomplete.
    pub async fn collect(&mut self) -> Result<Bytes, Failure> {
        let mut all = BytesMut::new();
        while let Some(chunk) = self.next_chunk().await? {
            all.extend_from_slice(&chunk.bytes);
        }
        Ok(all.freeze())
    }

    /// From the event to the last byte of the response; `None` before the end.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        self.end
            .as_ref()
            .map(|(at, _)| at.saturating_duration_since(self.started))
    }

    /// The client disconnects: the Runtime API stops reading and replies with an error. (A response that is merely
    /// dropped is read to its end and discarded.)
    pub fn stop_reading(self) {
        // An error means that the response has ended.
        let _ = self.disconnect.send(Disconnect::StopReading);
    }

    /// Breaks the connection of the response.
    pub fn break_connection(self) {
        let _ = self.disconnect.send(Disconnect::BreakConnection);
    }
}
