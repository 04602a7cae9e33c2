//! Which Hebrew or Greek word stands behind a word that a reader selected, by its place in its verse.
//!
//! Only the King James Version is linked word by word. A word of another English translation is known by the King
//! James word of the same stem in the same verse, or by the one entry of the lexicon, of all in the verse, that is
//! rendered so. Spanish has neither: nothing is guessed. `links` looks a word up, `small_words` knows those that
//! mean nothing by themselves, `study` gathers what the works say.

mod links;
mod small_words;
mod study;

pub use links::{Lemma, Through};
pub use study::{Example, LemmaStudy, WordStudy, study_word};

use crate::reference::{Extent, Reference, VerseId};
use crate::selection::{Found, Named, Token, chapter_tokens, find_text, fold, read_name};
use crate::stem::words;
use crate::translation::{TranslationCode, translations};

/// A word where it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WordInVerse {
    /// As it was selected, without marks and space around it.
    pub word: String,
    /// The translation in which it was found; else the one that the reference names.
    pub translation: Option<TranslationCode>,
    /// The verses in which it may stand: more than one if that cannot be told, none if it was not found.
    pub verses: Vec<VerseId>,
    /// What stands behind it.
    pub behind: Behind,
}

/// What stands behind a word.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Behind {
    /// These words, each once: more than one if the word stands there more than once, for different words, and it
    /// cannot be told which was selected. Never empty.
    Lemmas(Vec<Lemma>),
    /// It is a word like `the` or `and`, which means nothing by itself.
    SmallWord,
    /// It is Spanish, and no work here links Spanish words.
    Spanish,
    /// It was not found, or no work links it: the translators may have added it.
    Unknown,
}

/// Finds a word by the text around it, of whatever translation, and by what its client calls that text. Both may
/// say nothing.
#[must_use]
pub fn find_word(word: &str, verse_text: &str, reference: &str) -> WordInVerse {
    let word = word.trim_matches(|c: char| !c.is_alphabetic()).to_owned();
    let wanted: Vec<String> = words(&word).map(fold).collect();
    let named = read_name(reference);
    let places = named
        .as_ref()
        .map(|named| places(named, &wanted, verse_text))
        .unwrap_or_default();
    let named_translation = named.and_then(|named| named.translation);
    let translation = places
        .first()
        .map(|place| place.translation)
        .or(named_translation);
    let mut verses: Vec<VerseId> = places.iter().map(|place| place.verse).collect();
    verses.dedup();
    let behind = if translation == Some(TranslationCode::Srv) {
        Behind::Spanish
    } else if wanted.iter().all(|word| small_words::is_small(word)) {
        Behind::SmallWord
    } else {
        match links::find_lemmas(&places, &word, &wanted) {
            lemmas if lemmas.is_empty() => Behind::Unknown,
            lemmas => Behind::Lemmas(lemmas),
        }
    };
    WordInVerse {
        word,
        translation,
        verses,
        behind,
    }
}

/// Where a word stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    translation: TranslationCode,
    verse: VerseId,
    /// How many words of the verse stand before it.
    at: usize,
}

/// Where a word stands in a text; if it is not there, or the text is nowhere, in the verses of the reference.
fn places(named: &Named, wanted: &[String], verse_text: &str) -> Vec<Place> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let found = find_text(named, verse_text);
    let in_text: Vec<Place> = found
        .iter()
        .flat_map(|found| places_in(found.translation, &found.tokens, wanted))
        .collect();
    if !in_text.is_empty() {
        return in_text;
    }
    // The word of another translation than the text, say: `mercy` where the text has `loving kindness`.
    let passages: Vec<Reference> = found.iter().filter_map(Found::passage).collect();
    match passages.as_slice() {
        [] => places_in_passage(named.translation, &named.passage, wanted),
        [passage] => places_in_passage(None, passage, wanted),
        _ => Vec::new(),
    }
}

/// Where a word stands in verses, in the first translation that has it there. In a chapter it counts only if a
/// single verse has it.
fn places_in_passage(
    named: Option<TranslationCode>,
    passage: &Reference,
    wanted: &[String],
) -> Vec<Place> {
    const FAR_TOO_MANY: usize = 3;
    let chapters: Vec<_> = passage.chapters().take(FAR_TOO_MANY).collect();
    if chapters.len() == FAR_TOO_MANY {
        return Vec::new();
    }
    let preferred = named.or(Some(TranslationCode::Kjv));
    let others = translations().iter().map(|translation| translation.code);
    for translation in preferred.into_iter().chain(others) {
        let mut places: Vec<Place> = chapters
            .iter()
            .flat_map(|(book, chapter, verses)| {
                let mut tokens = chapter_tokens(translation, *book, *chapter, false);
                tokens.retain(|token| {
                    token
                        .verse
                        .is_some_and(|verse| verses.contains(&verse.verse))
                });
                places_in(translation, &tokens, wanted)
            })
            .collect();
        places.dedup_by_key(|place| (place.verse, place.at));
        let verse = places.first().map(|place| place.verse);
        let single = places.iter().all(|place| Some(place.verse) == verse);
        if !places.is_empty() {
            let told = single || passage.extent() == Extent::Verses;
            return if told { places } else { Vec::new() };
        }
    }
    Vec::new()
}

fn places_in(translation: TranslationCode, tokens: &[Token], wanted: &[String]) -> Vec<Place> {
    let here = |window: &&[Token]| {
        let same_verse = window
            .iter()
            .all(|token| token.verse == window.first().and_then(|first| first.verse));
        same_verse
            && window
                .iter()
                .zip(wanted)
                .all(|(token, word)| token.word == *word)
    };
    tokens
        .windows(wanted.len().max(1))
        .filter(here)
        .filter_map(|window| {
            let first = window.first()?;
            Some(Place {
                translation,
                verse: first.verse?,
                at: first.place,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
