//! Memory: excerpts of the same user's other conversations that bear on a message.
//!
//! A reply is written without memory when it cannot be read.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use verse_ai::{Recollection, Role as TurnRole, Turn};
use verse_data::{
    ChatId, Database, MemoryExcerpt, MemoryQuery, Role, TokenHash, list_unembedded,
    save_embeddings, search_memory,
};

use crate::{assistant::Assistant, message_embedder::MessageEmbedder};

/// The longest that a reply waits for its message's vector.
const MESSAGE_TIMEOUT: Duration = Duration::from_millis(1500);
/// The longest that new messages are embedded for after the reply.
const NEW_MESSAGES_TIMEOUT: Duration = Duration::from_secs(5);

/// A message's vector with the name of its embedding model, where one is configured and answers.
pub(crate) struct MessageVector<'m>(Option<(&'m str, Vec<f32>)>);

/// Embeds `message` for a search.
pub(crate) async fn embed<'m>(assistant: &'m Assistant, message: &str) -> MessageVector<'m> {
    let Some(embedder) = &assistant.embedder else {
        return MessageVector(None);
    };
    let end = Instant::now() + MESSAGE_TIMEOUT;
    let vectors = embedder.embed(vec![message.to_owned()], end).await;
    let vector = vectors.and_then(|vectors| vectors.into_iter().next());
    MessageVector(vector.map(|vector| (embedder.name(), vector)))
}

impl MessageVector<'_> {
    /// Searches the user's other conversations for `message`, by words and by this vector. One round trip.
    pub(crate) async fn search(
        &self,
        database: &Database,
        token: TokenHash,
        message: &str,
        excluded: Option<ChatId>,
    ) -> Vec<Recollection> {
        let vector = self.0.as_ref();
        let query = MemoryQuery {
            text: message,
            vector: vector.map(|(name, vector)| (*name, vector.as_slice())),
            excluded_chat: excluded,
        };
        let excerpts = search_memory(database, token, query).await;
        let excerpts = excerpts.unwrap_or_else(|error| {
            tracing::error!(cause = %error, "memory could not be searched");
            Vec::new()
        });
        excerpts.into_iter().map(recollection).collect()
    }
}

/// Embeds the user's new messages for later searches, until `end`. The next reply continues with the rest. Two round trips.
pub(crate) async fn embed_new_messages(
    database: &Database,
    embedder: &MessageEmbedder,
    token: TokenHash,
    end: Instant,
) {
    let end = end.min(Instant::now() + NEW_MESSAGES_TIMEOUT);
    let embedding = async {
        let Ok(messages) = list_unembedded(database, token, embedder.name()).await else {
            return;
        };
        let (ids, texts): (Vec<_>, Vec<_>) = messages.into_iter().unzip();
        if texts.is_empty() {
            return;
        }
        if let Some(vectors) = embedder.embed(texts, end).await {
            let vectors: Vec<_> = ids.into_iter().zip(vectors).collect();
            if let Err(error) = save_embeddings(database, token, embedder.name(), &vectors).await {
                tracing::error!(cause = %error, "vectors could not be stored");
            }
        }
    };
    if timeout_at(end, embedding).await.is_err() {
        tracing::error!("new messages were not embedded in time");
    }
}

fn recollection(excerpt: MemoryExcerpt) -> Recollection {
    let turns = excerpt.messages.into_iter();
    let turns = turns.map(|(role, text)| Turn::new(turn_role(role), text));
    Recollection {
        about: excerpt.title,
        turns: turns.collect(),
    }
}

pub(crate) fn turn_role(role: Role) -> TurnRole {
    match role {
        Role::User => TurnRole::User,
        Role::Assistant => TurnRole::Assistant,
    }
}
