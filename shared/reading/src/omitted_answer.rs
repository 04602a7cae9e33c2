//! Verses of the canon that a translation does not print, as answers tell them.

use std::ops::RangeInclusive;

use serde::Serialize;
use utoipa::ToSchema;
use verse_scripture::Chapter;

/// A verse of the canon that the translation does not print under this number.
#[derive(Debug, Serialize, ToSchema)]
pub struct OmittedAnswer {
    /// The number in the canon.
    #[schema(example = 36)]
    pub verse: u16,
    /// A sentence that says so, and where the translation prints the words, if it does.
    pub detail: String,
}

/// The verses with these numbers that the translation does not print.
#[must_use]
pub fn list_omitted(chapter: &Chapter, numbers: &RangeInclusive<u16>) -> Vec<OmittedAnswer> {
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
