//! Reads the source files: zstd-compressed, one JSON object per line.
//!
//! An error names the file and the line. A file that lacks a chapter, or has one twice or out of
//! order, is an error.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Failure;
use crate::canon::Canon;
use crate::chapter_format::{Block, PackedChapter, Run, SectionHeading};
use crate::edition::mended_title;

/// A book's USFM id and a chapter of it.
#[derive(Deserialize, PartialEq, Eq, Hash)]
pub struct ChapterId {
    pub book: String,
    pub chapter: u16,
}

impl fmt::Display for ChapterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.book, self.chapter)
    }
}

/// A chapter's outline.
#[derive(Deserialize)]
pub struct OutlineLine {
    #[serde(flatten)]
    pub id: ChapterId,
    pub sections: Vec<OutlineSection>,
}

#[derive(Deserialize)]
pub struct OutlineSection {
    /// The title without a mark at its end.
    pub title: String,
    /// `first-last`, or one verse.
    verses: String,
}

impl OutlineSection {
    /// The first and the last verse.
    pub fn range(&self) -> Result<(u16, u16), Failure> {
        let verses = self.verses.as_str();
        let (first, last) = verses.split_once('-').unwrap_or((verses, verses));
        let range = first.parse().ok().zip(last.parse().ok());
        range.ok_or_else(|| format!("{verses:?} is not a range of verses"))
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TextLine {
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

/// Reads the outlines, except those whose sections are out of order: there the source has crossed
/// titles and verses.
pub fn read_outlines(path: &Path) -> Result<Vec<OutlineLine>, Failure> {
    let mut outlines = Vec::new();
    each_line(path, |mut outline: OutlineLine| {
        let mut firsts = Vec::new();
        for section in &mut outline.sections {
            firsts.push(section.range()?.0);
            section.title = mended_title(&section.title);
        }
        if firsts.is_sorted_by(|before, after| before < after) {
            outlines.push(outline);
        }
        Ok(())
    })?;
    Ok(outlines)
}

/// Reads the outlines as headings: each section's title at its first verse.
pub fn read_headings(path: &Path) -> Result<HashMap<ChapterId, Vec<SectionHeading>>, Failure> {
    let mut headings: HashMap<_, Vec<SectionHeading>> = HashMap::new();
    for outline in read_outlines(path)? {
        let of_chapter = headings.entry(outline.id).or_default();
        for section in outline.sections {
            let (verse, _) = section.range()?;
            let title = section.title;
            of_chapter.push(SectionHeading { verse, title });
        }
    }
    Ok(headings)
}

/// Reads every chapter in canon order. A file of single verses gives one paragraph per chapter; it
/// has `[ ]` around words that the translator supplied.
pub fn read_chapters(
    path: &Path,
    canon: &Canon,
) -> Result<Vec<(ChapterId, PackedChapter)>, Failure> {
    let mut expected = canon.books.iter().flat_map(|book| {
        (1..).zip(&book.verses).map(|(chapter, _)| ChapterId {
            book: book.usfm.clone(),
            chapter,
        })
    });
    let mut chapters: Vec<(ChapterId, PackedChapter)> = Vec::new();
    each_line(path, |line: TextLine| {
        let (TextLine::Chapter { book, chapter, .. } | TextLine::Verse { book, chapter, .. }) =
            &line;
        let read = ChapterId {
            book: book.clone(),
            chapter: *chapter,
        };
        let continues = matches!(line, TextLine::Verse { .. })
            && chapters.last().is_some_and(|(last, _)| *last == read);
        if !continues {
            let next = expected.next();
            let next = next.ok_or_else(|| format!("{read} is one too many"))?;
            if next != read {
                return Err(format!("{read} stands where {next} is expected"));
            }
            chapters.push((next, PackedChapter::default()));
        }
        let (_, chapter) = chapters.last_mut().ok_or("no chapter has begun")?;
        match line {
            TextLine::Chapter { blocks, .. } => {
                chapter.blocks = blocks.into_iter().map(block).collect::<Result<_, _>>()?;
            }
            TextLine::Verse { verse, text, .. } => {
                let new = bracketed_runs(verse, &text);
                if let Some(Block::Paragraph(runs)) = chapter.blocks.last_mut() {
                    runs.extend(new);
                } else {
                    chapter.blocks.push(Block::Paragraph(new));
                }
            }
        }
        Ok(())
    })?;
    match expected.next() {
        None => Ok(chapters),
        Some(next) => Err(format!("{}: ends before {next}", path.display())),
    }
}

fn block(line: BlockLine) -> Result<Block, Failure> {
    let runs = line.runs.into_iter().map(run);
    let runs = runs.collect::<Result<Vec<_>, _>>()?;
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
        other => return Err(format!("unknown kind of block: {other:?}")),
    })
}

fn run(line: RunLine) -> Result<Run, Failure> {
    let verse = line.v;
    match (line.x, line.note) {
        (Some(text), None) => Ok(text_run(verse, text, line.wj == 1, line.add == 1)),
        (None, Some(text)) => Ok(Run::Note {
            verse,
            text,
            cross_reference: line.k == "x",
        }),
        _ => Err(format!(
            "a run of verse {verse} must be either text or note"
        )),
    }
}

/// The runs of a verse that has `[ ]` around supplied words. Brackets that are not closed in the
/// verse stay in the text: Young doubts the words of 1 John 5:7-8 between them.
fn bracketed_runs(verse: u16, text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut push = |text: &str, supplied| {
        if !text.is_empty() {
            runs.push(text_run(verse, text.to_owned(), false, supplied));
        }
    };
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[')
        && let Some((supplied, after)) = after.split_once(']')
    {
        push(before, false);
        push(supplied, true);
        rest = after;
    }
    push(rest, false);
    runs
}

fn text_run(verse: u16, text: String, spoken_by_jesus: bool, supplied: bool) -> Run {
    Run::Text {
        verse,
        text,
        spoken_by_jesus,
        supplied,
    }
}

/// Passes each line's value to `take`; its error is returned with file and line.
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
