//! Conversations about what one reads.

mod answer;
mod asked;
mod assistant;
mod insight_messages;
mod meanings;
mod memory;
mod message;
mod prompt;
mod rag_status;
mod routes;
mod say_about_insight;
mod say_in_chat;
mod standalone_chats;
mod standalone_messages;
mod start_chat;
mod test_rag;

pub use assistant::Assistant;
pub use meanings::Meanings;
pub use routes::{Documentation, routes};
