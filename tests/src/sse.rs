//! A parser of server-sent events (the HTML standard, "Parsing an event stream").

use std::{ops::RangeInclusive, time::Instant};

use serde::de::DeserializeOwned;

use crate::invocation_response::Chunk;

/// One event, or a comment without an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SseEvent {
    /// The `event` field; `message` by default; empty for a comment.
    pub event: String,
    /// The `data` fields, one a line.
    pub data: String,
    /// The comment lines.
    pub comment: Option<String>,
    /// All lines, without the empty one at the end.
    pub raw: String,
    /// The chunks of the response that contained it.
    pub chunks: RangeInclusive<usize>,
    /// When its last byte was received.
    pub at: Instant,
}

impl SseEvent {
    /// Whether one chunk contained it: the web client does not join chunks.
    #[must_use]
    pub fn in_one_chunk(&self) -> bool {
        self.chunks.start() == self.chunks.end()
    }

    /// Whether it is a comment without an event.
    #[must_use]
    pub fn is_comment(&self) -> bool {
        self.event.is_empty()
    }

    /// Its data as JSON.
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.data)
            .unwrap_or_else(|error| panic!("{error} in the data of {self:?}"))
    }
}

/// The part of a stream that is not a complete event yet.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
    block: Vec<String>,
    first_chunk: Option<usize>,
}

impl Parser {
    /// Adds a chunk, and returns the events that it completes.
    pub(crate) fn feed(&mut self, chunk: &Chunk) -> Vec<SseEvent> {
        let mut events = Vec::new();
        for &byte in &chunk.bytes {
            self.first_chunk.get_or_insert(chunk.index);
            if byte != b'\n' {
                self.line.push(byte);
                continue;
            }
            let line = std::mem::take(&mut self.line);
            let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(&line));
            if !line.is_empty() {
                self.block.push(line.into_owned());
                continue;
            }
            let block = std::mem::take(&mut self.block);
            let first = self.first_chunk.take().unwrap_or(chunk.index);
            if !block.is_empty() {
                events.push(read(&block, first..=chunk.index, chunk.at));
            }
        }
        events
    }

    /// The partial event at the end of the stream.
    pub(crate) fn leftover(&self) -> Option<String> {
        let line = String::from_utf8_lossy(&self.line);
        let rest = [self.block.join("\n"), line.into_owned()].concat();
        (!rest.is_empty()).then_some(rest)
    }
}

fn read(block: &[String], chunks: RangeInclusive<usize>, at: Instant) -> SseEvent {
    let (mut name, mut data, mut comment) = (None, Vec::new(), Vec::new());
    for line in block {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => comment.push(value),
            "event" => name = Some(value.to_owned()),
            "data" => data.push(value),
            _ => {}
        }
    }
    let event = match name {
        Some(name) => name,
        None if data.is_empty() => String::new(),
        None => "message".to_owned(),
    };
    SseEvent {
        event,
        data: data.join("\n"),
        comment: (!comment.is_empty()).then(|| comment.join("\n")),
        raw: block.join("\n"),
        chunks,
        at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse<C: AsRef<[u8]>>(chunks: &[C]) -> (Vec<SseEvent>, Parser) {
        let mut parser = Parser::default();
        let mut events = Vec::new();
        for (index, bytes) in chunks.iter().enumerate() {
            let chunk = Chunk {
                index,
                at: Instant::now(),
                bytes: bytes.as_ref().to_vec().into(),
            };
            events.extend(parser.feed(&chunk));
        }
        (events, parser)
    }

    #[test]
    fn one_chunk_may_have_several_events() {
        let (events, parser) =
            parse(&["event: token\ndata: {\"token\":\"a\"}\n\ndata: b\ndata: c\n\n"]);
        assert_eq!(
            (events[0].event.as_str(), events[0].data.as_str()),
            ("token", r#"{"token":"a"}"#)
        );
        assert_eq!(
            (events[1].event.as_str(), events[1].data.as_str()),
            ("message", "b\nc")
        );
        assert!(events.iter().all(SseEvent::in_one_chunk));
        assert_eq!(parser.leftover(), None);
    }

    #[test]
    fn an_event_in_several_chunks_has_their_range() {
        let (events, _) = parse(&["event: do", "ne\ndata: {}\n", "\ndata: x\n\n"]);
        assert_eq!(events[0].event, "done");
        assert_eq!(events[0].chunks, 0..=2);
        assert!(!events[0].in_one_chunk());
        assert_eq!(events[1].chunks, 2..=2);
    }

    #[test]
    fn a_comment_alone_is_not_an_event() {
        let (events, _) = parse(&[": keep-alive\n\n", "data:x\r\n\r\n"]);
        assert!(events[0].is_comment());
        assert_eq!(events[0].comment.as_deref(), Some("keep-alive"));
        assert_eq!(events[1].data, "x");
    }

    #[test]
    fn a_letter_split_between_chunks_is_joined() {
        let bytes = "data: é\n\n".as_bytes();
        let (events, _) = parse(&[&bytes[..7], &bytes[7..]]);
        assert_eq!(events[0].data, "é");
    }

    #[test]
    fn a_partial_event_is_left_over() {
        let (events, parser) = parse(&["event: done\n"]);
        assert!(events.is_empty());
        assert_eq!(parser.leftover().as_deref(), Some("event: done"));
    }
}
