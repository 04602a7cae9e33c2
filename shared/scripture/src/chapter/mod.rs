//! One chapter of one translation, as verses and as content to lay out.
//!
//! `content` is the order in which a chapter is read, `part` the shapes that go over the
//! wire, `omitted` what a translation does not print.

mod content;
mod omitted;
mod part;

pub use omitted::{Omitted, StandsAt};
pub use part::{Element, Note, NoteKind, Part, True};

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::archive::read_chapter;
use crate::canon::{Book, BookId};
use crate::packed::{Block, Packed, Run};
use crate::translation::TranslationCode;

/// Every verse of a chapter.
const WHOLE: RangeInclusive<u16> = 0..=u16::MAX;

/// A chapter as a translation prints it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Chapter {
    translation: TranslationCode,
    book: BookId,
    number: u16,
    packed: Arc<Packed>,
}

/// One verse of a chapter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verse {
    /// Its number as printed. It may lie beyond the canon's count (WEB Romans 14:24-26).
    pub number: u16,
    /// Its words; single spaces, none at the ends.
    pub text: String,
    /// Its words with lines, breaks and the places of notes; `None` in a translation that has
    /// nothing of the kind.
    pub text_parts: Option<Vec<Part>>,
}

/// Why there is no chapter to give.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ChapterError {
    /// The book ends before it, or it was numbered 0.
    #[error("{book} has no chapter {chapter}; its last is {last}")]
    NoSuchChapter {
        /// The book's English name.
        book: &'static str,
        /// What was asked for.
        chapter: u16,
        /// The book's last chapter.
        last: u16,
    },
    /// The embedded text cannot be read: this build is broken.
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
/// [`ChapterError::NoSuchChapter`] if the book has none with this number.
pub fn get_chapter(
    translation: TranslationCode,
    book: BookId,
    chapter: u16,
) -> Result<Chapter, ChapterError> {
    let name = book.book().name;
    let ordinal = book
        .book()
        .ordinal(chapter)
        .ok_or_else(|| ChapterError::NoSuchChapter {
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
    /// The translation it is in.
    #[must_use]
    pub fn translation(&self) -> TranslationCode {
        self.translation
    }

    /// The book it is from.
    #[must_use]
    pub fn book(&self) -> &'static Book {
        self.book.book()
    }

    /// Its number in the book.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }

    /// The number of its last verse, whether the canon counts it or only the translation prints it.
    #[must_use]
    pub fn last_verse(&self) -> u16 {
        let printed = self.texts().map(|(verse, _)| verse).last().unwrap_or(0);
        let counted = self.book().verse_count(self.number).unwrap_or(0);
        printed.max(counted)
    }

    /// Every printed verse, in order.
    #[must_use]
    pub fn verses(&self) -> Vec<Verse> {
        self.verses_within(&WHOLE)
    }

    /// The printed verses with these numbers, in order.
    #[must_use]
    pub fn verses_within(&self, numbers: &RangeInclusive<u16>) -> Vec<Verse> {
        let mut verses: Vec<Verse> = Vec::new();
        for (number, text) in self.texts().filter(|(number, _)| numbers.contains(number)) {
            match verses.last_mut() {
                Some(verse) if verse.number == number => verse.text.push_str(text),
                _ => verses.push(Verse {
                    number,
                    text: text.to_owned(),
                    text_parts: None,
                }),
            }
        }
        if self.translation.translation().rich {
            let content = content::lay_out(&self.packed, numbers.clone()).into_iter();
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

    /// The chapter to lay out: headings, breaks between paragraphs and stanzas, and exactly one
    /// element for each printed verse.
    #[must_use]
    pub fn content(&self) -> Vec<Element> {
        content::lay_out(&self.packed, WHOLE)
    }

    /// The translation's notes in the order of their marks, numbered from 1.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        self.notes_within(&WHOLE)
    }

    /// The notes on these verses, with the numbers that they have in the chapter.
    #[must_use]
    pub fn notes_within(&self, numbers: &RangeInclusive<u16>) -> Vec<Note> {
        let notes = self.runs().filter_map(|run| match run {
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

    /// The verses the canon counts in this chapter and the translation does not print in it.
    #[must_use]
    pub fn omitted(&self) -> Vec<Omitted> {
        let printed: Vec<u16> = self.texts().map(|(verse, _)| verse).collect();
        let counted = 1..=self.book().verse_count(self.number).unwrap_or(0);
        counted
            .filter(|verse| !printed.contains(verse))
            .map(|verse| {
                let stands_at =
                    omitted::find_moved(self.translation, self.book().usfm, self.number, verse);
                Omitted { verse, stands_at }
            })
            .collect()
    }

    /// The text as it is embedded, which also tells the words of Jesus and the translators'
    /// supplied words apart.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.packed.blocks
    }

    fn runs(&self) -> impl Iterator<Item = &Run> {
        self.packed.blocks.iter().flat_map(|block| match block {
            Block::Paragraph(runs) | Block::Item(runs) | Block::Line { runs, .. } => &**runs,
            Block::Heading(_) | Block::Title(_) | Block::Speaker(_) | Block::Break => &[],
        })
    }

    fn texts(&self) -> impl Iterator<Item = (u16, &str)> {
        self.runs().filter_map(|run| match run {
            Run::Text { verse, text, .. } => Some((*verse, text.as_str())),
            Run::Note { .. } => None,
        })
    }
}

#[cfg(test)]
mod tests;
