//! What the provider is to do with a request.

use std::{sync::Arc, time::Duration};

use serde_json::Value;
use tokio::sync::Semaphore;

/// One answer, or what comes instead. `Script::tokens(["In ", "the"]).delay(ms(300)).then_closes_connection()`.
#[derive(Clone, Debug)]
pub struct Script {
    pub(super) before: Duration,
    pub(super) between: Duration,
    pub(super) gate: Option<Gate>,
    pub(super) act: Act,
    pub(super) end: End,
}

/// What is answered.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// A form is filled in from its schema; to anything else, a few words are said.
    Answer,
    /// These words, as they stand.
    Say(Vec<String>),
    /// A status, with an error of this kind.
    Refuse {
        status: u16,
        kind: String,
        message: String,
        retry_after: Option<u64>,
    },
    /// Bytes that are in nobody's protocol, with a good status.
    Garbage,
    /// Nothing at all, not even a status.
    Hang,
    /// The connection is closed without a word.
    HangUp,
}

/// What comes after the words of an answer.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// What the protocol says, with this reason to stop (Anthropic's word for it).
    Good(&'static str),
    /// The connection breaks off, within an event.
    HangUp,
    /// The body ends well, without the protocol's last event.
    Early,
    /// Nothing, and the connection stays open.
    Hang,
    /// An event that tells of an error of this kind.
    Error(String),
    /// Bytes that are in nobody's protocol.
    Garbage,
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

    /// A good answer of the kind that is asked for: a form filled in, or a few words.
    #[must_use]
    pub fn default_reply() -> Self {
        Self::new(Act::Answer)
    }

    /// A good answer of these tokens.
    #[must_use]
    pub fn tokens<T: Into<String>>(tokens: impl IntoIterator<Item = T>) -> Self {
        Self::new(Act::Say(tokens.into_iter().map(Into::into).collect()))
    }

    /// A good answer that is this JSON.
    #[must_use]
    pub fn json(json: &Value) -> Self {
        Self::tokens([json.to_string()])
    }

    /// An answer that ends well and says nothing.
    #[must_use]
    pub fn empty_reply() -> Self {
        Self::tokens::<String>([])
    }

    /// An error status, with the error that goes with it.
    #[must_use]
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
    #[must_use]
    pub fn error(status: u16, kind: &str, message: &str) -> Self {
        Self::new(Act::Refuse {
            status,
            kind: kind.to_owned(),
            message: message.to_owned(),
            retry_after: None,
        })
    }

    /// A good status, and bytes that are in nobody's protocol.
    #[must_use]
    pub fn invalid_bytes() -> Self {
        Self::new(Act::Garbage)
    }

    /// No answer, ever.
    #[must_use]
    pub fn never_replies() -> Self {
        Self::new(Act::Hang)
    }

    /// A connection that is closed without an answer.
    #[must_use]
    pub fn closes_connection() -> Self {
        Self::new(Act::HangUp)
    }

    /// The refusal tells how many seconds to wait.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        if let Act::Refuse { retry_after, .. } = &mut self.act {
            *retry_after = Some(seconds);
        }
        self
    }

    /// Waits before anything is sent.
    #[must_use]
    pub fn delay(mut self, wait: Duration) -> Self {
        self.before = wait;
        self
    }

    /// Waits between two tokens.
    #[must_use]
    pub fn token_interval(mut self, wait: Duration) -> Self {
        self.between = wait;
        self
    }

    /// Sends a token, or what comes after the last, when the gate lets it.
    #[must_use]
    pub fn gated(mut self, gate: &Gate) -> Self {
        self.gate = Some(gate.clone());
        self
    }

    /// The answer is one that the limit of tokens cut.
    #[must_use]
    pub fn stopped_by_max_tokens(self) -> Self {
        self.ending(End::Good("max_tokens"))
    }

    /// The model says that it will not answer.
    #[must_use]
    pub fn stopped_by_refusal(self) -> Self {
        self.ending(End::Good("refusal"))
    }

    /// The connection breaks within the event after the last token.
    #[must_use]
    pub fn then_closes_connection(self) -> Self {
        self.ending(End::HangUp)
    }

    /// The stream ends well after the last token, but without the events that the protocol ends with.
    #[must_use]
    pub fn then_ends_early(self) -> Self {
        self.ending(End::Early)
    }

    /// Nothing more comes after the last token.
    #[must_use]
    pub fn then_stalls(self) -> Self {
        self.ending(End::Hang)
    }

    /// An event that tells of an error comes after the last token: `overloaded_error`.
    #[must_use]
    pub fn then_error_event(self, kind: &str) -> Self {
        self.ending(End::Error(kind.to_owned()))
    }

    /// Bytes in nobody's protocol come after the last token.
    #[must_use]
    pub fn then_invalid_bytes(self) -> Self {
        self.ending(End::Garbage)
    }

    fn ending(mut self, end: End) -> Self {
        self.end = end;
        self
    }
}

/// Lets tokens pass when a test says so. Clones are the same gate.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Semaphore>);

impl Default for Gate {
    fn default() -> Self {
        Self::closed()
    }
}

impl Gate {
    /// A gate that lets nothing pass yet.
    #[must_use]
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
