//! The HTTP response that a browser receives, and assertions on it.

#![expect(
    clippy::return_self_not_must_use,
    reason = "most callers need only the assertion"
)]

use std::{fmt::Display, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    cookies::{self, Cookie},
    invocation_response::Mode,
    log::Log,
};

/// A whole response.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers, `Set-Cookie` among them.
    pub headers: HeaderMap,
    /// The body, decoded if it was Base64.
    pub body: Bytes,
    /// How the function sent it.
    pub mode: Mode,
    /// From the event to the last byte of the response.
    pub duration: Duration,
    pub(crate) request: String,
    pub(crate) log: Log,
}

impl Response {
    /// Fails the test if the status differs, with the body and the function's log.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        if self.status.as_u16() != status {
            self.fail(format!("expected {status}"));
        }
        self
    }

    /// Fails the test if the header differs or is absent.
    #[track_caller]
    pub fn expect_header(self, name: &str, value: &str) -> Self {
        if self.header(name) != Some(value) {
            self.fail(format!(
                "expected {name}: {value}, not {:?}",
                self.header(name)
            ));
        }
        self
    }

    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as text.
    #[track_caller]
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body)
            .unwrap_or_else(|error| self.fail(format!("the body is not text: {error}")))
    }

    /// The body as JSON.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Value {
        self.parse()
    }

    /// The body as JSON of this type.
    #[track_caller]
    #[must_use]
    pub fn parse<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| self.fail(format!("the body is not as expected: {error}")))
    }

    /// The body as a problem. Fails the test unless the content type is a problem's and the body repeats the status.
    #[track_caller]
    #[must_use]
    pub fn problem(&self) -> Problem {
        let declared = self.header("content-type").unwrap_or_default();
        if declared.split(';').next() != Some("application/problem+json") {
            self.fail("expected a problem");
        }
        let problem: Problem = self.parse();
        if problem.status != self.status.as_u16() {
            self.fail("expected the problem to repeat the status");
        }
        problem
    }

    /// Every cookie that the response sets.
    #[must_use]
    pub fn cookies(&self) -> Vec<Cookie> {
        cookies::set_by(&self.headers)
    }

    /// The cookie of this name, if the response sets it.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<Cookie> {
        let mut cookies = self.cookies().into_iter();
        cookies.find(|cookie| cookie.name() == name)
    }

    #[track_caller]
    fn fail(&self, why: impl Display) -> ! {
        let Self {
            request,
            status,
            headers,
            ..
        } = self;
        let body = String::from_utf8_lossy(&self.body);
        panic!(
            "{request}: {why}\n{status} {headers:#?}\n{body}\n{}",
            self.log.tail()
        )
    }
}

/// A problem (RFC 9457).
#[derive(Clone, Debug, Deserialize)]
pub struct Problem {
    /// The type, a URI.
    #[serde(rename = "type")]
    pub kind: String,
    /// The type in words.
    pub title: String,
    /// The response's status.
    pub status: u16,
    /// What is wrong with this request.
    pub detail: String,
    /// The faults of the input, for a 422.
    #[serde(default)]
    pub errors: Vec<Fault>,
    /// Other members.
    #[serde(flatten)]
    pub members: Map<String, Value>,
}

impl Problem {
    /// The pointers of the faults.
    #[must_use]
    pub fn pointers(&self) -> Vec<&str> {
        let faults = self.errors.iter();
        faults.map(|fault| fault.pointer.as_str()).collect()
    }
}

/// A fault of the input.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Fault {
    /// The place (RFC 6901).
    pub pointer: String,
    /// What is wrong there.
    pub detail: String,
}
