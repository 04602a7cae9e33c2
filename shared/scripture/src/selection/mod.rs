//! Finds the verses that a reader selected, by the text of the selection and what its client calls it.
//!
//! A client names a selection by chapter and translation, `John 3 (KJV)`, and sends its text, which may begin
//! and end within a verse or a word, with or without verse numbers, marks of notes, headings and line
//! breaks. `named` reads the name, `tokens` makes texts comparable, `search` finds one in the other; here is
//! what follows from it.

mod named;
mod search;
mod spanish;
mod tokens;

use crate::canon::BookId;
use crate::chapter::get_chapter;
use crate::reference::{Reference, VerseId};
use crate::translation::{TranslationCode, translations};

pub(crate) use named::{Named, read_name};
pub(crate) use search::Found;
use search::find_in_chapter;
use tokens::selected_words;
pub(crate) use tokens::{Token, chapter_tokens, fold};

/// How many chapters of a reference are looked through: those of the Psalms.
const MOST_CHAPTERS: usize = 150;

/// How sure it is which verses are meant.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Certainty {
    /// The text stands in these verses, and nowhere else there.
    Text,
    /// The text stands in several places, the candidates; the passage is what the reference names.
    Ambiguous,
    /// The text was not found, or there is none; the passage is what the reference names.
    Reference,
}

/// The verses of a selection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Selection {
    /// The verses.
    pub passage: Reference,
    /// How sure that is.
    pub certainty: Certainty,
    /// Every place where the text stands, if it is ambiguous: a word or a refrain that comes again.
    pub candidates: Vec<Reference>,
    /// The translation in which the text stands; else the one that the reference names.
    pub translation: Option<TranslationCode>,
}

/// Finds the verses of a selection by what its client calls it and by its text, which may be empty.
///
/// The text is looked for in the chapters that the reference names and across their ends, in the translation that
/// it names, else in every other. `None` if the reference names nothing: then there is nowhere to look.
#[must_use]
pub fn locate_selection(reference: &str, text: &str) -> Option<Selection> {
    let named = read_name(reference)?;
    let found = find_text(&named, text);
    let mut places: Vec<Reference> = found.iter().filter_map(Found::passage).collect();
    places.dedup();
    let translation = found
        .first()
        .map(|found| found.translation)
        .or(named.translation);
    Some(match places.as_slice() {
        [] => Selection {
            passage: named.passage,
            certainty: Certainty::Reference,
            candidates: Vec::new(),
            translation,
        },
        [place] => Selection {
            passage: *place,
            certainty: Certainty::Text,
            candidates: Vec::new(),
            translation,
        },
        _ => Selection {
            passage: named.passage,
            certainty: Certainty::Ambiguous,
            candidates: places,
            translation,
        },
    })
}

/// Where a text stands: every place in the first translation that has it, in the named one first. Where the
/// reference names verses and the text stands in these, other places do not count.
pub(crate) fn find_text(named: &Named, text: &str) -> Vec<Found> {
    let words = selected_words(text);
    if words.is_empty() {
        return Vec::new();
    }
    let others = translations().iter().map(|translation| translation.code);
    let others = others.filter(|code| Some(*code) != named.translation);
    for translation in named.translation.into_iter().chain(others) {
        let chapters = named.passage.chapters().take(MOST_CHAPTERS);
        let mut found: Vec<Found> = chapters
            .flat_map(|(book, chapter, _)| find_in_chapter(translation, book, chapter, &words))
            .collect();
        // What crosses the end of a chapter is found from both.
        found.dedup();
        if found.is_empty() {
            continue;
        }
        let meant: Vec<Found> = found
            .iter()
            .filter(|found| {
                found
                    .passage()
                    .is_some_and(|place| overlap(&place, &named.passage))
            })
            .cloned()
            .collect();
        return if meant.is_empty() { found } else { meant };
    }
    Vec::new()
}

fn overlap(one: &Reference, other: &Reference) -> bool {
    one.first() <= other.last() && other.first() <= one.last()
}

/// The verse of the canon that a translation prints under a number beyond its chapter's count.
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
