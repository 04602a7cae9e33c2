//! What a word is, or who a person was: the glossary, the word of the original language, the topical Bible.

use verse_scripture::word::{LemmaStudy, study_word};
use verse_scripture::works::Work;
use verse_scripture::works::search::{FoundTopic, search_terms, search_topics};
use verse_scripture::works::topics::{Topic, TopicEntry, find_topic};
use verse_scripture::{Reference, Testament, VerseId};

use crate::library::links::link;
use crate::library::related::{label, says_nothing, title_case};
use crate::library::sources::Sources;

use super::conversation::Conversation;

/// How many labels of a topic are named.
const MOST_LABELS: usize = 4;
/// How many verses under one label.
const VERSES_OF_A_LABEL: usize = 3;
/// How many verses of a topic that stand under no label.
const MOST_PLAIN: usize = 6;
/// A longer label is not quoted, in bytes.
const LONGEST_LABEL: usize = 120;
/// In how many verses of a topic its word is looked for.
const TRIED: usize = 3;

/// Paragraphs on a term, in the reader's words.
pub(super) fn of(
    term: &str,
    conversation: &Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let open = conversation
        .passage
        .map(|passage| passage.reference.to_string());
    let study = study_word(term, "", open.as_deref().unwrap_or_default());
    let mut paragraphs = Vec::new();
    if let Some(glossary) = &study.term {
        sources.add(Work::Glossary);
        paragraphs.push(format!(
            "{} on “{}”: “{}”",
            Work::Glossary.name(),
            glossary.term,
            glossary.text
        ));
    }
    let topic = study
        .topic
        .filter(|topic| under(topic).is_some())
        .or_else(|| topic_named(term));
    let lemma = match study.lemmas.into_iter().next() {
        Some(lemma) => Some((lemma, study.found.verses.first().copied())),
        None => topic.as_ref().and_then(|topic| in_a_verse_of(topic, term)),
    };
    if let Some((lemma, Some(verse))) = lemma {
        paragraphs.push(original(term, &lemma, verse, sources));
    }
    if let Some(named) = topic.as_ref().and_then(under) {
        sources.add(Work::Topics);
        paragraphs.push(named);
    }
    paragraphs
}

/// The topic whose name has all of the term's words, and few others.
pub(super) fn topic_named(term: &str) -> Option<Topic> {
    let wanted = search_terms(term).len();
    let has_all = |found: &FoundTopic| {
        wanted > 0 && found.words == wanted && search_terms(&found.name).len() <= wanted + 1
    };
    search_topics(term, 8)
        .into_iter()
        .filter(has_all)
        .filter_map(|found| find_topic(&found.name))
        .find(|topic| under(topic).is_some())
}

/// The word of a topic in one of its verses, the New Testament's first.
fn in_a_verse_of(topic: &Topic, term: &str) -> Option<(LemmaStudy, Option<VerseId>)> {
    let all = || topic.entries.iter().flat_map(|entry| &entry.references);
    let is_new = |reference: &&Reference| reference.book().testament == Testament::New;
    let single = |reference: &&Reference| reference.first() == reference.last();
    let old = all()
        .filter(|reference| !is_new(reference))
        .filter(single)
        .take(TRIED);
    let verses = all().filter(is_new).filter(single).take(TRIED).chain(old);
    verses.into_iter().find_map(|reference| {
        let study = study_word(term, "", &reference.to_string());
        Some((study.lemmas.into_iter().next()?, Some(reference.first())))
    })
}

/// The word behind a term in a verse.
fn original(term: &str, study: &LemmaStudy, verse: VerseId, sources: &mut Sources) -> String {
    let entry = &study.entry;
    sources.add(entry.work());
    sources.add(Work::WordLinks);
    let verse = link(&Reference::between(verse, verse));
    let means = entry
        .definition
        .as_ref()
        .map_or_else(String::new, |definition| {
            format!(" {}: “{definition}”.", entry.work().name())
        });
    let examples: Vec<String> = study
        .examples
        .iter()
        .map(|example| link(&Reference::between(example.verse, example.verse)))
        .collect();
    let times = match study.times {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        times => format!("{times} times"),
    };
    let also = if examples.is_empty() {
        String::new()
    } else {
        format!(", also in {}", examples.join(", "))
    };
    format!(
        "Behind “{term}” in {verse} stands the {} {} ({}), {}.{means} It stands {times} in the King James Version{also}.",
        entry.language, entry.lemma, entry.transliteration, entry.number
    )
}

/// What a topic says, by its labels. Under one that says nothing stand the topic's verses as such.
pub(super) fn under(topic: &Topic) -> Option<String> {
    let named = |entry: &&TopicEntry| !entry.references.is_empty();
    let links = |references: &[&Reference]| {
        references
            .iter()
            .map(|reference| link(reference))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let plain: Vec<&Reference> = topic
        .entries
        .iter()
        .filter(named)
        .filter(|entry| says_nothing(&entry.label))
        .flat_map(|entry| &entry.references)
        .take(MOST_PLAIN)
        .collect();
    let labelled = topic.entries.iter().filter(named).filter_map(|entry| {
        let label = label(&entry.label).filter(|label| label.len() <= LONGEST_LABEL)?;
        let verses: Vec<&Reference> = entry.references.iter().take(VERSES_OF_A_LABEL).collect();
        Some(format!("“{label}” ({})", links(&verses)))
    });
    let plain = (!plain.is_empty()).then(|| links(&plain));
    let entries: Vec<String> = plain
        .into_iter()
        .chain(labelled)
        .take(MOST_LABELS)
        .collect();
    (!entries.is_empty()).then(|| {
        format!(
            "{} has under “{}”: {}.",
            Work::Topics.name(),
            title_case(&topic.name),
            entries.join("; ")
        )
    })
}
