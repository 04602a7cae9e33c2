//! `GET /api/passage`: verses of one chapter. Publicly cacheable; with `save=true` one round trip to the database.

use std::ops::RangeInclusive;

use axum::{extract::State, response::Response};
use verse_http::{
    App, Cacheable, CallerAddress, Invalid, NotFound, Problem, Query, TooMany, Unavailable,
};
use verse_reading::{ChapterQuery, TranslationQuery, VersesQuery};
use verse_scripture::Chapter;

use crate::passage_answer::{PassageAnswer, SaveQuery};

/// The fields of a request for verses.
type PassageQuery = (ChapterQuery, TranslationQuery, VersesQuery, SaveQuery);

/// Read verses of a chapter
///
/// A verse that the translation does not print is absent from `verses` and named in `omitted`.
#[utoipa::path(get, path = "/api/passage", tag = "bible",
    params(ChapterQuery, TranslationQuery, VersesQuery, SaveQuery),
    responses(
        (status = 200, description = "The verses", body = PassageAnswer),
        (status = 304, description = "The caller has them cached"),
        NotFound, Invalid, TooMany, Unavailable,
    ))]
pub async fn get_passage(
    State(app): State<App>,
    address: CallerAddress,
    cacheable: Cacheable,
    Query((chapter, translation, verses, save)): Query<PassageQuery>,
) -> Result<Response, Problem> {
    let chapter = chapter.read(translation.find()?)?;
    let numbers = verses.find(&chapter)?;
    let passage = PassageAnswer::new(&chapter, reference(&chapter, &numbers), &numbers);
    save.store(&app, address, &passage).await?;
    save.answer(&cacheable, &passage)
}

/// `John 3:16`, `John 3:16-17`.
fn reference(chapter: &Chapter, numbers: &RangeInclusive<u16>) -> String {
    let (book, number) = (chapter.book().name, chapter.number());
    let (first, last) = (numbers.start(), numbers.end());
    let range = if last > first {
        format!("-{last}")
    } else {
        String::new()
    };
    format!("{book} {number}:{first}{range}")
}
