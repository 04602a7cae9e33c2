//! The traits [`Model`] and [`Embedder`], with their requests and results.

use std::fmt;

use futures_util::{
    StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use serde::Deserialize;
use tokio::time::Instant;
use verse_quotations::Counts;

use crate::{ModelError, TokenUsage};

/// The most characters of a generated text: an import of an export accepts no more.
pub const MAX_TEXT_CHARS: usize = 10_000;

/// Writes texts. Every call ends by its deadline, with a result or an error.
pub trait Model: fmt::Debug + Send + Sync {
    /// Writes an insight on a passage.
    fn write_insight(
        &self,
        request: InsightRequest,
        deadline: Instant,
    ) -> ModelFuture<InsightTexts>;

    /// Writes a definition of a word in its verse.
    fn write_definition(
        &self,
        request: DefinitionRequest,
        deadline: Instant,
    ) -> ModelFuture<DefinitionTexts>;

    /// Streams the next reply of a conversation. The stream ends with [`ReplyEvent::End`] or an error; nothing follows
    /// either. Dropping the stream cancels the provider's call.
    fn chat(&self, request: ChatRequest, deadline: Instant) -> ReplyStream;

    /// Writes a summary that replaces the beginning of a conversation in later prompts.
    fn summarise(&self, request: SummaryRequest, deadline: Instant) -> ModelFuture<String>;
}

/// Turns texts into vectors; texts with similar meanings have close vectors.
pub trait Embedder: fmt::Debug + Send + Sync {
    /// The model's name. Vectors of different models cannot be compared.
    fn name(&self) -> &str;

    /// One vector for each text, of 1024 numbers, as the database column requires.
    fn embed(
        &self,
        texts: Vec<String>,
        deadline: Instant,
    ) -> BoxFuture<'static, Result<Vec<Vec<f32>>, ModelError>>;
}

/// A text being generated.
pub type ModelFuture<T> = BoxFuture<'static, Result<Generated<T>, ModelError>>;

/// A reply being generated.
pub type ReplyStream = BoxStream<'static, Result<ReplyEvent, ModelError>>;

/// A complete text as a stream: a token for each word, at no cost.
pub(crate) fn word_by_word(text: &str, source: String, sources: Vec<Source>) -> ReplyStream {
    let words = text.split_inclusive(char::is_whitespace);
    let tokens: Vec<_> = words
        .map(|word| Ok(ReplyEvent::Token(word.to_owned())))
        .collect();
    let end = ReplyEvent::End {
        stop_reason: StopReason::EndTurn,
        source,
        sources,
        usage: TokenUsage::default(),
        quotations: Counts::default(),
    };
    stream::iter(tokens.into_iter().chain([Ok(end)])).boxed()
}

/// Generated texts with their source and cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated<T> {
    /// The texts.
    pub texts: T,
    /// The source shown to readers: reference works with their licences, or a model's name.
    pub source: String,
    /// The cost of the call.
    pub usage: TokenUsage,
    /// The quotations and references that were checked; none in texts that the library wrote.
    pub quotations: Counts,
}

/// A reference work or a translation that a text quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its title.
    pub work: String,
    /// Its licence, with the credit that it requires.
    pub licence: String,
}

/// A passage that needs an insight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsightRequest {
    /// The client's reference, 1 to 100 characters: `John 3:16`, or only chapter and translation, `John 3 (KJV)`.
    pub passage_reference: String,
    /// The client's text, 1 to 50,000 characters; it can begin and end in mid-verse.
    pub passage_text: String,
}

/// The texts of an insight.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct InsightTexts {
    /// The world in which the passage was written.
    pub historical_context: String,
    /// The passage's teaching on God and people.
    pub theological_significance: String,
    /// The passage's call to its reader.
    pub practical_application: String,
}

/// A selected word that needs a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionRequest {
    /// The selected word, 1 to 100 characters.
    pub word: String,
    /// The text around the selection, 1 to 50,000 characters.
    pub verse_text: String,
    /// The client's reference, 1 to 100 characters.
    pub passage_reference: String,
}

/// The texts of a definition.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct DefinitionTexts {
    /// The meaning of the word.
    pub definition: String,
    /// The use of the word in the Bible.
    pub biblical_usage: String,
    /// The Hebrew, Aramaic or Greek word behind it.
    pub original_language: String,
}

/// A conversation whose last message needs a reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChatRequest {
    /// The reference of the open passage.
    pub passage_reference: Option<String>,
    /// The text of the open passage.
    pub passage_text: Option<String>,
    /// The insight that the conversation is about; the user has read it.
    pub insight: Option<InsightTexts>,
    /// Relevant parts of the user's other conversations.
    pub memory: Vec<Recollection>,
    /// The summary of the conversation's beginning, which is not in `turns`.
    pub summary: Option<String>,
    /// The messages, oldest first. The last one is the user's and needs the reply.
    pub turns: Vec<Turn>,
}

/// A part of another conversation of the same user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recollection {
    /// The subject of that conversation in one line.
    pub about: String,
    /// The messages, in their order.
    pub turns: Vec<Turn>,
}

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The author.
    pub role: Role,
    /// The content.
    pub text: String,
    /// It comes from an upload: the user may have written it, even as a reply.
    pub is_imported: bool,
}

impl Turn {
    /// A message of `role` that is not imported.
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        Self {
            role,
            text: text.into(),
            is_imported: false,
        }
    }
}

/// The author of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The user.
    User,
    /// The model.
    Assistant,
}

/// The beginning of a conversation that needs a summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryRequest {
    /// The summary of the messages before `turns`.
    pub previous: Option<String>,
    /// The messages, oldest first.
    pub turns: Vec<Turn>,
}

/// A part of a streamed reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyEvent {
    /// More text, never empty.
    Token(Token),
    /// The end, after at least one token.
    End {
        /// The reason for the end.
        stop_reason: StopReason,
        /// The reference works with their licences in one line, or a model's name.
        source: String,
        /// The reference works, in the order of their use; none of a provider.
        sources: Vec<Source>,
        /// The cost of the reply.
        usage: TokenUsage,
        /// The quotations and references that were checked; none in a reply that the library wrote.
        quotations: Counts,
    },
}

/// Text as the model produces it: a word, a part of a word, or several words.
pub type Token = String;

/// The reason for the end of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// The reply is complete.
    EndTurn,
    /// The token limit truncated the reply.
    MaxTokens,
}

impl StopReason {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EndTurn => "end_turn",
            Self::MaxTokens => "max_tokens",
        }
    }
}
