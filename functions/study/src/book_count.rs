//! How many of the verses that were found are in each book.

use serde::Serialize;
use utoipa::ToSchema;
use verse_scripture::{Book, BookId};

/// How many verses of a book were found.
#[derive(Debug, Serialize, ToSchema)]
pub struct BookCount {
    #[schema(example = "JHN")]
    pub(crate) id: &'static str,
    #[schema(example = "John")]
    name: &'static str,
    #[schema(example = 12)]
    pub(crate) verses: u32,
}

impl From<(BookId, u32)> for BookCount {
    fn from((book, verses): (BookId, u32)) -> Self {
        let Book { usfm, name, .. } = book.book();
        Self {
            id: usfm,
            name,
            verses,
        }
    }
}
