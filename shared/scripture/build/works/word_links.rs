//! Which Strong's number stands behind which words of the King James Version, and where each stands.

use std::iter::Peekable;
use std::path::Path;

use serde::Deserialize;

use super::Out;
use super::lexicon::Numbers;
use super::packed::{
    GREEK_SLOTS, HEBREW_SLOTS, PackedConcordance, PackedLink, PackedLinks, SLOTS_A_FRAME,
};
use crate::Failure;
use crate::grid::Grid;
use crate::packed::{Block, Packed, Run};
use crate::source::{Place, each_line};
use crate::stem::words;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerseLine {
    book: String,
    chapter: u16,
    verse: u16,
    w: Vec<(String, Vec<String>)>,
}

pub fn build(
    path: &Path,
    grid: &Grid<'_>,
    kjv: &[(Place, Packed)],
    numbers: &Numbers,
    out: &mut Out<'_>,
) -> Result<(), Failure> {
    let mut chapters: Vec<Vec<PackedLinks>> = Vec::new();
    chapters.resize_with(grid.chapters, Vec::new);
    let mut stands_in: Vec<Vec<u16>> = vec![Vec::new(); usize::from(HEBREW_SLOTS + GREEK_SLOTS)];
    each_line(path, |line: VerseLine| {
        let VerseLine {
            book,
            chapter,
            verse,
            w,
        } = line;
        let ordinal = grid.verse(&book, chapter, verse)?;
        let index = grid.chapter(&book, chapter)?;
        let (_, text) = kjv.get(index).ok_or("no such chapter")?;
        let mut left = w.into_iter().peekable();
        let mut links = PackedLinks::default();
        if verse == 1 {
            links.title = align(&title(text), &mut left, numbers, true)?;
        }
        links.verse = align(&verse_text(text, verse), &mut left, numbers, false)?;
        if let Some((words, _)) = left.next() {
            return Err(format!(
                "{words:?} is not where it is expected in {book} {chapter}:{verse}"
            ));
        }
        for link in links.title.iter().chain(&links.verse) {
            stands_in
                .get_mut(usize::from(link.slot))
                .ok_or("no such slot")?
                .push(ordinal);
        }
        let chapter = chapters.get_mut(index).ok_or("no such chapter")?;
        if chapter.len() >= usize::from(verse) {
            return Err(format!("{book} {verse} stands behind a later verse"));
        }
        chapter.resize_with(usize::from(verse) - 1, PackedLinks::default);
        chapter.push(links);
        Ok(())
    })?;
    for verses in &mut stands_in {
        let mut before = 0;
        for verse in verses {
            let distance = verse.checked_sub(before).ok_or("verses are out of order")?;
            before = *verse;
            *verse = distance;
        }
    }
    let concordance: Vec<PackedConcordance> =
        stands_in.chunks(SLOTS_A_FRAME).map(<[_]>::to_vec).collect();
    out.frames("WORD_LINKS", &chapters, 0)?;
    out.frames("CONCORDANCE", &concordance, 0)
}

/// Finds words in their order in a text; stops at the first that it has not.
fn align(
    text: &str,
    left: &mut Peekable<impl Iterator<Item = (String, Vec<String>)>>,
    numbers: &Numbers,
    whole: bool,
) -> Result<Vec<PackedLink>, Failure> {
    let text: Vec<&str> = words(text).collect();
    let mut links = Vec::new();
    let mut at = 0;
    while let Some((linked, ids)) = left.peek() {
        let linked: Vec<&str> = words(linked).collect();
        let rest = text.get(at..).unwrap_or_default();
        let mut places = rest.windows(linked.len().max(1));
        // The package cut eight words short: "with tear" for "with tears".
        let cut = |place: &[&str]| {
            place
                .iter()
                .zip(&linked)
                .all(|(word, linked)| word.starts_with(linked))
        };
        let found = places.clone().position(|place| place == linked);
        let Some(passed) = found.or_else(|| places.position(cut).filter(|_| !whole)) else {
            // And one in two: "day" and "s" for "day’s". The second part goes without.
            if !whole && linked == ["s"] {
                left.next();
                continue;
            }
            break;
        };
        let [id] = ids.as_slice() else {
            return Err(format!(
                "{linked:?} has {} numbers where one is expected",
                ids.len()
            ));
        };
        links.push(PackedLink {
            passed: narrow(passed)?,
            words: narrow(linked.len())?,
            slot: numbers.slot(id)?,
        });
        at += passed + linked.len();
        left.next();
    }
    Ok(links)
}

fn narrow(number: usize) -> Result<u16, Failure> {
    u16::try_from(number).map_err(|error| error.to_string())
}

fn title(chapter: &Packed) -> String {
    let titles = chapter.blocks.iter().filter_map(|block| match block {
        Block::Title(title) => Some(title.as_str()),
        _ => None,
    });
    titles.collect::<Vec<_>>().join(" ")
}

fn verse_text(chapter: &Packed, number: u16) -> String {
    let runs = chapter.blocks.iter().flat_map(|block| match block {
        Block::Paragraph(runs) | Block::Item(runs) | Block::Line { runs, .. } => &**runs,
        _ => &[],
    });
    runs.filter_map(|run| match run {
        Run::Text { verse, text, .. } if *verse == number => Some(text.as_str()),
        _ => None,
    })
    .collect()
}
