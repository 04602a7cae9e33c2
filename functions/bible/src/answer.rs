//! Verses as they are answered, and passages as they are kept.

use std::ops::RangeInclusive;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use verse_data::{SavedPassage, save_passage};
use verse_http::{App, Cacheable, Fields, FromFields, Problem};
use verse_scripture::{Chapter, Note, Part, Verse};

/// Whether to keep what is read.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SaveQuery {
    /// Keep the passage, once for each reference and translation. False when absent.
    save: Option<bool>,
}

impl FromFields for SaveQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            save: Some(fields.flag("save", false)),
        })
    }
}

impl SaveQuery {
    /// The answer, after it was kept if that was asked: then no cache may answer the next such call.
    pub(crate) async fn answer(
        &self,
        app: &App,
        cacheable: &Cacheable,
        passage: &PassageAnswer,
    ) -> Result<Response, Problem> {
        if self.save != Some(true) {
            return cacheable.json(passage);
        }
        let text = passage.text();
        let saved = SavedPassage {
            translation: passage.translation,
            reference: &passage.reference,
            text: &text,
        };
        save_passage(app.database()?, saved, app.clock.now()).await?;
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
    /// The notes whose places the verses' `text_parts` mark.
    notes: Vec<Note>,
    /// Verses asked for that this translation does not print.
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
    /// The same words with lines of poetry, breaks and places of notes; null where the translation has none of these.
    text_parts: Option<Vec<Part>>,
}

/// A verse that the canon counts and the translation does not print under that number.
#[derive(Debug, Serialize, ToSchema)]
pub struct OmittedAnswer {
    #[schema(example = 36)]
    verse: u16,
    /// A sentence that says so, and where the words stand instead if they do.
    detail: String,
}

impl PassageAnswer {
    /// The verses of `chapter` with these numbers, under this reference.
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

    /// Why there is nothing to read: for a `404`.
    pub(crate) fn why_empty(&self) -> String {
        self.omitted
            .first()
            .map(|verse| verse.detail.clone())
            .unwrap_or_default()
    }

    /// The verses' text, a space between them.
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

/// Which of the verses with these numbers the translation does not print.
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
