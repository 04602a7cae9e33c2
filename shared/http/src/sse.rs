//! Server-sent events: an answer that is told as it is made. Source: the HTML standard, "Server-sent events".
//!
//! Whoever makes the answer has an [`EventSender`], and is told by it when the reader has gone. The answer itself is an
//! [`EventStream`]: each event leaves in one piece, silence is broken by a comment, and there is no end without a last
//! event, whatever becomes of the sender.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{FutureExt, future::BoxFuture, stream};
use http::{HeaderName, HeaderValue, header};
use serde::Serialize;
use serde_json::json;
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    time::timeout,
};

use crate::App;

/// Events that may be under way to a slow reader.
const UNDER_WAY: usize = 64;
/// As long as a stream may be silent: proxies end one that is for longer.
const SILENCE: Duration = Duration::from_secs(15);
const COMMENT: &[u8] = b": \n\n";

/// The reader has gone, or takes nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReaderGone;

/// Makes an answer.
pub struct EventSender {
    events: Sender<Bytes>,
    has_ended: Arc<AtomicBool>,
    end_of_answer: BoxFuture<'static, ()>,
}

/// An answer that is being made: `text/event-stream`.
#[derive(Debug)]
pub struct EventStream {
    events: Receiver<Bytes>,
    has_ended: Arc<AtomicBool>,
}

/// Both ends of an answer.
#[must_use]
pub fn event_stream(app: &App) -> (EventSender, EventStream) {
    let (sender, events) = channel(UNDER_WAY);
    let has_ended = Arc::new(AtomicBool::new(false));
    let stream = EventStream {
        events,
        has_ended: Arc::clone(&has_ended),
    };
    let sender = EventSender {
        events: sender,
        has_ended,
        end_of_answer: app.tasks.end_of_answer().boxed(),
    };
    (sender, stream)
}

impl EventSender {
    /// Sends an event; waits while too many are under way.
    ///
    /// # Errors
    ///
    /// When nobody reads any more.
    pub async fn send(&mut self, name: &str, data: &impl Serialize) -> Result<(), ReaderGone> {
        self.pass(event(name, data)).await
    }

    /// Sends a comment, which readers pass over: for something to leave at once.
    ///
    /// # Errors
    ///
    /// When nobody reads any more.
    pub async fn send_comment(&mut self) -> Result<(), ReaderGone> {
        self.pass(Bytes::from_static(COMMENT)).await
    }

    /// Sends the last event, and ends the answer.
    pub async fn end(mut self, name: &str, data: &impl Serialize) {
        // A reader that has gone needs no end.
        if self.pass(event(name, data)).await.is_ok() {
            self.has_ended.store(true, Ordering::Release);
        }
    }

    /// Waits until nobody reads any more.
    pub async fn reader_gone(&mut self) {
        tokio::select! {
            () = self.events.closed() => {}
            () = &mut self.end_of_answer => {}
        }
        // Once it has told so, it cannot be asked again.
        self.end_of_answer = std::future::ready(()).boxed();
    }

    async fn pass(&mut self, bytes: Bytes) -> Result<(), ReaderGone> {
        tokio::select! {
            biased;
            sent = self.events.send(bytes) => sent.map_err(|_| ReaderGone),
            () = &mut self.end_of_answer => {
                self.end_of_answer = std::future::ready(()).boxed();
                Err(ReaderGone)
            }
        }
    }
}

impl std::fmt::Debug for EventSender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EventSender")
    }
}

/// As clients read it that are not patient: one space after each colon, one line of data.
fn event(name: &str, data: &impl Serialize) -> Bytes {
    // What is sent are texts and numbers, which are all JSON.
    let data = serde_json::to_string(data).unwrap_or_else(|_| "{}".to_owned());
    format!("event: {name}\ndata: {data}\n\n").into()
}

impl EventStream {
    /// The next piece; `None` after the last.
    async fn next(&mut self) -> Option<Bytes> {
        match timeout(SILENCE, self.events.recv()).await {
            Ok(Some(bytes)) => Some(bytes),
            Err(_) => Some(Bytes::from_static(COMMENT)),
            Ok(None) if self.has_ended.swap(true, Ordering::AcqRel) => None,
            // Whoever made the answer has gone without a word, by a mistake of ours.
            Ok(None) => Some(broken_off()),
        }
    }
}

fn broken_off() -> Bytes {
    tracing::error!("an answer was left without an end");
    let error = "The answer was interrupted. Please try again.";
    event(
        "error",
        &json!({"error": error, "error_type": "interrupted"}),
    )
}

impl IntoResponse for EventStream {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, "text/event-stream"),
            (header::CACHE_CONTROL, "no-cache"),
            (HeaderName::from_static("x-accel-buffering"), "no"),
        ];
        let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
        let pieces = stream::unfold(self, async |mut events| {
            let piece = events.next().await?;
            Some((Ok::<_, Infallible>(piece), events))
        });
        (headers, Body::from_stream(pieces)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use verse_platform::Environment;

    use super::*;

    fn both() -> (App, EventSender, EventStream) {
        let app = App::from_environment(&Environment::of([("A", "")])).unwrap();
        let (sender, stream) = event_stream(&app);
        (app, sender, stream)
    }

    #[tokio::test]
    async fn an_event_is_one_piece_and_the_answer_ends_after_the_last() {
        let (_app, mut sender, mut stream) = both();
        let token = json!({"token": "In the\n\"beginning\" "});
        sender.send("token", &token).await.unwrap();
        sender.end("done", &json!({"status": "complete"})).await;
        let first = stream.next().await.unwrap();
        assert_eq!(
            first,
            "event: token\ndata: {\"token\":\"In the\\n\\\"beginning\\\" \"}\n\n"
        );
        assert_eq!(
            stream.next().await.unwrap(),
            "event: done\ndata: {\"status\":\"complete\"}\n\n"
        );
        assert_eq!(stream.next().await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_broken_by_comments() {
        let (_app, sender, mut stream) = both();
        let began = tokio::time::Instant::now();
        for seconds in [15, 30] {
            assert_eq!(stream.next().await.unwrap(), ": \n\n");
            assert_eq!(began.elapsed(), Duration::from_secs(seconds));
        }
        drop(sender);
    }

    #[tokio::test]
    async fn an_answer_left_alone_ends_with_an_error() {
        let (_app, mut sender, mut stream) = both();
        sender.send("token", &json!({"token": "In"})).await.unwrap();
        drop(sender);
        stream.next().await.unwrap();
        let last = stream.next().await.unwrap();
        assert!(last.starts_with(b"event: error\n"), "{last:?}");
        assert_eq!(stream.next().await, None);
    }

    #[tokio::test]
    async fn the_sender_is_told_that_its_reader_has_gone() {
        let (_app, mut sender, stream) = both();
        drop(stream);
        sender.reader_gone().await;
        assert_eq!(sender.send("token", &json!({})).await, Err(ReaderGone));
    }
}
