//! Anthropic's format: the Messages API.

use serde_json::{Value, json};

use super::{ReceivedRequest, body::Usage};

pub(super) fn reply(request: &ReceivedRequest, text: &str, stop: &str, usage: Usage) -> Value {
    json!({
        "id": "msg_scripted",
        "type": "message",
        "role": "assistant",
        "model": request.at("/model"),
        "content": [{"type": "text", "text": text}],
        "stop_reason": stop,
        "stop_sequence": null,
        "usage": {"input_tokens": usage.input, "output_tokens": usage.output},
    })
}

/// The events before the first token.
pub(super) fn start(request: &ReceivedRequest, usage: Usage) -> String {
    let message = json!({"type": "message_start", "message": {
        "id": "msg_scripted",
        "type": "message",
        "role": "assistant",
        "model": request.at("/model"),
        "content": [],
        "stop_reason": null,
        "stop_sequence": null,
        "usage": {"input_tokens": usage.input, "output_tokens": 1},
    }});
    let block = json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}});
    let ping = json!({"type": "ping"});
    [
        event("message_start", &message),
        event("content_block_start", &block),
        event("ping", &ping),
    ]
    .concat()
}

pub(super) fn token(text: &str) -> String {
    let delta = json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}});
    event("content_block_delta", &delta)
}

pub(super) fn end(stop: &str, usage: Usage) -> String {
    let delta = json!({
        "type": "message_delta",
        "delta": {"stop_reason": stop, "stop_sequence": null},
        "usage": {"output_tokens": usage.output},
    });
    [
        event(
            "content_block_stop",
            &json!({"type": "content_block_stop", "index": 0}),
        ),
        event("message_delta", &delta),
        event("message_stop", &json!({"type": "message_stop"})),
    ]
    .concat()
}

pub(super) fn error(kind: &str, message: &str) -> Value {
    json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_scripted"})
}

pub(super) fn error_event(kind: &str) -> String {
    event("error", &error(kind, "The script breaks off."))
}

fn event(name: &str, data: &Value) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}
