//! The verses that have the terms of a question, and those whose labels have them.

use std::sync::OnceLock;

use super::embedded::{LABELS, STEMS};
use super::meaning_format::{LabelSource, PackedLabel, PackedStem, rarity};
use super::question::Question;
use super::score::Weights;
use verse_scripture::stem::search_stem;

/// How many verses the canon has.
pub const VERSES: u16 = 31_102;
/// Labels that match less than this do not count.
const LEAST_MATCH: f32 = 0.04;
/// How many of the best labels count.
const MOST_LABELS: usize = 400;
/// How much less a verse counts for each place that its passage has behind a name's first.
const STEP_BY_PLACE: f32 = 0.02;
/// How much less the eleventh and later verses of a passage count than its first.
const STEP_BY_VERSE: f32 = 0.3;
/// How much less a verse counts when its label has many passages.
const STEP_BY_COUNT: f32 = 0.1;

/// The scores of all verses, by ordinal.
pub struct Scores {
    /// The part of the question's rarity that the verse's own words have, times their weight.
    pub text: Vec<f32>,
    /// The best match of a label, weighted.
    pub label: Vec<f32>,
}

/// Scores all verses.
pub fn score(question: &Question, weights: &Weights) -> Scores {
    let mut totals = Totals::new();
    for (bit, term) in question.terms.iter().enumerate() {
        totals.add_term(1 << bit, &term.meanings);
    }
    let all: f32 = totals.rarities.iter().sum();
    totals.into_scores(all.max(f32::EPSILON), weights)
}

struct Totals {
    text: Vec<f32>,
    /// One bit for each term that the verse has.
    terms: Vec<u32>,
    labels: Vec<f32>,
    /// The rarity of each term.
    rarities: Vec<f32>,
}

impl Totals {
    fn new() -> Self {
        Self {
            text: vec![0.0; usize::from(VERSES)],
            terms: vec![0; usize::from(VERSES)],
            labels: vec![0.0; labels().len()],
            rarities: Vec::new(),
        }
    }

    fn add_term(&mut self, bit: u32, meanings: &[(String, f32)]) {
        let rarest = rarity(0, VERSES);
        let mut by_stem: Vec<(String, f32)> = Vec::new();
        for (word, weight) in meanings {
            let stem = search_stem(word);
            match by_stem.iter_mut().find(|(other, _)| *other == stem) {
                Some((_, other)) => *other = other.max(*weight),
                None => by_stem.push((stem, *weight)),
            }
        }
        let stems = by_stem.into_iter().filter_map(|(stem, weight)| {
            let stem = read_stem(&stem)?;
            Some((rarity_of(&stem), weight, stem))
        });
        let mut stems: Vec<(f32, f32, PackedStem)> = stems.collect();
        stems.sort_by(|one, other| other.1.total_cmp(&one.1));
        // The term is as rare as its best meaning.
        let rare = stems.first().map_or(rarest, |(rare, ..)| *rare);
        self.rarities.push(rare);
        for (_, weight, stem) in stems {
            for (verse, frequency) in absolute(&stem.verses) {
                if let (Some(text), Some(terms)) =
                    (self.text.get_mut(verse), self.terms.get_mut(verse))
                {
                    *text += rare * weight * frequency;
                    *terms |= bit;
                }
            }
            for (label, part) in absolute(&stem.labels) {
                if let Some(label) = self.labels.get_mut(label) {
                    *label += rare * weight * part;
                }
            }
        }
    }

    /// Scores relative to the rarity of all terms.
    fn into_scores(mut self, all: f32, weights: &Weights) -> Scores {
        for (text, terms) in self.text.iter_mut().zip(&self.terms) {
            if *terms != 0 {
                let has = |(bit, rare): (usize, &f32)| (terms >> bit & 1 == 1).then_some(*rare);
                let covered: f32 = self.rarities.iter().enumerate().filter_map(has).sum();
                *text *= (covered / all).sqrt() / all;
            }
        }
        Scores {
            label: score_labels(&self.labels, all, weights),
            text: self.text,
        }
    }
}

/// For each verse the match of its best label.
fn score_labels(matched: &[f32], all: f32, weights: &Weights) -> Vec<f32> {
    let mut best: Vec<(f32, usize)> = Vec::new();
    for (number, (matched, label)) in matched.iter().zip(labels()).enumerate() {
        if *matched > 0.0 {
            let of_label = (matched / label.mass.max(f32::EPSILON)).sqrt();
            let weight = match label.source {
                LabelSource::Topic => weights.topic,
                LabelSource::Section => weights.section,
                LabelSource::Name => weights.name,
            };
            let score = matched / all * of_label * weight;
            if score > LEAST_MATCH {
                best.push((score, number));
            }
        }
    }
    best.sort_unstable_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    let mut scores = vec![0.0f32; usize::from(VERSES)];
    for (score, number) in best.into_iter().take(MOST_LABELS) {
        let Some(label) = labels().get(number) else {
            continue;
        };
        let count = u16::try_from(label.passages.len()).unwrap_or(u16::MAX);
        let score = score / (1.0 + STEP_BY_COUNT * f32::from(count).ln());
        for (place, (first, following)) in
            (0u8..=10).chain(std::iter::repeat(10)).zip(&label.passages)
        {
            let score = match label.source {
                LabelSource::Name => score * (1.0 - STEP_BY_PLACE * f32::from(place)),
                LabelSource::Topic | LabelSource::Section => score,
            };
            for verse in 0..=*following {
                let score = score * (1.0 - STEP_BY_VERSE * f32::from(verse.min(10)) / 10.0);
                if let Some(best) = scores.get_mut(usize::from(first + verse)) {
                    *best = best.max(score);
                }
            }
        }
    }
    scores
}

fn rarity_of(stem: &PackedStem) -> f32 {
    let count = |list: &[(u16, u8)]| u16::try_from(list.len()).unwrap_or(u16::MAX);
    if stem.verses.is_empty() {
        rarity(
            count(&stem.labels),
            u16::try_from(labels().len()).unwrap_or(u16::MAX),
        )
    } else {
        rarity(count(&stem.verses), VERSES)
    }
}

fn read_stem(stem: &str) -> Option<PackedStem> {
    let frame: Vec<PackedStem> = STEMS.frames.read(STEMS.frame_of(stem)?)?;
    frame.into_iter().find(|packed| packed.stem == stem)
}

fn labels() -> &'static [PackedLabel] {
    static ALL: OnceLock<Vec<PackedLabel>> = OnceLock::new();
    ALL.get_or_init(|| LABELS.read(0).unwrap_or_default())
}

/// Numbers from their distances, with their weights.
fn absolute(distances: &[(u16, u8)]) -> impl Iterator<Item = (usize, f32)> {
    distances.iter().scan(0, |at, (distance, weight)| {
        *at += usize::from(*distance);
        Some((*at, f32::from(*weight) / 100.0))
    })
}
