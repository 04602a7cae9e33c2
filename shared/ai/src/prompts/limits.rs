//! How much goes to a model, and how much comes back.

/// What bounds a prompt and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Tokens of an insight.
    pub insight_tokens: u32,
    /// Tokens of a definition.
    pub definition_tokens: u32,
    /// Tokens of an answer in a conversation.
    pub chat_tokens: u32,
    /// Characters of what is told for an answer in a conversation: its turns, its summary, what is remembered of others, the
    /// passage and the insight. Only the message that is to be answered may go beyond.
    pub history_chars: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            insight_tokens: 2000,
            definition_tokens: 1000,
            chat_tokens: 3000,
            history_chars: 100_000,
        }
    }
}
