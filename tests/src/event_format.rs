//! The kinds of Lambda event that an HTTP request can become.
//!
//! `tests/events/` holds one recorded event of each kind, after AWS's documentation: "Set up Lambda
//! proxy integrations in API Gateway", "Create AWS Lambda proxy integrations for HTTP APIs" and
//! "Invoking Lambda function URLs". A request replaces only those members that depend on the request.

#![expect(
    clippy::indexing_slicing,
    reason = "serde_json reads a missing member as null and creates it on a write"
)]

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::event::Event;

/// A kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventFormat {
    /// REST API at its own address: the stage is in `requestContext.path`, not in `path`.
    RestV1,
    /// REST API behind a custom domain that maps the root to the stage: neither path has it.
    RestV1CustomDomain,
    /// REST API behind a custom domain with the base path `/verse`: both paths have it.
    RestV1BasePath,
    /// HTTP API with the `$default` stage.
    HttpV2,
    /// HTTP API with a named stage, which starts `rawPath`.
    HttpV2Stage,
    /// Function URL, without API Gateway.
    FunctionUrl,
}

impl EventFormat {
    /// All formats.
    pub const ALL: [Self; 6] = [
        Self::RestV1,
        Self::RestV1CustomDomain,
        Self::RestV1BasePath,
        Self::HttpV2,
        Self::HttpV2Stage,
        Self::FunctionUrl,
    ];

    /// Whether the event and the response have format 1.0.
    pub(crate) fn is_v1(self) -> bool {
        matches!(
            self,
            Self::RestV1 | Self::RestV1CustomDomain | Self::RestV1BasePath
        )
    }

    fn record(self) -> &'static str {
        match self {
            Self::RestV1 => include_str!("../events/rest-v1.json"),
            Self::RestV1CustomDomain => include_str!("../events/rest-v1-custom-domain.json"),
            Self::RestV1BasePath => include_str!("../events/rest-v1-base-path.json"),
            Self::HttpV2 => include_str!("../events/http-v2.json"),
            Self::HttpV2Stage => include_str!("../events/http-v2-stage.json"),
            Self::FunctionUrl => include_str!("../events/function-url.json"),
        }
    }

    pub(crate) fn to_event(self, request: &Event) -> Value {
        let mut event = recorded(self.record());
        if self.is_v1() {
            self.to_v1(&mut event, request);
        } else {
            self.to_v2(&mut event, request);
        }
        if let Some(body) = &request.body {
            let (text, encoded) = match std::str::from_utf8(body) {
                Ok(text) => (text.to_owned(), false),
                Err(_) => (BASE64.encode(body), true),
            };
            event["body"] = text.into();
            event["isBase64Encoded"] = encoded.into();
        }
        event
    }

    fn to_v1(self, event: &mut Value, request: &Event) {
        let path = &request.path;
        event["httpMethod"] = request.method.as_str().into();
        event["path"] = match self {
            Self::RestV1BasePath => format!("/verse{path}").into(),
            _ => path.as_str().into(),
        };
        event["pathParameters"] = path_parameters(path);
        let context = &mut event["requestContext"];
        context["httpMethod"] = request.method.as_str().into();
        context["path"] = match self {
            Self::RestV1 => format!("/prod{path}").into(),
            Self::RestV1BasePath => format!("/verse{path}").into(),
            _ => path.as_str().into(),
        };
        context["identity"]["sourceIp"] = request.source_ip.as_str().into();
        let mut headers = sent_headers(event, request, "X-Forwarded-For");
        if !request.cookies.is_empty() {
            headers.push(("Cookie".to_owned(), request.cookies.join("; ")));
        }
        for (name, value) in &headers {
            // Names that differ only in letter case are one header, under its recorded name.
            let name = known_name(&event["multiValueHeaders"], name);
            event["headers"][&name] = value.as_str().into();
            append(&mut event["multiValueHeaders"], &name, value);
        }
        if let Some(agent) = last(&headers, "user-agent") {
            event["requestContext"]["identity"]["userAgent"] = agent.into();
        }
        let query = decoded_query(&request.raw_query);
        if !query.is_empty() {
            event["queryStringParameters"] = json!({});
            event["multiValueQueryStringParameters"] = json!({});
            for (name, value) in query {
                append(&mut event["multiValueQueryStringParameters"], &name, &value);
                event["queryStringParameters"][name] = value.into();
            }
        }
    }

    fn to_v2(self, event: &mut Value, request: &Event) {
        let path = match self {
            Self::HttpV2Stage => format!("/prod{}", request.path),
            _ => request.path.clone(),
        };
        event["rawPath"] = path.as_str().into();
        event["rawQueryString"] = request.raw_query.as_str().into();
        if self == Self::HttpV2Stage {
            event["pathParameters"] = path_parameters(&request.path);
        }
        let context = &mut event["requestContext"]["http"];
        context["method"] = request.method.as_str().into();
        context["path"] = path.into();
        context["sourceIp"] = request.source_ip.as_str().into();
        let mut cookies = request.cookies.clone();
        let headers = sent_headers(event, request, "x-forwarded-for");
        for (name, value) in &headers {
            let name = name.to_lowercase();
            if name == "cookie" {
                cookies.extend(value.split("; ").map(str::to_owned));
                continue;
            }
            let same = headers.iter();
            let same = same.filter(|(other, _)| other.eq_ignore_ascii_case(&name));
            let values: Vec<_> = same.map(|(_, value)| value.as_str()).collect();
            event["headers"][name] = values.join(",").into();
        }
        if let Some(agent) = last(&headers, "user-agent") {
            event["requestContext"]["http"]["userAgent"] = agent.into();
        }
        if let Some(body) = &request.body {
            event["headers"]["content-length"] = body.len().to_string().into();
        }
        if !cookies.is_empty() {
            event["cookies"] = cookies.into();
        }
        let query = decoded_query(&request.raw_query);
        if !query.is_empty() {
            event["queryStringParameters"] = json!({});
            for (name, value) in query {
                let value = match event["queryStringParameters"][&name].as_str() {
                    Some(before) => format!("{before},{value}"),
                    None => value,
                };
                event["queryStringParameters"][name] = value.into();
            }
        }
    }
}

/// Parses a recorded event.
pub(crate) fn recorded(record: &str) -> Value {
    serde_json::from_str(record).expect("a recorded event is JSON")
}

/// The request's headers, and the IP address that API Gateway appends to the client's `X-Forwarded-For`. Removes the
/// recorded headers that they replace.
fn sent_headers(event: &mut Value, request: &Event, forwarded_for: &str) -> Vec<(String, String)> {
    let mut headers = request.headers.clone();
    let address = &request.source_ip;
    let chain = match last(&headers, forwarded_for) {
        Some(sent) => format!("{sent}, {address}"),
        None => address.clone(),
    };
    headers.retain(|(name, _)| !name.eq_ignore_ascii_case(forwarded_for));
    headers.push((forwarded_for.to_owned(), chain));
    for list in ["headers", "multiValueHeaders"] {
        if let Some(recorded) = event[list].as_object_mut() {
            let replaced = |name: &str| headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
            recorded.retain(|name, _| !replaced(name));
        }
    }
    headers
}

fn known_name(headers: &Value, name: &str) -> String {
    let mut known = headers.as_object().into_iter().flat_map(Map::keys);
    let known = known.find(|known| known.eq_ignore_ascii_case(name));
    known.map_or(name, String::as_str).to_owned()
}

fn last<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut reversed = headers.iter().rev();
    let header = reversed.find(|(known, _)| known.eq_ignore_ascii_case(name));
    header.map(|(_, value)| value.as_str())
}

fn append(lists: &mut Value, name: &str, value: &str) {
    match &mut lists[name] {
        Value::Array(values) => values.push(value.into()),
        list => *list = json!([value]),
    }
}

/// The match of `{proxy+}` in the resource `/api/{proxy+}`.
fn path_parameters(path: &str) -> Value {
    match path.strip_prefix("/api/") {
        Some(rest) => json!({ "proxy": rest }),
        None => Value::Object(Map::new()),
    }
}

/// The parameters of a query string, as API Gateway decodes them. Malformed escapes stay.
fn decoded_query(raw: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    raw.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use EventFormat::{
        FunctionUrl, HttpV2, HttpV2Stage, RestV1, RestV1BasePath, RestV1CustomDomain,
    };

    use super::*;

    fn request() -> Event {
        Event::post("/api/user/link/accept")
            .query("q", "jn 3:16 & ps 23")
            .query("q", "é")
            .header("X-Twice", "1")
            .header("x-twice", "2")
            .header("user-agent", "verse-tests")
            .cookie("verse_user_id", "abc")
            .cookie("theme", "dark")
            .from_address("198.51.100.4")
            .json(&json!({"code": "7KQM-3XWP-9RTA"}))
    }

    #[test]
    fn rest_v1_has_decoded_lists_and_the_stage_in_its_context_only() {
        let event = request().in_format(RestV1);
        let query = json!(["jn 3:16 & ps 23", "é"]);
        for (pointer, expected) in [
            ("/path", json!("/api/user/link/accept")),
            ("/requestContext/path", json!("/prod/api/user/link/accept")),
            ("/requestContext/stage", json!("prod")),
            ("/pathParameters/proxy", json!("user/link/accept")),
            ("/httpMethod", json!("POST")),
            ("/multiValueQueryStringParameters/q", query),
            ("/queryStringParameters/q", json!("é")),
            ("/multiValueHeaders/X-Twice", json!(["1", "2"])),
            ("/headers/X-Twice", json!("2")),
            ("/headers/Cookie", json!("verse_user_id=abc; theme=dark")),
            ("/multiValueHeaders/user-agent", json!(["verse-tests"])),
            ("/requestContext/identity/userAgent", json!("verse-tests")),
            ("/requestContext/identity/sourceIp", json!("198.51.100.4")),
            ("/headers/X-Forwarded-For", json!("198.51.100.4")),
            ("/body", json!(r#"{"code":"7KQM-3XWP-9RTA"}"#)),
            ("/isBase64Encoded", json!(false)),
        ] {
            assert_eq!(event.pointer(pointer), Some(&expected), "{pointer}");
        }
        let duplicate = event["headers"].get("User-Agent");
        assert!(duplicate.is_none(), "a header has one entry");
    }

    #[test]
    fn rest_v1_without_a_query_has_null() {
        let event = Event::get("/api/health").in_format(RestV1);
        assert_eq!(event["queryStringParameters"], Value::Null);
        assert_eq!(event["multiValueQueryStringParameters"], Value::Null);
        assert_eq!(event["body"], Value::Null);
    }

    #[test]
    fn http_v2_and_function_url_have_the_raw_query_and_a_list_of_cookies() {
        for format in [HttpV2, HttpV2Stage, FunctionUrl] {
            let event = request().in_format(format);
            let raw_query = "q=jn%203%3A16%20%26%20ps%2023&q=%C3%A9";
            assert_eq!(event["rawQueryString"], raw_query);
            assert_eq!(event["queryStringParameters"]["q"], "jn 3:16 & ps 23,é");
            assert_eq!(event["cookies"], json!(["verse_user_id=abc", "theme=dark"]));
            assert!(event["headers"].get("cookie").is_none());
            assert_eq!(event["headers"]["x-twice"], "1,2");
            assert_eq!(event["requestContext"]["http"]["method"], "POST");
            assert_eq!(event["requestContext"]["http"]["sourceIp"], "198.51.100.4");
        }
    }

    #[test]
    fn a_stage_and_a_base_path_are_where_aws_puts_them() {
        for (format, path, context_path) in [
            (RestV1, "/api/passage", "/prod/api/passage"),
            (RestV1CustomDomain, "/api/passage", "/api/passage"),
            (RestV1BasePath, "/verse/api/passage", "/verse/api/passage"),
            (HttpV2, "/api/passage", "/api/passage"),
            (HttpV2Stage, "/prod/api/passage", "/prod/api/passage"),
            (FunctionUrl, "/api/passage", "/api/passage"),
        ] {
            let event = Event::get("/api/passage").in_format(format);
            let paths = if format.is_v1() {
                (&event["path"], &event["requestContext"]["path"])
            } else {
                (&event["rawPath"], &event["requestContext"]["http"]["path"])
            };
            assert_eq!(paths, (&json!(path), &json!(context_path)), "{format:?}");
        }
    }

    #[test]
    fn a_body_that_is_not_text_is_sent_in_base64() {
        let request = Event::post("/api/user/import").body(&b"\xff\x00"[..]);
        let event = request.in_format(RestV1);
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!("/wA="), &json!(true))
        );
    }

    #[test]
    fn the_address_is_appended_to_the_clients_x_forwarded_for() {
        let request = Event::get("/")
            .header("X-Forwarded-For", "1.2.3.4")
            .from_address("5.6.7.8");
        for (format, name) in [(RestV1, "X-Forwarded-For"), (HttpV2, "x-forwarded-for")] {
            let event = request.in_format(format);
            assert_eq!(event["headers"][name], "1.2.3.4, 5.6.7.8");
        }
    }
}
