//! A provider's stream as a [`ReplyStream`]: each wait ends by the deadline, and a reply is complete only when the
//! stream ended as its protocol says.

use futures_util::{StreamExt, stream};
use genai::chat::{ChatStream, ChatStreamEvent, StopReason as SentReason, StreamEnd, Usage};
use tokio::time::Instant;
use verse_quotations::Counts;

use super::failure::{by, failure};
use crate::{ModelError, ReplyEvent, ReplyStream, StopReason, TokenUsage, prompts::without_nul};

/// The events of `stream`, which the model `source` writes. Dropping it closes the provider's connection.
pub(super) fn reply_stream(stream: ChatStream, source: String, deadline: Instant) -> ReplyStream {
    let reply = Reply {
        stream,
        source,
        deadline,
        has_text: false,
    };
    stream::try_unfold(Some(reply), async |reply| match reply {
        Some(reply) => reply.next().await.map(Some),
        None => Ok(None),
    })
    .boxed()
}

struct Reply {
    stream: ChatStream,
    source: String,
    deadline: Instant,
    has_text: bool,
}

impl Reply {
    /// The next event; with the rest of the reply, unless it is the end.
    async fn next(mut self) -> Result<(ReplyEvent, Option<Self>), ModelError> {
        loop {
            // A stream that closes before its protocol's last event was cut.
            let event = by(self.deadline, self.stream.next())
                .await?
                .ok_or(ModelError::Interrupted)?;
            match event.map_err(|error| failure(&error))? {
                ChatStreamEvent::Chunk(chunk) => {
                    let text = without_nul(&chunk.content);
                    self.has_text |= !text.trim().is_empty();
                    if !text.is_empty() {
                        return Ok((ReplyEvent::Token(text.into_owned()), Some(self)));
                    }
                }
                ChatStreamEvent::End(end) => return Ok((self.end(end)?, None)),
                _ => {}
            }
        }
    }

    fn end(self, end: StreamEnd) -> Result<ReplyEvent, ModelError> {
        let stop_reason = match end.captured_stop_reason {
            // The last event came without the event that precedes it.
            None => return Err(ModelError::Interrupted),
            Some(SentReason::ContentFilter(_)) => {
                return Err(ModelError::Unusable {
                    reason: "the model refused to answer",
                });
            }
            Some(SentReason::MaxTokens(_)) => StopReason::MaxTokens,
            Some(_) => StopReason::EndTurn,
        };
        if !self.has_text {
            return Err(ModelError::Unusable {
                reason: "the reply is empty",
            });
        }
        Ok(ReplyEvent::End {
            stop_reason,
            source: self.source,
            sources: Vec::new(),
            usage: token_usage(&end.captured_usage.unwrap_or_default()),
            quotations: Counts::default(),
        })
    }
}

fn token_usage(usage: &Usage) -> TokenUsage {
    let count = |tokens: Option<i32>| tokens.map_or(0, |tokens| u64::try_from(tokens).unwrap_or(0));
    TokenUsage {
        input: count(usage.prompt_tokens),
        output: count(usage.completion_tokens),
    }
}
