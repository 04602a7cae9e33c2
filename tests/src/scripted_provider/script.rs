//! How the provider answers a request.

use std::{sync::Arc, time::Duration};

use serde_json::Value;
use tokio::sync::Semaphore;

/// One response: `Script::tokens(["In ", "the"]).delay(ms(300)).then_closes_connection()`.
#[derive(Clone, Debug)]
#[must_use]
pub struct Script {
    pub(super) before: Duration,
    pub(super) between: Duration,
    pub(super) gate: Option<Gate>,
    pub(super) act: Act,
    pub(super) end: End,
}

/// The response itself.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// JSON with a text for each field of the request's schema; a few words if the request has none.
    Default,
    /// These tokens.
    Tokens(Vec<String>),
    /// An error status, with an error of this kind.
    Error {
        status: u16,
        kind: String,
        message: String,
        retry_after: Option<u64>,
    },
    /// Status 200, and bytes that no protocol allows.
    InvalidBytes,
    /// No response, and the connection stays open.
    Hang,
    /// No response, and the connection closes.
    Disconnect,
}

/// The end of a stream, after the last token.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// The protocol's last events, with this stop reason (in Anthropic's terms).
    Good(&'static str),
    /// The connection breaks within an event.
    Disconnect,
    /// The body ends without the protocol's last events.
    Early,
    /// Nothing, and the connection stays open.
    Hang,
    /// An error event of this kind.
    Error(String),
    /// Bytes that no protocol allows.
    InvalidBytes,
}

impl Script {
    fn new(act: Act) -> Self {
        Self {
            before: Duration::ZERO,
            between: Duration::ZERO,
            gate: None,
            act,
            end: End::Good("end_turn"),
        }
    }

    /// A reply of the requested kind: JSON that fits the schema, or a few words.
    pub fn default_reply() -> Self {
        Self::new(Act::Default)
    }

    /// A reply of these tokens.
    pub fn tokens<T: Into<String>>(tokens: impl IntoIterator<Item = T>) -> Self {
        Self::new(Act::Tokens(tokens.into_iter().map(Into::into).collect()))
    }

    /// A reply of this JSON.
    pub fn json(json: &Value) -> Self {
        Self::tokens([json.to_string()])
    }

    /// A reply without a token.
    pub fn empty_reply() -> Self {
        Self::tokens::<String>([])
    }

    /// An error status, with the provider's kind of error for it.
    pub fn status(status: u16) -> Self {
        let kind = match status {
            401 => "authentication_error",
            402 => "billing_error",
            403 => "permission_error",
            404 => "not_found_error",
            429 => "rate_limit_error",
            529 => "overloaded_error",
            500.. => "api_error",
            _ => "invalid_request_error",
        };
        Self::error(status, kind, "The script says no.")
    }

    /// An error status, with an error of this kind and message.
    pub fn error(status: u16, kind: &str, message: &str) -> Self {
        Self::new(Act::Error {
            status,
            kind: kind.to_owned(),
            message: message.to_owned(),
            retry_after: None,
        })
    }

    /// Status 200, and bytes that no protocol allows.
    pub fn invalid_bytes() -> Self {
        Self::new(Act::InvalidBytes)
    }

    /// No response; the connection stays open.
    pub fn never_replies() -> Self {
        Self::new(Act::Hang)
    }

    /// No response; the connection closes.
    pub fn closes_connection() -> Self {
        Self::new(Act::Disconnect)
    }

    /// Adds `Retry-After` to an error, in seconds.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        if let Act::Error { retry_after, .. } = &mut self.act {
            *retry_after = Some(seconds);
        }
        self
    }

    /// Waits before the response.
    pub fn delay(mut self, wait: Duration) -> Self {
        self.before = wait;
        self
    }

    /// Waits between two tokens.
    pub fn token_interval(mut self, wait: Duration) -> Self {
        self.between = wait;
        self
    }

    /// Waits for the gate before each token, and before the end.
    pub fn gated(mut self, gate: &Gate) -> Self {
        self.gate = Some(gate.clone());
        self
    }

    /// The reply ends at the maximum number of tokens.
    pub fn stopped_by_max_tokens(self) -> Self {
        self.ending(End::Good("max_tokens"))
    }

    /// The reply ends because the model refuses.
    pub fn stopped_by_refusal(self) -> Self {
        self.ending(End::Good("refusal"))
    }

    /// The connection breaks within the event after the last token.
    pub fn then_closes_connection(self) -> Self {
        self.ending(End::Disconnect)
    }

    /// The body ends after the last token, without the protocol's last events.
    pub fn then_ends_early(self) -> Self {
        self.ending(End::Early)
    }

    /// Nothing follows the last token, and the connection stays open.
    pub fn then_stalls(self) -> Self {
        self.ending(End::Hang)
    }

    /// An error event follows the last token, for example `overloaded_error`.
    pub fn then_error_event(self, kind: &str) -> Self {
        self.ending(End::Error(kind.to_owned()))
    }

    /// Bytes that no protocol allows follow the last token.
    pub fn then_invalid_bytes(self) -> Self {
        self.ending(End::InvalidBytes)
    }

    fn ending(mut self, end: End) -> Self {
        self.end = end;
        self
    }
}

/// Holds tokens back until the test lets them pass. Clones are the same gate.
#[derive(Clone, Debug)]
#[must_use]
pub struct Gate(Arc<Semaphore>);

impl Default for Gate {
    fn default() -> Self {
        Self::closed()
    }
}

impl Gate {
    /// A gate that lets nothing pass yet.
    pub fn closed() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    /// Lets the next `count` pass.
    pub fn let_pass(&self, count: usize) {
        self.0.add_permits(count);
    }

    /// Lets everything pass from now on.
    pub fn open(&self) {
        self.0.close();
    }

    pub(super) async fn pass(&self) {
        // A closed semaphore is an open gate.
        if let Ok(permit) = self.0.acquire().await {
            permit.forget();
        }
    }
}
