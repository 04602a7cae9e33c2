//! Anthropic's format: the Messages API.

use serde_json::{Value, json};

use super::{
    ReceivedRequest,
    body::{Piece, Usage},
};

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

pub(super) fn encode(request: &ReceivedRequest, piece: Piece<'_>) -> String {
    match piece {
        Piece::Start(usage) => [
            event(&json!({"type": "message_start", "message": {
                "id": "msg_scripted",
                "type": "message",
                "role": "assistant",
                "model": request.at("/model"),
                "content": [],
                "stop_reason": null,
                "stop_sequence": null,
                "usage": {"input_tokens": usage.input, "output_tokens": 1},
            }})),
            event(&json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})),
            event(&json!({"type": "ping"})),
        ]
        .concat(),
        Piece::Token(text) => event(
            &json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}),
        ),
        Piece::End(stop, usage) => [
            event(&json!({"type": "content_block_stop", "index": 0})),
            event(&json!({
                "type": "message_delta",
                "delta": {"stop_reason": stop, "stop_sequence": null},
                "usage": {"output_tokens": usage.output},
            })),
            event(&json!({"type": "message_stop"})),
        ]
        .concat(),
        Piece::Error(kind) => event(&error(kind, "The script breaks off.")),
    }
}

pub(super) fn error(kind: &str, message: &str) -> Value {
    json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_scripted"})
}

/// An event has the name of its data's type.
fn event(data: &Value) -> String {
    let name = data.get("type").and_then(Value::as_str);
    format!("event: {}\ndata: {data}\n\n", name.unwrap_or_default())
}
