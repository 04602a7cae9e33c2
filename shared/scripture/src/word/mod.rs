//! The Hebrew or Greek word that a selected word translates, found by its position in its verse.
//!
//! The King James Version and the Berean Standard Bible are linked word by word. A word of another
//! English translation has the number of the same word in one of them at about the same place, or the
//! one among the verse's numbers that is most often rendered by it; a word of the Spanish translation
//! has this only. `verse_match` reads a verse,
//! `matching` decides, `lemmas` collects, `function_words` lists words without a meaning of their own,
//! `misspelt` finds the word of the verse that a reader meant, `study` collects what the works say.

mod function_words;
mod lemmas;
pub(crate) mod matching;
mod misspelt;
mod notes;
pub(crate) mod spanish;
mod study;
mod verse_match;

pub use lemmas::{Lemma, LemmaEvidence};
pub use notes::NoteOnWord;
pub use study::{Example, LemmaStudy, WordStudy, study_word};

use crate::reference::{Extent, Reference, VerseId};
use crate::selection::{
    ChapterWord, ClientReference, FoundText, chapter_words, find_text, fold, read_client_reference,
};
use crate::stem::words;
use crate::translation::{TranslationCode, translations};
use verse_match::{may_have_number, may_join, printed_text};

/// A word in its verse.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WordInVerse {
    /// The selected word, without marks and spaces around it; of a misspelt word, the one that is in
    /// the verse.
    pub word: String,
    /// The misspelt word.
    pub misspelt: Option<String>,
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
    /// The word is Spanish, and none of the verse's numbers is usually rendered by it.
    Spanish,
    /// The word was not found, or no work links it: the translators may have added it.
    Unknown,
}

/// Finds a word by the text around it, in any translation, and by the client's reference. Both may
/// be empty.
#[must_use]
pub fn find_word(word: &str, verse_text: &str, reference: &str) -> WordInVerse {
    let mut word = word.trim_matches(|c: char| !c.is_alphabetic()).to_owned();
    let mut wanted: Vec<String> = words(&word).map(fold).collect();
    let reference = read_client_reference(reference);
    let find = |wanted: &[String]| {
        let reference = reference.as_ref();
        reference.map_or_else(Vec::new, |reference| {
            find_positions(reference, wanted, verse_text)
        })
    };
    let mut positions = find(&wanted);
    let mut misspelt = None;
    if positions.is_empty()
        && let Some(reference) = &reference
        && let Some(meant) = misspelt::find_meant_word(&wanted, reference, verse_text)
    {
        wanted = vec![fold(&meant)];
        positions = find(&wanted);
        misspelt = Some(std::mem::replace(&mut word, meant));
    }
    keep_as_written(&mut positions, &word);
    let translation = positions
        .first()
        .map(|position| position.translation)
        .or_else(|| reference?.translation);
    let mut verses: Vec<VerseId> = positions.iter().map(|position| position.verse).collect();
    verses.dedup();
    let is_spanish = translation == Some(TranslationCode::Srv);
    let lookup = if !is_spanish && wanted.iter().all(|word| is_bare(word)) {
        LemmaLookup::FunctionWord
    } else {
        match lemmas::find_lemmas(&positions, &wanted) {
            lemmas if !lemmas.is_empty() => LemmaLookup::Lemmas(lemmas),
            _ if is_spanish => LemmaLookup::Spanish,
            _ if wanted.iter().all(|word| may_join(word)) => LemmaLookup::FunctionWord,
            _ => LemmaLookup::Unknown,
        }
    };
    WordInVerse {
        word,
        misspelt,
        translation,
        verses,
        lookup,
    }
}

/// Whether dictionaries never explain a word.
fn is_bare(word: &str) -> bool {
    !may_have_number(word)
}

/// If a verse has `LORD` and `Lord`, the one written like the selected word counts.
fn keep_as_written(positions: &mut Vec<WordPosition>, word: &str) {
    let is_so = |position: &WordPosition| {
        let text = printed_text(position.translation, position.verse);
        let mut rest = words(&text).skip(position.index);
        words(word).all(|word| rest.next() == Some(word))
    };
    if positions.len() > 1 && positions.iter().any(is_so) {
        positions.retain(is_so);
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
