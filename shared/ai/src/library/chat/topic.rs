//! The topical Bible on a person or a subject: the entries of one person, or those that answer a question.

use std::collections::BTreeSet;

use verse_scripture::Reference;
use verse_scripture::works::Work;
use verse_scripture::works::search::{FoundTopic, search_terms, search_topics};
use verse_scripture::works::topics::{Topic, TopicEntry, find_topic, known_names};

use super::conversation::Conversation;
use super::question::{Question, subject_stems};
use crate::library::quotation::join;
use crate::library::related::{is_empty_label, title_case};
use crate::library::sources::Sources;

/// The most entries of a topic.
const MAX_ENTRIES: usize = 4;
/// The most verses of an entry.
const MAX_VERSES: usize = 3;
/// The most headings of an entry: the work's edition joined the headings of many persons.
const MAX_HEADINGS: usize = 2;
/// The most bytes of a heading.
const MAX_HEADING: usize = 160;
/// The most related topics.
const MAX_SEE: usize = 4;
/// How much an entry gains by naming the last passage itself, its chapter, or its book.
const ON_PASSAGE: f64 = 8.0;
const ON_CHAPTER: f64 = 4.0;
const ON_BOOK: f64 = 2.0;
/// How much it gains by each word of the question.
const EACH_WORD: f64 = 3.0;

/// What the topical Bible has on a subject.
pub(super) struct TopicAnswer {
    name: String,
    /// The entries, or nothing new.
    pub(super) paragraph: Option<String>,
    /// The passages of these entries, the first of each first.
    pub(super) passages: Vec<Reference>,
    /// Related topics, as readers would write them.
    pub(super) see: Vec<String>,
}

impl TopicAnswer {
    /// Whether the topic has all words of a term.
    pub(super) fn is_named(&self, term: &str) -> bool {
        search_terms(term).is_subset(&search_terms(&self.name))
    }
}

/// The topic of a term, and of several persons of its name the one that the question or the last passage is about.
pub(super) fn look_up_topic(
    term: &str,
    question: &Question,
    conversation: &Conversation<'_>,
    sources: &mut Sources,
    wants_more: bool,
) -> Option<TopicAnswer> {
    let topic = find_topic(term).or_else(|| find_topic_by_words(term))?;
    let topic = follow_see(topic);
    let own = search_terms(&topic.name);
    let asked: BTreeSet<String> = question.stems.difference(&own).cloned().collect();
    let group = choose_group(&topic, &asked, conversation);
    let see = known_names(
        group
            .iter()
            .flat_map(|entry| &entry.see)
            .map(String::as_str),
    );
    let mut entries: Vec<(&TopicEntry, Vec<&str>)> = group
        .into_iter()
        .filter_map(|entry| {
            let all = headings(&entry.label);
            let unseen = all.iter().copied();
            let unseen: Vec<&str> = unseen.filter(|text| !conversation.has_seen(text)).collect();
            let mut references = entry.references.iter();
            let is_new = !unseen.is_empty()
                || all.is_empty() && references.any(|found| !conversation.has_cited(found));
            is_new.then_some((entry, unseen))
        })
        .collect();
    let shared = |headings: &[&str]| {
        let stems = subject_stems(&headings.join(" "));
        stems.intersection(&asked).count()
    };
    // The sort is stable: entries that share as much stay in the work's order.
    entries.sort_by_key(|(_, headings)| std::cmp::Reverse(shared(headings)));
    if !asked.is_empty()
        && let Some(most) = entries.first().map(|(_, headings)| shared(headings))
        && most > 0
        && !wants_more
    {
        let related = entries.iter().filter(|(_, headings)| shared(headings) > 0);
        entries.truncate(related.count().max(2));
    }
    entries.truncate(MAX_ENTRIES);
    let language = conversation.language;
    let written: Vec<String> = entries
        .iter()
        .filter_map(|(entry, headings)| {
            let links = language.links(entry.references.iter().take(MAX_VERSES));
            let quoted = headings.iter().take(MAX_HEADINGS);
            let quoted = join(quoted.map(|text| format!("“{text}”")), ", ");
            match (quoted.is_empty(), links.is_empty()) {
                (true, true) => None,
                (true, false) => Some(links),
                (false, true) => Some(quoted),
                (false, false) => Some(format!("{quoted} ({links})")),
            }
        })
        .collect();
    let paragraph = (!written.is_empty()).then(|| {
        sources.add(Work::Topics);
        let (work, name) = (Work::Topics.name(), title_case(&topic.name));
        let written = written.join("; ");
        match language {
            super::language::Language::English => format!("{work} on {name}: {written}."),
            super::language::Language::Spanish => {
                format!("{work}, en inglés, sobre {name}: {written}.")
            }
        }
    });
    let firsts = entries
        .iter()
        .filter_map(|(entry, _)| entry.references.first());
    let others = entries
        .iter()
        .flat_map(|(entry, _)| entry.references.iter().skip(1));
    Some(TopicAnswer {
        name: topic.name.clone(),
        paragraph,
        passages: firsts.chain(others).copied().collect(),
        see: see
            .iter()
            .take(MAX_SEE)
            .map(|name| title_case(name))
            .collect(),
    })
}

/// The entry of a named person or place that answers a question about it: `Defied armies of Israel and is killed by David`.
pub(super) fn find_fact(
    question: &Question,
    names: &[String],
    conversation: &Conversation<'_>,
    sources: &mut Sources,
) -> Option<TopicAnswer> {
    let own: BTreeSet<String> = names.iter().flat_map(|name| search_terms(name)).collect();
    let asked: BTreeSet<&String> = question.stems.difference(&own).collect();
    names.iter().find_map(|name| {
        let topic = find_topic(name)?;
        let answers = topic.entries.iter().any(|entry| {
            let stems = subject_stems(&headings(&entry.label).join(" "));
            asked.iter().any(|stem| stems.contains(*stem)) && !entry.references.is_empty()
        });
        if !answers {
            return None;
        }
        look_up_topic(name, question, conversation, sources, false)
    })
}

/// The topic whose name has all of the term's words and at most one other.
fn find_topic_by_words(term: &str) -> Option<Topic> {
    let wanted = search_terms(term).len();
    let has_all = |found: &FoundTopic| {
        wanted > 0 && found.words == wanted && search_terms(&found.name).len() <= wanted + 1
    };
    let found = search_topics(term, 8).into_iter().filter(has_all);
    let mut names: Vec<String> = found.map(|found| found.name).collect();
    // GRACE OF GOD for "grace", and not GRACES.
    let term = term.to_uppercase();
    names.sort_by_key(|name| !name.split(' ').any(|word| word == term));
    names.iter().find_map(|name| find_topic(name))
}

/// The topic that a topic without verses refers to: ANXIETY is CARE.
fn follow_see(topic: Topic) -> Topic {
    let has_verses = topic
        .entries
        .iter()
        .any(|entry| !entry.references.is_empty());
    if has_verses {
        return topic;
    }
    let names = topic.entries.iter().flat_map(|entry| &entry.see);
    let named = known_names(names.map(String::as_str));
    named
        .iter()
        .find_map(|name| find_topic(name))
        .unwrap_or(topic)
}

/// The entries of one person: those after a number, up to the next. All entries of a topic without numbers.
fn choose_group<'t>(
    topic: &'t Topic,
    asked: &BTreeSet<String>,
    conversation: &Conversation<'_>,
) -> Vec<&'t TopicEntry> {
    let mut groups: Vec<Vec<&TopicEntry>> = Vec::new();
    for entry in &topic.entries {
        match groups.last_mut() {
            Some(group) if number(&entry.label).is_none() => group.push(entry),
            _ => groups.push(vec![entry]),
        }
    }
    let open = conversation.passage.map(|passage| passage.reference);
    let score = |group: &Vec<&TopicEntry>| {
        let references = || group.iter().flat_map(|entry| &entry.references);
        let place = open.map_or(0.0, |open| {
            let (book, chapter) = (open.first().book, open.first().chapter);
            if references().any(|reference| reference.overlaps(&open)) {
                ON_PASSAGE
            } else if references()
                .any(|found| (found.first().book, found.first().chapter) == (book, chapter))
            {
                ON_CHAPTER
            } else if references().any(|found| found.first().book == book) {
                ON_BOOK
            } else {
                0.0
            }
        });
        let labels: Vec<&str> = group.iter().map(|entry| &*entry.label).collect();
        let shared = subject_stems(&labels.join(" "));
        let shared = u32::try_from(shared.intersection(asked).count()).unwrap_or(0);
        let count = u32::try_from(references().count()).unwrap_or(0);
        place + EACH_WORD * f64::from(shared) + f64::from(count).ln_1p()
    };
    // Of several with the same score, the first.
    let best = groups
        .into_iter()
        .rev()
        .max_by(|one, other| score(one).total_cmp(&score(other)));
    best.unwrap_or_default()
}

/// The number at the beginning of a label: several persons of one name are numbered.
fn number(label: &str) -> Option<u32> {
    label.split_once(". ")?.0.parse().ok()
}

/// The headings of a label, as the work has them. The edition joined some with `;` and ` – `, and lost verses between them.
fn headings(label: &str) -> Vec<&str> {
    let label = match number(label) {
        Some(_) => label.split_once(". ").map_or(label, |(_, rest)| rest),
        None => label,
    };
    let parts = shorten_long(label)
        .split([';', '(', ')'])
        .flat_map(|part| part.split(" – "));
    let parts = parts.flat_map(|part| part.split(" , ")).map(|part| {
        let part = part.trim().trim_end_matches([',', ':', '.']);
        let part = part.strip_suffix(" See").unwrap_or(part);
        part.trim_matches(|c: char| c.is_whitespace() || c == ',')
    });
    parts
        .filter(|part| {
            part.len() <= MAX_HEADING && part.chars().filter(|c| c.is_alphabetic()).count() > 2
        })
        .filter(|part| {
            !is_empty_label(part) && !part.starts_with([':', '-']) && !part.contains("See ")
        })
        .filter(|part| !part.contains(['“', '”']))
        .filter(|part| part.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()))
        .collect()
}

/// The description at the beginning of a label that joins the headings of a whole life: `The Tishbite, a Gileadite and prophet`.
fn shorten_long(label: &str) -> &str {
    const LONG: usize = 400;
    const DESCRIPTION: usize = 60;
    let end = label.find(" ;").unwrap_or(label.len());
    let first = label.get(..end).unwrap_or(label);
    if label.len() < LONG || first.len() <= MAX_HEADING {
        return label;
    }
    let near = first.char_indices().nth(DESCRIPTION);
    let near = near.map_or(first.len(), |(at, _)| at);
    let comma = first.get(..near).and_then(|text| text.rfind(", "));
    comma.and_then(|comma| first.get(..comma)).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_split_where_the_edition_joined_headings() {
        assert_eq!(
            headings("A Jewish rabbi – Becomes a disciple of Jesus"),
            ["A Jewish rabbi", "Becomes a disciple of Jesus"]
        );
        assert_eq!(
            headings("A fugitive slave and subsequent convert of Paul ; :10"),
            ["A fugitive slave and subsequent convert of Paul"]
        );
        assert_eq!(
            headings("2. Magdalene Possessed of devils, delivered by Jesus , Present"),
            [
                "Magdalene Possessed of devils, delivered by Jesus",
                "Present"
            ]
        );
        assert_eq!(headings("WORLDLY ; See See See"), ["WORLDLY"]);
        assert_eq!(headings("General scriptures concerning"), [] as [&str; 0]);
        assert_eq!(headings(""), [] as [&str; 0]);
    }
}
