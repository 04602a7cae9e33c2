//! The response that a browser sees, and what tests ask of it.

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
    /// The body, decoded from Base64 if it came so.
    pub body: Bytes,
    /// How the function sent it.
    pub mode: Mode,
    /// From handing out the event to the answer's last byte.
    pub duration: Duration,
    pub(crate) request: String,
    pub(crate) log: Log,
}

impl Response {
    /// Fails the test, with the body and the function's log, if the status is another.
    #[track_caller]
    #[expect(
        clippy::return_self_not_must_use,
        reason = "the question alone is what is wanted"
    )]
    pub fn expect_status(self, status: u16) -> Self {
        if self.status.as_u16() != status {
            self.fail(format!("expected {status}"));
        }
        self
    }

    /// Fails the test if the header is another or absent.
    #[track_caller]
    #[expect(
        clippy::return_self_not_must_use,
        reason = "the question alone is what is wanted"
    )]
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
            .unwrap_or_else(|error| self.fail(format!("the body is no text: {error}")))
    }

    /// The body as any JSON.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Value {
        self.parse()
    }

    /// The body as JSON of this shape.
    #[track_caller]
    #[must_use]
    pub fn parse<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| self.fail(format!("the body is not as expected: {error}")))
    }

    /// The body as a problem, which must be declared as one and repeat the status.
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
        self.cookies()
            .into_iter()
            .find(|cookie| cookie.name() == name)
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
    /// Its kind, a URI.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its kind in words.
    pub title: String,
    /// The response's status.
    pub status: u16,
    /// What is wrong this time.
    pub detail: String,
    /// Every fault of the input, of a 422.
    #[serde(default)]
    pub errors: Vec<Fault>,
    /// What else it says.
    #[serde(flatten)]
    pub members: Map<String, Value>,
}

impl Problem {
    /// Where the input is at fault.
    #[must_use]
    pub fn pointers(&self) -> Vec<&str> {
        self.errors
            .iter()
            .map(|fault| fault.pointer.as_str())
            .collect()
    }
}

/// A fault of the input.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Fault {
    /// Where (RFC 6901).
    pub pointer: String,
    /// What.
    pub detail: String,
}
