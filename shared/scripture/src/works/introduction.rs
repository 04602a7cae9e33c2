//! Introductions to books, from Matthew Henry's Concise Commentary.

use super::embedded::INTRODUCTIONS;
use super::works_format::PackedIntroduction;
use crate::canon::BookId;

/// The paragraphs of a book's introduction. 2 Kings, 2 Chronicles, Obadiah, Philemon, 2 John, 3
/// John and Jude have none; all of these except the first two have a section of the commentary on
/// the whole book.
#[must_use]
pub fn find_introduction(book: BookId) -> Option<Vec<String>> {
    let paragraphs: PackedIntroduction = INTRODUCTIONS.read(usize::from(book.number()) - 1)?;
    (!paragraphs.is_empty()).then_some(paragraphs)
}
