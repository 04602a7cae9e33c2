//! The topical Bible: topics by name, and for each chapter the topics that name verses of it.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::trimmed;
use super::works_format::{
    PackedMention, PackedTopic, PackedTopicEntry, PackedTopicName, TOPICS_PER_FRAME,
};
use crate::Failure;
use crate::canon::Canon;
use crate::pack::Output;
use crate::source::each_line;

/// How many references name a book outside the canon, or a chapter or verse that does not exist.
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

/// Verses of one chapter.
struct TopicReference {
    /// The chapter's ordinal.
    chapter: usize,
    first: u16,
    last: u16,
    /// The first verse's ordinal.
    ordinal: u16,
    is_whole_chapter: bool,
}

/// Writes the topics and returns them sorted by name, for the search index.
pub fn build(
    path: &Path,
    canon: &Canon,
    output: &mut Output<'_>,
) -> Result<Vec<PackedTopic>, Failure> {
    let mut all: Vec<(PackedTopic, Vec<Vec<TopicReference>>)> = Vec::new();
    let mut bad = 0;
    each_line(path, |line: TopicLine| {
        let (mut entries, mut all_references) = (Vec::new(), Vec::new());
        for EntryLine { t, refs, see } in line.subs {
            let mut references = Vec::new();
            for reference in &refs {
                match read_reference(reference, canon)? {
                    Some(reference) => references.push(reference),
                    None => bad += 1,
                }
            }
            entries.push(PackedTopicEntry {
                label: cleaned_label(&t, !see.is_empty()),
                references: references
                    .iter()
                    .map(|reference| (reference.ordinal, reference.last - reference.first))
                    .collect(),
                chapters: references.iter().map(|r| r.is_whole_chapter).collect(),
                see: see
                    .iter()
                    .map(|name| see_also(name))
                    .collect::<Result<_, _>>()?,
            });
            all_references.push(references);
        }
        let name = trimmed(&line.topic)?;
        all.push((PackedTopic { name, entries }, all_references));
        Ok(())
    })?;
    if bad != BAD_REFERENCES {
        return Err(format!(
            "{}: {bad} bad references where {BAD_REFERENCES} are known",
            path.display()
        ));
    }
    all.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));

    let mut chapters = canon.chapter_lists::<PackedMention>();
    let mut topics = Vec::with_capacity(all.len());
    for (topic, (packed, entries)) in (0..).zip(all) {
        for (entry, references) in (0..).zip(entries) {
            for TopicReference {
                chapter,
                first,
                last,
                ..
            } in references
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
    output.add_sorted_frames(
        "TOPICS",
        &topics,
        |topic| &topic.name,
        TOPICS_PER_FRAME,
        32 * 1024,
    )?;
    output.add_frames("TOPIC_MENTIONS", &chapters, 0)?;
    output.add_frames("TOPIC_NAMES", &[names(&topics)?], 0)?;
    Ok(topics)
}

/// Each name once, with the number of different verses that topics of this name have.
fn names(topics: &[PackedTopic]) -> Result<Vec<PackedTopicName>, Failure> {
    let same_name = topics.chunk_by(|one, other| one.name == other.name);
    same_name
        .filter_map(|same| Some((&same.first()?.name, same)))
        .map(|(name, same)| {
            let entries = same.iter().flat_map(|topic| &topic.entries);
            let verses: BTreeSet<u16> = entries
                .flat_map(|entry| &entry.references)
                .flat_map(|(first, following)| *first..=first + following)
                .collect();
            let count = u16::try_from(verses.len()).map_err(|_| "too many verses".to_owned())?;
            Ok((name.clone(), count))
        })
        .collect()
}

/// Reads `Exod.6.16-Exod.6.20`, `Josh.21.4` or `Num.17`, in one chapter. `None` if it is not in the
/// canon.
fn read_reference(reference: &str, canon: &Canon) -> Result<Option<TopicReference>, Failure> {
    let unreadable = || format!("{reference:?} is not a reference");
    let (first, last) = reference.split_once('-').unwrap_or((reference, reference));
    let (book, chapter, start) = read_point(first).ok_or_else(unreadable)?;
    let (book_end, chapter_end, end) = read_point(last).ok_or_else(unreadable)?;
    if (book, chapter) != (book_end, chapter_end) {
        return Err(format!("{reference:?} is more than one chapter"));
    }
    let Ok(count) = canon.verse_count(book, chapter) else {
        return Ok(None);
    };
    let (first, last) = (start.unwrap_or(1), end.unwrap_or(count));
    let Ok(ordinal) = canon.verse_ordinal(book, chapter, first) else {
        return Ok(None);
    };
    if !(first..=count).contains(&last) {
        return Ok(None);
    }
    Ok(Some(TopicReference {
        chapter: canon.chapter_ordinal(book, chapter)?,
        first,
        last,
        ordinal,
        is_whole_chapter: start.is_none(),
    }))
}

/// Reads a book, a chapter and perhaps a verse.
fn read_point(text: &str) -> Option<(&str, u16, Option<u16>)> {
    let mut parts = text.split('.');
    let (book, chapter) = (parts.next()?, parts.next()?.parse().ok()?);
    let verse = parts.next().map(str::parse).transpose().ok()?;
    parts.next().is_none().then_some((book, chapter, verse))
}

/// A label without the traces of the references that stood in it: `:6`, a lone `;`, and `See` where
/// it only led to the names in `see`.
fn cleaned_label(text: &str, has_see: bool) -> String {
    let text = text.replace("' s ", "’s ").replace("' ", "’ ");
    let is_trace = |word: &str| {
        let word_end = word.strip_prefix(':').unwrap_or(word);
        word_end
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ';' | ',' | '-' | ':' | '.'))
            && !word.ends_with('.')
    };
    let words = text.split_whitespace();
    let words = words.filter(|word| !(is_trace(word) || has_see && *word == "See"));
    let label = words.map(with_dash).collect::<Vec<_>>().join(" ");
    label.trim_matches([',', ';', ' ', '–']).to_owned()
}

fn see_also(name: &str) -> Result<String, Failure> {
    let name = name
        .strip_prefix("Nave:")
        .ok_or_else(|| format!("{name:?} is not a topic"))?;
    trimmed(&name.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A dash for the mark of a lost line before a word: `-Becomes`, `.Sickness`.
fn with_dash(word: &str) -> String {
    match word.strip_prefix(['-', '.', '=']) {
        Some(rest) if rest.starts_with(char::is_uppercase) => format!("– {rest}"),
        _ => word.to_owned(),
    }
}
