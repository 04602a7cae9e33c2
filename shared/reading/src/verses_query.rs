//! The verses that a request names in a chapter.

use std::ops::RangeInclusive;

use utoipa::IntoParams;
use verse_http::{Fields, FromFields, Problem};
use verse_scripture::Chapter;

use crate::{SentNumber, list_omitted};

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

/// The verses of the chapter, or the whole chapter.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OptionalVersesQuery {
    /// The first verse. The whole chapter when absent.
    #[param(minimum = 1, example = 16, value_type = Option<u32>)]
    verse_start: Option<SentNumber>,
    /// The last verse; `verse_start` when absent. A number past the chapter's end is its last verse.
    #[param(minimum = 1, example = 17)]
    verse_end: Option<u32>,
}

impl FromFields for VersesQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let start = SentNumber::read(fields, "verse_start");
        let end = read_end(fields, start.as_ref());
        Some(Self {
            verse_start: start?,
            verse_end: end,
        })
    }
}

impl FromFields for OptionalVersesQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let start = SentNumber::read_optional(fields, "verse_start");
        let end = read_end(fields, start.as_ref());
        Some(Self {
            verse_start: start,
            verse_end: end,
        })
    }
}

fn read_end(fields: &mut Fields, start: Option<&SentNumber>) -> Option<u32> {
    let end = fields.optional_number("verse_end", 1);
    if let (Some(start), Some(end)) = (start, end)
        && end < start.value
    {
        let start = &start.sent;
        fields.add_error(
            "verse_end",
            format!("must be {start} (verse_start) or more"),
        );
    }
    end
}

impl VersesQuery {
    /// The verses' numbers, with the end within the chapter.
    ///
    /// # Errors
    ///
    /// A `404` that says why the chapter has none of these verses.
    pub fn find(&self, chapter: &Chapter) -> Result<RangeInclusive<u16>, Problem> {
        let numbers = find_numbers(chapter, &self.verse_start, self.verse_end)?;
        let texts = chapter.texts();
        if texts.iter().any(|(number, _)| numbers.contains(number)) {
            return Ok(numbers);
        }
        let omitted = list_omitted(chapter, &numbers).into_iter().next();
        Err(Problem::not_found(
            omitted.map(|verse| verse.detail).unwrap_or_default(),
        ))
    }
}

impl OptionalVersesQuery {
    /// The verses' numbers, with the end within the chapter; `None` for the whole chapter. The translation need not print
    /// any of them.
    ///
    /// # Errors
    ///
    /// A `404` when the chapter ends before.
    pub fn find(&self, chapter: &Chapter) -> Result<Option<RangeInclusive<u16>>, Problem> {
        match (&self.verse_start, self.verse_end) {
            (Some(start), end) => find_numbers(chapter, start, end).map(Some),
            // From the first verse to this one.
            (None, Some(end)) => Ok(Some(1..=end_within(chapter, end))),
            (None, None) => Ok(None),
        }
    }
}

fn find_numbers(
    chapter: &Chapter,
    start: &SentNumber,
    end: Option<u32>,
) -> Result<RangeInclusive<u16>, Problem> {
    let last = chapter.last_verse();
    let (book, number) = (chapter.book().name, chapter.number());
    let first = Some(start.clamped()).filter(|first| *first <= last);
    let first = first.ok_or_else(|| {
        let verse = &start.sent;
        Problem::not_found(format!(
            "{book} {number} has no verse {verse}: its last is {last}."
        ))
    })?;
    Ok(first..=end_within(chapter, end.unwrap_or(start.value)))
}

fn end_within(chapter: &Chapter, end: u32) -> u16 {
    u16::try_from(end)
        .unwrap_or(u16::MAX)
        .min(chapter.last_verse())
}
