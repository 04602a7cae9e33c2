//! Server-sent events: a response that is sent while it is written.
//!
//! axum's [`Sse`] writes the frames: one chunk for each event, one space after each colon. This module adds what [`Sse`]
//! lacks: the sender is notified when the reader disconnects, and a stream never ends without a last event. Source: the HTML
//! standard, "Server-sent events".

use std::{convert::Infallible, time::Duration};

use axum::response::{
    IntoResponse, Response,
    sse::{Event, Sse},
};
use futures_util::stream;
use serde::Serialize;
use serde_json::json;
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::App;

/// Events that may wait for a slow reader.
const QUEUE: usize = 64;
/// The longest that a stream is silent: proxies close one that is silent for longer.
const SILENCE: Duration = Duration::from_secs(15);

/// The reader has left, or the response can no longer be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReaderGone;

/// Sends the events of one response.
#[derive(Debug)]
pub struct EventSender {
    queue: Sender<Queued>,
    response_end: CancellationToken,
}

/// A `text/event-stream` response.
#[derive(Debug)]
pub struct EventStream {
    queue: Receiver<Queued>,
    has_ended: bool,
}

#[derive(Debug)]
struct Queued {
    event: Event,
    is_last: bool,
}

/// The two ends of one response.
#[must_use]
pub fn event_stream(app: &App) -> (EventSender, EventStream) {
    let (sender, queue) = channel(QUEUE);
    let sender = EventSender {
        queue: sender,
        response_end: app.tasks.response_end(),
    };
    let stream = EventStream {
        queue,
        has_ended: false,
    };
    (sender, stream)
}

impl EventSender {
    /// Sends an event. Waits while the queue is full.
    ///
    /// # Errors
    /// When the reader has left.
    pub async fn send(&self, name: &str, data: &impl Serialize) -> Result<(), ReaderGone> {
        self.push(event(name, data), false).await
    }

    /// Sends a comment, which readers skip: the first bytes of a response whose first event is not ready.
    ///
    /// # Errors
    /// When the reader has left.
    pub async fn send_comment(&self) -> Result<(), ReaderGone> {
        self.push(comment(), false).await
    }

    /// Sends the last event and ends the response.
    pub async fn end(self, name: &str, data: &impl Serialize) {
        // A reader that has left needs no last event.
        let _ = self.push(event(name, data), true).await;
    }

    /// Waits until the reader has left.
    pub async fn reader_gone(&self) {
        tokio::select! {
            () = self.queue.closed() => {}
            () = self.response_end.cancelled() => {}
        }
    }

    async fn push(&self, event: Event, is_last: bool) -> Result<(), ReaderGone> {
        tokio::select! {
            biased;
            sent = self.queue.send(Queued { event, is_last }) => sent.map_err(|_| ReaderGone),
            () = self.response_end.cancelled() => Err(ReaderGone),
        }
    }
}

fn event(name: &str, data: &impl Serialize) -> Event {
    // The data are texts and numbers, which can always be written as JSON.
    let data = serde_json::to_string(data).unwrap_or_else(|_| "{}".to_owned());
    Event::default().event(name).data(data)
}

fn comment() -> Event {
    Event::default().comment("")
}

impl EventStream {
    /// The next event, or a comment after a silence. `None` after the last event.
    async fn next(&mut self) -> Option<Event> {
        if self.has_ended {
            return None;
        }
        match timeout(SILENCE, self.queue.recv()).await {
            Ok(Some(Queued { event, is_last })) => {
                self.has_ended = is_last;
                Some(event)
            }
            // The sender was dropped without a last event: a defect.
            Ok(None) => {
                self.has_ended = true;
                Some(interrupted())
            }
            Err(_) => Some(comment()),
        }
    }
}

fn interrupted() -> Event {
    tracing::error!("stream dropped without a final event");
    let error = "The answer was interrupted. Please try again.";
    let data = json!({"error": error, "error_type": "interrupted"});
    event("error", &data)
}

impl IntoResponse for EventStream {
    fn into_response(self) -> Response {
        let events = stream::unfold(self, async |mut stream| {
            let event = stream.next().await?;
            Some((Ok::<_, Infallible>(event), stream))
        });
        // nginx, and proxies like it, must not buffer the events.
        ([("x-accel-buffering", "no")], Sse::new(events)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::BodyDataStream;
    use futures_util::StreamExt;
    use tokio::time::Instant;
    use verse_platform::Environment;

    use super::*;

    fn open() -> (EventSender, BodyDataStream) {
        let app = App::from_environment(&Environment::of([("A", "")])).unwrap();
        let (sender, stream) = event_stream(&app);
        (
            sender,
            stream.into_response().into_body().into_data_stream(),
        )
    }

    async fn chunk(body: &mut BodyDataStream) -> Option<String> {
        let chunk = body.next().await?.unwrap();
        Some(String::from_utf8(chunk.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn an_event_is_one_chunk_and_the_response_ends_after_the_last() {
        let (sender, mut body) = open();
        let token = json!({"token": "In the\r\n\"beginning\" "});
        sender.send("token", &token).await.unwrap();
        sender.end("done", &json!({"status": "complete"})).await;
        for frame in [
            "event: token\ndata: {\"token\":\"In the\\r\\n\\\"beginning\\\" \"}\n\n",
            "event: done\ndata: {\"status\":\"complete\"}\n\n",
        ] {
            assert_eq!(chunk(&mut body).await.unwrap(), frame);
        }
        assert_eq!(chunk(&mut body).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_comment_follows_fifteen_seconds_of_silence() {
        let (_sender, mut body) = open();
        let start = Instant::now();
        for seconds in [15, 30] {
            assert_eq!(chunk(&mut body).await.unwrap(), ": \n\n");
            assert_eq!(start.elapsed(), Duration::from_secs(seconds));
        }
    }

    #[tokio::test]
    async fn a_stream_whose_sender_is_dropped_ends_with_an_error() {
        let (sender, mut body) = open();
        sender.send("token", &json!({"token": "In"})).await.unwrap();
        drop(sender);
        chunk(&mut body).await.unwrap();
        let last = chunk(&mut body).await.unwrap();
        assert!(last.starts_with("event: error\n"), "{last}");
        assert_eq!(chunk(&mut body).await, None);
    }

    #[tokio::test]
    async fn the_sender_learns_that_its_reader_has_left() {
        let (sender, body) = open();
        drop(body);
        sender.reader_gone().await;
        assert_eq!(sender.send("token", &json!({})).await, Err(ReaderGone));
    }
}
