//! Alignment of a commentary section's sentences to the verses that they explain.
//!
//! A section on twenty verses may name none of them, but it follows their order and repeats their words. Dynamic programming
//! finds the path through the verses that never goes back and shares the most words with them; without shared words it keeps
//! an even pace.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::{ops::RangeInclusive, sync::OnceLock};

use verse_scripture::works::search::search_terms;

/// The cost of a step to the next verse: without a reason to go on, a sentence stays at the verse.
const STEP: f64 = 0.03;
/// The cost of a distance of one whole section from the even pace.
const PACE: f64 = 0.6;
/// The gain of a verse that the sentence names: `ver. 11-13`.
const NAMED: f64 = 3.0;
/// The weight of words that the commentary uses everywhere.
const COMMON_WEIGHT: f64 = 0.4;
const COMMON_WORDS: &str =
    "god lord christ jesus man people sin soul grace heart world day thing good great holy spirit";
/// Words without a subject.
const STOP_WORDS: &str = "a about again all also am an and another any as at be because been before being both but \
    by can come could did do down each even every for from go had has have he her here hers him himself his how i if \
    in into is it its itself lest let made make many may me might mine more most much must my nay no none nor not now \
    o of off oh on one only or other our ours ourselves out over own same say shall she should so some such than that \
    the thee their theirs them themselves then there therefore these they thine this those thou though through thus \
    thy to too under unto up upon us very was we were what when where whether which while who whom whose why will \
    with without would ye yea yet you your yours";

/// The stems of a text's words, without stop words.
pub(super) fn content_stems(text: &str) -> BTreeSet<String> {
    static STOPS: OnceLock<BTreeSet<String>> = OnceLock::new();
    let stops = STOPS.get_or_init(|| stems_of(STOP_WORDS));
    let mut stems = search_terms(text);
    stems.retain(|stem| !stops.contains(stem));
    stems
}

/// The stems of a list of words.
pub(super) fn stems_of(words: &str) -> BTreeSet<String> {
    words.split_whitespace().flat_map(search_terms).collect()
}

/// Whether one of the words is no stop word.
fn has_subject(words: &[String]) -> bool {
    static STOPS: OnceLock<HashSet<&str>> = OnceLock::new();
    let stops = STOPS.get_or_init(|| STOP_WORDS.split_whitespace().collect());
    words.iter().any(|word| !stops.contains(word.as_str()))
}

/// The key of a run of words. Runs of different words have different keys, but for one in many billions.
fn key(words: &[String]) -> u64 {
    let mut hasher = DefaultHasher::new();
    words.hash(&mut hasher);
    hasher.finish()
}

/// The words of a text in small letters.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !(c.is_alphabetic() || c == '\''))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

/// Whether a list of words contains this word.
pub(super) fn is_in(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|listed| listed == word)
}

/// The weight of a stem in the comparison of texts.
pub(super) fn word_weight(stem: &str) -> f64 {
    static COMMON: OnceLock<BTreeSet<String>> = OnceLock::new();
    let common = COMMON.get_or_init(|| stems_of(COMMON_WORDS));
    if common.contains(stem) {
        COMMON_WEIGHT
    } else {
        1.0
    }
}

/// The words of a run. Fewer are common to texts that do not quote each other.
pub(super) const RUN: usize = 4;

/// The words of a run that shows which verse a sentence is about.
pub(super) const SHORT_RUN: usize = 3;

/// The stems of a chapter's verses with their weights.
#[derive(Default)]
pub(super) struct ChapterWords {
    verses: HashMap<u16, HashSet<String>>,
    weights: HashMap<String, f64>,
    /// The key of every run of [`RUN`] words of a verse.
    runs: HashSet<u64>,
    /// The keys of the runs of [`SHORT_RUN`] words with a subject, and their verses.
    short_runs: HashMap<u64, Vec<u16>>,
}

impl ChapterWords {
    /// The words of these verses. A verse can be there several times, in different translations.
    pub(super) fn new<'a>(texts: impl IntoIterator<Item = (u16, &'a str)>) -> Self {
        let mut verses: HashMap<u16, HashSet<String>> = HashMap::new();
        let mut runs = HashSet::new();
        let mut short_runs: HashMap<u64, Vec<u16>> = HashMap::new();
        for (verse, text) in texts {
            verses.entry(verse).or_default().extend(content_stems(text));
            let words: Vec<String> = words(text).collect();
            runs.extend(words.windows(RUN).map(key));
            for run in words.windows(SHORT_RUN).filter(|run| has_subject(run)) {
                short_runs.entry(key(run)).or_default().push(verse);
            }
        }
        let mut frequency: HashMap<&str, u32> = HashMap::new();
        for stem in verses.values().flatten() {
            *frequency.entry(stem).or_default() += 1;
        }
        let count = number(verses.len());
        let weights = frequency.into_iter().map(|(stem, verses)| {
            let rarity = (1.0 + count / f64::from(verses)).ln();
            (stem.to_owned(), word_weight(stem) * rarity)
        });
        let weights = weights.collect();
        Self {
            verses,
            weights,
            runs,
            short_runs,
        }
    }

    /// Whether a verse has these words, which are [`RUN`] small ones, side by side.
    pub(super) fn has_run(&self, words: &[String]) -> bool {
        self.runs.contains(&key(words))
    }

    /// Whether a verse has these words, which are [`SHORT_RUN`] small ones with a subject, side by side.
    pub(super) fn has_short_run(&self, words: &[String]) -> bool {
        self.short_runs.contains_key(&key(words))
    }

    /// Whether a sentence quotes some words of one of these verses side by side.
    pub(super) fn quotes(&self, sentence: &str, verses: &RangeInclusive<u16>) -> bool {
        let words: Vec<String> = words(sentence).collect();
        words.windows(SHORT_RUN).any(|run| {
            let found = self.short_runs.get(&key(run));
            found.is_some_and(|found| found.iter().any(|verse| verses.contains(verse)))
        })
    }

    /// The weight of the stems that a sentence shares with a verse, relative to the sentence's length.
    fn similarity(&self, stems: &BTreeSet<String>, verse: u16) -> f64 {
        let Some(of_verse) = self.verses.get(&verse) else {
            return 0.0;
        };
        let shared = stems.iter().filter(|stem| of_verse.contains(*stem));
        let shared: f64 = shared.filter_map(|stem| self.weights.get(stem)).sum();
        shared / (2.0 + number(stems.len()).sqrt())
    }

    /// The similarity of a text to the most similar of these verses.
    pub(super) fn best_similarity(&self, text: &str, verses: &RangeInclusive<u16>) -> f64 {
        let stems = content_stems(text);
        let similarities = verses.clone().map(|verse| self.similarity(&stems, verse));
        similarities.fold(0.0, f64::max)
    }
}

/// For each sentence, with its stems, the verse that it explains, of the section's verses `first` to `last`, and its
/// similarity to the verse: 0 when only its position decided.
pub(super) fn align(
    sentences: &[(&str, BTreeSet<String>)],
    first: u16,
    last: u16,
    chapter: &ChapterWords,
) -> Vec<(u16, f64)> {
    let verses: Vec<u16> = (first..=last.max(first)).collect();
    let similarities: Vec<Vec<f64>> = sentences
        .iter()
        .map(|(sentence, stems)| {
            let named = named_verses(sentence);
            let score = |verse: &u16| {
                let gain = if named.contains(verse) { NAMED } else { 0.0 };
                chapter.similarity(stems, *verse) + gain
            };
            verses.iter().map(score).collect()
        })
        .collect();
    best_path(&similarities, verses.len())
        .into_iter()
        .zip(&similarities)
        .filter_map(|(at, similarities)| Some((*verses.get(at)?, *similarities.get(at)?)))
        .collect()
}

/// The indices of the verses, one a sentence, that never decrease and have the highest total score.
fn best_path(similarities: &[Vec<f64>], verses: usize) -> Vec<usize> {
    let (count, width) = (number(similarities.len()), number(verses));
    let mut scores: Vec<f64> = (0..verses).map(|verse| -STEP * number(verse)).collect();
    let mut came_from: Vec<Vec<usize>> = Vec::with_capacity(similarities.len());
    for (index, here) in similarities.iter().enumerate() {
        let even_pace = (number(index) + 0.5) / count * width - 0.5;
        let mut best = (f64::NEG_INFINITY, 0);
        let mut from = Vec::with_capacity(verses);
        for (verse, (score, similarity)) in scores.iter_mut().zip(here).enumerate() {
            // The best path to this verse: one step from the best path so far, or staying.
            best.0 -= STEP;
            if *score > best.0 {
                best = (*score, verse);
            }
            let off_pace = (number(verse) - even_pace) / width;
            *score = best.0 + similarity - PACE * off_pace * off_pace;
            from.push(best.1);
        }
        came_from.push(from);
    }
    let mut at = scores
        .iter()
        .enumerate()
        .max_by(|(_, one), (_, other)| one.total_cmp(other))
        .map_or(0, |(verse, _)| verse);
    let mut path = Vec::with_capacity(came_from.len());
    for from in came_from.iter().rev() {
        path.push(at);
        at = from.get(at).copied().unwrap_or(0);
    }
    path.reverse();
    path
}

fn number(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// The verses that a sentence names: `ver. 11-13`.
fn named_verses(sentence: &str) -> HashSet<u16> {
    let mut named = HashSet::new();
    for rest in sentence.split("ver. ").skip(1) {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '-'));
        let numbers = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let mut ends = numbers
            .split('-')
            .filter_map(|number| number.parse::<u16>().ok());
        if let Some(first) = ends.next() {
            named.extend(first..=ends.next().unwrap_or(first).min(first.saturating_add(200)));
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verses of the sentences.
    fn align(sentences: &[&str], first: u16, last: u16, chapter: &ChapterWords) -> Vec<u16> {
        let read = sentences.iter().map(|text| (*text, content_stems(text)));
        let aligned = super::align(&read.collect::<Vec<_>>(), first, last, chapter);
        aligned.into_iter().map(|(verse, _)| verse).collect()
    }

    #[test]
    fn sentences_follow_the_words_of_the_verses() {
        let verses = [
            "The Lord is my shepherd: I shall not want.",
            "He makes me lie down in green pastures. He leads me beside still waters.",
            "He restores my soul.",
            "Though I walk through the valley of the shadow of death, your rod and your staff comfort me.",
        ];
        let chapter = ChapterWords::new((1..).zip(verses));
        let sentences = [
            "The believer rejoices that he has a shepherd.",
            "A pasture is green to him who trusts.",
            "He lacks nothing at all.",
            "The valley is deep and dark.",
            "It is a walk through it.",
        ];
        assert_eq!(align(&sentences, 1, 4, &chapter), [1, 2, 2, 4, 4]);
    }

    #[test]
    fn a_named_verse_is_chosen() {
        let chapter = ChapterWords::new([(1, "alpha"), (2, "beta"), (3, "gamma"), (4, "delta")]);
        let sentences = ["What ver. 3-4 says is plain.", "It is so."];
        assert_eq!(align(&sentences, 1, 4, &chapter), [3, 3]);
    }

    #[test]
    fn without_shared_words_the_pace_is_even() {
        let chapter = ChapterWords::new([(1, "alpha"), (2, "beta"), (3, "gamma")]);
        let aligned = align(&["Nothing.", "Little.", "Less."], 1, 3, &chapter);
        assert!(aligned.is_sorted());
        assert!(align(&[], 1, 3, &chapter).is_empty());
        assert_eq!(align(&["Alpha."], 3, 1, &ChapterWords::new([])).len(), 1);
    }
}
