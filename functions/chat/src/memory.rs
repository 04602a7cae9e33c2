//! What the model is reminded of: what the same reader said elsewhere that bears on a message.
//!
//! It is a help and no more: where it cannot be had, the answer is written without.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use verse_ai::{Recollection, Speaker, Turn};
use verse_data::{
    ChatId, Database, Recalled, Role, TokenHash, Wanted, list_unembedded, recall, save_embeddings,
};

use crate::{assistant::Assistant, meanings::Meanings};

/// The longest that an answer waits for what its question means.
const FOR_THE_QUESTION: Duration = Duration::from_millis(1500);
/// The longest that is spent on what was said, when the answer has been given.
const FOR_WHAT_WAS_SAID: Duration = Duration::from_secs(5);

/// What a message means, where an embedder is set up and answers.
pub(crate) struct Meaning<'m>(Option<(&'m str, Vec<f32>)>);

/// What `message` means.
pub(crate) async fn meaning<'m>(assistant: &'m Assistant, message: &str) -> Meaning<'m> {
    let Some(meanings) = &assistant.meanings else {
        return Meaning(None);
    };
    let end = Instant::now() + FOR_THE_QUESTION;
    let vectors = meanings.embed(vec![message.to_owned()], end).await;
    let vector = vectors.and_then(|vectors| vectors.into_iter().next());
    Meaning(vector.map(|vector| (meanings.name(), vector)))
}

impl Meaning<'_> {
    /// What bears on `message` outside a conversation. One round trip.
    pub(crate) async fn recollect(
        &self,
        database: &Database,
        token: TokenHash,
        message: &str,
        outside: Option<ChatId>,
    ) -> Vec<Recollection> {
        let meaning = self.0.as_ref();
        let wanted = Wanted {
            text: message,
            meaning: meaning.map(|(name, vector)| (*name, vector.as_slice())),
            outside,
        };
        let recalled = recall(database, token, wanted).await;
        let recalled = recalled.unwrap_or_else(|error| {
            tracing::error!(cause = %error, "an answer is written without memory");
            Vec::new()
        });
        recalled.into_iter().map(recollection).collect()
    }
}

/// Turns what has been said into vectors, for what will be asked; what is not done by `end` is done the next time. Two
/// round trips.
pub(crate) async fn take_in(
    database: &Database,
    meanings: &Meanings,
    token: TokenHash,
    end: Instant,
) {
    let end = end.min(Instant::now() + FOR_WHAT_WAS_SAID);
    if timeout_at(end, embed_what_was_said(database, meanings, token, end))
        .await
        .is_err()
    {
        tracing::error!("there was no time to embed what was said");
    }
}

async fn embed_what_was_said(
    database: &Database,
    meanings: &Meanings,
    token: TokenHash,
    end: Instant,
) {
    let Ok(said) = list_unembedded(database, token, meanings.name()).await else {
        return;
    };
    let (messages, texts): (Vec<_>, Vec<_>) = said.into_iter().unzip();
    if texts.is_empty() {
        return;
    }
    if let Some(vectors) = meanings.embed(texts, end).await {
        let vectors: Vec<_> = messages.into_iter().zip(vectors).collect();
        if let Err(error) = save_embeddings(database, token, meanings.name(), &vectors).await {
            tracing::error!(cause = %error, "vectors could not be stored");
        }
    }
}

fn recollection(recalled: Recalled) -> Recollection {
    let turns = recalled.said.into_iter().map(|(role, text)| Turn {
        speaker: speaker(role),
        text,
    });
    Recollection {
        about: recalled.about,
        turns: turns.collect(),
    }
}

pub(crate) fn speaker(role: Role) -> Speaker {
    match role {
        Role::User => Speaker::Reader,
        Role::Assistant => Speaker::Model,
    }
}
