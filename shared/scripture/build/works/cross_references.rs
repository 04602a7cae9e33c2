//! Cross references, in an order of our own: the source has none.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use super::Out;
use super::packed::PackedCrossReferences;
use crate::Failure;
use crate::grid::Grid;
use crate::source::each_line;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerseLine {
    book: String,
    chapter: u16,
    verse: u16,
    refs: Vec<String>,
}

pub fn build(path: &Path, grid: &Grid<'_>, out: &mut Out<'_>) -> Result<(), Failure> {
    let mut all: HashMap<u16, Vec<u16>> = HashMap::new();
    let mut chapters: Vec<Vec<u16>> = vec![Vec::new(); grid.chapters];
    each_line(path, |line: VerseLine| {
        let from = grid.verse(&line.book, line.chapter, line.verse)?;
        let mut verses = line
            .refs
            .iter()
            .map(|text| verse(text, grid))
            .collect::<Result<Vec<_>, _>>()?;
        verses.sort_unstable();
        verses.dedup();
        verses.retain(|to| *to != from);
        if all.insert(from, verses).is_some() {
            return Err(format!(
                "{} {}:{} stands twice",
                line.book, line.chapter, line.verse
            ));
        }
        let chapter = grid.chapter(&line.book, line.chapter)?;
        let first = from - (line.verse - 1);
        let chapter = chapters.get_mut(chapter).ok_or("no such chapter")?;
        chapter.extend(first + u16::try_from(chapter.len()).unwrap_or(0)..=from);
        Ok(())
    })?;
    let ranked: Vec<PackedCrossReferences> = chapters
        .iter()
        .map(|verses| verses.iter().map(|verse| rank(*verse, &all)).collect())
        .collect();
    out.frames("CROSS_REFERENCES", &ranked, 0)
}

/// `EXO 20:11`
fn verse(text: &str, grid: &Grid<'_>) -> Result<u16, Failure> {
    let strange = || format!("{text:?} is no verse");
    let (book, place) = text.split_once(' ').ok_or_else(strange)?;
    let (chapter, verse) = place.split_once(':').ok_or_else(strange)?;
    let (chapter, verse) = chapter
        .parse()
        .ok()
        .zip(verse.parse().ok())
        .ok_or_else(strange)?;
    grid.verse(book, chapter, verse)
}

/// The closest first: a verse that refers back stands before one that does not; then the more
/// references two verses share, measured by how many the other has at all, the closer they are.
fn rank(from: u16, all: &HashMap<u16, Vec<u16>>) -> Vec<u16> {
    let none = Vec::new();
    let own = all.get(&from).unwrap_or(&none);
    let mut scored: Vec<(u32, u16)> = own
        .iter()
        .map(|to| {
            let others = all.get(to).unwrap_or(&none);
            let mutual = u32::from(others.binary_search(&from).is_ok());
            let shared: u32 = others
                .iter()
                .map(|verse| u32::from(own.binary_search(verse).is_ok()))
                .sum();
            let others = u32::try_from(others.len() + 1).unwrap_or(u32::MAX);
            // Thousandths of `shared / √others`.
            let overlap = (shared * shared * 1_000_000 / others).isqrt();
            (2_000 * mutual + overlap, *to)
        })
        .collect();
    scored.sort_unstable_by_key(|(score, to)| (std::cmp::Reverse(*score), *to));
    scored.into_iter().map(|(_, to)| to).collect()
}
