//! Amazon Bedrock's formats: `ConverseStream`, which streams in AWS's binary frames ("Event stream encoding"), and
//! `InvokeModel` for Titan's embeddings.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{ReceivedRequest, body::Piece, openai};

pub(super) fn encode(piece: Piece<'_>) -> Bytes {
    match piece {
        Piece::Start(_) => event("messageStart", &json!({"role": "assistant"})),
        Piece::Token(text) => {
            let delta = json!({"contentBlockIndex": 0, "delta": {"text": text}});
            event("contentBlockDelta", &delta)
        }
        Piece::End(stop, usage) => {
            let stop = match stop {
                "refusal" => "guardrail_intervened",
                other => other,
            };
            let usage = json!({
                "inputTokens": usage.input,
                "outputTokens": usage.output,
                "totalTokens": usage.input + usage.output,
            });
            let metadata = json!({"usage": usage, "metrics": {"latencyMs": 1}});
            let events = [
                event("contentBlockStop", &json!({"contentBlockIndex": 0})),
                event("messageStop", &json!({"stopReason": stop})),
                event("metadata", &metadata),
            ];
            events.concat().into()
        }
        Piece::Error(kind) => frame("exception", kind, &error("The script breaks off.")),
    }
}

pub(super) fn error(message: &str) -> Value {
    json!({"message": message})
}

/// Titan's vector for one text.
pub(super) fn embedding(request: &ReceivedRequest) -> Value {
    let text = request.at("/inputText").as_str().unwrap_or_default();
    let dimensions = request.at("/dimensions").as_u64().unwrap_or(1024);
    let dimensions = usize::try_from(dimensions).unwrap_or_default();
    json!({"embedding": openai::vector(text, dimensions), "inputTextTokenCount": 1})
}

fn event(kind: &str, payload: &Value) -> Bytes {
    frame("event", kind, payload)
}

/// A frame: two lengths and their checksum, headers, payload, checksum of everything before.
fn frame(message: &str, kind: &str, payload: &Value) -> Bytes {
    const STRING: u8 = 7;
    let headers = [
        (format!(":{message}-type"), kind),
        (":content-type".to_owned(), "application/json"),
        (":message-type".to_owned(), message),
    ];
    let mut head = Vec::new();
    for (name, value) in headers {
        head.push(u8::try_from(name.len()).expect("a short name"));
        head.extend(name.as_bytes());
        head.push(STRING);
        let length = u16::try_from(value.len()).expect("a short value");
        head.extend(length.to_be_bytes());
        head.extend(value.as_bytes());
    }
    let payload = payload.to_string();
    // Two lengths and two checksums of four bytes each.
    let total = 16 + head.len() + payload.len();
    let mut frame = Vec::with_capacity(total);
    for length in [total, head.len()] {
        let length = u32::try_from(length).expect("a frame of a few tokens");
        frame.extend(length.to_be_bytes());
    }
    frame.extend(checksum(&frame).to_be_bytes());
    frame.extend(head);
    frame.extend(payload.as_bytes());
    frame.extend(checksum(&frame).to_be_bytes());
    frame.into()
}

/// CRC-32 (IEEE 802.3).
fn checksum(bytes: &[u8]) -> u32 {
    let rest = bytes.iter().fold(u32::MAX, |rest, byte| {
        (0..8).fold(rest ^ u32::from(*byte), |rest, _| {
            let carry = if rest & 1 == 1 { 0xEDB8_8320 } else { 0 };
            (rest >> 1) ^ carry
        })
    });
    !rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_crc_32() {
        // The check value of CRC-32 in catalogues of checksums.
        assert_eq!(checksum(b"123456789"), 0xCBF4_3926);
    }
}
