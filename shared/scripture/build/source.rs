//! Reads the source files: one JSON object a line, zstd over all.
//!
//! A fault names the file and the line; a file which lacks a chapter, or has one twice or out of
//! order, is refused.

use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Failure;
use crate::canon::Book;
use crate::packed::{Block, Packed, Run};

/// Which chapter of which book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub book: String,
    pub chapter: u16,
    /// How many verses the canon gives it.
    pub verses: u16,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.book, self.chapter)
    }
}

/// A section heading and the verse at which it stands.
pub struct SectionLine {
    pub book: String,
    pub chapter: u16,
    pub verse: u16,
    pub title: String,
}

/// A chapter's outline.
#[derive(Deserialize)]
pub struct OutlineLine {
    pub book: String,
    pub chapter: u16,
    pub sections: Vec<OutlinedSection>,
}

#[derive(Deserialize)]
pub struct OutlinedSection {
    /// Words without the sentence's mark at their end.
    pub title: String,
    /// `first-last`, or one verse.
    verses: String,
}

impl OutlinedSection {
    /// Its first and last verse.
    pub fn range(&self) -> Result<(u16, u16), Failure> {
        let (first, last) = self
            .verses
            .split_once('-')
            .unwrap_or((&self.verses, &self.verses));
        let range = first.parse().ok().zip(last.parse().ok());
        range.ok_or_else(|| format!("{:?} are no verses", self.verses))
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Chapter {
        book: String,
        chapter: u16,
        blocks: Vec<BlockLine>,
    },
    Verse {
        book: String,
        chapter: u16,
        verse: u16,
        text: String,
    },
}

#[derive(Deserialize)]
struct BlockLine {
    t: String,
    #[serde(default)]
    n: u8,
    #[serde(default)]
    k: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    runs: Vec<RunLine>,
}

#[derive(Deserialize)]
struct RunLine {
    v: u16,
    x: Option<String>,
    note: Option<String>,
    #[serde(default)]
    wj: u8,
    #[serde(default)]
    add: u8,
    #[serde(default)]
    k: String,
}

/// Reads the outlines.
///
/// One whose sections are out of order has its titles and verses crossed: it is left out.
pub fn read_outlines(path: &Path) -> Result<Vec<OutlineLine>, Failure> {
    let mut outlines = Vec::new();
    each_line(path, |mut outline: OutlineLine| {
        let mut firsts = Vec::new();
        for section in &mut outline.sections {
            firsts.push(section.range()?.0);
            let title = section.title.trim_end_matches(['.', ',', ';']);
            section.title.truncate(title.len());
        }
        if firsts.is_sorted_by(|before, after| before < after) {
            outlines.push(outline);
        }
        Ok(())
    })?;
    Ok(outlines)
}

/// The outlines as headings: each section's title at its first verse.
pub fn read_sections(path: &Path) -> Result<Vec<SectionLine>, Failure> {
    let mut headings = Vec::new();
    for OutlineLine {
        book,
        chapter,
        sections,
    } in read_outlines(path)?
    {
        for section in sections {
            let (verse, _) = section.range()?;
            let (book, title) = (book.clone(), section.title);
            headings.push(SectionLine {
                book,
                chapter,
                verse,
                title,
            });
        }
    }
    Ok(headings)
}

/// Every chapter of the canon in canon order. A file of single verses becomes one paragraph a
/// chapter.
pub fn read_chapters(path: &Path, canon: &[Book]) -> Result<Vec<(Place, Packed)>, Failure> {
    let mut places = canon.iter().flat_map(places_of);
    let mut chapters: Vec<(Place, Packed)> = Vec::new();
    each_line(path, |line| {
        let (book, number) = match &line {
            Line::Chapter { book, chapter, .. } | Line::Verse { book, chapter, .. } => {
                (book.as_str(), *chapter)
            }
        };
        let goes_on = matches!(line, Line::Verse { .. })
            && chapters
                .last()
                .is_some_and(|(p, _)| p.book == book && p.chapter == number);
        if !goes_on {
            let place = places
                .next()
                .ok_or_else(|| format!("{book} {number} is one too many"))?;
            if place.book != book || place.chapter != number {
                return Err(format!("{book} {number} stands where {place} is expected"));
            }
            chapters.push((
                place,
                Packed {
                    blocks: Vec::new(),
                    sections: Vec::new(),
                },
            ));
        }
        let (_, chapter) = chapters.last_mut().ok_or("no chapter has begun")?;
        match line {
            Line::Chapter { blocks, .. } => {
                chapter.blocks = blocks.into_iter().map(block).collect::<Result<_, _>>()?;
            }
            Line::Verse { verse, text, .. } => {
                let run = text_run(verse, text, false, false);
                if let Some(Block::Paragraph(runs)) = chapter.blocks.last_mut() {
                    runs.push(run);
                } else {
                    chapter.blocks.push(Block::Paragraph(vec![run]));
                }
            }
        }
        Ok(())
    })?;
    match places.next() {
        None => Ok(chapters),
        Some(place) => Err(format!("{}: ends before {place}", path.display())),
    }
}

fn places_of(book: &Book) -> impl Iterator<Item = Place> {
    (1..).zip(&book.verses).map(|(chapter, verses)| Place {
        book: book.usfm.clone(),
        chapter,
        verses: *verses,
    })
}

fn block(line: BlockLine) -> Result<Block, Failure> {
    let runs = line
        .runs
        .into_iter()
        .map(run)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(match line.t.as_str() {
        "p" => Block::Paragraph(runs),
        "l" => Block::Line {
            level: line.n.max(1),
            selah: line.k == "selah",
            runs,
        },
        "li" => Block::Item(runs),
        "h" => Block::Heading(line.x),
        "d" => Block::Title(line.x),
        "sp" => Block::Speaker(line.x),
        "b" => Block::Break,
        other => return Err(format!("block of the unknown kind {other:?}")),
    })
}

fn run(line: RunLine) -> Result<Run, Failure> {
    match (line.x, line.note) {
        (Some(text), None) => Ok(text_run(line.v, text, line.wj == 1, line.add == 1)),
        (None, Some(text)) => Ok(Run::Note {
            verse: line.v,
            text,
            cross_reference: line.k == "x",
        }),
        _ => Err(format!(
            "a run of verse {} which is neither text nor note",
            line.v
        )),
    }
}

fn text_run(verse: u16, text: String, spoken_by_jesus: bool, supplied: bool) -> Run {
    Run::Text {
        verse,
        text,
        spoken_by_jesus,
        supplied,
    }
}

/// Reads a file line by line; a fault that `take` finds is told with file and line.
pub fn each_line<T: DeserializeOwned>(
    path: &Path,
    mut take: impl FnMut(T) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let of_file = |error: &dyn fmt::Display| format!("{}: {error}", path.display());
    let file = File::open(path).map_err(|error| of_file(&error))?;
    let decoder = zstd::Decoder::new(file).map_err(|error| of_file(&error))?;
    for (number, line) in (1..).zip(BufReader::new(decoder).lines()) {
        let at = |error: &dyn fmt::Display| format!("{}, line {number}: {error}", path.display());
        let line = line.map_err(|error| at(&error))?;
        let value = serde_json::from_str(&line).map_err(|error| at(&error))?;
        take(value).map_err(|error| at(&error))?;
    }
    Ok(())
}
