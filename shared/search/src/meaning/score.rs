//! The score of each verse: the sum of its signals.

use std::sync::OnceLock;

use super::embedded::POPULARITY;
use super::lexical;
use super::question::Question;
use super::vectors;

/// A question has an answer if its best verse scores this much. `texts/PROVENANCE.md` says how it was
/// found.
pub const LEAST_SCORE: f32 = 1.55;
/// A verse is returned if it has this part of the best verse's score.
pub const LEAST_OF_BEST: f32 = 0.4;
/// The logarithm of the references to the verse that has the most (180 to Isaiah 9:6).
const MOST_POPULAR: f32 = 5.2;

/// How much each signal counts beside the verse's own words.
#[derive(Clone, Copy, Debug)]
pub struct Weights {
    /// The best match of a topic with its entry.
    pub topic: f32,
    /// The best match of a section's title: it describes its verses less exactly than a topic.
    pub section: f32,
    /// The best match of the name of a passage: it is what people call it.
    pub name: f32,
    /// How often other verses refer to the verse: a little, so that of equals the better known is first.
    pub popularity: f32,
    /// How near the verse's vector is.
    pub vector: f32,
}

impl Weights {
    /// The weights that were chosen on one half of the questions.
    pub const CHOSEN: Self = Self {
        topic: 2.0,
        section: 1.4,
        name: 3.0,
        popularity: 0.1,
        vector: 2.0,
    };
}

/// The score of each verse, by ordinal.
pub fn score(question: &Question, weights: &Weights) -> Vec<f32> {
    let lexical::Scores { mut text, label } = lexical::score(question, weights);
    let nearness = vectors::nearness(question);
    for (score, near) in text.iter_mut().zip(nearness) {
        *score += weights.vector * near.max(0.0);
    }
    let signals = text.iter_mut().zip(label).zip(popularity());
    for ((score, label), popularity) in signals {
        *score += label + weights.popularity * popularity;
    }
    text
}

/// How often other verses refer to each verse, from 0 to 1.
fn popularity() -> &'static [f32] {
    static ALL: OnceLock<Vec<f32>> = OnceLock::new();
    ALL.get_or_init(|| {
        let references = POPULARITY.iter().copied().map(f32::from);
        references
            .map(|count| count.ln_1p() / MOST_POPULAR)
            .collect()
    })
}
