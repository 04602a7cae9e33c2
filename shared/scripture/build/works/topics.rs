//! The topical Bible: topics by name, and for each chapter where topics name verses of it.

use std::path::Path;

use serde::Deserialize;

use super::packed::{PackedMention, PackedTopic, PackedTopicEntry, TOPICS_A_FRAME};
use super::{Out, filled};
use crate::Failure;
use crate::grid::Grid;
use crate::source::each_line;

/// References to books that are not in the canon, and to chapters and verses that do not exist.
const BAD_REFERENCES: usize = 26;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicLine {
    topic: String,
    subs: Vec<EntryLine>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryLine {
    t: String,
    #[serde(default)]
    refs: Vec<String>,
    #[serde(default)]
    see: Vec<String>,
}

/// A reference: the chapter's ordinal, its first and last verse in the chapter, the first verse's ordinal,
/// whether it is the whole chapter.
struct Named {
    chapter: usize,
    verses: (u16, u16),
    ordinal: u16,
    whole: bool,
}

/// The topics in the order of their names, written and given back to be indexed.
pub fn build(path: &Path, grid: &Grid<'_>, out: &mut Out<'_>) -> Result<Vec<PackedTopic>, Failure> {
    let mut read: Vec<(PackedTopic, Vec<Vec<Named>>)> = Vec::new();
    let mut bad = 0;
    each_line(path, |line: TopicLine| {
        let (mut entries, mut places) = (Vec::new(), Vec::new());
        for EntryLine { t, refs, see } in line.subs {
            let mut named = Vec::new();
            for reference in &refs {
                match read_reference(reference, grid)? {
                    Some(read) => named.push(read),
                    None => bad += 1,
                }
            }
            entries.push(PackedTopicEntry {
                label: label(&t, !see.is_empty()),
                references: named
                    .iter()
                    .map(|n| (n.ordinal, n.verses.1 - n.verses.0))
                    .collect(),
                chapters: named.iter().map(|n| n.whole).collect(),
                see: see
                    .iter()
                    .map(|name| see_also(name))
                    .collect::<Result<_, _>>()?,
            });
            places.push(named);
        }
        let name = filled(line.topic)?;
        read.push((PackedTopic { name, entries }, places));
        Ok(())
    })?;
    if bad != BAD_REFERENCES {
        return Err(format!(
            "{}: {bad} bad references where {BAD_REFERENCES} are known",
            path.display()
        ));
    }
    read.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));

    let mut chapters: Vec<Vec<PackedMention>> = Vec::new();
    chapters.resize_with(grid.chapters, Vec::new);
    let mut topics = Vec::with_capacity(read.len());
    for (topic, (packed, entries)) in (0..).zip(read) {
        for (entry, named) in (0..).zip(entries) {
            for Named {
                chapter,
                verses: (first, last),
                ..
            } in named
            {
                let mentions = chapters.get_mut(chapter).ok_or("no such chapter")?;
                mentions.push(PackedMention {
                    first,
                    last,
                    topic,
                    entry,
                });
            }
        }
        topics.push(packed);
    }
    out.named(
        "TOPICS",
        &topics,
        |topic| &topic.name,
        TOPICS_A_FRAME,
        32 * 1024,
    )?;
    out.frames("TOPIC_MENTIONS", &chapters, 0)?;
    Ok(topics)
}

/// `Exod.6.16-Exod.6.20`, `Josh.21.4` or `Num.17`, in one chapter. `None` if it is not in the canon.
fn read_reference(reference: &str, grid: &Grid<'_>) -> Result<Option<Named>, Failure> {
    let strange = || format!("{reference:?} is no reference");
    let (first, last) = reference.split_once('-').unwrap_or((reference, reference));
    let (book, chapter, start) = point(first).ok_or_else(strange)?;
    let (book_end, chapter_end, end) = point(last).ok_or_else(strange)?;
    if (book, chapter) != (book_end, chapter_end) {
        return Err(format!("{reference:?} is more than one chapter"));
    }
    let Ok(verses) = grid.verses(book, chapter) else {
        return Ok(None);
    };
    let (first, last) = (start.unwrap_or(1), end.unwrap_or(verses));
    let (Ok(ordinal), true) = (
        grid.verse(book, chapter, first),
        (first..=verses).contains(&last),
    ) else {
        return Ok(None);
    };
    Ok(Some(Named {
        chapter: grid.chapter(book, chapter)?,
        verses: (first, last),
        ordinal,
        whole: start.is_none(),
    }))
}

fn point(text: &str) -> Option<(&str, u16, Option<u16>)> {
    let mut parts = text.split('.');
    let (book, chapter) = (parts.next()?, parts.next()?.parse().ok()?);
    let verse = parts.next().map(str::parse).transpose().ok()?;
    parts.next().is_none().then_some((book, chapter, verse))
}

/// A label without what is left of the references that stood in it: `:6`, a lone `;`, and `See` where
/// it said nothing but what is in `see`.
fn label(text: &str, refers: bool) -> String {
    let text = text.replace("' s ", "’s ").replace("' ", "’ ");
    let mut words: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        let trace = word.strip_prefix(':').unwrap_or(word);
        let is_trace = trace
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ';' | ',' | '-' | ':' | '.'))
            && !word.ends_with('.');
        if !(is_trace || refers && word == "See") {
            words.push(word);
        }
    }
    words.join(" ").trim_matches([',', ';', ' ']).to_owned()
}

fn see_also(name: &str) -> Result<String, Failure> {
    let name = name
        .strip_prefix("Nave:")
        .ok_or_else(|| format!("{name:?} is no topic"))?;
    filled(name.split_whitespace().collect::<Vec<_>>().join(" "))
}
