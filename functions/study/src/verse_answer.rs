//! A verse as all answers of this function have it.

use serde::Serialize;
use utoipa::ToSchema;
use verse_scripture::{Reference, VerseId};

/// One verse of a translation, with the numbers that the translation prints.
#[derive(Clone, Debug, Serialize, ToSchema)]
// The function `bible` has a `VerseAnswer` of its own.
#[schema(as = StudyVerse)]
pub struct VerseAnswer {
    #[schema(example = "John 3:16")]
    reference: String,
    /// The reference in OSIS form.
    #[schema(example = "John.3.16")]
    osis: String,
    #[schema(example = "John")]
    book: &'static str,
    #[schema(example = 3)]
    chapter: u16,
    #[schema(example = 16)]
    verse: u16,
    text: String,
}

impl VerseAnswer {
    /// A verse by its printed number and its text.
    pub(crate) fn new(printed: VerseId, text: String) -> Self {
        Self {
            reference: printed.to_string(),
            osis: Reference::between(printed, printed).osis(),
            book: printed.book.book().name,
            chapter: printed.chapter,
            verse: printed.verse,
            text,
        }
    }
}
