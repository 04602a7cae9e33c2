//! Conversations about what one reads.

mod insight_messages;
mod message;
mod routes;
mod standalone_chats;
mod standalone_messages;

pub use routes::{Documentation, routes};
