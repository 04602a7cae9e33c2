//! What the reference works say a verse is about, in a plain form, for the build script of the
//! search by meaning. The files are in the output folder, as those of `plain_texts` are.
//!
//! - `labels.tsv`: a line for each topic's entry and each titled section of the commentary that has
//!   verses: `topic` or `section`, the name or title, the entry's label, the passages as
//!   `first+following` by the verses' ordinals, with tabs between.
//! - `first_chapters.tsv`: a line for each book: its id, the ordinal of its first chapter.
//! - `popularity.bin`: a byte for each verse: how many verses refer to it, at most 255.

use std::fmt::Write;
use std::path::Path;

use super::works_format::{PackedSection, PackedTopic};
use crate::canon::Canon;
use crate::{Failure, write};

/// Writes the three files. `references` is how many verses refer to each verse.
pub fn write_labels(
    folder: &Path,
    canon: &Canon,
    topics: &[PackedTopic],
    sections: &[Vec<PackedSection>],
    references: &[usize],
) -> Result<(), Failure> {
    let mut lines = String::new();
    let entries = topics
        .iter()
        .flat_map(|topic| topic.entries.iter().map(|entry| (&topic.name, entry)));
    for (name, entry) in entries.filter(|(_, entry)| !entry.references.is_empty()) {
        add(&mut lines, "topic", name, &entry.label, &entry.references);
    }
    let (mut first_chapters, mut chapter, mut verse) = (String::new(), 0, 0);
    for book in &canon.books {
        let _infallible = writeln!(first_chapters, "{}\t{chapter}", book.usfm);
        for verses in &book.verses {
            for section in sections.get(chapter).ok_or("no such chapter")? {
                let passage = (verse + section.first - 1, section.last - section.first);
                if let Some(title) = &section.title {
                    add(&mut lines, "section", title, "", &[passage]);
                }
            }
            chapter += 1;
            verse += verses;
        }
    }
    let counts = references.iter().map(|count| u8::try_from(*count));
    let popularity: Vec<u8> = counts.map(|count| count.unwrap_or(u8::MAX)).collect();
    write(&folder.join("labels.tsv"), lines.as_bytes())?;
    write(
        &folder.join("first_chapters.tsv"),
        first_chapters.as_bytes(),
    )?;
    write(&folder.join("popularity.bin"), &popularity)
}

fn add(lines: &mut String, source: &str, name: &str, label: &str, passages: &[(u16, u16)]) {
    let passages = passages
        .iter()
        .map(|(first, following)| format!("{first}+{following}"));
    let passages: Vec<String> = passages.collect();
    let passages = passages.join(",");
    let _infallible = writeln!(lines, "{source}\t{name}\t{label}\t{passages}");
}
