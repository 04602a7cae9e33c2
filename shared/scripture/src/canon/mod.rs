//! The canon: 66 books, their chapters and verses as the King James Version counts them.
//!
//! All chapter and verse numbers in this crate follow that count. Where a translation divides the
//! text differently, [`crate::chapter::Chapter::omitted`] lists the difference.

mod name_table;
mod names;
mod near;
mod spanish_names;

pub use names::find_book;
pub(crate) use names::{
    NameMatch, is_ordinal_ending, key_of, match_name, match_numbered_name, ordinal_of,
};
pub use near::nearest_book;
pub(crate) use near::{Nearness, near_book};

include!(concat!(env!("OUT_DIR"), "/books.rs"));

/// A book's place in the canon: Genesis is 1, Revelation 66.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct BookId(u8);

impl BookId {
    /// The id with this number; `None` outside 1 to 66.
    #[must_use]
    pub fn new(number: u8) -> Option<Self> {
        (1..=66).contains(&number).then_some(Self(number))
    }

    /// 1 to 66.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// The book with this id.
    #[must_use]
    pub fn book(self) -> &'static Book {
        let [genesis, ..] = &BOOKS;
        // The constructor admits 1 to 66 only, so the fallback to Genesis is never used.
        BOOKS
            .get(usize::from(self.0).wrapping_sub(1))
            .unwrap_or(genesis)
    }
}

/// A part of the canon.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Testament {
    /// Genesis to Malachi.
    Old,
    /// Matthew to Revelation.
    New,
}

impl Testament {
    /// `OT` or `NT`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Old => "OT",
            Self::New => "NT",
        }
    }
}

/// One book of the canon.
#[derive(Debug, Eq, PartialEq)]
pub struct Book {
    /// The book's place in the canon.
    pub id: BookId,
    /// The id in Unified Standard Format Markers, such as `JHN`.
    pub usfm: &'static str,
    /// The id in the Open Scripture Information Standard, such as `John`.
    pub osis: &'static str,
    /// The English name, such as `1 Corinthians`.
    pub name: &'static str,
    /// The testament it belongs to.
    pub testament: Testament,
    /// How many verses each chapter has.
    pub verses: &'static [u16],
    /// Ordinal of the first chapter.
    first_chapter: usize,
    /// Ordinal of the first verse.
    pub(crate) first_verse: u16,
}

impl Book {
    /// How many chapters the book has.
    #[must_use]
    pub fn chapter_count(&self) -> u16 {
        u16::try_from(self.verses.len()).unwrap_or(u16::MAX)
    }

    /// How many verses a chapter has; `None` if there is no such chapter.
    #[must_use]
    pub fn verse_count(&self, chapter: u16) -> Option<u16> {
        self.verses
            .get(usize::from(chapter).checked_sub(1)?)
            .copied()
    }

    /// Whether the whole book is one chapter (Obadiah, Philemon, 2 John, 3 John, Jude).
    #[must_use]
    pub fn has_one_chapter(&self) -> bool {
        self.verses.len() == 1
    }

    /// A chapter's ordinal in the canon, from 0.
    pub(crate) fn ordinal(&self, chapter: u16) -> Option<usize> {
        self.verse_count(chapter)?;
        Some(self.first_chapter + usize::from(chapter) - 1)
    }
}

/// Every book, in canon order.
#[must_use]
pub fn books() -> &'static [Book] {
    &BOOKS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canon_has_1189_chapters_and_31102_verses() {
        assert_eq!(books().len(), 66);
        let chapters = || books().iter().flat_map(|book| book.verses);
        assert_eq!(chapters().count(), 1189);
        let verses: u32 = chapters().map(|count| u32::from(*count)).sum();
        assert_eq!(verses, 31_102);
    }

    #[test]
    fn every_id_gives_its_book() {
        for (number, book) in (1..).zip(books()) {
            assert_eq!(BookId::new(number), Some(book.id));
            assert_eq!(book.id.book(), book);
        }
        assert_eq!(BookId::new(0), None);
        assert_eq!(BookId::new(67), None);
    }

    #[test]
    fn chapter_ordinals_count_from_genesis_1() {
        let revelation = find_book("Revelation").unwrap();
        assert_eq!(revelation.ordinal(22), Some(1188));
        assert_eq!(revelation.ordinal(23), None);
        assert_eq!(revelation.ordinal(0), None);
        assert_eq!(find_book("Genesis").unwrap().ordinal(1), Some(0));
    }
}
