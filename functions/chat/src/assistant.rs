//! The parts with which this function writes replies.

use verse_generation::Generator;

use crate::message_embedder::MessageEmbedder;

/// The model and the memory. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Assistant {
    /// The model, its limits, and the rate limits.
    pub generator: Generator,
    /// Turns messages into vectors for the memory search. Without it, memory is searched by words only.
    pub embedder: Option<MessageEmbedder>,
}

impl Assistant {
    /// Uses the model and the embedder of `generator`.
    #[must_use]
    pub fn new(generator: Generator) -> Self {
        let embedder = generator.embedder.clone().map(MessageEmbedder::new);
        Self {
            generator,
            embedder,
        }
    }
}
