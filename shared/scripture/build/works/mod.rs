//! Packs the reference works: one file here for each, all of them by the same frames.
//!
//! Whatever a file holds that cannot be understood stops the build with its file and line. What is
//! known to be wrong in a source is left out and counted, and another count stops the build too.

mod commentary;
mod cross_references;
mod lexicon;
mod search;
mod topics;
mod word_links;

#[path = "../../src/works/packed.rs"]
mod packed;

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::canon::Book;
use crate::grid::Grid;
use crate::pack;
use crate::packed::Packed;
use crate::source::{Place, each_line};
use crate::{Failure, write, write_archive};

const COMMENTARY: &str = "mhcc.jsonl.zst";
const INTRODUCTIONS: &str = "mhcc_intros.jsonl.zst";
const LEXICON: &str = "strongs.jsonl.zst";
const WORD_LINKS: &str = "kjv.strongs.jsonl.zst";
const GLOSSARY: &str = "web_glossary.jsonl.zst";
const TOPICS: &str = "nave.jsonl.zst";
const CROSS_REFERENCES: &str = "crossrefs.jsonl.zst";

/// The files that are read here; the outlines are among the translations' files.
pub const FILES: [&str; 7] = [
    COMMENTARY,
    INTRODUCTIONS,
    LEXICON,
    WORD_LINKS,
    GLOSSARY,
    TOPICS,
    CROSS_REFERENCES,
];

/// What is written, and the Rust items to find it.
pub struct Out<'a> {
    folder: &'a Path,
    items: String,
}

impl Out<'_> {
    fn frames<T: Serialize>(
        &mut self,
        name: &str,
        things: &[T],
        dictionary: usize,
    ) -> Result<(), Failure> {
        let archive = pack::pack(things, dictionary).map_err(|why| format!("{name}: {why}"))?;
        write_archive(self.folder, name, &archive)?;
        self.items.push_str(&pack::item(name, &archive));
        Ok(())
    }

    /// Things in the order of their names, so many a frame.
    fn named<T: Serialize>(
        &mut self,
        name: &str,
        things: &[T],
        name_of: impl Fn(&T) -> &str,
        a_frame: usize,
        dictionary: usize,
    ) -> Result<(), Failure> {
        let frames: Vec<&[T]> = things.chunks(a_frame).collect();
        let firsts: Vec<&str> = frames
            .iter()
            .filter_map(|frame| frame.first())
            .map(name_of)
            .collect();
        let archive = pack::pack(&frames, dictionary).map_err(|why| format!("{name}: {why}"))?;
        write_archive(self.folder, name, &archive)?;
        self.items
            .push_str(&pack::named_item(name, &archive, &firsts));
        Ok(())
    }
}

pub fn build(
    texts: &Path,
    folder: &Path,
    canon: &[Book],
    kjv: &[(Place, Packed)],
) -> Result<(), Failure> {
    let grid = Grid::new(canon);
    let mut out = Out {
        folder,
        items: String::new(),
    };
    let sections = commentary::build(texts, &grid, &mut out)?;
    let numbers = lexicon::build(&texts.join(LEXICON), &mut out)?;
    word_links::build(&texts.join(WORD_LINKS), &grid, kjv, &numbers, &mut out)?;
    glossary(&texts.join(GLOSSARY), &mut out)?;
    let topics = topics::build(&texts.join(TOPICS), &grid, &mut out)?;
    cross_references::build(&texts.join(CROSS_REFERENCES), &grid, &mut out)?;
    search::build(&sections, &topics, &mut out)?;
    write(&folder.join("works.rs"), out.items.as_bytes())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TermLine {
    term: String,
    text: String,
}

fn glossary(path: &Path, out: &mut Out<'_>) -> Result<(), Failure> {
    let mut terms: Vec<packed::PackedTerm> = Vec::new();
    each_line(path, |TermLine { term, text }| {
        let term = filled(term)?;
        let text = filled(text)?;
        terms.push((term, text));
        Ok(())
    })?;
    out.frames("GLOSSARY", &[terms], 0)
}

/// A text without space at its ends, which has to be one.
fn filled(text: String) -> Result<String, Failure> {
    let trimmed = text.trim();
    match trimmed.len() {
        0 => Err("there is an empty text".to_owned()),
        length if length == text.len() => Ok(text),
        _ => Ok(trimmed.to_owned()),
    }
}
