//! Turns `genai`'s errors into a [`ModelError`].
//!
//! No error text of `genai` or of a provider is passed on: `genai` prints the prompt, and a provider may quote it.

use std::{future::Future, time::Duration};

use reqwest::header::HeaderMap;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use crate::ModelError;

/// The response breaks the provider's protocol.
pub(super) const MALFORMED: ModelError = ModelError::Unusable {
    reason: "not in the protocol's format",
};

/// The result of `work`, if it comes by the deadline.
pub(super) async fn by<T>(
    deadline: Instant,
    work: impl Future<Output = T>,
) -> Result<T, ModelError> {
    let result = timeout_at(deadline, work).await;
    result.map_err(|_| ModelError::TimedOut)
}

/// The error of a failed call.
pub(super) fn failure(error: &genai::Error) -> ModelError {
    match error {
        genai::Error::HttpError {
            status,
            headers,
            body,
            ..
        } => refusal(status.as_u16(), headers, body),
        genai::Error::WebModelCall { webc_error, .. }
        | genai::Error::WebAdapterCall { webc_error, .. } => call_failure(webc_error),
        genai::Error::WebStream { error, .. } => stream_failure(error.as_ref()),
        genai::Error::ChatResponse { body, .. } => event_failure(body),
        // The connection closed within an event.
        genai::Error::StreamParse { serde_error, .. } if serde_error.is_eof() => {
            ModelError::Interrupted
        }
        genai::Error::StreamParse { .. }
        | genai::Error::ChatResponseGeneration { .. }
        | genai::Error::NoChatResponse { .. }
        | genai::Error::InvalidJsonResponseElement { .. }
        | genai::Error::JsonValueExt(_)
        | genai::Error::SerdeJson(_) => MALFORMED,
        genai::Error::RequiresApiKey { .. }
        | genai::Error::NoAuthResolver { .. }
        | genai::Error::NoAuthData { .. }
        // `genai`'s error for missing AWS credentials.
        | genai::Error::AdapterNotSupported { .. }
        | genai::Error::Resolver { .. } => ModelError::Rejected { status: None },
        _ => ModelError::Failed { status: None },
    }
}

/// The error of a call that is not streamed.
fn call_failure(error: &genai::webc::Error) -> ModelError {
    match error {
        genai::webc::Error::ResponseFailedStatus {
            status,
            body,
            headers,
        } => refusal(status.as_u16(), headers, body),
        genai::webc::Error::Reqwest(error) => connection_failure(error),
        _ => MALFORMED,
    }
}

fn stream_failure(error: &(dyn std::error::Error + 'static)) -> ModelError {
    if let Some(error) = error.downcast_ref::<genai::Error>() {
        return failure(error);
    }
    if let Some(error) = error.downcast_ref::<reqwest::Error>() {
        return connection_failure(error);
    }
    if error.is::<std::str::Utf8Error>() || error.is::<std::string::FromUtf8Error>() {
        return MALFORMED;
    }
    ModelError::Interrupted
}

pub(super) fn connection_failure(error: &reqwest::Error) -> ModelError {
    if error.is_connect() {
        ModelError::Failed { status: None }
    } else if error.is_timeout() {
        ModelError::TimedOut
    } else if error.is_builder() {
        ModelError::Rejected { status: None }
    } else {
        ModelError::Interrupted
    }
}

/// The error of a response with an error status.
pub(super) fn refusal(status: u16, headers: &HeaderMap, body: &str) -> ModelError {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let details = ErrorDetails::of(&body);
    match status {
        _ if (401..=403).contains(&status) || details.is_about_credit() => ModelError::Rejected {
            status: Some(status),
        },
        429 | 503 | 529 => ModelError::Overloaded {
            retry_after: retry_after(headers),
        },
        _ => ModelError::Failed {
            status: Some(status),
        },
    }
}

/// The error of an error event within a stream: an unknown one interrupts the reply.
fn event_failure(body: &Value) -> ModelError {
    let details = ErrorDetails::of(body);
    if details.is_about_credit() {
        return ModelError::Rejected { status: None };
    }
    let known = [details.kind, details.code]
        .into_iter()
        .find_map(known_event);
    known.unwrap_or(ModelError::Interrupted)
}

/// The error that a provider names by its `type` or its `code`.
fn known_event(name: &str) -> Option<ModelError> {
    match name {
        "authentication_error" | "permission_error" | "invalid_api_key" => {
            Some(ModelError::Rejected { status: None })
        }
        "overloaded"
        | "overloaded_error"
        | "rate_limit_error"
        | "rate_limit_exceeded"
        | "server_overloaded"
        | "throttlingException"
        | "serviceUnavailableException" => Some(ModelError::Overloaded { retry_after: None }),
        "timeout" | "timeout_error" | "modelTimeoutException" => Some(ModelError::TimedOut),
        _ => None,
    }
}

/// A provider's error body: Anthropic sends `{"error": {"type", "message"}}`, `OpenAI` the same with a `code`.
struct ErrorDetails<'v> {
    kind: &'v str,
    code: &'v str,
    message: &'v str,
}

impl<'v> ErrorDetails<'v> {
    fn of(body: &'v Value) -> Self {
        let error = body.get("error").unwrap_or(body);
        let text = |name| error.get(name).and_then(Value::as_str).unwrap_or_default();
        Self {
            kind: text("type"),
            code: text("code"),
            message: text("message"),
        }
    }

    fn is_about_credit(&self) -> bool {
        self.kind == "billing_error"
            || [self.kind, self.code].contains(&"insufficient_quota")
            // Anthropic has no type for it.
            || self.message.contains("credit balance is too low")
    }
}

/// The wait that the provider requests, in seconds or milliseconds. A date is not read: it would need a clock, and no
/// provider sends one.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |name| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
    let seconds = number("retry-after-ms")
        .map(|ms| ms / 1000.0)
        .or_else(|| number("retry-after"))?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;
    use serde_json::json;

    use super::*;

    fn refused(status: u16, body: &Value) -> ModelError {
        refusal(status, &HeaderMap::new(), &body.to_string())
    }

    #[test]
    fn missing_credit_differs_from_a_bad_request_and_from_too_many_requests() {
        let (invalid, low) = (
            "invalid_request_error",
            "Your credit balance is too low to access the API.",
        );
        let (quota, rate) = ("insufficient_quota", "rate_limit_exceeded");
        for (status, body, error) in [
            (
                400,
                json!({"type": invalid, "message": low}),
                ModelError::Rejected { status: Some(400) },
            ),
            (
                400,
                json!({"type": invalid, "message": "max_tokens"}),
                ModelError::Failed { status: Some(400) },
            ),
            (
                429,
                json!({"type": quota, "code": quota, "message": "…"}),
                ModelError::Rejected { status: Some(429) },
            ),
            (
                429,
                json!({"type": "requests", "code": rate, "message": "…"}),
                ModelError::Overloaded { retry_after: None },
            ),
        ] {
            assert_eq!(
                refused(status, &json!({"type": "error", "error": body})),
                error
            );
        }
    }

    #[test]
    fn an_error_within_a_stream_is_read_from_its_type_and_its_code() {
        let overloaded = ModelError::Overloaded { retry_after: None };
        let rejected = ModelError::Rejected { status: None };
        for (error, expected) in [
            (json!({"type": "overloaded_error"}), overloaded.clone()),
            (
                json!({"type": "server_error", "code": "overloaded"}),
                overloaded.clone(),
            ),
            (
                json!({"type": null, "code": "server_overloaded"}),
                overloaded.clone(),
            ),
            (json!({"code": "rate_limit_exceeded"}), overloaded),
            (
                json!({"type": "x", "code": "invalid_api_key"}),
                rejected.clone(),
            ),
            (json!({"type": "x", "code": "insufficient_quota"}), rejected),
            (json!({"code": "timeout"}), ModelError::TimedOut),
            (
                json!({"type": "server_error", "code": 500}),
                ModelError::Interrupted,
            ),
            (json!({"type": ["overloaded"]}), ModelError::Interrupted),
            (json!("overloaded"), ModelError::Interrupted),
            (json!(null), ModelError::Interrupted),
        ] {
            assert_eq!(event_failure(&json!({"error": error})), expected, "{error}");
        }
    }

    #[test]
    fn every_status_has_its_error_with_any_body() {
        for (status, error) in [
            (401, ModelError::Rejected { status: Some(401) }),
            (402, ModelError::Rejected { status: Some(402) }),
            (403, ModelError::Rejected { status: Some(403) }),
            (404, ModelError::Failed { status: Some(404) }),
            (500, ModelError::Failed { status: Some(500) }),
            (503, ModelError::Overloaded { retry_after: None }),
            (529, ModelError::Overloaded { retry_after: None }),
        ] {
            for body in [Value::Null, json!("text"), json!({"error": 5}), json!([])] {
                assert_eq!(refused(status, &body), error);
            }
        }
    }

    #[test]
    fn retry_after_is_read_in_both_units_and_ignored_when_malformed() {
        let read = |name, value| {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            retry_after(&headers)
        };
        assert_eq!(read("retry-after", "2"), Some(Duration::from_secs(2)));
        assert_eq!(
            read("retry-after-ms", "1500"),
            Some(Duration::from_millis(1500))
        );
        for malformed in ["-1", "soon", "", "NaN", "1e999"] {
            assert_eq!(read("retry-after", malformed), None);
        }
    }
}
