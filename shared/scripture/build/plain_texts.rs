//! The corrected texts in a plain form, for the build scripts of crates that depend on this one: the
//! search indexes them. They are in the output folder, which Cargo passes on as
//! `DEP_VERSE_SCRIPTURE_FOLDER`, and not in the binary.
//!
//! - `<code>.verses`: a line for each printed verse, in order: the chapter's ordinal in the canon, the
//!   verse's number, its text, with tabs between.
//! - `<code>.links`: a line for each word that has a Strong's number, in order: the chapter's ordinal,
//!   the verse's number, where the word begins and ends in the verse's text in bytes, the number's
//!   slot (`works_format`).

use std::fmt::Write;
use std::ops::Range;
use std::path::Path;

use crate::chapter_format::PackedChapter;
use crate::{Failure, write};

/// Writes the verses of one translation.
pub fn write_verses(folder: &Path, code: &str, chapters: &[PackedChapter]) -> Result<(), Failure> {
    let mut lines = String::new();
    for (ordinal, chapter) in chapters.iter().enumerate() {
        let mut before = None;
        for (verse, text) in chapter.texts() {
            if before.replace(verse) != Some(verse) {
                let _infallible = write!(lines, "\n{ordinal}\t{verse}\t");
            }
            lines.push_str(text);
        }
    }
    write(
        &folder.join(format!("{code}.verses")),
        lines.trim_start().as_bytes(),
    )
}

/// The Strong's numbers of one translation's words.
#[derive(Default)]
pub struct PlainLinks {
    lines: String,
}

impl PlainLinks {
    /// Adds a word, or several words that have one number together.
    pub fn add(&mut self, chapter: usize, verse: u16, place: Range<usize>, slot: u16) {
        let Range { start, end } = place;
        let line = format_args!("{chapter}\t{verse}\t{start}\t{end}\t{slot}\n");
        let _infallible = self.lines.write_fmt(line);
    }

    /// Writes the file.
    pub fn write(&self, folder: &Path, code: &str) -> Result<(), Failure> {
        write(&folder.join(format!("{code}.links")), self.lines.as_bytes())
    }
}
