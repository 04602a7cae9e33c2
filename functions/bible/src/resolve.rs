//! `GET /api/resolve`: the references that a text such as `jn 3:16-18, 20; ps 23` names. Publicly cacheable.

use axum::response::Response;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use verse_http::{Cacheable, Fields, FromFields, Invalid, Problem, Query};
use verse_scripture::{Reference, find_references};

/// What to look for references in.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ResolveQuery {
    /// Any text, with references as people write them.
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

/// The references found, in the order they stand in.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResolveAnswer {
    references: Vec<ReferenceAnswer>,
}

/// One reference. What does not apply is null: of a chapter its verses, of a book its chapter too.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReferenceAnswer {
    /// As OSIS has it.
    #[schema(example = "John.3.16-John.3.18")]
    osis: String,
    /// As people write it.
    #[schema(example = "John 3:16-18")]
    reference: String,
    #[schema(example = "John")]
    book: &'static str,
    #[schema(example = 3)]
    chapter: Option<u16>,
    #[schema(example = 16)]
    verse_start: Option<u16>,
    /// The last verse; in the last chapter, where the range goes over several.
    #[schema(example = 18)]
    verse_end: Option<u16>,
    /// The last chapter of a range over several.
    chapter_end: Option<u16>,
    /// The last book of a range over several.
    book_end: Option<&'static str>,
}

/// Find the references in a text
///
/// A text that names none gives an empty list.
#[utoipa::path(get, path = "/api/resolve", tag = "bible", params(ResolveQuery),
    responses(
        (status = 200, description = "What was found", body = ResolveAnswer),
        Invalid,
    ))]
pub async fn resolve(
    cacheable: Cacheable,
    Query(query): Query<ResolveQuery>,
) -> Result<Response, Problem> {
    let references = find_references(&query.q)
        .iter()
        .map(ReferenceAnswer::from)
        .collect();
    cacheable.json(&ResolveAnswer { references })
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
