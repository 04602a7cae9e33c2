//! `GET /api/commentary`: what Matthew Henry's Concise Commentary says on a passage. Publicly cacheable.

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use verse_http::{Cacheable, Invalid, NotFound, Problem, Query};
use verse_reading::{ChapterQuery, OptionalVersesQuery};
use verse_scripture::{
    Chapter, Reference, TranslationCode,
    works::{Work, commentary, introduction, outline},
};

use crate::printed::numbered;

/// The commentary on a passage.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentaryAnswer {
    #[schema(example = "John 3:16")]
    reference: String,
    /// The introduction to the book, with empty lines between paragraphs; null where the book has none.
    introduction: Option<String>,
    /// The sections of the chapter. Empty where the chapter has no outline.
    outline: Vec<OutlineAnswer>,
    /// What the work says on the passage, in canon order.
    sections: Vec<SectionAnswer>,
}

/// A section of a chapter.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutlineAnswer {
    #[schema(example = "John 3:1-21")]
    reference: String,
    #[schema(example = "Christ's discourse with Nicodemus")]
    title: String,
}

/// The commentary on some verses.
#[derive(Debug, Serialize, ToSchema)]
pub struct SectionAnswer {
    #[schema(example = "Matthew Henry’s Concise Commentary")]
    work: &'static str,
    #[schema(example = "public domain")]
    licence: &'static str,
    /// The verses that it is about.
    #[schema(example = "John 3:1-21")]
    reference: String,
    title: Option<String>,
    paragraphs: Vec<String>,
}

/// Read the commentary on a passage
///
/// Chapters and verses are numbered as in the King James Version.
#[utoipa::path(get, path = "/api/commentary", tag = "study", params(ChapterQuery, OptionalVersesQuery),
    responses(
        (status = 200, description = "The commentary", body = CommentaryAnswer),
        (status = 304, description = "The caller has it cached"),
        NotFound, Invalid,
    ))]
pub async fn get_commentary(
    cacheable: Cacheable,
    Query((chapter, verses)): Query<(ChapterQuery, OptionalVersesQuery)>,
) -> Result<Response, Problem> {
    let chapter = chapter.read(TranslationCode::Kjv.translation())?;
    let passage = match verses.find(&chapter)? {
        Some(numbers) => numbered(&chapter, &numbers),
        None => numbered(&chapter, &(1..=chapter.last_verse())),
    };
    cacheable.json(&CommentaryAnswer::new(&chapter, &passage))
}

impl CommentaryAnswer {
    fn new(chapter: &Chapter, passage: &Reference) -> Self {
        let (book, number) = (chapter.book().id, chapter.number());
        let outline = outline::outline(book, number).into_iter();
        let sections = commentary::list_sections_on(passage).into_iter();
        let is_whole = (passage.first().verse, passage.last().verse) == (1, chapter.last_verse());
        Self {
            reference: if is_whole {
                format!("{} {number}", chapter.book().name)
            } else {
                passage.to_string()
            },
            introduction: introduction::find_introduction(book).map(|text| text.join("\n\n")),
            outline: outline
                .map(|section| OutlineAnswer {
                    reference: numbered(chapter, &section.verses).to_string(),
                    title: section.title,
                })
                .collect(),
            sections: sections.map(SectionAnswer::from).collect(),
        }
    }
}

impl From<commentary::Section> for SectionAnswer {
    fn from(section: commentary::Section) -> Self {
        Self {
            work: Work::Commentary.name(),
            licence: Work::Commentary.licence(),
            reference: section.reference().to_string(),
            title: section.title,
            paragraphs: section.paragraphs,
        }
    }
}
