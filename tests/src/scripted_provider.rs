//! A model provider on the loopback that answers as a test's [`Script`] says, and records every request.
//!
//! It serves Anthropic's Messages, streamed and not ("Messages" and "Streaming messages" of its documentation); `OpenAI`'s
//! Chat Completions, streamed and not, and Embeddings (its API reference); Bedrock's `ConverseStream` and Titan's
//! `InvokeModel`. The path of a request selects the format.

mod anthropic;
mod bedrock;
mod body;
mod openai;
mod received_request;
mod script;
mod server;
mod state;

pub use received_request::{ProviderFormat, ReceivedRequest};
pub use script::{Gate, Script};
pub use server::ScriptedProvider;
