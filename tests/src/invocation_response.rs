//! What came of an invocation, as the Runtime API sees it: bytes in the pieces they came in, and
//! how they ended. What the bytes mean to API Gateway is `gateway.rs`.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use tokio::sync::{mpsc, oneshot};

/// How a function sends its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The whole answer at once, 6 MB at most.
    Buffered,
    /// Piece by piece (`Lambda-Runtime-Function-Response-Mode: streaming`).
    Streaming,
}

/// Why an invocation has no whole answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The function said so: by `/error`, or in mid-stream by trailers.
    #[error("the function reported {kind}: {message}")]
    Reported {
        /// `Lambda-Runtime-Function-Error-Type`.
        kind: String,
        /// The body that came with it.
        message: String,
    },
    /// Lambda ends a function that is still at work at its deadline.
    #[error("the function was still at work at its deadline, {0:?} after the event, and was ended")]
    TimedOut(Duration),
    /// The process ended with the invocation unanswered.
    #[error("the function's process ended: {0}")]
    Exited(String),
    /// A buffered answer past Lambda's limit.
    #[error("the answer has more than the {0} bytes that a buffered answer may have")]
    TooLarge(usize),
    /// The connection closed before the answer's last byte.
    #[error("the answer broke off before its end")]
    BrokenOff,
    /// API Gateway would answer 502: "malformed Lambda proxy response".
    #[error("API Gateway cannot make a response of the function's answer: {0}")]
    Malformed(String),
}

/// One piece of an answer, as it came over the format.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// Which piece of the answer it is, from 0; a streamed answer's prelude counts.
    pub index: usize,
    /// When it came.
    pub at: Instant,
    /// What it holds.
    pub bytes: Bytes,
}

/// How the reader of an answer goes away.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Disconnect {
    /// The Runtime API replies before the answer's end and reads no more.
    StopReading,
    /// The connection breaks.
    BreakConnection,
}

/// What the Runtime API passes on of an answer.
#[derive(Debug)]
pub(crate) enum Part {
    Chunk(Chunk),
    End(Instant, Result<(), Failure>),
}

/// An answer on its way in.
#[derive(Debug)]
pub struct InvocationResponse {
    /// How it is sent.
    pub mode: Mode,
    /// The `Content-Type` of the function's call to the Runtime API.
    pub content_type: String,
    /// When the event was handed out.
    pub started: Instant,
    pub(crate) parts: mpsc::UnboundedReceiver<Part>,
    pub(crate) leave: oneshot::Sender<Disconnect>,
    pub(crate) end: Option<(Instant, Result<(), Failure>)>,
}

impl InvocationResponse {
    /// The next piece, or `None` once the answer is whole.
    ///
    /// # Errors
    /// Why the answer has no end.
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

    /// Everything that is still to come, in one piece.
    ///
    /// # Errors
    /// Why the answer has no end.
    pub async fn collect(&mut self) -> Result<Bytes, Failure> {
        let mut all = BytesMut::new();
        while let Some(chunk) = self.next_chunk().await? {
            all.extend_from_slice(&chunk.bytes);
        }
        Ok(all.freeze())
    }

    /// From handing out the event to the answer's last byte; `None` before the end.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        self.end
            .as_ref()
            .map(|(at, _)| at.saturating_duration_since(self.started))
    }

    /// The reader goes away: the Runtime API takes no more of the answer and says so.
    /// (An answer that is merely dropped is read to its end and thrown away.)
    pub fn stop_reading(self) {
        // The answer may have come to its end meanwhile.
        let _ = self.leave.send(Disconnect::StopReading);
    }

    /// The connection that the answer is coming on breaks.
    pub fn break_connection(self) {
        let _ = self.leave.send(Disconnect::BreakConnection);
    }
}
