//! An HTTP request, and the Lambda events that it becomes.

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;

use crate::event_format::EventFormat;

/// The characters that `encodeURIComponent` does not escape.
const PLAIN: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The IP address in the recorded events.
const RECORDED_ADDRESS: &str = "203.0.113.7";

/// An HTTP request: `Event::get("/api/passage").query("book", "John").as_http_v2()`.
#[derive(Clone, Debug)]
pub struct Event {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) raw_query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) cookies: Vec<String>,
    pub(crate) source_ip: String,
    pub(crate) body: Option<Bytes>,
    changes: Vec<fn(&mut Value)>,
}

impl Event {
    /// A request with any method, even an unknown one. The path may have a query string, which is sent unchanged.
    #[must_use]
    pub fn new(method: &str, path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            raw_query: query.to_owned(),
            headers: Vec::new(),
            cookies: Vec::new(),
            source_ip: RECORDED_ADDRESS.to_owned(),
            body: None,
            changes: Vec::new(),
        }
    }

    /// A GET request.
    #[must_use]
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// A POST request.
    #[must_use]
    pub fn post(path: &str) -> Self {
        Self::new("POST", path)
    }

    /// A DELETE request.
    #[must_use]
    pub fn delete(path: &str) -> Self {
        Self::new("DELETE", path)
    }

    /// An OPTIONS request.
    #[must_use]
    pub fn options(path: &str) -> Self {
        Self::new("OPTIONS", path)
    }

    /// Adds a query parameter, escaped as browsers do.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers pass numbers and texts"
    )]
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        if !self.raw_query.is_empty() {
            self.raw_query.push('&');
        }
        self.raw_query.extend(utf8_percent_encode(name, &PLAIN));
        self.raw_query.push('=');
        self.raw_query
            .extend(utf8_percent_encode(&value.to_string(), &PLAIN));
        self
    }

    /// Replaces the query string, unescaped.
    #[must_use]
    pub fn raw_query(mut self, query: &str) -> Self {
        query.clone_into(&mut self.raw_query);
        self
    }

    /// Adds a header, or a value to a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a cookie.
    #[must_use]
    pub fn cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.push(format!("{name}={value}"));
        self
    }

    /// The IP address of the client; 203.0.113.7 by default.
    #[must_use]
    pub fn from_address(mut self, address: &str) -> Self {
        address.clone_into(&mut self.source_ip);
        self
    }

    /// Sets a JSON body and its content type.
    #[must_use]
    pub fn json(self, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("a value that is JSON");
        self.header("content-type", "application/json").body(body)
    }

    /// Sets a body without a content type. It is sent in Base64 unless it is UTF-8.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Changes the event itself, to one that no gateway sends.
    #[must_use]
    pub fn malformed(mut self, change: fn(&mut Value)) -> Self {
        self.changes.push(change);
        self
    }

    /// Method, path and query string, for messages.
    #[must_use]
    pub fn line(&self) -> String {
        let mark = if self.raw_query.is_empty() { "" } else { "?" };
        format!("{} {}{mark}{}", self.method, self.path, self.raw_query)
    }

    /// The event of a REST API at its own address and stage.
    #[must_use]
    pub fn as_rest_v1(&self) -> Value {
        self.in_format(EventFormat::RestV1)
    }

    /// The event of an HTTP API with the `$default` stage.
    #[must_use]
    pub fn as_http_v2(&self) -> Value {
        self.in_format(EventFormat::HttpV2)
    }

    /// The event of a Function URL.
    #[must_use]
    pub fn as_function_url(&self) -> Value {
        self.in_format(EventFormat::FunctionUrl)
    }

    /// The event in this format.
    #[must_use]
    pub fn in_format(&self, format: EventFormat) -> Value {
        let mut event = format.to_event(self);
        for change in &self.changes {
            change(&mut event);
        }
        event
    }

    /// The event of an EventBridge schedule.
    #[must_use]
    pub fn scheduled() -> Value {
        crate::event_format::recorded(include_str!("../events/scheduled.json"))
    }
}
