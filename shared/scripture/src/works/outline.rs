//! How a chapter is divided, by the outlines of Matthew Henry's Concise Commentary. The section headings of
//! WEB and KJV are the same; 354 chapters have none.

use std::ops::RangeInclusive;

use super::embedded::OUTLINES;
use super::packed::PackedOutlines;
use crate::canon::BookId;

/// One part of a chapter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OutlineSection {
    /// Its verses.
    pub verses: RangeInclusive<u16>,
    /// What happens in it, without a mark at the end.
    pub title: String,
}

/// A chapter's parts in order; none if it has no outline.
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
