//! `GET /api/books`: the 66 books in canon order, with the verses of each chapter. Publicly cacheable.

use axum::response::Response;
use serde::Serialize;
use utoipa::{ToSchema, openapi::schema::Object};
use verse_http::{Cacheable, Problem, choice};
use verse_scripture::{Book, books};

/// One book.
#[derive(Debug, Serialize, ToSchema)]
pub struct BookAnswer {
    /// USFM id.
    #[schema(example = "JHN")]
    id: &'static str,
    /// English name.
    #[schema(example = "John")]
    name: &'static str,
    /// The Old or the New Testament.
    #[schema(schema_with = testament)]
    testament: &'static str,
    /// The number of verses in each chapter, as the King James Version counts them.
    chapters: &'static [u16],
}

/// The books of the Bible
#[utoipa::path(get, path = "/api/books", tag = "bible",
    responses((status = 200, description = "The books in canon order", body = [BookAnswer]),
    (status = 304, description = "The caller has them cached")))]
pub async fn list_books(cacheable: Cacheable) -> Result<Response, Problem> {
    let books: Vec<_> = books().iter().map(BookAnswer::from).collect();
    cacheable.json(&books)
}

fn testament() -> Object {
    choice(&["OT", "NT"])
}

impl From<&'static Book> for BookAnswer {
    fn from(book: &'static Book) -> Self {
        Self {
            id: book.usfm,
            name: book.name,
            testament: book.testament.code(),
            chapters: book.verses,
        }
    }
}
