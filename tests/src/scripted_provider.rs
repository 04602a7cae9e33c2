//! A model provider on the loopback that does what a test tells it, in Anthropic's format and in `OpenAI`'s.
//!
//! Anthropic's is the Messages API, streamed and not (its pages "Messages" and "Streaming messages"); `OpenAI`'s is Chat
//! Completions, streamed and not, and Embeddings (its API reference); Bedrock's are `ConverseStream` and Titan's
//! `InvokeModel`. A request is told by its path. What it is answered is a
//! [`Script`]; every request is kept, as [`ReceivedRequest`].

mod anthropic;
mod bedrock;
mod body;
mod notes;
mod openai;
mod received_request;
mod script;
mod server;

pub use received_request::{ProviderFormat, ReceivedRequest};
pub use script::{Gate, Script};
pub use server::ScriptedProvider;
