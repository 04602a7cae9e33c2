//! A model provider on the loopback that does what a test tells it, in Anthropic's wire format and in `OpenAI`'s.
//!
//! Anthropic's is the Messages API, streamed and not (its pages "Messages" and "Streaming messages"); `OpenAI`'s is Chat
//! Completions, streamed and not, and Embeddings (its API reference); Bedrock's are `ConverseStream` and Titan's
//! `InvokeModel`. A request is told by its path. What it is answered is a
//! [`Script`]; every request is kept, as [`Asked`].

mod anthropic;
mod asked;
mod bedrock;
mod body;
mod notes;
mod openai;
mod script;
mod server;

pub use asked::{Asked, Wire};
pub use script::{Gate, Script};
pub use server::ScriptedProvider;
