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
mod conversation;
mod embeddings;
mod memory_search;
mod messages;
mod post_message;

use chrono::{DateTime, Utc};

use crate::Error;

pub use chats::{StandaloneChat, delete_standalone_chat, get_standalone_chats};
pub use conversation::{Conversation, get_conversation, save_summary};
pub use embeddings::{MemoryStatus, list_unembedded, memory_status, save_embeddings};
pub use memory_search::{MemoryExcerpt, MemoryQuery, search_memory};
pub use messages::{clear_chat_messages, get_chat_messages, get_standalone_chat_messages};
pub use post_message::{
    FinishedMessage, MessageTarget, PostOutcome, StoredMessage, append_message, finish_message,
    save_progress,
};

/// A conversation's number: a standalone chat's, which the outside knows, or that of one about an insight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChatId(pub i64);

/// A message's number. Of what was said here, later ones are greater; an import gives new ones to old messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(pub i64);

/// The author of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The user.
    User,
    /// The model.
    Assistant,
}

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinalState {
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
    pub ending: FinalState,
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

    /// The role named `text`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::User, Self::Assistant]
            .into_iter()
            .find(|role| role.as_str() == text)
    }

    pub(crate) fn from_row(text: &str) -> Result<Self, Error> {
        Self::parse(text).ok_or(Error::ImpossibleRow {
            table: "messages",
            reason: "unknown role",
        })
    }
}

impl FinalState {
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
            role: Role::from_row(&row.role)?,
            ending: match row.state.as_str() {
                "complete" => FinalState::Complete,
                "truncated" => FinalState::Truncated,
                "interrupted" => FinalState::Interrupted,
                _ => return Err(impossible("no such ending")),
            },
            content: row.content,
            created_at: row.created_at,
        })
    }
}

#[cfg(test)]
mod tests;
