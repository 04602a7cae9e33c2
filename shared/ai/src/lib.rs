//! What answers readers: a model behind one trait, and what it is told.
//!
//! - [`Model`] writes insights, definitions, answers in a conversation and summaries; [`ModelError`] is why it could not.
//! - [`AiConfig`] chooses it: the [`Library`], which needs no key, or somebody's model, through a [`Provider`].
//! - [`Embedder`] turns texts into vectors, for the memory's search by meaning.
//!
//! This crate knows no HTTP route and no SQL: what is asked comes in, what is answered goes out, and nothing is kept.

mod config;
mod embedding;
mod error;
mod library;
mod metering;
mod model;
mod prompts;
mod providers;
mod renewing;

pub use config::{Ai, AiConfig, AiSettingError, AiStartError};
pub use embedding::Embedder;
pub use error::{ErrorKind, ModelError};
pub use library::Library;
pub use metering::{Metered, Report};
pub use model::{
    Answer, AnswerStream, ChatRequest, DefinitionRequest, DefinitionTexts, InsightRequest,
    InsightTexts, LONGEST_TEXT, Model, Recollection, Speaker, StopReason, SummaryRequest, Token,
    TokenUsage, Turn, Writing, Written,
};
pub use prompts::{Limits, characters_before, characters_of_turn};
pub use providers::{ClientError, EmbeddingProvider, HttpClient, Jitter, Provider, Service};
pub use renewing::Renew;
