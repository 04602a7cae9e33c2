//! Conversations: messages, streamed replies and memory.

mod assistant;
mod debug_recall;
mod debug_status;
mod help;
mod insight_messages;
mod memory;
mod message;
mod message_embedder;
mod pending_reply;
mod post_chat_message;
mod post_insight_message;
mod prompt;
mod reply_event;
mod reply_writer;
mod routes;
mod send_message;
mod standalone_chats;
mod standalone_messages;
mod start_chat;

pub use assistant::Assistant;
pub use routes::{Documentation, routes};
