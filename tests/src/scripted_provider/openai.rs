//! `OpenAI`'s formats: Chat Completions and Embeddings.

use serde_json::{Value, json};

use super::{
    ReceivedRequest,
    body::{Piece, Usage},
};

pub(super) fn reply(request: &ReceivedRequest, text: &str, stop: &str, usage: Usage) -> Value {
    json!({
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 1_764_000_000,
        "model": request.at("/model"),
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "content": text, "refusal": null},
            "logprobs": null,
            "finish_reason": finish_reason(stop),
        }],
        "usage": usage_of(usage),
    })
}

pub(super) fn encode(request: &ReceivedRequest, piece: Piece<'_>) -> String {
    match piece {
        Piece::Start(_) => {
            let delta = json!({"role": "assistant", "content": "", "refusal": null});
            chunk(request, &delta, &Value::Null)
        }
        Piece::Token(text) => chunk(request, &json!({"content": text}), &Value::Null),
        Piece::End(stop, usage) => {
            let mut end = chunk(request, &json!({}), &json!(finish_reason(stop)));
            if *request.at("/stream_options/include_usage") == true {
                let mut last = envelope(request, &json!([]));
                if let Some(last) = last.as_object_mut() {
                    last.insert("usage".to_owned(), usage_of(usage));
                }
                end.push_str(&event(&last));
            }
            end.push_str("data: [DONE]\n\n");
            end
        }
        Piece::Error(kind) => event(&error(kind, "The script breaks off.")),
    }
}

pub(super) fn error(kind: &str, message: &str) -> Value {
    let (kind, code) = match kind {
        "authentication_error" => (kind, json!("invalid_api_key")),
        "rate_limit_error" => (kind, json!("rate_limit_exceeded")),
        "insufficient_quota" => (kind, json!("insufficient_quota")),
        "overloaded_error" => ("server_error", json!("overloaded")),
        _ => (kind, Value::Null),
    };
    json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
}

/// A vector for each text: it has the requested length, and its text decides its direction.
pub(super) fn embeddings(request: &ReceivedRequest) -> Value {
    let texts = match request.at("/input") {
        Value::Array(texts) => texts.clone(),
        text => vec![text.clone()],
    };
    let dimensions = request.at("/dimensions").as_u64().unwrap_or(1536);
    let dimensions = usize::try_from(dimensions).unwrap_or_default();
    let data: Vec<Value> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let vector = vector(text.as_str().unwrap_or_default(), dimensions);
            json!({"object": "embedding", "index": index, "embedding": vector})
        })
        .collect();
    json!({
        "object": "list",
        "data": data,
        "model": request.at("/model"),
        "usage": {"prompt_tokens": texts.len(), "total_tokens": texts.len()},
    })
}

/// Texts with words in common have similar directions: each word adds to an axis. A text without words has the first.
pub(super) fn vector(text: &str, dimensions: usize) -> Vec<f32> {
    let mut vector = vec![0.0; dimensions];
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    let axes = words.filter(|word| !word.is_empty()).map(|word| {
        let hash = word.to_lowercase().bytes().fold(5381_usize, |hash, byte| {
            hash.wrapping_mul(33) ^ usize::from(byte)
        });
        hash % dimensions.max(1)
    });
    for axis in axes {
        vector.iter_mut().skip(axis).take(1).for_each(|x| *x += 1.0);
    }
    let length = vector.iter().map(|x: &f32| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        for x in &mut vector {
            *x /= length;
        }
    } else {
        vector.iter_mut().take(1).for_each(|x| *x = 1.0);
    }
    vector
}

fn finish_reason(stop: &str) -> &str {
    match stop {
        "end_turn" => "stop",
        "max_tokens" => "length",
        "refusal" => "content_filter",
        other => other,
    }
}

fn usage_of(usage: Usage) -> Value {
    json!({
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
    })
}

fn chunk(request: &ReceivedRequest, delta: &Value, finish: &Value) -> String {
    let choice = json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}]);
    event(&envelope(request, &choice))
}

fn envelope(request: &ReceivedRequest, choices: &Value) -> Value {
    json!({
        "id": "chatcmpl-scripted",
        "object": "chat.completion.chunk",
        "created": 1_764_000_000,
        "model": request.at("/model"),
        "choices": choices,
    })
}

fn event(data: &Value) -> String {
    format!("data: {data}\n\n")
}
