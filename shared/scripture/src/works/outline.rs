//! Outlines of chapters, from Matthew Henry's Concise Commentary. They are also the section
//! headings of WEB and KJV; 354 chapters have none.

use std::ops::RangeInclusive;

use super::embedded::OUTLINES;
use super::works_format::PackedOutlines;
use crate::canon::BookId;

/// One section of a chapter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OutlineSection {
    /// Its verses.
    pub verses: RangeInclusive<u16>,
    /// The title, without a mark at the end.
    pub title: String,
}

/// A chapter's sections in order; empty if it has no outline.
#[must_use]
pub fn outline(book: BookId, chapter: u16) -> Vec<OutlineSection> {
    let outlines: PackedOutlines = OUTLINES
        .read(usize::from(book.number()) - 1)
        .unwrap_or_default();
    let outline = usize::from(chapter)
        .checked_sub(1)
        .and_then(|index| outlines.into_iter().nth(index));
    let section = |(first, last, title)| OutlineSection {
        verses: first..=last,
        title,
    };
    outline
        .unwrap_or_default()
        .into_iter()
        .map(section)
        .collect()
}
