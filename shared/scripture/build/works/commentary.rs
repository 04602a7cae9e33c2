//! The commentary: its sections by chapter, its outlines of chapters, its introductions to books.

use std::path::Path;

use serde::Deserialize;

use super::works_format::{PackedIntroduction, PackedOutlines, PackedSection};
use super::{COMMENTARY, INTRODUCTIONS, trimmed};
use crate::canon::Canon;
use crate::edition::{COUNTS, Counts, mended_title};
use crate::pack::Output;
use crate::source::{each_line, read_outlines};
use crate::{Failure, OUTLINES};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SectionLine {
    book: String,
    chapter: u16,
    start: u16,
    end: u16,
    title: Option<String>,
    text: Vec<String>,
    /// The references in the text; the library reads them from the text itself.
    #[serde(rename = "refs", default)]
    _references: Vec<String>,
    /// The section's end by its heading; `end`, by its text, is more reliable.
    #[serde(rename = "heading_end")]
    _heading_end: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IntroductionLine {
    book: String,
    text: Vec<String>,
}

/// Writes the commentary and returns each chapter's sections, for the search index.
pub fn build(
    texts: &Path,
    canon: &Canon,
    output: &mut Output<'_>,
) -> Result<Vec<Vec<PackedSection>>, Failure> {
    let mut chapters = canon.chapter_lists::<PackedSection>();
    let mut counts = Counts::default();
    each_line(&texts.join(COMMENTARY), |line: SectionLine| {
        let ordinal = canon.chapter_ordinal(&line.book, line.chapter)?;
        let last = canon.verse_count(&line.book, line.chapter)?;
        if !(1..=line.end).contains(&line.start) || line.end > last {
            return Err(format!("verses {} to {} of {last}", line.start, line.end));
        }
        let chapter = chapters.get_mut(ordinal).ok_or("no such chapter")?;
        let before = chapter.last();
        if before.is_some_and(|before| before.first > line.start) {
            return Err("a section stands after a later one".to_owned());
        }
        let title = line.title.map(|title| trimmed(&mended_title(&title)));
        let place = (line.book.as_str(), line.chapter, line.start);
        let paragraphs = cleaned_paragraphs(&line.text, |text| counts.mended(place, text))?;
        if paragraphs.is_empty() {
            return Err("a section has no text".to_owned());
        }
        chapter.push(PackedSection {
            first: line.start,
            last: line.end,
            title: title.transpose()?,
            paragraphs,
        });
        Ok(())
    })?;
    if counts != COUNTS {
        return Err(format!("{COMMENTARY}: {counts:?}, not {COUNTS:?}"));
    }
    output.add_frames("COMMENTARY", &chapters, 112 * 1024)?;
    build_outlines(texts, canon, output)?;
    build_introductions(texts, canon, output)?;
    Ok(chapters)
}

fn build_outlines(texts: &Path, canon: &Canon, output: &mut Output<'_>) -> Result<(), Failure> {
    let mut books: Vec<PackedOutlines> = vec![Vec::new(); canon.books.len()];
    for outline in read_outlines(&texts.join(OUTLINES))? {
        let (id, sections) = (outline.id, outline.sections);
        let last = canon.verse_count(&id.book, id.chapter)?;
        let book = books.get_mut(canon.book_index(&id.book)?);
        let outlines = book.ok_or("no such book")?;
        let index = usize::from(id.chapter) - 1;
        if outlines.len() <= index {
            outlines.resize_with(index + 1, Vec::new);
        }
        let outline = outlines.get_mut(index).ok_or("no such chapter")?;
        let mut next_first = last + 1;
        for section in sections.into_iter().rev() {
            let (first, mut end) = section.range()?;
            // Two ends are misprinted: 23-10 for 23-30 in GEN 37, 10-5 for 10-15 in JOS 7.
            if end < first {
                end = next_first - 1;
            }
            if !(1..=end).contains(&first) || end > last {
                return Err(format!(
                    "{OUTLINES}: {id}:{first}-{end} is not in the canon"
                ));
            }
            next_first = first;
            outline.push((first, end, section.title));
        }
        outline.reverse();
    }
    output.add_frames("OUTLINES", &books, 0)
}

fn build_introductions(
    texts: &Path,
    canon: &Canon,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let mut books: Vec<PackedIntroduction> = vec![Vec::new(); canon.books.len()];
    each_line(&texts.join(INTRODUCTIONS), |line: IntroductionLine| {
        let book = books.get_mut(canon.book_index(&line.book)?);
        let book = book.ok_or("no such book")?;
        if !book.is_empty() {
            return Err(format!("{} has two introductions", line.book));
        }
        *book = cleaned_paragraphs(&line.text, |text| {
            Counts::default().mended((&line.book, 0, 0), text)
        })?;
        Ok(())
    })?;
    output.add_frames("INTRODUCTIONS", &books, 0)
}

/// The paragraphs without traces of the package's conversion, each mended after that.
fn cleaned_paragraphs(
    texts: &[String],
    mut mend: impl FnMut(&str) -> String,
) -> Result<Vec<String>, Failure> {
    let cleaned = texts.iter().map(|text| {
        let text = trimmed(text)?;
        trimmed(&mend(without_heading(&text)))
    });
    cleaned.collect()
}

/// A text without `(Ge 8:13-19)` after its last mark: a heading cut in two.
fn without_heading(text: &str) -> &str {
    match text.rsplit_once(" (") {
        Some((before, end)) if before.ends_with(['.', '!', '?', '"']) && is_heading(end) => before,
        _ => text,
    }
}

/// Whether a text looks like `Ge 8:13-19)`.
fn is_heading(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit())
        && text.strip_suffix(')').is_some_and(|reference| {
            reference.ends_with(|c: char| c.is_ascii_digit())
                && reference.split_whitespace().count() == 2
        })
}
