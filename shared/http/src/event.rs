//! Makes a Lambda event safe to convert into an HTTP request.
//!
//! `lambda_http` converts REST v1, HTTP v2 and Function URL events. But it panics on a malformed path, host or base64 body,
//! and fails on a malformed header. A caller could fail the function so. This module repairs or drops such parts first.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{
    HeaderName, HeaderValue,
    header::{COOKIE, HOST},
};
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
            .or_else(|_| serde_json::from_value(with_usable_headers(event.get())?));
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
            let all = &event.multi_value_headers;
            let others = event
                .headers
                .iter()
                .filter(|(name, _)| !all.contains_key(*name));
            event.headers = others
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            event.multi_value_headers.remove(HOST);
            event.headers.remove(HOST);
            is_readable(event.is_base64_encoded, event.body.as_deref())
        }
        LambdaRequest::ApiGatewayV2(event) => {
            event.raw_path = Some(route(event.raw_path.as_deref()));
            event.request_context.stage = None;
            event.request_context.domain_name = None;
            event.headers.remove(HOST);
            // `lambda_http` would drop all cookies for one that no header can hold, and replace the header by them.
            for cookie in event.cookies.take().unwrap_or_default() {
                if let Ok(value) = HeaderValue::from_str(&without_controls(&cookie)) {
                    event.headers.append(COOKIE, value);
                }
            }
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

/// The event without control characters in its headers' values, and without the headers whose names HTTP does not allow.
fn with_usable_headers(event: &str) -> serde_json::Result<Value> {
    let mut event: Value = serde_json::from_str(event)?;
    for map in ["headers", "multiValueHeaders"] {
        if let Some(headers) = event.get_mut(map).and_then(Value::as_object_mut) {
            headers.retain(|name, value| {
                let values = match value {
                    Value::Array(values) => values.as_mut_slice(),
                    value => std::slice::from_mut(value),
                };
                let are_texts = values.iter_mut().all(|value| {
                    let Value::String(text) = value else {
                        return false;
                    };
                    *text = without_controls(text);
                    true
                });
                are_texts && HeaderName::from_bytes(name.as_bytes()).is_ok()
            });
        }
    }
    Ok(event)
}

/// A header's value with a space in the place of each control character. Source: RFC 9110, section 5.5.
fn without_controls(value: &str) -> String {
    value.replace(|c: char| c.is_ascii_control(), " ")
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

    fn cookies(request: &Request) -> Vec<&[u8]> {
        let cookies = request.headers().get_all("cookie").iter();
        cookies.map(HeaderValue::as_bytes).collect()
    }

    fn v1(headers: &Value, all: &Value) -> Request {
        read(json!({
            "path": "/api/user/session", "httpMethod": "GET", "headers": headers, "multiValueHeaders": all,
            "requestContext": {"stage": "prod", "httpMethod": "GET", "identity": {}}, "body": null,
        }))
        .unwrap()
    }

    #[test]
    fn every_value_of_a_repeated_header_is_kept() {
        let request = v1(
            &json!({"Cookie": "b=2"}),
            &json!({"Cookie": ["a=1", "b=2"]}),
        );
        assert_eq!(cookies(&request), [b"a=1", b"b=2"]);
        assert_eq!(request.uri(), "/api/user/session");
        let one = json!({"cookie": "c=3", "accept": "*/*"});
        for (headers, all) in [(&one, &json!(null)), (&one, &json!({"Accept": ["*/*"]}))] {
            let request = v1(headers, all);
            assert_eq!(cookies(&request), [b"c=3"]);
            assert_eq!(request.headers().get_all("accept").iter().count(), 1);
        }
    }

    #[test]
    fn a_header_that_http_does_not_allow_is_repaired_or_dropped_and_the_others_stay() {
        let mut event = v2("/api/books", "");
        event["headers"] = json!({
            "x-bad": "a\u{1}b", "x good": "1", "x-list": ["1", 2], "accept": "*/*", "user-agent": "Zoë",
        });
        let request = read(event).unwrap();
        let headers = request.headers();
        assert_eq!(headers.len(), 3);
        assert_eq!(headers["x-bad"], "a b");
        assert_eq!(headers["user-agent"].as_bytes(), "Zoë".as_bytes());
    }

    #[test]
    fn a_cookie_that_no_header_can_hold_leaves_the_other_cookies() {
        for bad in ["name=Zoë", "name=\u{0}\n\u{7f}", "", "=", "\u{1F980}"] {
            let mut event = v2("/api/books", "");
            event["cookies"] = json!([bad, "verse_user_id=x"]);
            let request = read(event).unwrap();
            assert_eq!(cookies(&request)[1], b"verse_user_id=x", "{bad}");

            let header = json!(format!("{bad}; verse_user_id=x"));
            for request in [
                v1(&json!({"Cookie": header}), &json!({"Cookie": [header]})),
                v1(&json!({"Cookie": header}), &json!(null)),
            ] {
                let [cookie] = cookies(&request)[..] else {
                    panic!("one header");
                };
                assert!(cookie.ends_with(b"; verse_user_id=x"), "{bad}");
            }
        }
        // The local emulator sends the header, and a list without the pairs when one is not ASCII.
        let mut event = v2("/api/books", "");
        event["headers"] = json!({"cookie": "name=Zoë; verse_user_id=x"});
        event["cookies"] = json!([""]);
        let request = read(event).unwrap();
        assert_eq!(cookies(&request)[0], "name=Zoë; verse_user_id=x".as_bytes());
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
