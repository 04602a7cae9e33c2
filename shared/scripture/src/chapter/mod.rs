//! One chapter of one translation, as verses or as a layout with headings and breaks.
//!
//! `content` builds the layout, `part` has the JSON types, `omitted` the verses that a translation
//! does not print.

mod content;
mod omitted;
mod part;

pub use omitted::{Omitted, StandsAt};
pub use part::{Element, Note, NoteKind, Part, True};

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::canon::{Book, BookId};
use crate::chapter_cache::read_chapter;
use crate::chapter_format::{Block, PackedChapter, Run};
use crate::reference::VerseId;
use crate::translation::TranslationCode;

/// Every verse of a chapter.
const WHOLE: RangeInclusive<u16> = 0..=u16::MAX;

/// A chapter as a translation prints it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Chapter {
    translation: TranslationCode,
    book: BookId,
    number: u16,
    packed: Arc<PackedChapter>,
}

/// One verse of a chapter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verse {
    /// The number as printed. It may exceed the canon's count (WEB Romans 14:24-26).
    pub number: u16,
    /// The words, with single spaces and none at the ends.
    pub text: String,
    /// The words with lines, breaks and the places of notes; `None` in a translation that has none
    /// of these.
    pub text_parts: Option<Vec<Part>>,
}

/// Why a chapter cannot be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ChapterError {
    /// The number is 0 or after the book's last chapter.
    #[error("{book} has no chapter {chapter}; its last is {last}")]
    NoSuchChapter {
        /// The book's English name.
        book: &'static str,
        /// The requested number.
        chapter: u16,
        /// The book's last chapter.
        last: u16,
    },
    /// The embedded text cannot be decoded: this build is damaged.
    #[error("the embedded text of {book} {chapter} ({translation}) cannot be read")]
    Damaged {
        /// The translation.
        translation: TranslationCode,
        /// The book's English name.
        book: &'static str,
        /// The chapter.
        chapter: u16,
    },
}

/// Reads one chapter.
///
/// # Errors
///
/// [`ChapterError::NoSuchChapter`] if the book has no chapter with this number.
pub fn get_chapter(
    translation: TranslationCode,
    book: BookId,
    chapter: u16,
) -> Result<Chapter, ChapterError> {
    let name = book.book().name;
    let ordinal = book.book().ordinal(chapter);
    let ordinal = ordinal.ok_or_else(|| ChapterError::NoSuchChapter {
        book: name,
        chapter,
        last: book.book().chapter_count(),
    })?;
    let packed = read_chapter(translation, ordinal).ok_or(ChapterError::Damaged {
        translation,
        book: name,
        chapter,
    })?;
    Ok(Chapter {
        translation,
        book,
        number: chapter,
        packed,
    })
}

impl Chapter {
    /// The chapter's translation.
    #[must_use]
    pub fn translation(&self) -> TranslationCode {
        self.translation
    }

    /// The chapter's book.
    #[must_use]
    pub fn book(&self) -> &'static Book {
        self.book.book()
    }

    /// The chapter's number in the book.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }

    /// The number of the last verse that the canon counts or the translation prints.
    #[must_use]
    pub fn last_verse(&self) -> u16 {
        let printed = self.packed.texts().map(|(verse, _)| verse).last();
        let counted = self.book().verse_count(self.number).unwrap_or(0);
        printed.unwrap_or(0).max(counted)
    }

    /// Every printed verse, in order.
    #[must_use]
    pub fn verses(&self) -> Vec<Verse> {
        self.verses_within(&WHOLE)
    }

    /// The printed verses with these numbers, in order.
    #[must_use]
    pub fn verses_within(&self, numbers: &RangeInclusive<u16>) -> Vec<Verse> {
        let texts = self.texts_within(numbers.clone());
        let mut verses: Vec<Verse> = texts
            .into_iter()
            .map(|(number, text)| Verse {
                number,
                text,
                text_parts: None,
            })
            .collect();
        if self.translation.translation().rich {
            let content = self.lay_out(numbers.clone()).into_iter();
            let parts = content.filter_map(|element| match element {
                Element::Verse { number, content } => Some((number, content)),
                _ => None,
            });
            for (verse, (_, parts)) in verses.iter_mut().zip(parts) {
                verse.text_parts = Some(parts);
            }
        }
        verses
    }

    /// The number and the words of every printed verse, in order: faster than [`verses`](Self::verses), which also lays the
    /// verses out.
    #[must_use]
    pub fn texts(&self) -> Vec<(u16, String)> {
        self.texts_within(WHOLE)
    }

    /// The words of one verse; `None` if it is not printed.
    #[must_use]
    pub fn verse_text(&self, number: u16) -> Option<String> {
        let texts = self.texts_within(number..=number);
        texts.into_iter().next().map(|(_, text)| text)
    }

    /// The psalm's title, empty where there is none.
    #[must_use]
    pub fn title(&self) -> String {
        self.packed.title()
    }

    /// The layout: headings, breaks between paragraphs and stanzas, and exactly one element for
    /// each printed verse.
    #[must_use]
    pub fn content(&self) -> Vec<Element> {
        self.lay_out(WHOLE)
    }

    fn lay_out(&self, only: RangeInclusive<u16>) -> Vec<Element> {
        let editorial_breaks = self.translation.translation().editorial_breaks;
        content::lay_out(&self.packed, only, editorial_breaks)
    }

    /// The translation's notes in the order of their marks, numbered from 1.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        self.notes_within(&WHOLE)
    }

    /// The notes on these verses, with the numbers that they have in the chapter.
    #[must_use]
    pub fn notes_within(&self, numbers: &RangeInclusive<u16>) -> Vec<Note> {
        let notes = self.packed.runs().filter_map(|run| match run {
            Run::Note {
                verse,
                text,
                cross_reference,
            } => Some((*verse, text, *cross_reference)),
            Run::Text { .. } => None,
        });
        (1..)
            .zip(notes)
            .filter(|(_, (verse, ..))| numbers.contains(verse))
            .map(|(id, (verse, text, cross_reference))| Note {
                id,
                verse,
                text: text.clone(),
                kind: if cross_reference {
                    NoteKind::CrossReference
                } else {
                    NoteKind::Footnote
                },
            })
            .collect()
    }

    /// The verses of the canon that the translation does not print in this chapter.
    #[must_use]
    pub fn omitted(&self) -> Vec<Omitted> {
        let printed: Vec<u16> = self.packed.texts().map(|(verse, _)| verse).collect();
        let counted = 1..=self.book().verse_count(self.number).unwrap_or(0);
        counted
            .filter(|verse| !printed.contains(verse))
            .map(|verse| {
                let id = VerseId {
                    book: self.book,
                    chapter: self.number,
                    verse,
                };
                let stands_at = omitted::find_moved(self.translation, id);
                Omitted { verse, stands_at }
            })
            .collect()
    }

    /// The text as it is embedded, which also marks the words of Jesus and the words that the
    /// translators supplied.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.packed.blocks
    }

    fn texts_within(&self, numbers: RangeInclusive<u16>) -> Vec<(u16, String)> {
        let mut verses: Vec<(u16, String)> = Vec::new();
        let texts = self.packed.texts();
        for (number, text) in texts.filter(|(number, _)| numbers.contains(number)) {
            match verses.last_mut() {
                Some((last, words)) if *last == number => words.push_str(text),
                _ => verses.push((number, text.to_owned())),
            }
        }
        verses
    }
}

#[cfg(test)]
mod tests;
