//! A stored message whose reply is still to be written, and the ways in which a reply fails.

use chrono::NaiveDate;
use serde_json::{Value, json};
use verse_ai::{ErrorKind, InsightTexts, ModelError, distress::HelpTexts};
use verse_data::{Database, Error, StoredMessage, TokenHash};
use verse_http::Deadline;

/// A message that waits for its reply.
#[derive(Clone, Debug)]
pub(crate) struct PendingReply {
    pub(crate) database: Database,
    pub(crate) token: TokenHash,
    pub(crate) stored: StoredMessage,
    /// The day whose quota counts the reply; `None` for `help`, which costs no quota.
    pub(crate) day: Option<NaiveDate>,
    /// The fixed reply to a message in distress. No model is called for it.
    pub(crate) help: Option<HelpTexts>,
    pub(crate) message: String,
    pub(crate) context: ReadingContext,
    pub(crate) deadline: Deadline,
}

/// The passage and the insight that the user has open. A standalone chat stores its passage.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReadingContext {
    pub(crate) passage_reference: Option<String>,
    pub(crate) passage_text: Option<String>,
    pub(crate) insight: Option<InsightTexts>,
}

/// Why a reply was not finished.
#[derive(Debug)]
pub(crate) enum ReplyError {
    Model(ModelError),
    Data(Error),
    /// The reply is written but could not be stored.
    NotStored,
}

impl ReplyError {
    /// The cause, for the log.
    pub(crate) fn cause(&self) -> Option<String> {
        match self {
            Self::Model(error) => Some(format!("{error:?}")),
            Self::Data(error) => Some(error.to_string()),
            Self::NotStored => None,
        }
    }

    /// The data of the `error` event.
    pub(crate) fn event(&self) -> Value {
        let (error, kind) = match self {
            Self::Model(error) => (&*error.to_string(), error.kind()),
            Self::Data(_) => (
                "The service cannot do this at the moment. Please try again in a few seconds.",
                None,
            ),
            Self::NotStored => ("The answer could not be stored. Please try again.", None),
        };
        let kind = kind.unwrap_or(ErrorKind::Interrupted);
        json!({"error": error, "error_type": kind.as_str()})
    }
}
