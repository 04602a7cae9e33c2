//! A request as a browser makes it, before API Gateway turns it into an event.

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;

use crate::event_format::EventFormat;

/// What `encodeURIComponent` leaves alone.
const PLAIN: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Where the recorded events come from.
const RECORDED_ADDRESS: &str = "203.0.113.7";

/// A request: `Event::get("/api/passage").query("book", "John").as_http_v2()`.
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
    /// A request by any method, also one that HTTP does not know. What follows a `?` in the path
    /// is the query string, sent as it stands.
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

    /// Adds a query parameter, encoded as browsers do.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "numbers and texts are written as they are"
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

    /// Puts `query` in the place of the query string, as it stands.
    #[must_use]
    pub fn raw_query(mut self, query: &str) -> Self {
        query.clone_into(&mut self.raw_query);
        self
    }

    /// Adds a header; the same name again adds a value.
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

    /// Where the request comes from, as API Gateway saw it; 203.0.113.7 unless told.
    #[must_use]
    pub fn from_address(mut self, address: &str) -> Self {
        address.clone_into(&mut self.source_ip);
        self
    }

    /// The body, as JSON and declared so.
    #[must_use]
    pub fn json(self, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("a test's value is JSON");
        self.header("content-type", "application/json").body(body)
    }

    /// The body as it stands, undeclared. What is not UTF-8 is sent in Base64.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// A last change to the event itself, for what no browser and no gateway would send.
    #[must_use]
    pub fn malformed(mut self, change: fn(&mut Value)) -> Self {
        self.changes.push(change);
        self
    }

    /// Method, path and query, for a person to read.
    #[must_use]
    pub fn line(&self) -> String {
        let mark = if self.raw_query.is_empty() { "" } else { "?" };
        format!("{} {}{mark}{}", self.method, self.path, self.raw_query)
    }

    /// As an API Gateway REST API sends it, by its own address and stage.
    #[must_use]
    pub fn as_rest_v1(&self) -> Value {
        self.in_format(EventFormat::RestV1)
    }

    /// As an API Gateway HTTP API with the `$default` stage sends it.
    #[must_use]
    pub fn as_http_v2(&self) -> Value {
        self.in_format(EventFormat::HttpV2)
    }

    /// As a Function URL sends it.
    #[must_use]
    pub fn as_function_url(&self) -> Value {
        self.in_format(EventFormat::FunctionUrl)
    }

    /// As it arrives in this event_format.
    #[must_use]
    pub fn in_format(&self, event_format: EventFormat) -> Value {
        let mut event = event_format.to_event(self);
        for change in &self.changes {
            change(&mut event);
        }
        event
    }

    /// The event by which EventBridge calls a scheduled function.
    #[must_use]
    pub fn scheduled() -> Value {
        crate::event_format::recorded(include_str!("../events/scheduled.json"))
    }
}
