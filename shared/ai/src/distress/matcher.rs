//! Finds many patterns in a sequence of words at once, in a time that depends on the numbers of words and patterns only.
//!
//! The state is a row of bits, one for each element of each pattern. A bit is set while the words before the current place
//! match its pattern up to that element. A word moves all bits to the next element, and keeps those whose element has the
//! word. This is the algorithm Shift-And of Baeza-Yates and Gonnet (1992), with optional elements as in Navarro and Raffinot
//! (2002). No input can make it slower.

use std::collections::{HashMap, HashSet};

use super::words::END;

/// An element of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) words: Words,
    /// Whether the element may be absent. The first and the last element may not.
    pub(super) is_optional: bool,
}

/// The words that an element accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// These words; one that ends with `*` is the beginning of a word.
    These(Vec<String>),
    /// All but the end of a sentence, hidden words and stop words.
    Any,
}

/// The number of a word in the vocabulary.
pub(super) type WordId = u16;
/// A word that no pattern has.
const UNKNOWN: WordId = 0;
/// A word that no element accepts.
pub(super) const HIDDEN: WordId = 1;

/// The words that the patterns have.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    ids: HashMap<String, WordId>,
    /// Beginnings of words.
    stems: Vec<(String, WordId)>,
    stop_words: HashSet<String>,
}

impl Vocabulary {
    pub(super) fn new<'p>(
        patterns: impl Iterator<Item = &'p [Element]>,
        stop_words: HashSet<String>,
    ) -> Self {
        let mut vocabulary = Self::default();
        vocabulary.add(END);
        for element in patterns.flatten() {
            if let Words::These(words) = &element.words {
                for word in words {
                    vocabulary.add(word);
                }
            }
        }
        for word in &stop_words {
            vocabulary.add(word);
        }
        vocabulary.stop_words = stop_words;
        vocabulary
    }

    fn add(&mut self, word: &str) {
        let count = WordId::try_from(self.ids.len() + self.stems.len());
        let Ok(id) = count.map(|count| count.saturating_add(HIDDEN + 1)) else {
            return;
        };
        if let Some(stem) = word.strip_suffix('*') {
            if self.stems.iter().all(|(known, _)| known != stem) {
                self.stems.push((stem.to_owned(), id));
            }
        } else if !self.ids.contains_key(word) {
            self.ids.insert(word.to_owned(), id);
        }
    }

    /// Whether a pattern has this word or its beginning.
    pub(super) fn has(&self, word: &str) -> bool {
        self.id(word) != UNKNOWN
    }

    pub(super) fn id(&self, word: &str) -> WordId {
        let known = self.ids.get(word).copied().or_else(|| {
            let stem = self.stems.iter().find(|(stem, _)| word.starts_with(stem));
            stem.map(|(_, id)| *id)
        });
        known.unwrap_or(UNKNOWN)
    }

    fn words(&self) -> impl Iterator<Item = (&str, WordId)> {
        let ids = self.ids.iter().map(|(word, id)| (word.as_str(), *id));
        ids.chain(self.stems.iter().map(|(stem, id)| (stem.as_str(), *id)))
    }
}

/// A row of bits, one for each element of each pattern.
type Bits = Vec<u64>;

/// Patterns in the form in which words are matched.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    /// For each word the elements that accept it.
    accepting: Vec<Bits>,
    starts: Bits,
    optional: Bits,
    ends: Bits,
    /// The pattern of each element.
    owners: Vec<usize>,
}

impl Matcher {
    pub(super) fn new<'p>(
        patterns: impl Iterator<Item = &'p [Element]>,
        vocabulary: &Vocabulary,
    ) -> Self {
        let mut elements: Vec<PlacedElement<'_>> = Vec::new();
        let mut owners = Vec::new();
        for (index, pattern) in patterns.enumerate() {
            elements.extend(
                pattern
                    .iter()
                    .enumerate()
                    .map(|(at, element)| PlacedElement {
                        element,
                        is_first: at == 0,
                        is_last: at + 1 == pattern.len(),
                    }),
            );
            owners.resize(elements.len(), index);
        }
        let row = |has: &dyn Fn(&PlacedElement<'_>) -> bool| -> Bits {
            let bits = |placed: &[PlacedElement<'_>]| {
                let bits = placed.iter().enumerate();
                bits.map(|(at, placed)| u64::from(has(placed)) << at).sum()
            };
            elements.chunks(64).map(bits).collect()
        };
        let any = row(&|placed| placed.element.words == Words::Any);
        let accepting = accepting_rows(&elements, vocabulary, any);
        Self {
            accepting,
            starts: row(&|placed| placed.is_first),
            optional: row(&|placed| placed.element.is_optional),
            ends: row(&|placed| placed.is_last),
            owners,
        }
    }

    /// Calls `found` with each pattern that matches, and the place of its last word.
    pub(super) fn find(&self, words: &[WordId], mut found: impl FnMut(usize, usize)) {
        let mut state = vec![0; self.starts.len()];
        for (place, word) in words.iter().enumerate() {
            let Some(accepting) = self.accepting.get(usize::from(*word)) else {
                continue;
            };
            if !self.accept(&mut state, accepting) {
                continue;
            }
            for ((state, ends), owners) in state.iter().zip(&self.ends).zip(self.owners.chunks(64))
            {
                let mut bits = state & ends;
                while bits != 0 {
                    let at = usize::try_from(bits.trailing_zeros()).unwrap_or_default();
                    owners
                        .get(at)
                        .into_iter()
                        .for_each(|pattern| found(*pattern, place));
                    bits &= bits - 1;
                }
            }
        }
    }

    /// Moves the state over one word. Returns whether a pattern ends with it.
    fn accept(&self, state: &mut [u64], accepting: &[u64]) -> bool {
        let mut ended = 0;
        let (mut moved_in, mut skipped_in) = (0, 0);
        let fixed = self.starts.iter().zip(&self.optional).zip(&self.ends);
        for ((state, accepting), ((starts, optional), ends)) in
            state.iter_mut().zip(accepting).zip(fixed)
        {
            let moved = (*state << 1) | moved_in | starts;
            moved_in = *state >> 63;
            let reached = moved & accepting;
            // The optional elements behind a reached one are skipped. In each run of optional elements, the addition
            // carries from the first skipped one to the end of the run, and flips them all.
            let first_skipped = ((reached << 1) | skipped_in) & optional;
            let flipped = optional.wrapping_add(first_skipped) ^ optional;
            *state = reached | (optional & (flipped | first_skipped));
            skipped_in = *state >> 63;
            ended |= *state & ends;
        }
        ended != 0
    }
}

/// For each word the elements that accept it; `any` are those that accept words of any kind.
fn accepting_rows(elements: &[PlacedElement<'_>], vocabulary: &Vocabulary, any: Bits) -> Vec<Bits> {
    let none = vec![0; any.len()];
    let mut rows = vec![none; vocabulary.ids.len() + vocabulary.stems.len() + 2];
    for (word, id) in vocabulary.words() {
        let is_in_gaps = word != END && !vocabulary.stop_words.contains(word);
        if let (true, Some(row)) = (is_in_gaps, rows.get_mut(usize::from(id))) {
            row.clone_from(&any);
        }
    }
    if let Some(unknown) = rows.get_mut(usize::from(UNKNOWN)) {
        *unknown = any;
    }
    let mut accept = |id: WordId, at: usize| {
        let row = rows.get_mut(usize::from(id));
        if let Some(bits) = row.and_then(|row| row.get_mut(at / 64)) {
            *bits |= 1 << (at % 64);
        }
    };
    for (at, placed) in elements.iter().enumerate() {
        let Words::These(words) = &placed.element.words else {
            continue;
        };
        for accepted in words {
            if let Some(stem) = accepted.strip_suffix('*') {
                let begun = vocabulary
                    .words()
                    .filter(|(word, _)| word.starts_with(stem));
                begun.for_each(|(_, id)| accept(id, at));
            } else if let Some(id) = vocabulary.ids.get(accepted) {
                accept(*id, at);
            }
        }
    }
    rows
}

struct PlacedElement<'p> {
    element: &'p Element,
    is_first: bool,
    is_last: bool,
}
