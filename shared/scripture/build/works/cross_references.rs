//! Cross references, in an order of our own: the source has none.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use super::related_verses;
use super::works_format::PackedCrossReferences;
use crate::Failure;
use crate::canon::Canon;
use crate::chapter_format::PackedChapter;
use crate::pack::Output;
use crate::source::each_line;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerseLine {
    book: String,
    chapter: u16,
    verse: u16,
    refs: Vec<String>,
}

/// Writes the cross references, and returns how many verses refer to each verse of the canon.
pub fn build(
    path: &Path,
    canon: &Canon,
    kjv: &[PackedChapter],
    output: &mut Output<'_>,
) -> Result<Vec<usize>, Failure> {
    let mut all: HashMap<u16, Vec<u16>> = HashMap::new();
    let mut chapters = canon.chapter_lists::<u16>();
    each_line(path, |line: VerseLine| {
        let from = canon.verse_ordinal(&line.book, line.chapter, line.verse)?;
        let targets = line.refs.iter().map(|text| verse(text, canon));
        let mut targets = targets.collect::<Result<Vec<_>, _>>()?;
        targets.sort_unstable();
        targets.dedup();
        targets.retain(|to| *to != from);
        if all.insert(from, targets).is_some() {
            return Err(format!(
                "{} {}:{} stands twice",
                line.book, line.chapter, line.verse
            ));
        }
        let chapter = canon.chapter_ordinal(&line.book, line.chapter)?;
        let first = from - (line.verse - 1);
        let chapter = chapters.get_mut(chapter).ok_or("no such chapter")?;
        chapter.extend(first + u16::try_from(chapter.len()).unwrap_or(0)..=from);
        Ok(())
    })?;
    let ranked: Vec<PackedCrossReferences> = chapters
        .iter()
        .map(|verses| verses.iter().map(|verse| rank(*verse, &all)).collect())
        .collect();
    output.add_frames("CROSS_REFERENCES", &ranked, 0)?;
    related_verses::build(&all, kjv, output)?;
    let verses = canon.books.iter().flat_map(|book| &book.verses);
    let mut references_to = vec![0; verses.map(|verses| usize::from(*verses)).sum()];
    for to in all.values().flatten() {
        *references_to
            .get_mut(usize::from(*to))
            .ok_or("no such verse")? += 1;
    }
    Ok(references_to)
}

/// The ordinal of `EXO 20:11`.
fn verse(text: &str, canon: &Canon) -> Result<u16, Failure> {
    let parse = || {
        let (book, numbers) = text.split_once(' ')?;
        let (chapter, verse) = numbers.split_once(':')?;
        Some((book, chapter.parse().ok()?, verse.parse().ok()?))
    };
    let (book, chapter, verse) = parse().ok_or_else(|| format!("{text:?} is not a verse"))?;
    canon.verse_ordinal(book, chapter, verse)
}

/// The targets of a verse, the closest first. A target that refers back comes before one that does
/// not. Then the more references the two verses share, relative to how many the target has, the
/// closer they are.
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
    scored.sort_unstable_by_key(|(score, to)| (Reverse(*score), *to));
    scored.into_iter().map(|(_, to)| to).collect()
}
