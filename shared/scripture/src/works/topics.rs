//! Nave's Topical Bible: topics with their entries, and the topics that name a passage.

use super::embedded::{TOPIC_MENTIONS, TOPIC_NAMES, TOPICS};
use super::works_format::{
    PackedMention, PackedTopic, PackedTopicEntry, PackedTopicName, TOPICS_PER_FRAME,
};
use crate::reference::{Reference, VerseId};
use crate::stem::{search_stem, words};

/// A topic.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Topic {
    /// The name in capitals.
    pub name: String,
    /// The entries in the work's order.
    pub entries: Vec<TopicEntry>,
}

/// Verses under one label of a topic.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TopicEntry {
    /// What the verses say on the topic. It may be empty, or several headings in one where the
    /// package lost the lines between them.
    pub label: String,
    /// The verses, in the work's order.
    pub references: Vec<Reference>,
    /// Names of related topics. Some are shortened, and some have no topic.
    pub see: Vec<String>,
}

/// A topic's name, and the number of its verses.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TopicName {
    /// The name in capitals.
    pub name: String,
    /// How many different verses the topic names.
    pub verses: u16,
}

/// How well a name matches a text; the least is the best.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Match {
    /// The name is the text.
    Whole,
    /// The name begins with the text.
    Beginning,
    /// Each word of the text is the beginning of a word of the name.
    Words,
    /// Each word of the text has the stem of a word of the name.
    Stems,
    /// The name differs from the text by a few letters.
    Near,
}

/// The topics whose names match a text, the best first: names that are the text, that begin with
/// it, that have its words or beginnings of them, then their other forms. Within each kind the
/// topics with more verses come first. Only if there is none of these, names with a few other
/// letters.
#[must_use]
pub fn find_topic_names(text: &str, limit: usize) -> Vec<TopicName> {
    let text = folded(text);
    let parts: Vec<&str> = text.split_whitespace().collect();
    let stems: Vec<String> = words(&text).map(search_stem).collect();
    if stems.is_empty() {
        return Vec::new();
    }
    let text = parts.join(" ");
    let names: Vec<PackedTopicName> = TOPIC_NAMES.read(0).unwrap_or_default();
    let kind = |name: &str| {
        let in_name = || name.split([' ', ',', '(', ')', '-', '/']);
        let has_beginning = |part: &&str| in_name().any(|word| word.starts_with(*part));
        if name == text {
            Some(Match::Whole)
        } else if name.starts_with(&text) {
            Some(Match::Beginning)
        } else if parts.iter().all(has_beginning) {
            Some(Match::Words)
        } else {
            let own: Vec<String> = words(name).map(search_stem).collect();
            stems
                .iter()
                .all(|stem| own.contains(stem))
                .then_some(Match::Stems)
        }
    };
    let mut found = matching(&names, kind);
    if found.is_empty() {
        let most = (text.chars().count() / 4).min(MOST_WRONG_LETTERS);
        found = matching(&names, |name| {
            let near = name.len().abs_diff(text.len()) <= 2 * most;
            (near && strsim::osa_distance(name, &text) <= most).then_some(Match::Near)
        });
    }
    found.truncate(limit);
    found.into_iter().map(|(_, name)| name).collect()
}

/// The names of these that are topics, each as the work writes it, in their order and once: `see`
/// lists have shortened names, and some that are no topic.
#[must_use]
pub fn known_names<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let all: Vec<PackedTopicName> = TOPIC_NAMES.read(0).unwrap_or_default();
    let mut known: Vec<String> = Vec::new();
    for name in names.map(folded) {
        let from = all.partition_point(|(other, _)| *other < name);
        let mut near = all.iter().skip(from).map(|(other, _)| other);
        let found = near
            .clone()
            .next()
            .filter(|first| **first == name)
            .or_else(|| {
                near.by_ref()
                    .take_while(|other| other.starts_with(&name))
                    .find(|other| is_longer_name(other, &name))
            });
        if let Some(found) = found.filter(|found| !known.contains(found)) {
            known.push(found.clone());
        }
    }
    known
}

/// Whether a name is another one with an addition: `ASS (DONKEY)`, `ALTAR, OF BURNT OFFERINGS`.
fn is_longer_name(name: &str, shorter: &str) -> bool {
    let rest = name.strip_prefix(shorter);
    rest.is_some_and(|rest| rest.starts_with(" (") || rest.starts_with(", "))
}

/// How many letters of a misspelt name may differ.
const MOST_WRONG_LETTERS: usize = 2;

fn matching(
    names: &[PackedTopicName],
    kind: impl Fn(&str) -> Option<Match>,
) -> Vec<(Match, TopicName)> {
    let topic = |(name, verses): &PackedTopicName| {
        let name = name.clone();
        let verses = *verses;
        Some((kind(&name)?, TopicName { name, verses }))
    };
    let mut found: Vec<_> = names.iter().filter_map(topic).collect();
    found.sort_by(|(kind, one), (other_kind, other)| {
        let by_verses = other.verses.cmp(&one.verses);
        kind.cmp(other_kind).then(by_verses)
    });
    found
}

/// A name or text as names are written.
fn folded(text: &str) -> String {
    text.trim().to_uppercase().replace('’', "'")
}

/// A topic that names verses of a passage.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TopicMention {
    /// The topic's name in capitals.
    pub topic: String,
    /// The label of the entry that names them; may be empty.
    pub label: String,
    /// The verses that it names, of which at least one is in the passage.
    pub reference: Reference,
}

/// The topic with this name in any letter case, or the first whose name begins with it: `ASS` gives
/// `ASS (DONKEY)`. Two topics of the same name (Reverence, Sin) are returned as one with the
/// entries of both.
#[must_use]
pub fn find_topic(name: &str) -> Option<Topic> {
    let mut topics = find_topics_of_name(name).into_iter();
    let mut topic = topics.next()?;
    topic.entries.extend(topics.flat_map(|other| other.entries));
    Some(topic)
}

/// The topics with this name, as [`find_topic`] finds them: two of one name (Reverence, Sin) apart.
#[must_use]
pub fn find_topics_of_name(name: &str) -> Vec<Topic> {
    let name = folded(name);
    if name.is_empty() {
        return Vec::new();
    }
    let frame = TOPICS.frame_of(&name).unwrap_or(0);
    // Topics of one name may be in two frames.
    let frames = [frame.checked_sub(1), Some(frame), Some(frame + 1)];
    let near: Vec<PackedTopic> = frames.into_iter().flatten().flat_map(read).collect();
    let named = |topic: &&PackedTopic| topic.name == name;
    let begins = |topic: &&PackedTopic| is_longer_name(&topic.name, &name);
    let found = near.iter().find(named).or_else(|| near.iter().find(begins));
    let Some(found) = found.map(|topic| topic.name.clone()) else {
        return Vec::new();
    };
    let topics = near.into_iter().filter(|topic| topic.name == found);
    let topics = topics.map(|topic| Topic {
        name: topic.name,
        entries: topic.entries.into_iter().map(unpack).collect(),
    });
    topics.collect()
}

/// Every topic, sorted by name; two names occur twice.
pub fn topics() -> impl Iterator<Item = Topic> {
    (0..TOPICS.frames.len()).flat_map(read).map(|topic| Topic {
        name: topic.name,
        entries: topic.entries.into_iter().map(unpack).collect(),
    })
}

/// The topics that name verses of a passage, the most relevant first: those with a readable label,
/// then those that name the fewest other verses with it, then those with the fewest references
/// under that label. A topic occurs once for each label under which it names the passage.
#[must_use]
pub fn list_mentions(passage: &Reference) -> Vec<TopicMention> {
    let mut found: Vec<PackedMention> = Vec::new();
    for (book, chapter, verses) in passage.chapters() {
        let ordinal = book.book().ordinal(chapter);
        let mentions: Vec<PackedMention> = ordinal
            .and_then(|ordinal| TOPIC_MENTIONS.read(ordinal))
            .unwrap_or_default();
        let mentions = mentions.into_iter();
        found.extend(mentions.filter(|m| m.first <= *verses.end() && *verses.start() <= m.last));
    }
    found.sort_by_key(|mention| (mention.topic, mention.entry, mention.last - mention.first));
    found.dedup_by_key(|mention| (mention.topic, mention.entry));

    let mut mentions = Vec::with_capacity(found.len());
    let mut frame = (usize::MAX, Vec::new());
    for mention in found {
        let topic = usize::from(mention.topic);
        let (number, index) = (topic / TOPICS_PER_FRAME, topic % TOPICS_PER_FRAME);
        if frame.0 != number {
            frame = (number, read(number));
        }
        let topic = frame.1.get(index);
        let entry = topic.and_then(|topic| topic.entries.get(usize::from(mention.entry)));
        if let Some((topic, entry)) = topic.zip(entry)
            && let Some(reference) = references(entry).into_iter().find(|reference| {
                reference.overlaps(passage)
                    && reference.last().verse - reference.first().verse
                        == mention.last - mention.first
            })
        {
            let relevance = Relevance {
                unreadable: entry.label.chars().count() > LONGEST_LABEL,
                breadth: (reference.last().verse - reference.first().verse).min(BROAD),
                references: entry.references.len(),
            };
            let mention = TopicMention {
                topic: topic.name.clone(),
                label: entry.label.clone(),
                reference,
            };
            mentions.push((relevance, mention));
        }
    }
    mentions.sort_by_key(|(relevance, _)| *relevance);
    mentions.into_iter().map(|(_, mention)| mention).collect()
}

/// A longer label is several headings in one.
const LONGEST_LABEL: usize = 60;
/// References to this many verses or more count as equally broad.
const BROAD: u16 = 5;

/// How relevant a mention is to a passage; the least is the best.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
struct Relevance {
    unreadable: bool,
    /// How many verses follow the first of the reference.
    breadth: u16,
    /// How many references the label has.
    references: usize,
}

fn read(frame: usize) -> Vec<PackedTopic> {
    TOPICS.frames.read(frame).unwrap_or_default()
}

/// A topic's name by its frame and its index there.
pub(super) fn find_name(frame: usize, index: usize) -> Option<String> {
    read(frame).into_iter().nth(index).map(|topic| topic.name)
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
