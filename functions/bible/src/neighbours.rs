//! The chapters before and after a chapter.

use serde::Serialize;
use utoipa::ToSchema;
use verse_scripture::{Book, BookId, Chapter, books};

/// The chapters before and after one, in canon order.
#[derive(Debug, Serialize, ToSchema)]
pub struct NeighboursAnswer {
    /// The chapter before; null for the first of all.
    previous: Option<NeighbourAnswer>,
    /// The chapter after; null for the last of all.
    next: Option<NeighbourAnswer>,
}

/// A chapter.
#[derive(Debug, Serialize, ToSchema)]
pub struct NeighbourAnswer {
    #[schema(example = "John")]
    book: &'static str,
    #[schema(example = 4)]
    chapter: u16,
}

impl From<&Chapter> for NeighboursAnswer {
    fn from(chapter: &Chapter) -> Self {
        let (book, number) = (chapter.book(), chapter.number());
        let first = number == 1;
        let last = number == book.chapter_count();
        let previous = if first {
            let before = book.id.number().checked_sub(1).and_then(BookId::new);
            before.map(|id| NeighbourAnswer::new(id.book(), id.book().chapter_count()))
        } else {
            Some(NeighbourAnswer::new(book, number - 1))
        };
        let next = if last {
            let after = books().iter().find(|other| other.id > book.id);
            after.map(|book| NeighbourAnswer::new(book, 1))
        } else {
            Some(NeighbourAnswer::new(book, number + 1))
        };
        Self { previous, next }
    }
}

impl NeighbourAnswer {
    fn new(book: &'static Book, chapter: u16) -> Self {
        Self {
            book: book.name,
            chapter,
        }
    }
}
