//! References to scripture: a book, chapters of it, verses of it, or a range over several.
//!
//! `read` has the functions, `parse` reads books and lists, `point` chapters and verses,
//! `inverted` what stands before its book, `number_words` numbers in words, `prose` distinguishes
//! references from other words, `error` has the reasons for a refusal, `range` makes references
//! from verses. Chapters and verses are numbered as in the canon, unless stated otherwise.

mod error;
mod inverted;
mod number_words;
mod parse;
mod point;
mod prose;
mod range;
mod read;

use std::fmt;

pub use error::ReferenceError;
pub use parse::Unread;
pub use read::{
    FoundReferences, LONGEST_REFERENCE, LocatedReference, find_references, locate_references,
    parse_references, read_references,
};
pub(crate) use read::{find_references_in, parse_references_in};

use crate::canon::{Book, BookId};

/// One verse of the canon. Ordered as the canon is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct VerseId {
    /// The book.
    pub book: BookId,
    /// The chapter, from 1.
    pub chapter: u16,
    /// The verse, from 1.
    pub verse: u16,
}

/// The unit that a reference names.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Extent {
    /// Whole books.
    Books,
    /// Whole chapters.
    Chapters,
    /// Verses.
    Verses,
}

/// A range of verses that exist.
///
/// `Display` writes it in the usual way: `John 3:16-18`, `1 Corinthians 13`, `Genesis 1:1-2:3`,
/// `Genesis 50:26 - Exodus 1:1`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Reference {
    extent: Extent,
    first: VerseId,
    last: VerseId,
}

impl Reference {
    /// Whether the reference names books, chapters or verses.
    #[must_use]
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// The first verse of the range.
    #[must_use]
    pub fn first(&self) -> VerseId {
        self.first
    }

    /// The last verse of the range.
    #[must_use]
    pub fn last(&self) -> VerseId {
        self.last
    }

    /// The book of the first verse.
    #[must_use]
    pub fn book(&self) -> &'static Book {
        self.first.book.book()
    }

    /// The book of the last verse, if it is another.
    #[must_use]
    pub fn book_end(&self) -> Option<&'static Book> {
        (self.last.book != self.first.book).then(|| self.last.book.book())
    }

    /// The chapter of the first verse; `None` for whole books.
    #[must_use]
    pub fn chapter(&self) -> Option<u16> {
        (self.extent != Extent::Books).then_some(self.first.chapter)
    }

    /// The chapter of the last verse, if it is another; `None` for whole books.
    #[must_use]
    pub fn chapter_end(&self) -> Option<u16> {
        let another = self.book_end().is_some() || self.last.chapter != self.first.chapter;
        (self.extent != Extent::Books && another).then_some(self.last.chapter)
    }

    /// The number of the first verse; `None` unless the reference names verses.
    #[must_use]
    pub fn verse_start(&self) -> Option<u16> {
        (self.extent == Extent::Verses).then_some(self.first.verse)
    }

    /// The number of the last verse, also for a single verse; `None` unless the reference names
    /// verses.
    #[must_use]
    pub fn verse_end(&self) -> Option<u16> {
        (self.extent == Extent::Verses).then_some(self.last.verse)
    }

    /// The reference in the notation of the Open Scripture Information Standard:
    /// `John.3.16-John.3.18`, `John.3`, `John`.
    #[must_use]
    pub fn osis(&self) -> String {
        let point = |at: VerseId| {
            let (book, VerseId { chapter, verse, .. }) = (at.book.book().osis, at);
            match self.extent {
                Extent::Verses => format!("{book}.{chapter}.{verse}"),
                Extent::Chapters => format!("{book}.{chapter}"),
                Extent::Books => book.to_owned(),
            }
        };
        let (first, last) = (point(self.first), point(self.last));
        if first == last {
            first
        } else {
            format!("{first}-{last}")
        }
    }

    /// Every verse of the range, in canon order.
    pub fn verses(&self) -> impl Iterator<Item = VerseId> + use<> {
        self.chapters().flat_map(|(book, chapter, verses)| {
            let count = book.book().verse_count(chapter).unwrap_or(0);
            let last = count.min(*verses.end());
            (*verses.start()..=last).map(move |verse| VerseId {
                book,
                chapter,
                verse,
            })
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (self.first, self.last);
        let write_end = |f: &mut fmt::Formatter<'_>, at: VerseId| match self.extent {
            Extent::Books => write!(f, "{}", at.book.book().name),
            Extent::Chapters => write!(f, "{} {}", at.book.book().name, at.chapter),
            Extent::Verses => {
                write!(f, "{} {}:{}", at.book.book().name, at.chapter, at.verse)
            }
        };
        write_end(f, first)?;
        if self.book_end().is_some() {
            f.write_str(" - ")?;
            return write_end(f, last);
        }
        match self.extent {
            Extent::Chapters if last.chapter != first.chapter => write!(f, "-{}", last.chapter),
            Extent::Verses if last.chapter != first.chapter => {
                write!(f, "-{}:{}", last.chapter, last.verse)
            }
            Extent::Verses if last.verse != first.verse => write!(f, "-{}", last.verse),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
