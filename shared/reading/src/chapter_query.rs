//! The chapter that a request names by book and number.

use utoipa::IntoParams;
use verse_http::{Fields, FromFields, Problem};
use verse_scripture::{
    Book, Chapter, ChapterError, Translation, find_book, get_chapter, nearest_book,
};

use crate::{NAME_LENGTH, unknown};

/// The chapter.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChapterQuery {
    /// The English or Spanish name, a usual abbreviation or the USFM id, in any letter case.
    #[param(min_length = 1, max_length = 100, example = "John")]
    book: String,
    #[param(minimum = 1, example = 3, value_type = u32)]
    chapter: SentNumber,
}

/// The number of a chapter or verse, and how it was sent: a larger number than the type's is told as it was.
#[derive(Clone, Debug)]
pub struct SentNumber {
    pub(crate) value: u32,
    pub(crate) sent: String,
}

impl SentNumber {
    /// The required field's number, from 1.
    pub fn read(fields: &mut Fields, name: &str) -> Option<Self> {
        let value = fields.number(name, 1)?;
        Self::of(fields, name, value)
    }

    /// Like [`SentNumber::read`]; `None` when the field is absent.
    pub fn read_optional(fields: &mut Fields, name: &str) -> Option<Self> {
        let value = fields.optional_number(name, 1)?;
        Self::of(fields, name, value)
    }

    fn of(fields: &mut Fields, name: &str, value: u32) -> Option<Self> {
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
    #[must_use]
    pub fn clamped(&self) -> u16 {
        u16::try_from(self.value).unwrap_or(u16::MAX)
    }
}

impl FromFields for ChapterQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let book = fields.text("book", 1..=NAME_LENGTH);
        let chapter = SentNumber::read(fields, "chapter");
        Some(Self {
            book: book?,
            chapter: chapter?,
        })
    }
}

impl ChapterQuery {
    /// Reads the chapter in a translation.
    ///
    /// # Errors
    ///
    /// A `404` that names the unknown book, with the closest known name, or the unknown chapter.
    pub fn read(&self, translation: &Translation) -> Result<Chapter, Problem> {
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
}
