//! Which verse each sentence of a commentary speaks of.
//!
//! A section of the commentary may be on twenty verses and name none of them. It goes through them in order, though,
//! and takes up their words: the way through the verses that never goes back and keeps closest to those words, and to
//! an even pace where there are none, is found by dynamic programming.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::OnceLock;

use verse_scripture::works::search::search_terms;

/// What a step over one verse costs: a sentence stays where it is for want of a reason to go on.
const STEP: f64 = 0.03;
/// What being a whole section away from an even pace costs.
const PACE: f64 = 0.6;
/// What a verse gains where the sentence names it: `ver. 11-13`.
const NAMED: f64 = 3.0;
/// What the words count that the commentary uses everywhere.
const EVERYWHERE: f64 = 0.4;
const EVERYWHERE_WORDS: &str =
    "god lord christ jesus man people sin soul grace heart world day thing good great holy spirit";
/// Words that tell nothing of what a sentence is about.
const STOP_WORDS: &str = "a about again all also am an and another any as at be because been before being both but \
    by can come could did do down each even every for from go had has have he her here hers him himself his how i if \
    in into is it its itself lest let made make many may me might mine more most much must my nay no none nor not now \
    o of off oh on one only or other our ours ourselves out over own same say shall she should so some such than that \
    the thee their theirs them themselves then there therefore these they thine this those thou though through thus \
    thy to too under unto up upon us very was we were what when where whether which while who whom whose why will \
    with without would ye yea yet you your yours";

/// The stems of a text's words, without those that tell nothing.
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

/// What a stem counts where texts are compared.
pub(super) fn word_weight(stem: &str) -> f64 {
    static EVERYWHERE_STEMS: OnceLock<BTreeSet<String>> = OnceLock::new();
    let everywhere = EVERYWHERE_STEMS.get_or_init(|| stems_of(EVERYWHERE_WORDS));
    if everywhere.contains(stem) {
        EVERYWHERE
    } else {
        1.0
    }
}

/// The words of a chapter's verses, in whatever translations, by which sentences are known to speak of them.
#[derive(Default)]
pub(super) struct ChapterWords {
    verses: HashMap<u16, HashSet<String>>,
    weights: HashMap<String, f64>,
}

impl ChapterWords {
    /// Of these verses; one may come more than once, in several translations.
    pub(super) fn new<'a>(texts: impl IntoIterator<Item = (u16, &'a str)>) -> Self {
        let mut verses: HashMap<u16, HashSet<String>> = HashMap::new();
        for (verse, text) in texts {
            verses.entry(verse).or_default().extend(content_stems(text));
        }
        let mut standing: HashMap<&str, u32> = HashMap::new();
        for stem in verses.values().flatten() {
            *standing.entry(stem).or_default() += 1;
        }
        let count = f64::from(u32::try_from(verses.len()).unwrap_or(u32::MAX));
        let weights = standing
            .into_iter()
            .map(|(stem, verses)| {
                (
                    stem.to_owned(),
                    word_weight(stem) * (1.0 + count / f64::from(verses)).ln(),
                )
            })
            .collect();
        Self { verses, weights }
    }

    /// How much of a sentence's words stand in a verse.
    fn likeness(&self, stems: &BTreeSet<String>, verse: u16) -> f64 {
        let Some(there) = self.verses.get(&verse) else {
            return 0.0;
        };
        let shared: f64 = stems
            .iter()
            .filter(|stem| there.contains(*stem))
            .filter_map(|stem| self.weights.get(stem))
            .sum();
        shared / (2.0 + f64::from(u32::try_from(stems.len()).unwrap_or(u32::MAX)).sqrt())
    }
}

impl ChapterWords {
    /// The most of a text's words that stand in one of these verses, and count there.
    pub(super) fn kinship(&self, text: &str, verses: &RangeInclusive<u16>) -> f64 {
        let stems = content_stems(text);
        verses
            .clone()
            .map(|verse| self.likeness(&stems, verse))
            .fold(0.0, f64::max)
    }
}

/// A sentence and the verse it speaks of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Aligned {
    pub(super) verse: u16,
    /// How many of its words stand there; 0 where only its place tells.
    pub(super) likeness: f64,
}

/// For each sentence, with its stems, of a section on the verses `first` to `last` the one that it speaks of.
pub(super) fn align(
    sentences: &[(&str, BTreeSet<String>)],
    first: u16,
    last: u16,
    chapter: &ChapterWords,
) -> Vec<Aligned> {
    let verses: Vec<u16> = (first..=last.max(first)).collect();
    let likenesses: Vec<Vec<f64>> = sentences
        .iter()
        .map(|(sentence, stems)| {
            let named = named_verses(sentence);
            let of = |verse: &u16| {
                let gain = if named.contains(verse) { NAMED } else { 0.0 };
                chapter.likeness(stems, *verse) + gain
            };
            verses.iter().map(of).collect()
        })
        .collect();
    best_way(&likenesses, verses.len())
        .into_iter()
        .zip(&likenesses)
        .filter_map(|(at, likenesses)| {
            Some(Aligned {
                verse: *verses.get(at)?,
                likeness: *likenesses.get(at)?,
            })
        })
        .collect()
}

/// The places, one a sentence, that never go back and are worth most together.
fn best_way(likenesses: &[Vec<f64>], places: usize) -> Vec<usize> {
    let number = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    let (count, width) = (number(likenesses.len()), number(places));
    let mut worth: Vec<f64> = (0..places).map(|place| -STEP * number(place)).collect();
    let mut came_from: Vec<Vec<usize>> = Vec::with_capacity(likenesses.len());
    for (index, here) in likenesses.iter().enumerate() {
        let even_pace = (number(index) + 0.5) / count * width - 0.5;
        let mut best = (f64::NEG_INFINITY, 0);
        let mut from = Vec::with_capacity(places);
        for (place, (worth, likeness)) in worth.iter_mut().zip(here).enumerate() {
            // The best way to have come here: by one verse from the best way so far, or by staying.
            best.0 -= STEP;
            if *worth > best.0 {
                best = (*worth, place);
            }
            let off_pace = (number(place) - even_pace) / width;
            *worth = best.0 + likeness - PACE * off_pace * off_pace;
            from.push(best.1);
        }
        came_from.push(from);
    }
    let mut at = worth
        .iter()
        .enumerate()
        .max_by(|(_, one), (_, other)| one.total_cmp(other))
        .map_or(0, |(place, _)| place);
    let mut way = Vec::with_capacity(came_from.len());
    for from in came_from.iter().rev() {
        way.push(at);
        at = from.get(at).copied().unwrap_or(0);
    }
    way.reverse();
    way
}

/// The verses that a sentence names: `ver. 11-13`.
fn named_verses(sentence: &str) -> HashSet<u16> {
    let mut named = HashSet::new();
    for (_, rest) in sentence
        .match_indices("ver. ")
        .filter_map(|(at, mark)| sentence.get(at + mark.len()..).map(|rest| (at, rest)))
    {
        let numbers = rest
            .split(|c: char| !(c.is_ascii_digit() || c == '-'))
            .next()
            .unwrap_or_default();
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

    fn align(sentences: &[&str], first: u16, last: u16, chapter: &ChapterWords) -> Vec<Aligned> {
        let read: Vec<_> = sentences
            .iter()
            .map(|text| (*text, content_stems(text)))
            .collect();
        super::align(&read, first, last, chapter)
    }

    #[test]
    fn sentences_follow_the_words_of_the_verses_in_their_order() {
        let chapter = ChapterWords::new([
            (1, "The Lord is my shepherd: I shall not want."),
            (
                2,
                "He makes me lie down in green pastures. He leads me beside still waters.",
            ),
            (3, "He restores my soul."),
            (
                4,
                "Though I walk through the valley of the shadow of death, your rod and your staff comfort me.",
            ),
        ]);
        let sentences = [
            "The believer rejoices that he has a shepherd.",
            "A pasture is green to him who trusts.",
            "He lacks nothing at all.",
            "The valley is deep and dark.",
            "It is a walk through it.",
        ];
        let verses: Vec<u16> = align(&sentences, 1, 4, &chapter)
            .iter()
            .map(|aligned| aligned.verse)
            .collect();
        assert_eq!(verses, [1, 2, 2, 4, 4]);
    }

    #[test]
    fn a_verse_that_is_named_is_the_one() {
        let chapter = ChapterWords::new([(1, "alpha"), (2, "beta"), (3, "gamma"), (4, "delta")]);
        let aligned = align(
            &["What ver. 3-4 says is plain.", "It is so."],
            1,
            4,
            &chapter,
        );
        assert_eq!(
            aligned.iter().map(|at| at.verse).collect::<Vec<_>>(),
            [3, 3]
        );
    }

    #[test]
    fn without_any_words_in_common_the_pace_is_even() {
        let chapter = ChapterWords::new([(1, "alpha"), (2, "beta"), (3, "gamma")]);
        let aligned = align(&["Nothing.", "Little.", "Less."], 1, 3, &chapter);
        assert!(
            aligned
                .windows(2)
                .all(|pair| pair[0].verse <= pair[1].verse)
        );
        assert_eq!(align(&[], 1, 3, &chapter), []);
        assert_eq!(align(&["Alpha."], 3, 1, &ChapterWords::new([])).len(), 1);
    }
}
