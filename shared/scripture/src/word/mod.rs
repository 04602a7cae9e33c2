//! The Hebrew or Greek word that a selected word translates, found by its position in its verse.
//!
//! Only the King James Version is linked word by word. A word of another English translation is
//! found by the King James word of the same stem in the verse, or by the verse's only lexicon entry
//! that is rendered by it. Spanish has neither, so nothing is guessed. `lemmas` looks a word up,
//! `function_words` lists words without a meaning of their own, `study` collects what the works
//! say.

mod function_words;
mod lemmas;
mod study;

pub use lemmas::{Lemma, LemmaEvidence};
pub use study::{Example, LemmaStudy, WordStudy, study_word};

use crate::reference::{Extent, Reference, VerseId};
use crate::selection::{
    ChapterWord, ClientReference, FoundText, chapter_words, find_text, fold, read_client_reference,
};
use crate::stem::words;
use crate::translation::{TranslationCode, translations};

/// A word in its verse.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WordInVerse {
    /// The selected word, without marks and spaces around it.
    pub word: String,
    /// The translation in which it was found; else that of the reference.
    pub translation: Option<TranslationCode>,
    /// The verses in which it may be: several if that is ambiguous, none if it was not found.
    pub verses: Vec<VerseId>,
    /// Its lemmas, or why there are none.
    pub lookup: LemmaLookup,
}

/// The result of looking up a word's lemmas.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LemmaLookup {
    /// The lemmas, each once. Several if the word occurs more than once, translates different
    /// lemmas and the selected one is not certain. Never empty.
    Lemmas(Vec<Lemma>),
    /// The word is one like `the` or `and`, without a meaning of its own.
    FunctionWord,
    /// The word is Spanish, and no work here links Spanish words.
    Spanish,
    /// The word was not found, or no work links it: the translators may have added it.
    Unknown,
}

/// Finds a word by the text around it, in any translation, and by the client's reference. Both may
/// be empty.
#[must_use]
pub fn find_word(word: &str, verse_text: &str, reference: &str) -> WordInVerse {
    let word = word.trim_matches(|c: char| !c.is_alphabetic()).to_owned();
    let wanted: Vec<String> = words(&word).map(fold).collect();
    let reference = read_client_reference(reference);
    let positions = reference
        .as_ref()
        .map(|reference| find_positions(reference, &wanted, verse_text))
        .unwrap_or_default();
    let translation = positions
        .first()
        .map(|position| position.translation)
        .or_else(|| reference?.translation);
    let mut verses: Vec<VerseId> = positions.iter().map(|position| position.verse).collect();
    verses.dedup();
    let lookup = if translation == Some(TranslationCode::Srv) {
        LemmaLookup::Spanish
    } else if wanted
        .iter()
        .all(|word| function_words::is_function_word(word))
    {
        LemmaLookup::FunctionWord
    } else {
        match lemmas::find_lemmas(&positions, &word, &wanted) {
            lemmas if lemmas.is_empty() => LemmaLookup::Unknown,
            lemmas => LemmaLookup::Lemmas(lemmas),
        }
    };
    WordInVerse {
        word,
        translation,
        verses,
        lookup,
    }
}

/// The position of a word.
#[derive(Clone, Copy, Debug)]
struct WordPosition {
    translation: TranslationCode,
    verse: VerseId,
    /// How many words of the verse are before it.
    index: usize,
}

/// The positions of a word in a text; if the text or the word in it is not found, in the verses of
/// the reference.
fn find_positions(
    reference: &ClientReference,
    wanted: &[String],
    verse_text: &str,
) -> Vec<WordPosition> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let found = find_text(reference, verse_text);
    let in_text: Vec<WordPosition> = found
        .iter()
        .flat_map(|found| positions_in(found.translation, &found.words, wanted))
        .collect();
    if !in_text.is_empty() {
        return in_text;
    }
    // The word may be from another translation than the text: `mercy` where the text has `loving
    // kindness`.
    let passages: Vec<Reference> = found.iter().filter_map(FoundText::passage).collect();
    match passages.as_slice() {
        [] => positions_in_passage(reference.translation, &reference.passage, wanted),
        [passage] => positions_in_passage(None, passage, wanted),
        _ => Vec::new(),
    }
}

/// The positions of a word in a passage, in the first translation that has it there. In whole
/// chapters it counts only if a single verse has it.
fn positions_in_passage(
    preferred: Option<TranslationCode>,
    passage: &Reference,
    wanted: &[String],
) -> Vec<WordPosition> {
    const TOO_MANY_CHAPTERS: usize = 3;
    let chapters: Vec<_> = passage.chapters().take(TOO_MANY_CHAPTERS).collect();
    if chapters.len() == TOO_MANY_CHAPTERS {
        return Vec::new();
    }
    let preferred = preferred.unwrap_or(TranslationCode::Kjv);
    let others = translations().iter().map(|translation| translation.code);
    for translation in std::iter::once(preferred).chain(others) {
        let mut positions: Vec<WordPosition> = chapters
            .iter()
            .flat_map(|(book, chapter, verses)| {
                let mut words = chapter_words(translation, *book, *chapter, false);
                words.retain(|word| {
                    word.verse
                        .is_some_and(|verse| verses.contains(&verse.verse))
                });
                positions_in(translation, &words, wanted)
            })
            .collect();
        positions.dedup_by_key(|position| (position.verse, position.index));
        if let Some(WordPosition { verse, .. }) = positions.first().copied() {
            let is_single = positions.iter().all(|position| position.verse == verse);
            let is_certain = is_single || passage.extent() == Extent::Verses;
            return if is_certain { positions } else { Vec::new() };
        }
    }
    Vec::new()
}

fn positions_in(
    translation: TranslationCode,
    words: &[ChapterWord],
    wanted: &[String],
) -> Vec<WordPosition> {
    let windows = words.windows(wanted.len().max(1));
    windows
        .filter_map(|window| {
            let ChapterWord { verse, index, .. } = window.first()?;
            let mut pairs = window.iter().zip(wanted);
            let is_here = pairs.all(|(word, wanted)| word.verse == *verse && word.text == *wanted);
            is_here.then_some(WordPosition {
                translation,
                verse: (*verse)?,
                index: *index,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
