//! Models that write insights, definitions, replies and summaries, their prompts, and text embedding.
//!
//! - [`Model`] is the trait. It has two implementations: [`Library`], the default, which needs no key, and [`Provider`],
//!   a commercial or self-hosted API. A failed call returns a [`ModelError`].
//! - [`AiConfig`] reads the settings that choose one of them.
//! - [`Embedder`] turns texts into vectors for the memory search.
//!
//! The crate has no HTTP routes and no SQL, and stores nothing.

mod config;
pub mod distress;
mod error;
mod library;
mod model;
mod prompts;
mod providers;
mod usage;

pub use config::{Ai, AiConfig};
pub use error::{ErrorKind, ModelError};
pub use library::Library;
pub use model::{
    ChatRequest, DefinitionRequest, DefinitionTexts, Embedder, Generated, InsightRequest,
    InsightTexts, MAX_TEXT_CHARS, Model, ModelFuture, Recollection, ReplyEvent, ReplyStream, Role,
    Source, StopReason, SummaryRequest, Token, Turn,
};
pub use prompts::{Limits, prompt_chars_before_turns, prompt_chars_of_turn};
pub use providers::{ClientError, EmbeddingProvider, HttpClient, Provider, ReloadConfig, Service};
pub use usage::{TokenUsage, UsageReporter};
pub use verse_quotations::Counts;
