//! Finds the sections of the commentary, and the topics, that match the words of a question.
//!
//! Words are compared by their stems, stop words do not count, and rare words count for more
//! (BM25). A question is a bag of words: its meaning is not analysed.

use std::collections::{BTreeMap, BTreeSet};

use super::commentary::{Section, find_section};
use super::embedded::{COMMENTARY_DOCUMENTS, COMMENTARY_INDEX, TOPIC_DOCUMENTS, TOPIC_INDEX};
use super::topics::find_name;
use super::works_format::{PackedDocuments, PackedPostings};
use crate::stem::{plain, search_stem, words};
use crate::zstd_frames::{SortedFrames, ZstdFrames};

/// How many words of a question are used, the first ones.
const MOST_WORDS: usize = 64;

/// A section that matches a question.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundSection {
    /// The section.
    pub section: Section,
    /// How well it matches; comparable only with other scores of the same question.
    pub score: f32,
    /// How many of the question's distinct words it has.
    pub words: usize,
}

/// A topic whose name matches a question.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundTopic {
    /// The topic's name.
    pub name: String,
    /// How well it matches; comparable only with other scores of the same question.
    pub score: f32,
    /// How many of the question's distinct words its name has.
    pub words: usize,
}

/// The sections that match a question best, the best first.
#[must_use]
pub fn search_commentary(question: &str, limit: usize) -> Vec<FoundSection> {
    let found = rank(question, &COMMENTARY_DOCUMENTS, &COMMENTARY_INDEX);
    let section = |(score, words, (chapter, place))| {
        let section = find_section(usize::from(chapter), usize::from(place))?;
        Some(FoundSection {
            section,
            score,
            words,
        })
    };
    found.into_iter().take(limit).filter_map(section).collect()
}

/// The topics whose names match a question best, the best first.
#[must_use]
pub fn search_topics(question: &str, limit: usize) -> Vec<FoundTopic> {
    let found = rank(question, &TOPIC_DOCUMENTS, &TOPIC_INDEX);
    let mut topics: Vec<FoundTopic> = Vec::new();
    for (score, words, (frame, place)) in found {
        if topics.len() == limit {
            break;
        }
        let name = find_name(usize::from(frame), usize::from(place));
        // Two names occur twice.
        if let Some(name) = name.filter(|name| topics.iter().all(|topic| topic.name != *name)) {
            topics.push(FoundTopic { name, score, words });
        }
    }
    topics
}

/// The stems of a text's words without stop words. Also serves to compare a sentence with a
/// question.
#[must_use]
pub fn search_terms(text: &str) -> BTreeSet<String> {
    words(text)
        .filter(|word| {
            let plain = plain(word);
            plain.len() > 1 && !STOP_WORDS.contains(&plain.as_str())
        })
        .map(search_stem)
        .take(MOST_WORDS)
        .collect()
}

/// Every document that has a word of the question, the best first: score, number of words, place.
fn rank(
    question: &str,
    documents: &ZstdFrames,
    index: &SortedFrames,
) -> Vec<(f32, usize, (u16, u16))> {
    /// How soon repetitions of a word stop counting.
    const SATURATION: f32 = 1.2;
    /// How much a document's length lowers its score: little, because the longest sections treat
    /// the most important matters.
    const LENGTH: f32 = 0.3;
    let Some(PackedDocuments { lengths, places }) = documents.read(0) else {
        return Vec::new();
    };
    let count = float(lengths.len());
    let average = lengths.iter().map(|length| f32::from(*length)).sum::<f32>() / count.max(1.0);
    let mut scores: BTreeMap<u16, (f32, usize)> = BTreeMap::new();
    for stem in search_terms(question) {
        let Some(postings) = find_postings(index, &stem) else {
            continue;
        };
        let has = float(postings.len());
        let rarity = ((count - has + 0.5) / (has + 0.5)).ln_1p();
        let mut document = 0;
        for (distance, times) in postings {
            document += distance;
            let times = f32::from(times);
            let length = lengths
                .get(usize::from(document))
                .copied()
                .unwrap_or_default();
            let weight = 1.0 - LENGTH + LENGTH * f32::from(length) / average;
            let (score, words) = scores.entry(document).or_default();
            *score += rarity * times * (SATURATION + 1.0) / (times + SATURATION * weight);
            *words += 1;
        }
    }
    let mut found: Vec<_> = scores
        .into_iter()
        .filter_map(|(document, (score, words))| {
            Some((score, words, *places.get(usize::from(document))?))
        })
        .collect();
    found.sort_by(|(one, ..), (other, ..)| other.total_cmp(one));
    found
}

fn find_postings(index: &SortedFrames, stem: &str) -> Option<Vec<(u16, u16)>> {
    let frame: Vec<PackedPostings> = index.frames.read(index.frame_of(stem)?)?;
    frame
        .into_iter()
        .find(|(other, _)| other == stem)
        .map(|(_, postings)| postings)
}

fn float(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

/// Function words, and words that questions are phrased with.
const STOP_WORDS: [&str; 130] = [
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "art", "as", "at", "be",
    "because", "been", "before", "being", "bible", "but", "by", "can", "cannot", "could", "did",
    "do", "does", "doth", "down", "each", "explain", "for", "from", "had", "has", "hast", "hath",
    "have", "he", "her", "here", "hers", "him", "his", "how", "i", "if", "im", "in", "into", "is",
    "it", "its", "just", "let", "like", "may", "me", "mean", "meaning", "means", "might", "more",
    "most", "must", "my", "no", "nor", "not", "now", "of", "on", "one", "only", "or", "other",
    "our", "out", "passage", "please", "say", "says", "shall", "shalt", "she", "should", "so",
    "some", "such", "tell", "than", "that", "the", "thee", "their", "them", "then", "there",
    "these", "they", "thine", "this", "those", "thou", "thy", "to", "too", "unto", "up", "us",
    "verse", "very", "was", "we", "were", "what", "when", "where", "which", "who", "whom", "why",
    "will", "with", "would", "ye", "yet", "you", "your", "yours",
];
