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
use crate::chapter::get_chapter;
use crate::reference::{Reference, VerseId};
use crate::translation::{TranslationCode, translations};

use chapter_words::selected_words;
pub(crate) use chapter_words::{ChapterWord, chapter_words, fold};
pub(crate) use client_reference::{ClientReference, read_client_reference};
pub(crate) use search::FoundText;
use search::find_in_chapter;

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
        let chapters = reference.passage.chapters().take(MOST_CHAPTERS);
        let mut found: Vec<FoundText> = chapters
            .flat_map(|(book, chapter, _)| find_in_chapter(translation, book, chapter, &words))
            .collect();
        // A text across the end of a chapter is found from both chapters.
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

/// The verse of the canon that a translation prints under this number, which may exceed the
/// chapter's count.
pub(crate) fn canon_verse(
    translation: TranslationCode,
    book: BookId,
    chapter: u16,
    number: u16,
) -> Option<VerseId> {
    let verse = VerseId {
        book,
        chapter,
        verse: number,
    };
    if verse.ordinal().is_some() {
        return Some(verse);
    }
    (1..=book.book().chapter_count()).find_map(|from| {
        let omitted = get_chapter(translation, book, from).ok()?.omitted();
        let moved = omitted.iter().find(|omitted| {
            omitted
                .stands_at
                .is_some_and(|at| (at.chapter, at.verse) == (chapter, number))
        })?;
        Some(VerseId {
            book,
            chapter: from,
            verse: moved.verse,
        })
    })
}

#[cfg(test)]
mod tests;
