//! The tests of `chat`, with a model that is asked in `OpenAI`'s format.

#[path = "chat/main.rs"]
mod chat;
