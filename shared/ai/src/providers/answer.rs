//! An answer as it comes from a provider, made safe: each wait ends by the deadline, and only what ended as its protocol
//! says is whole.

use futures_util::StreamExt;
use genai::chat::{ChatStream, ChatStreamEvent, StopReason as SentReason, StreamEnd, Usage};
use tokio::time::{Instant, timeout_at};

use super::failure::failure;
use crate::{ModelError, StopReason, TokenUsage, prompts::without_nul};

/// An answer that has begun. Dropping it hangs up on the provider.
pub(super) struct Coming {
    stream: ChatStream,
    deadline: Instant,
    says_something: bool,
}

/// A piece of it.
#[derive(Debug)]
pub(super) enum Piece {
    /// Some more text: never empty.
    Text(String),
    /// Its end.
    End {
        /// Why.
        stop_reason: StopReason,
        /// What it cost.
        usage: TokenUsage,
    },
}

impl Coming {
    pub(super) fn new(stream: ChatStream, deadline: Instant) -> Self {
        Self {
            stream,
            deadline,
            says_something: false,
        }
    }

    /// The next piece. Nothing comes after an end or an error.
    pub(super) async fn next(&mut self) -> Result<Piece, ModelError> {
        loop {
            let event = timeout_at(self.deadline, self.stream.next())
                .await
                .map_err(|_| ModelError::TimedOut)?;
            // A stream without its protocol's last event was cut.
            let event = event.ok_or(ModelError::Interrupted)?;
            match event.map_err(|error| failure(&error))? {
                ChatStreamEvent::Chunk(chunk) => {
                    let text = without_nul(&chunk.content);
                    self.says_something |= !text.trim().is_empty();
                    if !text.is_empty() {
                        return Ok(Piece::Text(text.into_owned()));
                    }
                }
                ChatStreamEvent::End(end) => return self.end(end),
                _ => {}
            }
        }
    }

    fn end(&self, end: StreamEnd) -> Result<Piece, ModelError> {
        let stop_reason = match end.captured_stop_reason {
            // Its last event came without what comes before that.
            None => return Err(ModelError::Interrupted),
            Some(SentReason::ContentFilter(_)) => {
                return Err(ModelError::Unusable {
                    reason: "the model refused to answer",
                });
            }
            Some(SentReason::MaxTokens(_)) => StopReason::MaxTokens,
            Some(_) => StopReason::EndTurn,
        };
        if !self.says_something {
            return Err(ModelError::Unusable {
                reason: "the answer is empty",
            });
        }
        let usage = end.captured_usage.unwrap_or_default();
        Ok(Piece::End {
            stop_reason,
            usage: cost(&usage),
        })
    }
}

fn cost(usage: &Usage) -> TokenUsage {
    let count = |tokens: Option<i32>| tokens.map_or(0, |tokens| u64::try_from(tokens).unwrap_or(0));
    TokenUsage {
        input: count(usage.prompt_tokens),
        output: count(usage.completion_tokens),
    }
}
