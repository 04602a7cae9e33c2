//! The extractors of validated input.

use axum::extract::{FromRequest, FromRequestParts, Request};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_TYPE, request::Parts};
use serde_json::Value;

use crate::{FieldError, Fields, FromFields, Problem, query_string};

/// 6 MB, the most that Lambda passes on.
const BODY_LIMIT: usize = 6 * 1024 * 1024;

/// A validated query string. Answers `400` when it cannot be decoded and `422` when a parameter is invalid.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

/// A validated JSON body. Answers `415`, `413`, `400` (not JSON) or `422` (an invalid field).
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: FromFields, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let parameters = query_string::parse(parts.uri.query().unwrap_or_default())?;
        read(Fields::of_query(parameters)).map(Self)
    }
}

/// A body declared as JSON, which its handler reads. Answers `415` or `413`.
#[derive(Clone, Debug)]
pub struct JsonText(pub Bytes);

impl<T: FromFields, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let JsonText(body) = JsonText::from_request(request, state).await?;
        match serde_json::from_slice(&body) {
            Ok(Value::Object(values)) => read(Fields::of_object(values)).map(Self),
            Ok(_) => Err(JsonText::not_an_object()),
            Err(error) => Err(JsonText::not_well_formed(&error)),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for JsonText {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let detail = "The body must be declared as Content-Type: application/json.";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        let body = axum::body::to_bytes(request.into_body(), BODY_LIMIT).await;
        let detail = "The body must be 6 MB or smaller.";
        body.map(Self)
            .map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail))
    }
}

impl JsonText {
    /// `422`: JSON of another kind.
    pub fn not_an_object() -> Problem {
        invalid_body("must be an object")
    }

    /// `400`: the place where the text is not JSON. `422` for JSON with a number beyond every type, such as `1e400`.
    pub fn not_well_formed(error: &serde_json::Error) -> Problem {
        if error.to_string().starts_with("number out of range") {
            return invalid_body("must not have a number so large");
        }
        Problem::bad_request(format!(
            "The body is not well-formed JSON (line {}, column {}).",
            error.line(),
            error.column()
        ))
    }
}

fn invalid_body(detail: &str) -> Problem {
    Problem::invalid(vec![FieldError {
        pointer: String::new(),
        detail: detail.to_owned(),
    }])
}

fn read<T: FromFields>(mut fields: Fields) -> Result<T, Problem> {
    let value = T::from_fields(&mut fields);
    let errors = fields.into_errors();
    value
        .filter(|_| errors.is_empty())
        .ok_or_else(|| Problem::invalid(errors))
}

fn is_json(headers: &HeaderMap) -> bool {
    let declared = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let mut parts = declared.unwrap_or_default().split(|byte| *byte == b';');
    let essence = parts
        .next()
        .unwrap_or_default()
        .trim_ascii()
        .to_ascii_lowercase();
    essence == b"application/json"
        || (essence.starts_with(b"application/") && essence.ends_with(b"+json"))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[derive(Debug)]
    struct Message(String);

    impl FromFields for Message {
        fn from_fields(fields: &mut Fields) -> Option<Self> {
            fields.text("message", 1..=10).map(Self)
        }
    }

    async fn send(kind: &str, body: impl Into<Body>) -> Result<String, u16> {
        let request = Request::builder()
            .header(CONTENT_TYPE, kind)
            .body(body.into())
            .unwrap();
        let read = Json::<Message>::from_request(request, &()).await;
        read.map(|Json(Message(text))| text)
            .map_err(|problem| problem.status().as_u16())
    }

    #[tokio::test]
    async fn each_kind_of_bad_body_has_its_status() {
        let json = "application/json; charset=utf-8";
        for kind in [json, "application/ld+json", "APPLICATION/JSON ; x=\"Zoë\""] {
            let read = send(kind, r#"{"message":"hi","more":1}"#).await;
            assert_eq!(read, Ok("hi".to_owned()));
        }
        assert_eq!(send("text/plain", r#"{"message":"hi"}"#).await, Err(415));
        for (body, status) in [
            (&br#"{"message":"#[..], 400),
            (br#"{"message":"\ud800"}"#, 400),
            (b"{\"message\":\"\xff\"}", 400),
            ("[".repeat(100_000).as_bytes(), 400),
            (b"[1", 400),
            (b"", 400),
            (b"[1]", 422),
            (b"\"message\"", 422),
            (b"7", 422),
            (b"null", 422),
            (br#"{"message":"hi","id":1e400}"#, 422),
            (b"{}", 422),
            (br#"{"message":7}"#, 422),
            (&vec![b' '; BODY_LIMIT + 1], 413),
        ] {
            assert_eq!(send(json, body.to_vec()).await, Err(status));
        }
    }
}
