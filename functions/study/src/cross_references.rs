//! `GET /api/cross-references`: the passages that are related to a passage, with their texts. Publicly cacheable.

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use verse_http::{Cacheable, Invalid, NotFound, Problem, Query};
use verse_reading::{ChapterQuery, LimitQuery, TranslationQuery, VersesQuery};
use verse_scripture::{
    Reference, TranslationCode,
    works::{
        Work,
        related_passages::{RelatedPassage, list_related_passages},
    },
};

use crate::{
    printed::{PrintedPassage, PrintedTexts, numbered},
    sources::credit,
};

/// How many results an answer has when the request does not say.
const USUAL: usize = 20;

/// The fields of the request.
type CrossReferencesQuery = (ChapterQuery, VersesQuery, TranslationQuery, LimitQuery);

/// The passages that are related to a passage, the closest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct CrossReferencesAnswer {
    #[schema(example = "Genesis 1:1")]
    reference: String,
    results: Vec<CrossReferenceAnswer>,
    /// The index of the references, with its licence.
    source: String,
}

/// A related passage, with the numbers that the translation prints.
#[derive(Debug, Serialize, ToSchema)]
pub struct CrossReferenceAnswer {
    #[schema(example = "John 1:1-3")]
    reference: String,
    /// The reference in OSIS form.
    #[schema(example = "John.1.1-John.1.3")]
    osis: String,
    #[schema(example = "John")]
    book: &'static str,
    #[schema(example = 1)]
    chapter: u16,
    #[schema(example = 1)]
    verse_start: u16,
    /// The last chapter, in a range over several chapters.
    chapter_end: Option<u16>,
    /// The last verse; of the last chapter, in a range over several chapters.
    #[schema(example = 3)]
    verse_end: u16,
    text: String,
    /// Whether each of the two passages refers to the other.
    mutual: bool,
}

/// List related passages
///
/// Passages of which each refers to the other come first; then those that are often referred to, that share rare words
/// with the passage, or that are in the other testament. Verses that follow each other are one result. A passage that the
/// translation does not print is left out.
#[utoipa::path(get, path = "/api/cross-references", tag = "study",
    params(ChapterQuery, VersesQuery, TranslationQuery, LimitQuery),
    responses(
        (status = 200, description = "The passages", body = CrossReferencesAnswer),
        (status = 304, description = "The caller has them cached"),
        NotFound, Invalid,
    ))]
pub async fn list_cross_references(
    cacheable: Cacheable,
    Query((chapter, verses, translation, limit)): Query<CrossReferencesQuery>,
) -> Result<Response, Problem> {
    let translation = translation.find()?;
    let chapter = chapter.read(translation)?;
    let passage = numbered(&chapter, &verses.find(&chapter)?);
    let canon = passage.to_canon(Some(translation.code));
    cacheable.json(&CrossReferencesAnswer {
        reference: passage.to_string(),
        results: list_results(&canon, translation.code, limit.or(USUAL)),
        source: credit(&[Work::CrossReferences]),
    })
}

fn list_results(
    passage: &[Reference],
    translation: TranslationCode,
    limit: usize,
) -> Vec<CrossReferenceAnswer> {
    let mut texts = PrintedTexts::new(translation);
    let related = list_related_passages(passage).into_iter();
    related
        .flat_map(|related| {
            let printed = texts.passages(&related.reference).into_iter();
            printed.map(move |printed| CrossReferenceAnswer::new(printed, related))
        })
        .take(limit)
        .collect()
}

impl CrossReferenceAnswer {
    fn new(printed: PrintedPassage, related: RelatedPassage) -> Self {
        let (first, last) = (printed.reference.first(), printed.reference.last());
        Self {
            reference: printed.reference.to_string(),
            osis: printed.reference.osis(),
            book: first.book.book().name,
            chapter: first.chapter,
            verse_start: first.verse,
            chapter_end: (last.chapter != first.chapter).then_some(last.chapter),
            verse_end: last.verse,
            text: printed.text,
            mutual: related.mutual,
        }
    }
}
