//! `GET /api/chapter`: a chapter's verses. Publicly cacheable; with `save=true` one round trip to the database.

use axum::{extract::State, response::Response};
use serde::Serialize;
use utoipa::ToSchema;
use verse_http::{
    App, Cacheable, CallerAddress, Invalid, NotFound, Problem, Query, TooMany, Unavailable,
};
use verse_reading::{ChapterQuery, TranslationQuery};

use crate::{
    neighbours::NeighboursAnswer,
    passage_answer::{PassageAnswer, SaveQuery},
};

/// A chapter's verses, and the chapters before and after it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChapterAnswer {
    #[serde(flatten)]
    passage: PassageAnswer,
    #[serde(flatten)]
    neighbours: NeighboursAnswer,
}

/// Read a chapter's verses
///
/// A verse that the translation does not print is absent from `verses` and named in `omitted`.
#[utoipa::path(get, path = "/api/chapter", tag = "bible", params(ChapterQuery, TranslationQuery, SaveQuery),
    responses(
        (status = 200, description = "The verses", body = ChapterAnswer),
        (status = 304, description = "The caller has them cached"),
        NotFound, Invalid, TooMany, Unavailable,
    ))]
pub async fn get_chapter(
    State(app): State<App>,
    address: CallerAddress,
    cacheable: Cacheable,
    Query((chapter, translation, save)): Query<(ChapterQuery, TranslationQuery, SaveQuery)>,
) -> Result<Response, Problem> {
    let chapter = chapter.read(translation.find()?)?;
    let reference = format!("{} {}", chapter.book().name, chapter.number());
    let answer = ChapterAnswer {
        passage: PassageAnswer::new(&chapter, reference, &(0..=u16::MAX)),
        neighbours: NeighboursAnswer::from(&chapter),
    };
    save.store(&app, address, &answer.passage).await?;
    save.answer(&cacheable, &answer)
}
