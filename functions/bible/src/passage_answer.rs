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
    /// The answer, cacheable unless `save=true`. With it, the passage is stored first: each such call must reach the database.
    pub(crate) async fn answer(
        &self,
        app: &App,
        address: CallerAddress,
        cacheable: &Cacheable,
        passage: &PassageAnswer,
    ) -> Result<Response, Problem> {
        if !self.save {
            return cacheable.json(passage);
        }
        let text = passage.text();
        let saved = SavedPassage {
            translation: passage.translation,
            reference: &passage.reference,
            text: &text,
        };
        let limit = address.store_limit(app, 1);
        save_passage(app.database()?, saved, limit, app.clock.now()).await?;
        Ok(Json(passage).into_response())
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

/// A verse of the canon that the translation does not print under this number.
#[derive(Debug, Serialize, ToSchema)]
pub struct OmittedAnswer {
    #[schema(example = 36)]
    verse: u16,
    /// A sentence that says so, and where the translation prints the words, if it does.
    detail: String,
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
            omitted: omitted(chapter, numbers),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.verses.is_empty()
    }

    /// The sentence of the `404` when no verse is printed.
    pub(crate) fn why_empty(&self) -> String {
        self.omitted
            .first()
            .map(|verse| verse.detail.clone())
            .unwrap_or_default()
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

/// The verses with these numbers that the translation does not print.
pub(crate) fn omitted(chapter: &Chapter, numbers: &RangeInclusive<u16>) -> Vec<OmittedAnswer> {
    let book = chapter.book().name;
    let translation = chapter.translation().translation().name;
    chapter
        .omitted()
        .into_iter()
        .filter(|omitted| numbers.contains(&omitted.verse))
        .map(|omitted| {
            let instead = omitted.stands_at.map_or_else(String::new, |at| {
                format!(": there it is {book} {}:{}", at.chapter, at.verse)
            });
            let verse = omitted.verse;
            let number = chapter.number();
            let detail =
                format!("The {translation} does not print {book} {number}:{verse}{instead}.");
            OmittedAnswer { verse, detail }
        })
        .collect()
}
