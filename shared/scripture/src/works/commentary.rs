//! Matthew Henry's Concise Commentary. Every verse of the canon has a section. In a book of one
//! chapter the first section is about the whole book.

use std::ops::RangeInclusive;

use super::embedded::COMMENTARY;
use super::works_format::PackedSection;
use crate::canon::{BookId, books};
use crate::reference::{Reference, VerseId};

/// The commentary on some verses of a chapter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Section {
    /// The book.
    pub book: BookId,
    /// The chapter.
    pub chapter: u16,
    /// The verses it is about.
    pub verses: RangeInclusive<u16>,
    /// The title, without a mark at the end.
    pub title: Option<String>,
    /// The text: one paragraph, except in one section.
    pub paragraphs: Vec<String>,
}

impl Section {
    /// The verses it is about, as a reference.
    #[must_use]
    pub fn reference(&self) -> Reference {
        let verse = |verse| VerseId {
            book: self.book,
            chapter: self.chapter,
            verse,
        };
        Reference::between(verse(*self.verses.start()), verse(*self.verses.end()))
    }
}

/// Every section of a chapter in order; empty if there is no such chapter.
#[must_use]
pub fn list_sections(book: BookId, chapter: u16) -> Vec<Section> {
    let Some(ordinal) = book.book().ordinal(chapter) else {
        return Vec::new();
    };
    let packed: Vec<PackedSection> = COMMENTARY.read(ordinal).unwrap_or_default();
    let section = |packed: PackedSection| Section {
        book,
        chapter,
        verses: packed.first..=packed.last,
        title: packed.title,
        paragraphs: packed.paragraphs,
    };
    packed.into_iter().map(section).collect()
}

/// The sections about any verse of a passage, in canon order.
#[must_use]
pub fn list_sections_on(passage: &Reference) -> Vec<Section> {
    passage
        .chapters()
        .flat_map(|(book, chapter, verses)| {
            let mut sections = list_sections(book, chapter);
            sections.retain(|section| {
                section.verses.start() <= verses.end() && verses.start() <= section.verses.end()
            });
            sections
        })
        .collect()
}

/// The section with this index in the chapter with this ordinal.
pub(super) fn find_section(ordinal: usize, index: usize) -> Option<Section> {
    let book = books()
        .iter()
        .rev()
        .find(|book| book.ordinal(1).is_some_and(|first| first <= ordinal))?;
    let chapter = u16::try_from(ordinal - book.ordinal(1)? + 1).ok()?;
    list_sections(book.id, chapter).into_iter().nth(index)
}
