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

/// An HTTP request: `Event::get("/api/passage").query("book", "John").in_format(EventFormat::HttpV2)`.
#[derive(Clone, Debug)]
#[must_use]
pub struct Event {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) raw_query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) cookies: Vec<String>,
    pub(crate) source_ip: String,
    pub(crate) body: Option<Bytes>,
}

impl Event {
    /// A request with any method, even an unknown one. The path may have a query string, which is sent unchanged.
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
        }
    }

    /// A GET request.
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// A POST request.
    pub fn post(path: &str) -> Self {
        Self::new("POST", path)
    }

    /// A DELETE request.
    pub fn delete(path: &str) -> Self {
        Self::new("DELETE", path)
    }

    /// An OPTIONS request.
    pub fn options(path: &str) -> Self {
        Self::new("OPTIONS", path)
    }

    /// Adds a query parameter, escaped as browsers do.
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
    pub fn raw_query(mut self, query: &str) -> Self {
        query.clone_into(&mut self.raw_query);
        self
    }

    /// Adds a header, or a value to a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a cookie.
    pub fn cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.push(format!("{name}={value}"));
        self
    }

    /// The IP address of the client; 203.0.113.7 by default.
    pub fn from_address(mut self, address: &str) -> Self {
        address.clone_into(&mut self.source_ip);
        self
    }

    /// Sets a JSON body and its content type.
    pub fn json(self, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("a value that is JSON");
        self.header("content-type", "application/json").body(body)
    }

    /// Sets a body without a content type. It is sent in Base64 unless it is UTF-8.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Method, path and query string, for messages.
    #[must_use]
    pub fn line(&self) -> String {
        let mark = if self.raw_query.is_empty() { "" } else { "?" };
        format!("{} {}{mark}{}", self.method, self.path, self.raw_query)
    }

    /// The Lambda event in this format.
    #[must_use]
    pub fn in_format(&self, format: EventFormat) -> Value {
        format.to_event(self)
    }

    /// The event of an EventBridge schedule.
    #[must_use]
    pub fn scheduled() -> Value {
        crate::event_format::recorded(include_str!("../events/scheduled.json"))
    }
}
