//! `OpenAI`'s formats: Chat Completions and Embeddings.

use serde_json::{Value, json};

use super::{ReceivedRequest, body::Usage};

pub(super) fn whole(asked: &ReceivedRequest, text: &str, stop: &str, usage: Usage) -> Value {
    json!({
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 1_764_000_000,
        "model": asked.at("/model"),
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "content": text, "refusal": null},
            "logprobs": null,
            "finish_reason": finish_reason(stop),
        }],
        "usage": usage_of(usage),
    })
}

/// What comes before the first token.
pub(super) fn start(asked: &ReceivedRequest) -> String {
    let delta = json!({"role": "assistant", "content": "", "refusal": null});
    chunk(asked, &delta, &Value::Null)
}

pub(super) fn token(asked: &ReceivedRequest, text: &str) -> String {
    chunk(asked, &json!({"content": text}), &Value::Null)
}

pub(super) fn end(asked: &ReceivedRequest, stop: &str, usage: Usage) -> String {
    let mut end = chunk(asked, &json!({}), &json!(finish_reason(stop)));
    if *asked.at("/stream_options/include_usage") == true {
        let mut last = envelope(asked, &json!([]));
        if let Some(last) = last.as_object_mut() {
            last.insert("usage".to_owned(), usage_of(usage));
        }
        end.push_str(&event(&last));
    }
    end.push_str("data: [DONE]\n\n");
    end
}

pub(super) fn error(kind: &str, message: &str) -> Value {
    let code = match kind {
        "authentication_error" => json!("invalid_api_key"),
        "rate_limit_error" => json!("rate_limit_exceeded"),
        "insufficient_quota" => json!("insufficient_quota"),
        _ => Value::Null,
    };
    json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
}

pub(super) fn error_event(kind: &str) -> String {
    event(&error(kind, "The script breaks off."))
}

/// As many vectors as texts: each has the asked length, and starts in a direction that its text decides.
pub(super) fn embeddings(asked: &ReceivedRequest) -> Value {
    let texts = match asked.at("/input") {
        Value::Array(texts) => texts.clone(),
        text => vec![text.clone()],
    };
    let dimensions = asked.at("/dimensions").as_u64().unwrap_or(1536);
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
        "model": asked.at("/model"),
        "usage": {"prompt_tokens": texts.len(), "total_tokens": texts.len()},
    })
}

/// Texts with words in common point in similar directions: each word has an axis, and nothing has the first.
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

fn chunk(asked: &ReceivedRequest, delta: &Value, finish: &Value) -> String {
    let choice = json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}]);
    event(&envelope(asked, &choice))
}

fn envelope(asked: &ReceivedRequest, choices: &Value) -> Value {
    json!({
        "id": "chatcmpl-scripted",
        "object": "chat.completion.chunk",
        "created": 1_764_000_000,
        "model": asked.at("/model"),
        "choices": choices,
    })
}

fn event(data: &Value) -> String {
    format!("data: {data}\n\n")
}
