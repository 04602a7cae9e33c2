//! The input and the parts of answers that all routes on the texts share: book and chapter, verses, translation, the part of
//! a list, and omitted verses.
//!
//! Each type of input reads its own fields; a handler takes several as a tuple, such as
//! `Query<(ChapterQuery, VersesQuery, TranslationQuery)>`.

mod chapter_query;
mod list_query;
mod omitted_answer;
mod translation_query;
mod verses_query;

pub use chapter_query::{ChapterQuery, SentNumber};
pub use list_query::{LimitQuery, OffsetQuery};
pub use omitted_answer::{OmittedAnswer, list_omitted};
pub use translation_query::{TranslationQuery, find_translation_or_404};
pub use verses_query::{OptionalVersesQuery, VersesQuery};

use verse_http::Problem;

/// The most characters in the name of a book or translation.
const NAME_LENGTH: usize = 100;

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
