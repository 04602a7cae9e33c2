//! The trait that every provider fills, and what goes in and out of it.

use std::fmt;

use futures_util::{future::BoxFuture, stream::BoxStream};
use tokio::time::Instant;

use crate::ModelError;

/// The longest text that an answer has, in characters: as much as an import of what was exported takes back.
pub const LONGEST_TEXT: usize = 10_000;

/// What writes the answers. Every call ends by its deadline: with an answer, or with why there is none.
pub trait Model: fmt::Debug + Send + Sync {
    /// An insight on a passage.
    fn write_insight(&self, request: InsightRequest, deadline: Instant) -> Writing<InsightTexts>;

    /// A definition of a word in its verse.
    fn write_definition(
        &self,
        request: DefinitionRequest,
        deadline: Instant,
    ) -> Writing<DefinitionTexts>;

    /// The next answer in a conversation, as it is made: tokens, then the end. A stream without an [`Answer::End`] ends
    /// with an error, and nothing follows either. Dropping it stops the provider.
    fn chat(&self, request: ChatRequest, deadline: Instant) -> AnswerStream;

    /// A summary that takes the place of the beginning of a conversation, for the model's own use.
    fn summarise(&self, request: SummaryRequest, deadline: Instant) -> Writing<String>;
}

/// An answer to come.
pub type Writing<T> = BoxFuture<'static, Result<Written<T>, ModelError>>;

/// An answer as it comes.
pub type AnswerStream = BoxStream<'static, Result<Answer, ModelError>>;

/// What was written, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written<T> {
    /// The texts.
    pub texts: T,
    /// What wrote them, as readers are told: works with their licences, or a model's name.
    pub source: String,
    /// What it cost.
    pub usage: TokenUsage,
}

/// A passage to write an insight on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsightRequest {
    /// As the client sent it, 1 to 100 characters: `John 3:16`, or a chapter and translation only, `John 3 (KJV)`.
    pub passage_reference: String,
    /// As the client sent it, 1 to 50,000 characters: may begin and end in mid-verse.
    pub passage_text: String,
}

/// What an insight says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsightTexts {
    /// The world that the passage was written in.
    pub historical_context: String,
    /// What it says of God and man.
    pub theological_significance: String,
    /// What it asks of who reads it.
    pub practical_application: String,
}

/// A word to define where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionRequest {
    /// As it was selected, 1 to 100 characters.
    pub word: String,
    /// The text that it was selected in, 1 to 50,000 characters.
    pub verse_text: String,
    /// As the client sent it, 1 to 100 characters.
    pub passage_reference: String,
}

/// What a definition says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionTexts {
    /// What the word means.
    pub definition: String,
    /// How the Bible uses it.
    pub biblical_usage: String,
    /// The Hebrew, Aramaic or Greek behind it.
    pub original_language: String,
}

/// A conversation to go on with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChatRequest {
    /// What the reader has open.
    pub passage_reference: Option<String>,
    /// The text of it.
    pub passage_text: Option<String>,
    /// The insight that the conversation is about, which the reader has seen.
    pub insight: Option<InsightTexts>,
    /// What the same reader said elsewhere that bears on the message.
    pub memory: Vec<Recollection>,
    /// What stands for the conversation's beginning, which is not in `turns`.
    pub summary: Option<String>,
    /// What was said, oldest first. The last is the reader's, and is to be answered.
    pub turns: Vec<Turn>,
}

/// A piece of another conversation of the same reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recollection {
    /// That conversation in one line.
    pub about: String,
    /// What was said there, in its order.
    pub turns: Vec<Turn>,
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// By whom.
    pub speaker: Speaker,
    /// What.
    pub text: String,
}

/// Who speaks in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The reader.
    Reader,
    /// The model.
    Model,
}

/// The beginning of a conversation, to be summarised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryRequest {
    /// The summary of what came before `turns`.
    pub previous: Option<String>,
    /// What was said, oldest first.
    pub turns: Vec<Turn>,
}

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Some more text: never empty.
    Token(Token),
    /// The end. At least one token came before it.
    End {
        /// Why it ended.
        stop_reason: StopReason,
        /// What wrote it.
        source: String,
        /// What it cost.
        usage: TokenUsage,
    },
}

/// Text as the model made it: a word, a part of one, or more.
pub type Token = String;

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// It was said to its end.
    EndTurn,
    /// The limit of tokens cut it.
    MaxTokens,
}

impl StopReason {
    /// As it is sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EndTurn => "end_turn",
            Self::MaxTokens => "max_tokens",
        }
    }
}

/// What a provider says that an answer cost, in its tokens; zero where it does not say, or costs nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenUsage {
    /// Read.
    pub input: u64,
    /// Written.
    pub output: u64,
}
