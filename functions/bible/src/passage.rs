//! `GET /api/passage`: verses of one chapter. Publicly cacheable; with `save=true` one round trip to the database.

use axum::{extract::State, response::Response};
use utoipa::IntoParams;
use verse_http::{
    App, Cacheable, CallerAddress, Fields, FromFields, Invalid, NotFound, Problem, Query, TooMany,
    Unavailable,
};
use verse_scripture::Chapter;

use crate::{
    chapter_query::{ChapterQuery, SentNumber},
    passage_answer::{PassageAnswer, SaveQuery},
};

/// The verses of the chapter.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VersesQuery {
    /// As the translation numbers it: Job 39:34 in SRV, Romans 14:24 in WEB.
    #[param(minimum = 1, example = 16, value_type = u32)]
    verse_start: SentNumber,
    /// The last verse; `verse_start` when absent. A number past the chapter's end is its last verse.
    #[param(minimum = 1, example = 17)]
    verse_end: Option<u32>,
}

impl FromFields for VersesQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let start = SentNumber::read(fields, "verse_start");
        let end = fields.optional_number("verse_end", 1);
        if let (Some(start), Some(end)) = (&start, end)
            && end < start.value
        {
            let start = &start.sent;
            fields.add_error(
                "verse_end",
                format!("must be {start} (verse_start) or more"),
            );
        }
        Some(Self {
            verse_start: start?,
            verse_end: end,
        })
    }
}

/// Read verses of a chapter
///
/// A verse that the translation does not print is absent from `verses` and named in `omitted`.
#[utoipa::path(get, path = "/api/passage", tag = "bible", params(ChapterQuery, VersesQuery, SaveQuery),
    responses(
        (status = 200, description = "The verses", body = PassageAnswer),
        (status = 304, description = "The caller has them cached"),
        NotFound, Invalid, TooMany, Unavailable,
    ))]
pub async fn get_passage(
    State(app): State<App>,
    address: CallerAddress,
    cacheable: Cacheable,
    Query((chapter, verses, save)): Query<(ChapterQuery, VersesQuery, SaveQuery)>,
) -> Result<Response, Problem> {
    let passage = verses.select(&chapter.read()?)?;
    save.answer(&app, address, &cacheable, &passage).await
}

impl VersesQuery {
    /// The verses, or a `404` that says why there are none.
    fn select(&self, chapter: &Chapter) -> Result<PassageAnswer, Problem> {
        let last = chapter.last_verse();
        let (book, number) = (chapter.book().name, chapter.number());
        let first = Some(self.verse_start.clamped()).filter(|first| *first <= last);
        let first = first.ok_or_else(|| {
            let verse = &self.verse_start.sent;
            Problem::not_found(format!(
                "{book} {number} has no verse {verse}: its last is {last}."
            ))
        })?;
        let end = self.verse_end.unwrap_or(self.verse_start.value);
        let numbers = first..=u16::try_from(end).unwrap_or(u16::MAX).min(last);
        let range = match numbers.end() {
            end if *end > first => format!("-{end}"),
            _ => String::new(),
        };
        let reference = format!("{book} {number}:{first}{range}");
        let passage = PassageAnswer::new(chapter, reference, &numbers);
        if passage.is_empty() {
            return Err(Problem::not_found(passage.why_empty()));
        }
        Ok(passage)
    }
}
