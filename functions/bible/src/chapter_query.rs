//! The chapter that a request names by book, number and translation.

use utoipa::IntoParams;
use verse_http::{Fields, FromFields, Problem};
use verse_scripture::{
    Book, Chapter, ChapterError, Translation, find_book, find_translation, get_chapter,
    nearest_book, nearest_translation,
};

/// The translation of a request that names none.
const DEFAULT_TRANSLATION: &str = "WEB";
/// The most characters in the name of a book or translation.
const NAME_LENGTH: usize = 100;

/// The chapter and its translation.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChapterQuery {
    /// The English or Spanish name, a usual abbreviation or the USFM id, in any letter case.
    #[param(min_length = 1, max_length = 100, example = "John")]
    book: String,
    #[param(minimum = 1, example = 3, value_type = u32)]
    chapter: SentNumber,
    /// A translation's code. WEB when absent.
    #[param(min_length = 1, max_length = 100, example = "KJV")]
    translation: Option<String>,
}

/// The number of a chapter or verse, and how it was sent: a larger number than the type's is told as it was.
#[derive(Clone, Debug)]
pub(crate) struct SentNumber {
    pub(crate) value: u32,
    pub(crate) sent: String,
}

impl SentNumber {
    /// The field's number, from 1.
    pub(crate) fn read(fields: &mut Fields, name: &str) -> Option<Self> {
        let value = fields.number(name, 1)?;
        let sent = if value == u32::MAX {
            // The digits of a number that exceeds the type, or is its largest.
            let sent = fields.trimmed_text(name, 1..=NAME_LENGTH)?;
            sent.trim_start_matches('+').to_owned()
        } else {
            value.to_string()
        };
        Some(Self { value, sent })
    }

    /// The number, or the largest of its type: no chapter has as many.
    pub(crate) fn clamped(&self) -> u16 {
        u16::try_from(self.value).unwrap_or(u16::MAX)
    }
}

impl FromFields for ChapterQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let book = fields.text("book", 1..=NAME_LENGTH);
        let chapter = SentNumber::read(fields, "chapter");
        let translation = fields.optional_text("translation", 1..=NAME_LENGTH);
        Some(Self {
            book: book?,
            chapter: chapter?,
            translation,
        })
    }
}

impl ChapterQuery {
    /// Reads the chapter.
    ///
    /// # Errors
    ///
    /// A `404` that names the unknown book, chapter or translation, with the closest known name.
    pub(crate) fn read(&self) -> Result<Chapter, Problem> {
        let translation = self.find_translation()?;
        let book = self.find_book()?;
        let number = self.chapter.clamped();
        get_chapter(translation.code, book.id, number).map_err(|error| match error {
            ChapterError::NoSuchChapter { .. } => Problem::not_found(format!(
                "{} has no chapter {}: its last is {}.",
                book.name,
                self.chapter.sent,
                book.chapter_count()
            )),
            ChapterError::Damaged { .. } => Problem::internal(error),
        })
    }

    fn find_book(&self) -> Result<&'static Book, Problem> {
        find_book(&self.book).ok_or_else(|| {
            let nearest = nearest_book(&self.book).map(|book| book.name);
            unknown("book", &self.book, nearest)
        })
    }

    fn find_translation(&self) -> Result<&'static Translation, Problem> {
        let code = self.translation.as_deref().unwrap_or(DEFAULT_TRANSLATION);
        find_translation(code).ok_or_else(|| {
            let nearest = nearest_translation(code).map(|translation| translation.code.as_str());
            unknown("translation", code, nearest)
        })
    }
}

/// `404` with the closest known name, also as the member `nearest`.
fn unknown(what: &str, name: &str, nearest: Option<&'static str>) -> Problem {
    match nearest {
        Some(nearest) => Problem::not_found(format!(
            "There is no {what} {name:?}. Did you mean {nearest}?"
        ))
        .with("nearest", nearest),
        None => Problem::not_found(format!(
            "There is no {what} {name:?}. GET /api/{what}s lists them all."
        )),
    }
}
