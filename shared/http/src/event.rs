//! Makes a Lambda event safe to convert into an HTTP request.
//!
//! `lambda_http` converts REST v1, HTTP v2 and Function URL events. But it panics on a malformed path, host or base64 body,
//! and fails on a malformed header. A caller could fail the function so. This module repairs or drops such parts first.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, header::HOST};
use lambda_http::request::LambdaRequest;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, value::RawValue};

use crate::path::normalise;

/// The event of an invocation.
#[derive(Debug)]
pub(crate) enum Event {
    /// A request that `lambda_http` can convert.
    Http(Box<LambdaRequest>),
    /// Not an HTTP request, or one that cannot be converted.
    Unreadable,
}

/// The characters that are encoded in a path.
const PATH: &AsciiSet = &and_controls(b"\"#<>?`{}\\^|[]");
/// The characters that are encoded in a query string.
const QUERY: &AsciiSet = &and_controls(b"\"#<>\\^`{|}");

/// The control characters, the space, and `characters`.
const fn and_controls(mut characters: &[u8]) -> AsciiSet {
    let mut set = CONTROLS.add(b' ');
    while let [first, rest @ ..] = characters {
        set = set.add(*first);
        characters = rest;
    }
    set
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let event = Box::<RawValue>::deserialize(deserializer)?;
        let request = serde_json::from_str(event.get())
            .or_else(|_| serde_json::from_value(without_unusable_headers(event.get())?));
        Ok(request
            .ok()
            .and_then(repair)
            .map_or(Self::Unreadable, |r| Self::Http(Box::new(r))))
    }
}

/// Repairs a request so that its conversion cannot fail. `None` when the body is declared as base64 and is not.
fn repair(mut request: LambdaRequest) -> Option<LambdaRequest> {
    match &mut request {
        LambdaRequest::ApiGatewayV1(event) => {
            event.path = Some(route(event.path.as_deref()));
            // The stage is part of neither the route nor, on a custom domain, the path.
            event.request_context.stage = None;
            event.request_context.domain_name = None;
            // `headers` holds the last value of each header. `lambda_http` would replace all values by it.
            if !event.multi_value_headers.is_empty() {
                event.headers = HeaderMap::new();
            }
            event.multi_value_headers.remove(HOST);
            event.headers.remove(HOST);
            is_readable(event.is_base64_encoded, event.body.as_deref())
        }
        LambdaRequest::ApiGatewayV2(event) => {
            event.raw_path = Some(route(event.raw_path.as_deref()));
            event.request_context.stage = None;
            event.request_context.domain_name = None;
            event.headers.remove(HOST);
            if let Some(query) = &mut event.raw_query_string {
                *query = utf8_percent_encode(query, QUERY).to_string();
            }
            is_readable(event.is_base64_encoded, event.body.as_deref())
        }
        _ => false,
    }
    .then_some(request)
}

fn route(path: Option<&str>) -> String {
    let path = utf8_percent_encode(normalise(path.unwrap_or("/")), PATH).to_string();
    if path.starts_with('/') {
        path
    } else {
        format!("/{path}")
    }
}

fn is_readable(is_base64: bool, body: Option<&str>) -> bool {
    !is_base64 || body.is_none_or(|body| STANDARD.decode(body).is_ok())
}

/// The event without the headers that HTTP does not allow.
fn without_unusable_headers(event: &str) -> serde_json::Result<Value> {
    let mut event: Value = serde_json::from_str(event)?;
    for map in ["headers", "multiValueHeaders"] {
        if let Some(headers) = event.get_mut(map).and_then(Value::as_object_mut) {
            headers.retain(|name, value| {
                let values = match value {
                    Value::Array(values) => values.as_slice(),
                    value => std::slice::from_ref(value),
                };
                HeaderName::from_bytes(name.as_bytes()).is_ok()
                    && values.iter().all(is_header_value)
            });
        }
    }
    Ok(event)
}

fn is_header_value(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|value| HeaderValue::from_str(value).is_ok())
}

#[cfg(test)]
mod tests {
    use lambda_http::Request;
    use serde_json::json;

    use super::*;

    fn read(event: Value) -> Option<Request> {
        match serde_json::from_value(event).unwrap() {
            Event::Http(request) => Some((*request).into()),
            Event::Unreadable => None,
        }
    }

    fn v2(path: &str, query: &str) -> Value {
        json!({
            "version": "2.0", "rawPath": path, "rawQueryString": query, "headers": {"host": "a b"},
            "requestContext": {"http": {"method": "GET", "path": path}, "stage": "dev"},
            "isBase64Encoded": false,
        })
    }

    #[test]
    fn hostile_paths_queries_and_hosts_become_requests() {
        for (path, query) in [
            ("/dev/api/books", "q=a b"),
            ("/api/é/\u{0}\"<>", "q=é&x=\u{7f}"),
            ("", "%ZZ&&&=="),
            ("api books", "#?"),
            ("//evil.example/api/books", ""),
        ] {
            let request = read(v2(path, query)).unwrap();
            assert!(
                request.uri().path().starts_with('/'),
                "{path}: {}",
                request.uri()
            );
        }
        assert_eq!(
            read(v2("/dev/api/books", "a=1")).unwrap().uri(),
            "/api/books?a=1"
        );
    }

    #[test]
    fn every_value_of_a_repeated_header_is_kept() {
        let request = read(json!({
            "path": "/api/user/session", "httpMethod": "GET",
            "headers": {"Cookie": "b=2"}, "multiValueHeaders": {"Cookie": ["a=1", "b=2"]},
            "requestContext": {"stage": "prod", "httpMethod": "GET", "identity": {}}, "body": null,
        }))
        .unwrap();
        let cookies: Vec<_> = request.headers().get_all("cookie").iter().collect();
        assert_eq!(cookies, ["a=1", "b=2"]);
        assert_eq!(request.uri(), "/api/user/session");
    }

    #[test]
    fn a_header_that_http_does_not_allow_is_dropped_and_the_others_stay() {
        let mut event = v2("/api/books", "");
        event["headers"] = json!({"x-bad": "a\u{1}b", "x good": "1", "accept": "*/*"});
        let request = read(event).unwrap();
        assert_eq!(request.headers().len(), 1);
    }

    #[test]
    fn other_events_are_unreadable() {
        assert!(read(json!({"source": "aws.events", "detail-type": "Scheduled Event"})).is_none());
        assert!(read(json!(null)).is_none());
        let mut event = v2("/api/books", "");
        event["isBase64Encoded"] = json!(true);
        event["body"] = json!("not base64!");
        assert!(read(event).is_none());
    }
}
