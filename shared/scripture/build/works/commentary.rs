//! The commentary: its sections by chapter, the outlines of chapters, the introductions to books.

use std::path::Path;

use serde::Deserialize;

use super::packed::{PackedIntroduction, PackedOutlines, PackedSection};
use super::{COMMENTARY, INTRODUCTIONS, Out, filled};
use crate::grid::Grid;
use crate::source::{OutlineLine, each_line, read_outlines};
use crate::{Failure, SECTIONS};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SectionLine {
    book: String,
    chapter: u16,
    start: u16,
    end: u16,
    title: Option<String>,
    text: Vec<String>,
    /// References found in the text; they are read again when they are needed.
    #[serde(rename = "refs", default)]
    _references: Vec<String>,
    /// Where the heading said that the section ends; its text says better.
    #[serde(rename = "heading_end")]
    _heading_end: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IntroductionLine {
    book: String,
    text: Vec<String>,
}

/// The sections of each chapter of the canon, written and given back to be indexed.
pub fn build(
    texts: &Path,
    grid: &Grid<'_>,
    out: &mut Out<'_>,
) -> Result<Vec<Vec<PackedSection>>, Failure> {
    let mut chapters: Vec<Vec<PackedSection>> = Vec::new();
    chapters.resize_with(grid.chapters, Vec::new);
    each_line(&texts.join(COMMENTARY), |line: SectionLine| {
        let ordinal = grid.chapter(&line.book, line.chapter)?;
        let last = grid.verses(&line.book, line.chapter)?;
        if !(1..=line.end).contains(&line.start) || line.end > last {
            return Err(format!("verses {} to {} of {last}", line.start, line.end));
        }
        let chapter = chapters.get_mut(ordinal).ok_or("no such chapter")?;
        if chapter
            .last()
            .is_some_and(|before| before.first > line.start)
        {
            return Err("a section stands behind a later one".to_owned());
        }
        let paragraphs = line
            .text
            .into_iter()
            .map(paragraph)
            .collect::<Result<Vec<_>, _>>()?;
        if paragraphs.is_empty() {
            return Err("a section says nothing".to_owned());
        }
        chapter.push(PackedSection {
            first: line.start,
            last: line.end,
            title: line
                .title
                .map(|title| filled(heading(&title)))
                .transpose()?,
            paragraphs,
        });
        Ok(())
    })?;
    out.frames("COMMENTARY", &chapters, 112 * 1024)?;
    outlines(texts, grid, out)?;
    introductions(texts, grid, out)?;
    Ok(chapters)
}

fn outlines(texts: &Path, grid: &Grid<'_>, out: &mut Out<'_>) -> Result<(), Failure> {
    let mut books: Vec<PackedOutlines> = Vec::new();
    books.resize_with(66, Vec::new);
    for OutlineLine {
        book,
        chapter,
        sections,
    } in read_outlines(&texts.join(SECTIONS))?
    {
        let last = grid.verses(&book, chapter)?;
        let outlines = books.get_mut(grid.book(&book)?).ok_or("no such book")?;
        let index = usize::from(chapter) - 1;
        if outlines.len() <= index {
            outlines.resize_with(index + 1, Vec::new);
        }
        let outline = outlines.get_mut(index).ok_or("no such chapter")?;
        let mut follows = last + 1;
        for section in sections.into_iter().rev() {
            let (first, mut end) = section.range()?;
            // Misprints of two ends: 23-10 for 23-30 in GEN 37, 10-5 for 10-15 in JOS 7.
            if end < first {
                end = follows - 1;
            }
            if !(1..=end).contains(&first) || end > last {
                return Err(format!(
                    "{SECTIONS}: {book} {chapter}:{first}-{end} is not in the canon"
                ));
            }
            follows = first;
            outline.push((first, end, section.title));
        }
        outline.reverse();
    }
    out.frames("OUTLINES", &books, 0)
}

fn introductions(texts: &Path, grid: &Grid<'_>, out: &mut Out<'_>) -> Result<(), Failure> {
    let mut books: Vec<PackedIntroduction> = Vec::new();
    books.resize_with(66, Vec::new);
    each_line(&texts.join(INTRODUCTIONS), |line: IntroductionLine| {
        let book = books
            .get_mut(grid.book(&line.book)?)
            .ok_or("no such book")?;
        if !book.is_empty() {
            return Err(format!("{} is introduced twice", line.book));
        }
        *book = line
            .text
            .into_iter()
            .map(paragraph)
            .collect::<Result<_, _>>()?;
        Ok(())
    })?;
    out.frames("INTRODUCTIONS", &books, 0)
}

/// Takes off what the package's conversion left in a text: `,8 ` at its head (the end of the
/// section's verses) and `(Ge 8:13-19)` behind its last mark (a heading cut in two).
fn paragraph(text: String) -> Result<String, Failure> {
    let text = filled(text)?;
    let text = match text.strip_prefix(',') {
        Some(rest) => rest
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .trim_start(),
        None => &text,
    };
    let text = match text.rsplit_once(" (") {
        Some((before, mark)) if before.ends_with(['.', '!', '?', '"']) && is_heading(mark) => {
            before
        }
        _ => text,
    };
    filled(text.to_owned())
}

/// `Ge 8:13-19)`
fn is_heading(mark: &str) -> bool {
    mark.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit())
        && mark.strip_suffix(')').is_some_and(|reference| {
            reference.ends_with(|c: char| c.is_ascii_digit())
                && reference.split_whitespace().count() == 2
        })
}

/// A title without its mark at the end, and without what is left of a heading cut in two.
fn heading(title: &str) -> String {
    let title = title.strip_prefix("part. ").unwrap_or(title);
    title.trim_end_matches(['.', ',', ';']).to_owned()
}
