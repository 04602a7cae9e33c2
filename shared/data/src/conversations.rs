//! Conversations and their messages: tables `conversations` and `messages`.
//!
//! A user has one conversation about each insight, and any number of standalone chats. Each message of the user is
//! stored together with a pending reply, under the lock of the conversation's row. So user and assistant always
//! alternate, even with concurrent requests, and the user may send a second message while the first reply is being
//! written. [`finish_message`] completes the reply.
//!
//! A list of messages leaves out pending replies, and replies that broke off before their first word: a page would show
//! an empty bubble.

mod chats;
mod embeddings;
mod latest_replies;
mod memory_search;
mod messages;
mod post_message;
mod summarised_conversation;

use chrono::{DateTime, Utc};
use serde::Serialize;

pub use chats::{StandaloneChat, delete_standalone_chat, get_standalone_chats};
pub use embeddings::{MemoryStatus, list_unembedded, memory_status, save_embeddings};
pub use latest_replies::{LatestReplies, get_latest_replies};
pub use memory_search::{MemoryExcerpt, MemoryQuery, search_memory};
pub use messages::{clear_chat_messages, get_chat_messages, get_standalone_chat_messages};
pub use post_message::{
    FinishedMessage, MessageTarget, PostOutcome, StoredMessage, append_free_message,
    append_message, finish_message, save_progress,
};
pub use summarised_conversation::{Conversation, get_conversation, save_summary};

/// The id of a conversation. Clients see the id of a standalone chat only, not of a conversation about an insight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct ChatId(pub i64);

/// The id of a message. Later messages have greater ids, but an import gives new ids to old messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, sqlx::Type)]
#[sqlx(transparent)]
pub struct MessageId(pub i64);

/// The author of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Role {
    /// The user.
    User,
    /// The model.
    Assistant,
}

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum FinalState {
    /// It is whole. Every message of a user is.
    Complete,
    /// The token limit cut it.
    Truncated,
    /// It broke off.
    Interrupted,
}

/// A message that is not pending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Its author.
    pub role: Role,
    /// How it ended.
    pub state: FinalState,
    /// Its text, never empty.
    pub content: String,
    /// When it was sent; of a reply, when the user's message was sent.
    pub created_at: DateTime<Utc>,
    /// It comes from an upload: the user may have written it, even as a reply.
    pub is_imported: bool,
}

impl Role {
    /// The name that is stored and sent.
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
}

impl FinalState {
    /// The name that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Truncated => "truncated",
            Self::Interrupted => "interrupted",
        }
    }

    /// The state named `text`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Complete, Self::Truncated, Self::Interrupted]
            .into_iter()
            .find(|state| state.as_str() == text)
    }

    /// Whether the message is whole.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        *self == Self::Complete
    }
}

#[cfg(test)]
mod tests;
