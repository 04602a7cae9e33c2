//! Nave's Topical Bible: topics with what stands under them, and the topics that name a passage.

use super::embedded::{TOPIC_MENTIONS, TOPICS};
use super::packed::{PackedMention, PackedTopic, PackedTopicEntry, TOPICS_A_FRAME};
use crate::reference::{Reference, VerseId};

/// A topic.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Topic {
    /// Its name in capitals.
    pub name: String,
    /// What stands under it, in order.
    pub entries: Vec<TopicEntry>,
}

/// Verses under one label of a topic.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TopicEntry {
    /// What the verses say on it. May be empty; and may run several headings together where the package
    /// lost the lines between them.
    pub label: String,
    /// The verses, in the work's order.
    pub references: Vec<Reference>,
    /// Names of topics to look at as well. Some are shortened, and some are of no topic.
    pub see: Vec<String>,
}

/// A topic that names verses of a passage.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mention {
    /// The topic's name in capitals.
    pub topic: String,
    /// The label under which it names them; may be empty.
    pub label: String,
    /// The verses as it names them.
    pub reference: Reference,
}

/// The topic with this name, in any letter case, or the one named first by it: `ASS` is `ASS (DONKEY)`.
/// Where a name has two topics (Reverence, Sin), they are one with the entries of both.
#[must_use]
pub fn find_topic(name: &str) -> Option<Topic> {
    let name = name.trim().to_uppercase().replace('’', "'");
    if name.is_empty() {
        return None;
    }
    let frame = TOPICS.frame_of(&name).unwrap_or(0);
    // Namesakes may begin at a frame's end and go on in the next.
    let frames = [frame.checked_sub(1), Some(frame), Some(frame + 1)];
    let near: Vec<PackedTopic> = frames.into_iter().flatten().flat_map(read).collect();
    let named = |topic: &&PackedTopic| topic.name == name;
    let begins = |topic: &&PackedTopic| {
        let rest = topic.name.strip_prefix(&name);
        rest.is_some_and(|rest| rest.starts_with(" (") || rest.starts_with(", "))
    };
    let found = near
        .iter()
        .find(named)
        .or_else(|| near.iter().find(begins))?
        .name
        .clone();
    let entries = near
        .into_iter()
        .filter(|topic| topic.name == found)
        .flat_map(|topic| topic.entries);
    Some(Topic {
        entries: entries.map(unpack).collect(),
        name: found,
    })
}

/// Every topic in the order of their names; two names come twice.
pub fn topics() -> impl Iterator<Item = Topic> {
    (0..TOPICS.frames.len()).flat_map(read).map(|topic| Topic {
        name: topic.name,
        entries: topic.entries.into_iter().map(unpack).collect(),
    })
}

/// Where topics name verses of a passage, the most to the point first: those with a label that can be read, that name
/// the fewest other verses with it, and that name the fewest verses at all under that label. A topic comes as often
/// as it names the passage under another label.
#[must_use]
pub fn list_mentions(passage: &Reference) -> Vec<Mention> {
    let mut places: Vec<PackedMention> = Vec::new();
    for (book, chapter, verses) in passage.chapters() {
        let ordinal = book.book().ordinal(chapter);
        let mentions: Vec<PackedMention> = ordinal
            .and_then(|ordinal| TOPIC_MENTIONS.read(ordinal))
            .unwrap_or_default();
        places.extend(
            mentions
                .into_iter()
                .filter(|m| m.first <= *verses.end() && *verses.start() <= m.last),
        );
    }
    places.sort_by_key(|mention| (mention.topic, mention.entry, mention.last - mention.first));
    places.dedup_by_key(|mention| (mention.topic, mention.entry));

    let mut mentions = Vec::with_capacity(places.len());
    let mut frame: Option<(usize, Vec<PackedTopic>)> = None;
    for place in places {
        let (number, index) = (
            usize::from(place.topic) / TOPICS_A_FRAME,
            usize::from(place.topic) % TOPICS_A_FRAME,
        );
        if frame.as_ref().is_none_or(|(read, _)| *read != number) {
            frame = Some((number, read(number)));
        }
        let topic = frame.as_ref().and_then(|(_, topics)| topics.get(index));
        let entry = topic.and_then(|topic| topic.entries.get(usize::from(place.entry)));
        if let Some((topic, entry)) = topic.zip(entry)
            && let Some(reference) = references(entry).into_iter().find(|named| {
                named.first() <= passage.last()
                    && passage.first() <= named.last()
                    && named.last().verse - named.first().verse == place.last - place.first
            })
        {
            let fit = Fit {
                unreadable: entry.label.chars().count() > LONGEST_LABEL,
                breadth: (reference.last().verse - reference.first().verse).min(BROAD),
                verses: entry.references.len(),
            };
            let mention = Mention {
                topic: topic.name.clone(),
                label: entry.label.clone(),
                reference,
            };
            mentions.push((fit, mention));
        }
    }
    mentions.sort_by_key(|(fit, _)| *fit);
    mentions.into_iter().map(|(_, mention)| mention).collect()
}

/// A longer label runs several headings together.
const LONGEST_LABEL: usize = 60;
/// Among references to as many verses as this, none is narrow.
const BROAD: u16 = 5;

/// How well a mention fits a passage; the least is the best.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
struct Fit {
    unreadable: bool,
    /// How many verses it names with the passage's.
    breadth: u16,
    /// How many references stand under its label.
    verses: usize,
}

fn read(frame: usize) -> Vec<PackedTopic> {
    TOPICS.frames.read(frame).unwrap_or_default()
}

/// A topic by its frame and its place there.
pub(super) fn find_name(frame: usize, place: usize) -> Option<String> {
    read(frame).into_iter().nth(place).map(|topic| topic.name)
}

fn unpack(packed: PackedTopicEntry) -> TopicEntry {
    TopicEntry {
        references: references(&packed),
        label: packed.label,
        see: packed.see,
    }
}

fn references(entry: &PackedTopicEntry) -> Vec<Reference> {
    let named = entry.references.iter().zip(&entry.chapters);
    named
        .filter_map(|((first, following), whole)| {
            let first = VerseId::from_ordinal(*first)?;
            if *whole {
                return Reference::whole_chapter(first.book, first.chapter);
            }
            let last = VerseId {
                verse: first.verse + following,
                ..first
            };
            Some(Reference::between(first, last))
        })
        .collect()
}
