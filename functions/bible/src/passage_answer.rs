//! The answer of `GET /api/passage` and `GET /api/chapter`, and its storing with `save=true`.

use std::ops::RangeInclusive;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use verse_data::{SavedPassage, save_passage};
use verse_http::{App, Cacheable, CallerAddress, Fields, FromFields, Problem};
use verse_reading::{OmittedAnswer, list_omitted};
use verse_scripture::{Chapter, Note, Part, Verse};

/// Whether to store the passage.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SaveQuery {
    /// Store the passage, once for each reference and translation. It is deleted 400 days after it was last stored.
    #[param(required = false, default = false)]
    save: bool,
}

impl FromFields for SaveQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            save: fields.flag("save", false),
        })
    }
}

impl SaveQuery {
    /// Stores the passage with `save=true`.
    pub(crate) async fn store(
        &self,
        app: &App,
        address: CallerAddress,
        passage: &PassageAnswer,
    ) -> Result<(), Problem> {
        if !self.save {
            return Ok(());
        }
        let text = passage.text();
        let saved = SavedPassage {
            translation: passage.translation,
            reference: &passage.reference,
            text: &text,
        };
        let limit = address.store_limit(app, 1);
        save_passage(app.database()?, saved, limit, app.clock.now()).await?;
        Ok(())
    }

    /// The answer, cacheable unless `save=true`: each such call must reach the database.
    pub(crate) fn answer<T: Serialize>(
        &self,
        cacheable: &Cacheable,
        answer: &T,
    ) -> Result<Response, Problem> {
        if self.save {
            return Ok(Json(answer).into_response());
        }
        cacheable.json(answer)
    }
}

/// Verses of one chapter.
#[derive(Debug, Serialize, ToSchema)]
pub struct PassageAnswer {
    #[schema(example = "John 3:16-17")]
    reference: String,
    verses: Vec<VerseAnswer>,
    /// The translation's code.
    #[schema(example = "WEB")]
    translation: &'static str,
    /// The notes that the verses' `text_parts` refer to.
    notes: Vec<Note>,
    /// Requested verses that this translation does not print.
    omitted: Vec<OmittedAnswer>,
}

/// One verse.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerseAnswer {
    #[schema(example = "John")]
    book: &'static str,
    #[schema(example = 3)]
    chapter: u16,
    #[schema(example = 16)]
    verse: u16,
    text: String,
    #[schema(example = "WEB")]
    translation: &'static str,
    /// The text with lines of poetry, line breaks and notes; null where the verse has none of these.
    text_parts: Option<Vec<Part>>,
}

impl PassageAnswer {
    /// The verses of `chapter` with these numbers.
    pub(crate) fn new(chapter: &Chapter, reference: String, numbers: &RangeInclusive<u16>) -> Self {
        let verses = chapter.verses_within(numbers).into_iter();
        Self {
            reference,
            verses: verses
                .map(|verse| VerseAnswer::new(chapter, verse))
                .collect(),
            translation: chapter.translation().as_str(),
            notes: chapter.notes_within(numbers),
            omitted: list_omitted(chapter, numbers),
        }
    }

    /// The verses' text, joined by spaces.
    fn text(&self) -> String {
        self.verses
            .iter()
            .map(|verse| verse.text.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl VerseAnswer {
    fn new(chapter: &Chapter, verse: Verse) -> Self {
        Self {
            book: chapter.book().name,
            chapter: chapter.number(),
            verse: verse.number,
            text: verse.text,
            translation: chapter.translation().as_str(),
            text_parts: verse.text_parts,
        }
    }
}
