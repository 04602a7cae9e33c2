//! `GET /api/chapter/content`: a chapter for display, with headings, line breaks, poetry and notes. Publicly cacheable.

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use verse_http::{Cacheable, Invalid, NotFound, Problem, Query};
use verse_reading::{ChapterQuery, OmittedAnswer, TranslationQuery, list_omitted};
use verse_scripture::{Chapter, Element, Note};

use crate::neighbours::NeighboursAnswer;

/// A chapter for display.
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
    /// The notes that the content refers to.
    notes: Vec<Note>,
    /// Verses that this translation does not print.
    omitted: Vec<OmittedAnswer>,
    #[serde(flatten)]
    neighbours: NeighboursAnswer,
}

/// Read a chapter for display
#[utoipa::path(get, path = "/api/chapter/content", tag = "bible", params(ChapterQuery, TranslationQuery),
    responses(
        (status = 200, description = "The chapter", body = ContentAnswer),
        (status = 304, description = "The caller has it cached"),
        NotFound, Invalid,
    ))]
pub async fn get_content(
    cacheable: Cacheable,
    Query((chapter, translation)): Query<(ChapterQuery, TranslationQuery)>,
) -> Result<Response, Problem> {
    cacheable.json(&ContentAnswer::from(&chapter.read(translation.find()?)?))
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
            omitted: list_omitted(chapter, &(0..=u16::MAX)),
            neighbours: NeighboursAnswer::from(chapter),
        }
    }
}
