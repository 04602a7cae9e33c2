//! The stream of a reply: its headers and events, as they arrive.

use std::time::{Duration, Instant};

use ProviderFormat::{Anthropic, OpenAi};
use rstest::rstest;
use serde_json::{Value, json};
use verse_tests::{EventFormat, Gate, Mode, ProviderFormat, Script, paths};

use super::{DEFAULT_REPLY, Site, done, read_reply, start_chat, stored, token};

/// Contract: streams: "200 text/event-stream, no-cache, X-Accel-Buffering: no"
/// Contract: streams: "each event arrives whole, with one space and one line of JSON; done has status, `stop_reason` and sources"
#[rstest]
#[tokio::test]
async fn each_message_route_streams_the_reply_of_the_model(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    for (path, body) in site.message_routes().await {
        let stream = site.client.post(path).json(&body).stream().await;
        for (name, value) in [
            ("content-type", "text/event-stream"),
            ("cache-control", "no-cache"),
            ("x-accel-buffering", "no"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(stream.headers[name], value, "{path}");
        }
        let reply = read_reply(stream).await;
        assert_eq!(reply.text(), DEFAULT_REPLY);
        assert!(reply.tokens.len() > 1, "{:?}", reply.tokens);
        assert_eq!(reply.chat.is_some(), path == paths::CHATS);
        assert_eq!(reply.end, done("end_turn"));
        assert_eq!(site.stored_reply().await, stored("complete", DEFAULT_REPLY));
    }
    assert_eq!(site.usage().await, 3);
    for request in site.provider.requests() {
        assert!(request.format == format && request.is_streaming());
    }
}

/// Contract: streams: "`chat_id` is the first event of a new chat"
/// Contract: streams: "tokens arrive as the model sends them"
/// Contract: streams: "a stream ends with done or error, and never without one"
/// Contract: streams: "the message is stored before the model is called, the reply when it ends, before done"
#[rstest]
#[tokio::test]
async fn tokens_arrive_as_the_model_sends_them_in_every_event_format(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    for event_format in EventFormat::ALL {
        let gate = Gate::closed();
        let tokens = ["In ", "the ", "beginning"];
        site.provider.next(Script::tokens(tokens).gated(&gate));
        let client = site.client.clone().in_format(event_format);
        let mut stream = start_chat(&client, "?").stream().await;
        assert_eq!(stream.mode(), Mode::Streaming, "{event_format:?}");
        // The chat's id arrives before the model has sent a token.
        assert_eq!(stream.next_event().await.unwrap().event, "chat_id");
        for token in tokens {
            gate.let_pass(1);
            let event = stream.next_event().await.unwrap();
            assert_eq!(event.json::<Value>(), json!({"token": token}));
        }
        gate.open();
        assert_eq!(stream.next_event().await.unwrap().event, "done");
        assert_eq!(site.stored_reply().await.0, "complete");
        assert!(stream.next_event().await.is_none());
    }
}

/// Contract: streams: "the first bytes leave before the model answers"
#[rstest]
#[tokio::test]
async fn the_first_bytes_leave_before_the_model_answers(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    let gate = Gate::closed();
    for (path, body) in site.message_routes().await {
        site.provider.next(Script::default_reply().gated(&gate));
        let mut stream = site.client.post(path).json(&body).stream().await;
        let first = stream.next_event().await.unwrap();
        assert_eq!(first.is_comment(), path != paths::CHATS, "{first:?}");
        gate.let_pass(20);
        read_reply(stream).await;
    }
}

#[rstest]
#[tokio::test]
async fn a_stream_sends_comments_while_the_model_is_silent(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    let gate = Gate::closed();
    site.provider.next(Script::default_reply().gated(&gate));
    let request = site.start_chat().within(Duration::from_mins(1));
    let mut stream = request.stream().await;
    assert_eq!(stream.next_event().await.unwrap().event, "chat_id");
    let started = Instant::now();
    for round in 1..=2 {
        let comment = stream.next_event().await.unwrap();
        assert!(comment.is_comment(), "{comment:?}");
        assert!(started.elapsed() > Duration::from_secs(14) * round);
    }
    gate.open();
    assert_eq!(read_reply(stream).await.end, done("end_turn"));
}

/// Contract: streams: "a reply cut by the token limit has `stop_reason` `max_tokens` and is kept"
#[rstest]
#[tokio::test]
async fn a_reply_cut_by_the_token_limit_ends_with_max_tokens(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    let script = Script::tokens(["In the ", "begin"]);
    site.provider.next(script.stopped_by_max_tokens());
    assert_eq!(site.reply().await.end, done("max_tokens"));
    assert_eq!(
        site.stored_reply().await,
        stored("truncated", "In the begin")
    );
    assert_eq!(site.usage().await, 1);
}

#[rstest]
#[tokio::test]
async fn a_reply_is_no_longer_than_an_import_accepts(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    let piece = "é".repeat(100);
    site.provider.next(Script::tokens([piece.as_str(); 101]));
    // The provider sends all tokens at once, and the network may split an event: events need not arrive in one chunk here.
    let events = site.stream_after_tokens(0).await.events().await;
    let tokens = events.iter().filter(|event| event.event == "token");
    let text: String = tokens.map(token).collect();
    assert_eq!(text.chars().count(), 10_000);
    let end = events.last().unwrap();
    assert_eq!((end.event.clone(), end.json()), done("max_tokens"));
    assert_eq!(site.stored_reply().await, stored("truncated", &text));
    assert_eq!(site.usage().await, 1);
}
