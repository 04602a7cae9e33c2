//! Terms and persons: the glossary, the original word and the topical Bible.

use verse_scripture::word::{LemmaStudy, study_word};
use verse_scripture::works::Work;
use verse_scripture::works::search::{FoundTopic, search_terms, search_topics};
use verse_scripture::works::topics::{Topic, TopicEntry, find_topic};
use verse_scripture::{Testament, VerseId};

use super::conversation::Conversation;
use crate::library::links::{link, link_verse};
use crate::library::quotation::{join, quoted_from_user};
use crate::library::related::{is_empty_label, label, title_case};
use crate::library::sources::Sources;

/// The most entries of a topic.
const MAX_ENTRIES: usize = 4;
/// The most verses of an entry.
const MAX_VERSES: usize = 3;
/// The most verses without a label.
const MAX_UNLABELLED: usize = 6;
/// The most bytes of a label.
const MAX_LABEL: usize = 120;
/// The most verses of a topic, of each Testament, that are searched for the original word.
const MAX_SEARCHED: usize = 3;

/// Paragraphs on a term, which is in the reader's words.
pub(super) fn look_up_term(
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
        let (work, term) = (Work::Glossary.name(), &glossary.term);
        paragraphs.push(format!("{work} on “{term}”: “{}”", glossary.text));
    }
    let topic = study
        .topic
        .filter(|topic| topic_summary(topic).is_some())
        .or_else(|| find_topic_by_words(term));
    let lemma = match study.lemmas.into_iter().next() {
        Some(lemma) => Some((lemma, study.found.verses.first().copied())),
        None => topic.as_ref().and_then(|topic| find_lemma(topic, term)),
    };
    if let Some((lemma, Some(verse))) = lemma {
        paragraphs.push(original_word(term, &lemma, verse, sources));
    }
    if let Some(summary) = topic.as_ref().and_then(topic_summary) {
        sources.add(Work::Topics);
        paragraphs.push(summary);
    }
    paragraphs
}

/// The topic whose name has all of the term's words and at most one other.
pub(super) fn find_topic_by_words(term: &str) -> Option<Topic> {
    let wanted = search_terms(term).len();
    let has_all = |found: &FoundTopic| {
        wanted > 0 && found.words == wanted && search_terms(&found.name).len() <= wanted + 1
    };
    search_topics(term, 8)
        .into_iter()
        .filter(has_all)
        .filter_map(|found| find_topic(&found.name))
        .find(|topic| topic_summary(topic).is_some())
}

/// The original word behind a term in a verse of its topic, the New Testament first.
fn find_lemma(topic: &Topic, term: &str) -> Option<(LemmaStudy, Option<VerseId>)> {
    let verses = |testament: Testament| {
        let all = topic.entries.iter().flat_map(|entry| &entry.references);
        all.filter(move |verse| verse.book().testament == testament)
            .filter(|reference| reference.first() == reference.last())
            .take(MAX_SEARCHED)
    };
    let mut verses = verses(Testament::New).chain(verses(Testament::Old));
    verses.find_map(|reference| {
        let study = study_word(term, "", &reference.to_string());
        Some((study.lemmas.into_iter().next()?, Some(reference.first())))
    })
}

/// A paragraph on the original word behind a term in a verse.
fn original_word(term: &str, study: &LemmaStudy, verse: VerseId, sources: &mut Sources) -> String {
    let entry = &study.entry;
    sources.add(entry.work());
    sources.add(Work::WordLinks);
    let meaning = match &entry.definition {
        Some(definition) => format!(" {}: “{definition}”.", entry.work().name()),
        None => String::new(),
    };
    let times = match study.times {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        times => format!("{times} times"),
    };
    let examples = study.examples.iter();
    let examples = join(examples.map(|example| link_verse(example.verse)), ", ");
    let also = if examples.is_empty() {
        ""
    } else {
        ", also in "
    };
    format!(
        "Behind {} in {} stands the {} {} ({}), {}.{meaning} It stands {times} in the King James Version{also}{examples}.",
        quoted_from_user(term),
        link_verse(verse),
        entry.language,
        entry.lemma,
        entry.transliteration,
        entry.number
    )
}

/// A topic's entries: the verses of the topic itself, then labels with their verses.
pub(super) fn topic_summary(topic: &Topic) -> Option<String> {
    let is_used = |entry: &&TopicEntry| !entry.references.is_empty();
    let entries = || topic.entries.iter().filter(is_used);
    let unlabelled = entries().filter(|entry| is_empty_label(&entry.label));
    let unlabelled = unlabelled.flat_map(|entry| &entry.references);
    let unlabelled = join(unlabelled.take(MAX_UNLABELLED).map(link), ", ");
    let labelled = entries().filter_map(|entry| {
        let label = label(&entry.label).filter(|label| label.len() <= MAX_LABEL)?;
        let verses = join(entry.references.iter().take(MAX_VERSES).map(link), ", ");
        Some(format!("“{label}” ({verses})"))
    });
    let unlabelled = Some(unlabelled).filter(|verses| !verses.is_empty());
    let entries = unlabelled.into_iter().chain(labelled).take(MAX_ENTRIES);
    let entries = join(entries, "; ");
    let (work, name) = (Work::Topics.name(), title_case(&topic.name));
    (!entries.is_empty()).then(|| format!("{work} has under “{name}”: {entries}."))
}
