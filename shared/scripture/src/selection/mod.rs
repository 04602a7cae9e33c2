//! Finds the verses that a reader selected, by the selection's text and the client's reference.
//!
//! A client sends a reference such as `John 3 (KJV)` and the selected text. The text may begin and
//! end within a verse or a word, with or without verse numbers, marks of notes, headings and line
//! breaks. `client_reference` reads the reference, `chapter_words` makes texts comparable, `search` finds
//! one in the other.

mod chapter_words;
mod client_reference;
mod search;

use crate::canon::BookId;
use crate::reference::{Reference, parse_references_in};
use crate::translation::{TranslationCode, translations};

use chapter_words::selected_words;
pub(crate) use chapter_words::{ChapterWord, chapter_words, fold};
pub(crate) use client_reference::{ClientReference, read_client_reference};
pub(crate) use search::FoundText;
use search::{chapter_after, find_in_chapters};

/// How many chapters of a reference are searched: those of the Psalms.
const MOST_CHAPTERS: usize = 150;

/// How certain the verses of a selection are.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Certainty {
    /// The text was found in these verses only.
    Text,
    /// The text was found in several places, the candidates. The passage is that of the reference.
    Ambiguous,
    /// The text was not found, or there is none. The passage is that of the reference.
    Reference,
}

/// The verses of a selection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Selection {
    /// The verses.
    pub passage: Reference,
    /// How certain the passage is.
    pub certainty: Certainty,
    /// Every place of an ambiguous text, such as a repeated word or refrain.
    pub candidates: Vec<Reference>,
    /// The translation in which the text was found; else that of the reference.
    pub translation: Option<TranslationCode>,
}

/// Finds the verses of a selection by its reference and its text, which may be empty.
///
/// The text is searched in the chapters of the reference and across their ends, first in the
/// reference's translation, then in the others. `None` if the reference names no passage.
#[must_use]
pub fn locate_selection(reference: &str, text: &str) -> Option<Selection> {
    let reference = read_client_reference(reference)?;
    let found = find_text(&reference, text);
    let mut passages: Vec<Reference> = found.iter().filter_map(FoundText::passage).collect();
    passages.dedup();
    let (passage, certainty, candidates) = match passages.as_slice() {
        [] => (reference.passage, Certainty::Reference, Vec::new()),
        [passage] => (*passage, Certainty::Text, Vec::new()),
        _ => (reference.passage, Certainty::Ambiguous, passages),
    };
    let translation = found.first().map(|found| found.translation);
    Some(Selection {
        passage,
        certainty,
        candidates,
        translation: translation.or(reference.translation),
    })
}

/// Whether a reference and a text are Scripture only, without a word of the user who sent them.
///
/// The whole reference must name a passage, and every word of the text must be in its place in the
/// passage's chapters. A number must be that of a chapter or verse there.
#[must_use]
pub fn is_scripture(reference: &str, text: &str) -> bool {
    let Some(place) = read_client_reference(reference) else {
        return false;
    };
    if parse_references_in(reference, place.translation).is_err() {
        return false;
    }
    let selected = selected_words(text).len();
    find_text(&place, text).iter().any(|found| {
        let has_number = |number: u16| {
            let mut verses = found.words.iter().filter_map(|word| word.verse);
            verses.any(|verse| verse.verse == number || verse.chapter == number)
        };
        let mut numbers = text
            .split(|c: char| !c.is_numeric())
            .filter(|number| !number.is_empty());
        found.words.len() == selected && numbers.all(|number| number.parse().is_ok_and(has_number))
    })
}

/// [`is_scripture`] of a verse, and whether a word or phrase is in it.
#[must_use]
pub fn is_word_of_scripture(word: &str, reference: &str, verse: &str) -> bool {
    let (selected, words) = (selected_words(word), selected_words(verse));
    let mut windows = words.windows(selected.len().max(1));
    !word.contains(char::is_numeric)
        && windows.any(|window| window == selected)
        && is_scripture(reference, verse)
}

/// Every place of a text in the first translation that has it, the reference's translation first.
/// If some of the places are in the reference's passage, the others do not count.
pub(crate) fn find_text(reference: &ClientReference, text: &str) -> Vec<FoundText> {
    let words = selected_words(text);
    if words.is_empty() {
        return Vec::new();
    }
    let others = translations().iter().map(|translation| translation.code);
    let others = others.filter(|code| Some(*code) != reference.translation);
    for translation in reference.translation.into_iter().chain(others) {
        let chapters = chapters_to_search(&reference.passage, translation);
        let chapters = chapters.get(..MOST_CHAPTERS).unwrap_or(&chapters);
        let mut found: Vec<FoundText> = chapters
            .chunk_by(|one, next| chapter_after(*one) == Some(*next))
            .flat_map(|chapters| find_in_chapters(translation, chapters, &words))
            .collect();
        // A text between two groups of chapters is found from both.
        found.dedup();
        if found.is_empty() {
            continue;
        }
        let in_passage = |found: &&FoundText| {
            let passage = found.passage();
            passage.is_some_and(|passage| passage.overlaps(&reference.passage))
        };
        let inside: Vec<FoundText> = found.iter().filter(in_passage).cloned().collect();
        return if inside.is_empty() { found } else { inside };
    }
    Vec::new()
}

/// The chapters of a passage in the canon and, where they differ, in a translation: the client may
/// count either way.
fn chapters_to_search(passage: &Reference, translation: TranslationCode) -> Vec<(BookId, u16)> {
    let printed = passage.printed_in(translation).into_iter();
    let mut chapters: Vec<(BookId, u16)> = passage
        .chapters()
        .chain(printed)
        .map(|(book, chapter, _)| (book, chapter))
        .collect();
    chapters.sort_unstable();
    chapters.dedup();
    chapters
}

#[cfg(test)]
mod tests;
