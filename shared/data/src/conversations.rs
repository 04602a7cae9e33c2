//! Conversations and their messages: tables `conversations` and `messages`.
//!
//! A reader has one conversation about each insight, and any number of standalone chats. Each message of the reader's is
//! stored together with a pending place for its answer, under the lock of the conversation's row: so the order is user,
//! assistant, user, assistant whatever happens at once, and a second message may be sent while the first is still being
//! answered. [`finish_message`] fills the place.
//!
//! A list of messages holds what was said. A pending place, or an answer that broke off before its first word, is left
//! out of it: a page would show an empty bubble.

mod chats;
mod embeddings;
mod memory;
mod messages;
mod recalling;
mod saying;

use chrono::{DateTime, Utc};

use crate::Error;

pub use chats::{StandaloneChat, delete_standalone_chat, get_standalone_chats};
pub use embeddings::{MemoryStatus, list_unembedded, memory_status, save_embeddings};
pub use memory::{Conversation, get_conversation, save_summary};
pub use messages::{clear_chat_messages, get_chat_messages, get_standalone_chat_messages};
pub use recalling::{Recalled, Wanted, recall};
pub use saying::{PendingAnswer, Place, Said, finish_message, save_progress, say};

/// A conversation's number: a standalone chat's, which the outside knows, or that of one about an insight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChatId(pub i64);

/// A message's number. Of what was said here, later ones are greater; an import gives new ones to old messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(pub i64);

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The reader.
    User,
    /// The model.
    Assistant,
}

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was said to its end. What a reader says always is.
    Complete,
    /// The limit of tokens cut it.
    Truncated,
    /// It broke off.
    Interrupted,
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its number.
    pub id: MessageId,
    /// By whom.
    pub role: Role,
    /// How it ended.
    pub ending: Ending,
    /// What: never empty.
    pub content: String,
    /// When it began.
    pub created_at: DateTime<Utc>,
}

impl Role {
    /// As it is stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }

    /// What a row says.
    fn parse(text: &str) -> Result<Self, Error> {
        match text {
            "user" => Ok(Self::User),
            "assistant" => Ok(Self::Assistant),
            _ => Err(Error::ImpossibleRow {
                table: "messages",
                reason: "no such role",
            }),
        }
    }
}

impl Ending {
    /// As it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Truncated => "truncated",
            Self::Interrupted => "interrupted",
        }
    }
}

/// A row of `messages` that is not pending.
struct MessageRow {
    id: i64,
    role: String,
    state: String,
    content: String,
    created_at: DateTime<Utc>,
}

impl TryFrom<MessageRow> for Message {
    type Error = Error;

    fn try_from(row: MessageRow) -> Result<Self, Error> {
        let impossible = |reason| Error::ImpossibleRow {
            table: "messages",
            reason,
        };
        Ok(Self {
            id: MessageId(row.id),
            role: Role::parse(&row.role)?,
            ending: match row.state.as_str() {
                "complete" => Ending::Complete,
                "truncated" => Ending::Truncated,
                "interrupted" => Ending::Interrupted,
                _ => return Err(impossible("no such ending")),
            },
            content: row.content,
            created_at: row.created_at,
        })
    }
}

#[cfg(test)]
mod tests;
