//! Why a model gave no answer.

use std::time::Duration;

use thiserror::Error;

/// Why there is no answer. Each prints as a sentence for readers; what a provider said is in none of them, as it may
/// quote the prompt.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ModelError {
    /// The provider rejects our key, or there is no credit left.
    #[error("The AI service is not set up properly at the moment. Please try again later.")]
    Rejected {
        /// The provider's HTTP status, where it answered.
        status: Option<u16>,
    },
    /// The provider has too much to do, or has had enough of us.
    #[error("The AI service is very busy. Please try again in a moment.")]
    Overloaded {
        /// How long the provider asked to be left alone.
        retry_after: Option<Duration>,
    },
    /// There was no whole answer by the deadline.
    #[error("The AI service took too long to answer. Please try again.")]
    TimedOut,
    /// The connection broke, or the stream ended before its end.
    #[error("The answer was interrupted. Please try again.")]
    Interrupted,
    /// The answer is empty, cut off where it must be whole, or not in the form that was asked for.
    #[error("The AI service gave no usable answer. Please try again.")]
    Unusable {
        /// What is wrong with it; for the log.
        reason: &'static str,
    },
    /// The provider failed in another way.
    #[error("The AI service cannot answer at the moment. Please try again later.")]
    Failed {
        /// The provider's HTTP status, where it answered.
        status: Option<u16>,
    },
}

/// The kinds of failure that clients tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Nobody but the operator can mend it.
    Auth,
    /// Worth trying again soon.
    Overloaded,
    /// Worth trying again.
    Timeout,
    /// Broken off.
    Interrupted,
}

impl ErrorKind {
    /// As it is sent.
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
    /// The kind, where clients tell it from others.
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

    /// How long to leave the provider alone before it is asked again.
    #[must_use]
    pub fn retry_after(&self) -> Duration {
        match self {
            Self::Rejected { .. } => Duration::from_mins(1),
            Self::Overloaded { retry_after } => retry_after.unwrap_or(Duration::from_secs(5)),
            _ => Duration::from_secs(2),
        }
    }

    /// Whether the provider is there, and its answer is what is wrong.
    #[must_use]
    pub fn is_bad_answer(&self) -> bool {
        matches!(
            self,
            Self::Interrupted | Self::Unusable { .. } | Self::Failed { .. }
        )
    }
}
