//! The extractors of validated input.

use axum::extract::{FromRequest, FromRequestParts, Request};
use bytes::Bytes;
use http::{HeaderMap, header::CONTENT_TYPE, request::Parts};
use serde_json::Value;

use crate::{Fields, FromFields, Problem, query_string};

/// The longest body that is read: 6 MB, which is also the most that Lambda hands over.
const BODY_LIMIT: usize = 6 * 1024 * 1024;

/// A validated query string. Refuses with `400` what cannot be decoded, with `422` what has a fault.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

/// A validated JSON body. Refuses with `415`, `413`, `400` (not JSON) or `422` (a fault).
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: FromFields, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let parameters = query_string::parse(parts.uri.query().unwrap_or_default())?;
        read(Fields::of_query(parameters)).map(Self)
    }
}

/// A body declared as JSON that its handler reads by itself. Refuses with `415` and `413`.
#[derive(Clone, Debug)]
pub struct JsonText(pub Bytes);

impl<T: FromFields, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let JsonText(body) = JsonText::from_request(request, state).await?;
        match serde_json::from_slice(&body) {
            Ok(Value::Object(values)) => read(Fields::of_object(values)).map(Self),
            Ok(_) => Err(Problem::bad_request("The body must be a JSON object.")),
            Err(error) => Err(JsonText::not_well_formed(&error)),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for JsonText {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::unsupported_media_type());
        }
        read_body(request).await.map(Self)
    }
}

impl JsonText {
    /// `400`: where the text is no JSON.
    #[must_use]
    pub fn not_well_formed(error: &serde_json::Error) -> Problem {
        Problem::bad_request(format!(
            "The body is not well-formed JSON (line {}, column {}).",
            error.line(),
            error.column()
        ))
    }
}

fn read<T: FromFields>(mut fields: Fields) -> Result<T, Problem> {
    let value = T::from_fields(&mut fields);
    let faults = fields.into_faults();
    value
        .filter(|_| faults.is_empty())
        .ok_or_else(|| Problem::invalid(faults))
}

async fn read_body(request: Request) -> Result<Bytes, Problem> {
    axum::body::to_bytes(request.into_body(), BODY_LIMIT)
        .await
        .map_err(|_| Problem::too_large())
}

fn is_json(headers: &HeaderMap) -> bool {
    let declared = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let essence = declared
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
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
        assert_eq!(
            send(json, r#"{"message":"hi","more":1}"#).await,
            Ok("hi".to_owned())
        );
        assert_eq!(
            send("application/ld+json", r#"{"message":"hi"}"#).await,
            Ok("hi".to_owned())
        );
        assert_eq!(send("text/plain", r#"{"message":"hi"}"#).await, Err(415));
        assert_eq!(send(json, r#"{"message":"#).await, Err(400));
        assert_eq!(send(json, r#"{"message":"\ud800"}"#).await, Err(400));
        assert_eq!(send(json, &b"{\"message\":\"\xff\"}"[..]).await, Err(400));
        assert_eq!(send(json, "[".repeat(100_000)).await, Err(400));
        assert_eq!(send(json, "[1]").await, Err(400));
        assert_eq!(send(json, "").await, Err(400));
        assert_eq!(send(json, "{}").await, Err(422));
        assert_eq!(send(json, r#"{"message":7}"#).await, Err(422));
        assert_eq!(send(json, vec![b' '; BODY_LIMIT + 1]).await, Err(413));
    }
}
