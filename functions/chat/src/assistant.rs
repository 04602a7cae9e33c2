//! What answers in this function, and how much it is told.

use std::sync::Arc;

use verse_ai::Model;

use crate::meanings::Meanings;

/// What answers.
#[derive(Clone, Debug)]
pub struct Assistant {
    /// Writes the answers.
    pub model: Arc<dyn Model>,
    /// Finds what was said elsewhere by its meaning; without them, it is found by its words only.
    pub meanings: Option<Meanings>,
    /// How much of a conversation the model is told, in characters. Of a longer one the beginning is summarised.
    pub history_limit: usize,
}
