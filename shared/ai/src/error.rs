//! The errors of model calls.

use std::time::Duration;

use thiserror::Error;

/// The error of a model call. Each prints as a sentence for readers, without the provider's own message, which may quote
/// the prompt.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ModelError {
    /// The provider rejects the key, or the account has no credit.
    #[error("The AI service is not set up properly at the moment. Please try again later.")]
    Rejected {
        /// The provider's HTTP status, if it responded.
        status: Option<u16>,
    },
    /// The provider is overloaded, or its rate limit is exceeded.
    #[error("The AI service is very busy. Please try again in a moment.")]
    Overloaded {
        /// The wait that the provider requests.
        retry_after: Option<Duration>,
    },
    /// The text was not complete by the deadline.
    #[error("The AI service took too long to answer. Please try again.")]
    TimedOut,
    /// The connection broke, or the stream closed before its last event.
    #[error("The answer was interrupted. Please try again.")]
    Interrupted,
    /// The text is empty, truncated where it must be complete, or not in the requested format.
    #[error("The AI service gave no usable answer. Please try again.")]
    Unusable {
        /// The fault, for the log.
        reason: &'static str,
    },
    /// Another failure of the provider.
    #[error("The AI service cannot answer at the moment. Please try again later.")]
    Failed {
        /// The provider's HTTP status, if it responded.
        status: Option<u16>,
    },
}

/// The kinds of errors that clients distinguish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Only the operator can fix it.
    Auth,
    /// A retry after a short wait may succeed.
    Overloaded,
    /// A retry may succeed.
    Timeout,
    /// The reply is incomplete.
    Interrupted,
}

impl ErrorKind {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth_error",
            Self::Overloaded => "overloaded",
            Self::Timeout => "timeout",
            Self::Interrupted => "interrupted",
        }
    }
}

impl ModelError {
    /// The kind, if clients distinguish it.
    #[must_use]
    pub fn kind(&self) -> Option<ErrorKind> {
        match self {
            Self::Rejected { .. } => Some(ErrorKind::Auth),
            Self::Overloaded { .. } => Some(ErrorKind::Overloaded),
            Self::TimedOut => Some(ErrorKind::Timeout),
            Self::Interrupted => Some(ErrorKind::Interrupted),
            Self::Unusable { .. } | Self::Failed { .. } => None,
        }
    }

    /// The wait before a retry.
    #[must_use]
    pub fn retry_after(&self) -> Duration {
        match self {
            Self::Rejected { .. } => Duration::from_mins(1),
            Self::Overloaded { retry_after } => retry_after.unwrap_or(Duration::from_secs(5)),
            _ => Duration::from_secs(2),
        }
    }

    /// Whether the provider responded, and the response is at fault.
    #[must_use]
    pub fn is_bad_answer(&self) -> bool {
        matches!(
            self,
            Self::Interrupted | Self::Unusable { .. } | Self::Failed { .. }
        )
    }
}
