//! The words of both dictionaries: lemma, plain gloss, and how often the Berean Standard Bible
//! translates it by which words. [`lexicon`](super::lexicon) has the dictionaries' own texts.
//!
//! All are decompressed at the first use and stay in memory: a verse needs dozens of them, and a
//! search reads them all.

use std::cmp::Reverse;
use std::sync::OnceLock;

use super::embedded::HEADWORDS;
use super::lexicon::StrongsNumber;
use super::plain_letters::{plain_letters, plain_transliteration};
use super::works_format::{PackedHeadword, PackedHeadwords};
use crate::stem::{stem, words};

/// A word of the dictionaries.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Headword {
    /// Its number.
    pub number: StrongsNumber,
    /// Its dictionary form.
    pub lemma: &'static str,
    /// The dictionary form in Latin letters.
    pub transliteration: &'static str,
    /// Its meaning: its commonest renderings, verbs as infinitives and nouns in the singular. `None`
    /// for the 187 words that the Hebrew and Greek texts do not have.
    pub gloss: Option<&'static str>,
    /// `noun`, `verb`, `name`, `adjective`, `adverb` or `particle`.
    pub part_of_speech: Option<&'static str>,
    /// How often the Hebrew or Greek text has it.
    pub times: u32,
    /// In how many verses, and psalm titles, the text has it.
    pub verses: u16,
    /// The words by which the Berean Standard Bible translates it and how often, the commonest
    /// first, from two in a hundred up.
    pub renderings: Vec<(&'static str, u32)>,
}

/// The word of a number.
#[must_use]
pub fn find_headword(number: StrongsNumber) -> Option<Headword> {
    let packed = packed_headwords().get(number.slot())?.as_ref()?;
    Some(headword(number, packed))
}

/// The words that match a query best, the best first: by number, dictionary form (with or without
/// points and accents), transliteration, gloss or rendering. First the words that are, or are
/// translated by, the query itself; then those of which it is the beginning or a part.
#[must_use]
pub fn search_headwords(query: &str, limit: usize) -> Vec<Headword> {
    if let Ok(number) = query.trim().parse::<StrongsNumber>() {
        return find_headword(number).into_iter().take(limit).collect();
    }
    let Some(query) = Query::new(query) else {
        return Vec::new();
    };
    let words = StrongsNumber::all().zip(packed_headwords());
    let mut found: Vec<(Match, StrongsNumber, &PackedHeadword<'static>)> = words
        .filter_map(|(number, word)| {
            let word = word.as_ref()?;
            Some((query.matches(word)?, number, word))
        })
        .collect();
    found.sort_by_key(|(matched, number, _)| {
        let times = matched.times;
        (!matched.is_whole, Reverse(times), *number)
    });
    let best = found.into_iter().take(limit);
    best.map(|(_, number, word)| headword(number, word))
        .collect()
}

/// The word that is written so, in its own letters or in Latin ones: `hesed`, `ἀγάπη`. Of several the commonest.
#[must_use]
pub fn find_written(word: &str) -> Option<Headword> {
    let query = Query::new(word)?;
    let words = StrongsNumber::all().zip(packed_headwords());
    let written = words.filter_map(|(number, word)| {
        let word = word.as_ref()?;
        let is_so =
            query.letters == word.lemma_key || query.transliteration == word.transliteration_key;
        is_so.then_some((number, word))
    });
    let (number, word) = written.max_by_key(|(_, word)| word.times)?;
    Some(headword(number, word))
}

/// How a word matches a query.
struct Match {
    /// Whether the query is the whole word or a whole rendering, and not a part.
    is_whole: bool,
    /// How often the word is so, or is translated so.
    times: u32,
}

/// A query in the forms in which it is compared.
struct Query {
    /// Its words and their stems.
    words: Vec<(String, String)>,
    letters: String,
    transliteration: String,
}

impl Query {
    /// `None` if the query has no letter.
    fn new(query: &str) -> Option<Self> {
        let letters = plain_letters(query);
        if !letters.contains(char::is_alphabetic) {
            return None;
        }
        let words = words(query).map(|word| (word.to_lowercase(), stem(word)));
        Some(Self {
            words: words.collect(),
            transliteration: plain_transliteration(query),
            letters,
        })
    }

    fn matches(&self, word: &PackedHeadword<'_>) -> Option<Match> {
        let is_lemma = self.letters == word.lemma_key;
        let whole = |times| Match {
            is_whole: true,
            times,
        };
        if is_lemma || self.transliteration == word.transliteration_key {
            return Some(whole(word.times));
        }
        let equal = |(text, _): &&(&str, u32)| self.is_equal(text);
        if let Some((_, times)) = word.renderings.iter().find(equal) {
            return Some(whole(*times));
        }
        // Glosses of words that the translation does not render: "the".
        if word.gloss.split(", ").any(|gloss| self.is_equal(gloss)) {
            return Some(whole(word.times));
        }
        let renderings = word.renderings.iter();
        let containing = renderings.filter(|(text, _)| self.is_part_of(text));
        let times = containing.map(|(_, times)| *times).max();
        let times = times.or_else(|| self.begins(word).then_some(word.times))?;
        Some(Match {
            is_whole: false,
            times,
        })
    }

    /// Whether the query begins the word's letters. One letter would be the beginning of hundreds.
    fn begins(&self, word: &PackedHeadword<'_>) -> bool {
        self.letters.chars().nth(1).is_some()
            && (word.lemma_key.starts_with(&self.letters)
                || word.transliteration_key.starts_with(&self.transliteration))
    }

    fn is_equal(&self, text: &str) -> bool {
        let mut others = words(text);
        self.words
            .iter()
            .all(|word| others.next().is_some_and(|other| is_same(word, other)))
            && others.next().is_none()
    }

    fn is_part_of(&self, text: &str) -> bool {
        self.words
            .iter()
            .all(|word| words(text).any(|other| is_same(word, other)))
    }
}

/// Whether a word is a query's word or a form of it. Words that begin differently are not compared
/// further: stemming is slow.
fn is_same((word, stemmed): &(String, String), other: &str) -> bool {
    let first = |word: &str| word.chars().next().map(|c| c.to_ascii_lowercase());
    first(word) == first(other) && (other.eq_ignore_ascii_case(word) || stem(other) == *stemmed)
}

fn packed_headwords() -> &'static [Option<PackedHeadword<'static>>] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    static WORDS: OnceLock<PackedHeadwords<'static>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let bytes = BYTES.get_or_init(|| HEADWORDS.read_bytes(0).unwrap_or_default());
        postcard::from_bytes(bytes).unwrap_or_default()
    })
}

fn headword(number: StrongsNumber, packed: &PackedHeadword<'static>) -> Headword {
    Headword {
        number,
        lemma: packed.lemma,
        transliteration: packed.transliteration,
        gloss: Some(packed.gloss).filter(|gloss| !gloss.is_empty()),
        part_of_speech: match packed.kind {
            "adj" => Some("adjective"),
            "adv" => Some("adverb"),
            "part" => Some("particle"),
            "" => None,
            other => Some(other),
        },
        times: packed.times,
        verses: packed.verses,
        renderings: packed.renderings.clone(),
    }
}
