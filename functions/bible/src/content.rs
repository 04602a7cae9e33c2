//! `GET /api/chapter/content`: a chapter to lay out, with headings, breaks, poetry and notes. Publicly cacheable.

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use verse_http::{Cacheable, Invalid, NotFound, Problem, Query};
use verse_scripture::{Chapter, Element, Note};

use crate::{
    answer::{OmittedAnswer, omitted},
    lookup::ChapterQuery,
};

/// A chapter as it is laid out.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContentAnswer {
    #[schema(example = "John")]
    book: &'static str,
    #[schema(example = 3)]
    chapter: u16,
    #[schema(example = "WEB")]
    translation: &'static str,
    #[schema(example = "John 3")]
    reference: String,
    /// Headings, breaks and verses, in reading order.
    content: Vec<Element>,
    /// The notes whose places the content marks.
    notes: Vec<Note>,
    /// Verses that this translation does not print.
    omitted: Vec<OmittedAnswer>,
}

/// Read a chapter to lay out
#[utoipa::path(get, path = "/api/chapter/content", tag = "bible", params(ChapterQuery),
    responses(
        (status = 200, description = "The chapter", body = ContentAnswer),
        (status = 304, description = "The caller has it already"),
        NotFound,
        Invalid,
    ))]
pub async fn get_content(
    cacheable: Cacheable,
    Query(chapter): Query<ChapterQuery>,
) -> Result<Response, Problem> {
    cacheable.json(&ContentAnswer::from(&chapter.read()?))
}

impl From<&Chapter> for ContentAnswer {
    fn from(chapter: &Chapter) -> Self {
        let (book, number) = (chapter.book().name, chapter.number());
        Self {
            book,
            chapter: number,
            translation: chapter.translation().as_str(),
            reference: format!("{book} {number}"),
            content: chapter.content(),
            notes: chapter.notes(),
            omitted: omitted(chapter, &(0..=u16::MAX)),
        }
    }
}
