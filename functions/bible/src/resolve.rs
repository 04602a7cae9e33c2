//! `GET /api/resolve`: the references in a text such as `jn 3:16-18, 20; ps 23`. Publicly cacheable.

use axum::response::Response;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use verse_http::{Cacheable, Fields, FromFields, Invalid, Problem, Query};
use verse_scripture::{FoundReferences, Reference, Unread, read_references};

/// The text.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ResolveQuery {
    /// A text with references in their usual forms.
    #[param(min_length = 1, max_length = 1000, example = "jn 3:16-18, 20; ps 23")]
    q: String,
}

impl FromFields for ResolveQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            q: fields.text("q", 1..=1000)?,
        })
    }
}

/// The references, in the order of the text.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResolveAnswer {
    references: Vec<ReferenceAnswer>,
    /// The parts that begin like a reference and cannot be read whole or do not exist, in the order of the text.
    unread: Vec<UnreadAnswer>,
}

/// A part of the text that is not read.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnreadAnswer {
    /// The part as it was sent.
    #[schema(example = "John 3:99")]
    text: String,
    /// Why it cannot be read.
    #[schema(example = "John 3 has no verse 99; its last is 36")]
    reason: String,
}

/// One reference, with the numbers of the text: those of the translation that it names, such as `Jonah 2:1 (SRV)`.
/// Fields that do not apply are null: the verses of a chapter, and the chapter of a book.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReferenceAnswer {
    /// The reference in OSIS form.
    #[schema(example = "John.3.16-John.3.18")]
    osis: String,
    /// The reference in its usual form.
    #[schema(example = "John 3:16-18")]
    reference: String,
    #[schema(example = "John")]
    book: &'static str,
    #[schema(example = 3)]
    chapter: Option<u16>,
    #[schema(example = 16)]
    verse_start: Option<u16>,
    /// The last verse; of the last chapter, in a range over several chapters.
    #[schema(example = 18)]
    verse_end: Option<u16>,
    /// The last chapter, in a range over several chapters.
    chapter_end: Option<u16>,
    /// The last book, in a range over several books.
    book_end: Option<&'static str>,
}

/// Find the references in a text
///
/// The lists are empty when the text has none. No part of a reference is left out: what cannot be read whole is in
/// `unread`. A range past its chapter's end is read to that end, and is in `unread` too.
#[utoipa::path(get, path = "/api/resolve", tag = "bible", params(ResolveQuery),
    responses(
        (status = 200, description = "The references", body = ResolveAnswer),
        (status = 304, description = "The caller has them cached"),
        Invalid,
    ))]
pub async fn resolve(
    cacheable: Cacheable,
    Query(query): Query<ResolveQuery>,
) -> Result<Response, Problem> {
    cacheable.json(&ResolveAnswer::from(read_references(&query.q)))
}

impl From<FoundReferences> for ResolveAnswer {
    fn from(found: FoundReferences) -> Self {
        Self {
            references: found.references.iter().map(ReferenceAnswer::from).collect(),
            unread: found.unread.into_iter().map(UnreadAnswer::from).collect(),
        }
    }
}

impl From<Unread> for UnreadAnswer {
    fn from(unread: Unread) -> Self {
        Self {
            text: unread.text,
            reason: unread.reason.to_string(),
        }
    }
}

impl From<&Reference> for ReferenceAnswer {
    fn from(reference: &Reference) -> Self {
        Self {
            osis: reference.osis(),
            reference: reference.to_string(),
            book: reference.book().name,
            chapter: reference.chapter(),
            verse_start: reference.verse_start(),
            verse_end: reference.verse_end(),
            chapter_end: reference.chapter_end(),
            book_end: reference.book_end().map(|book| book.name),
        }
    }
}
