//! The usage of a word: its frequency, its renderings, other verses and its topic.

use verse_scripture::TranslationCode;
use verse_scripture::word::{LemmaStudy, WordStudy};
use verse_scripture::works::Work;
use verse_scripture::works::topics::{Topic, TopicEntry};

use super::super::links::link;
use super::super::sources::Sources;
use super::{link_verse, quoted};

/// The most verses of a topic.
const MAX_VERSES: usize = 5;
/// A longer label of a topic joins several headings.
const MAX_LABEL: usize = 60;

pub(super) fn write(study: &WordStudy, sources: &mut Sources) -> String {
    let mut paragraphs: Vec<String> = study
        .lemmas
        .iter()
        .flat_map(|lemma| [Some(count(lemma, sources)), examples(lemma, sources)])
        .flatten()
        .collect();
    paragraphs.extend(topic(study.topic.as_ref(), sources));
    paragraphs.join("\n\n")
}

fn count(study: &LemmaStudy, sources: &mut Sources) -> String {
    sources.add(Work::WordLinks);
    let entry = &study.entry;
    let testament = if entry.number.is_hebrew() {
        "Old"
    } else {
        "New"
    };
    let times = match (study.times, study.verses) {
        (1, _) => "once".to_owned(),
        (times, 1) => format!("{times} times, in one verse"),
        (times, verses) => format!("{times} times, in {verses} verses"),
    };
    let stands = format!(
        "By its Strong’s number, {}, {} is linked with words of the King James Version’s {testament} Testament {times}.",
        entry.number, entry.lemma
    );
    match &entry.renderings {
        Some(renderings) => format!(
            "{stands} The dictionary lists in its shorthand how that version renders it: {}",
            quoted(renderings)
        ),
        None => stands,
    }
}

/// Other verses with the word, each quoted whole.
fn examples(study: &LemmaStudy, sources: &mut Sources) -> Option<String> {
    if study.examples.is_empty() {
        return None;
    }
    sources.add_translation(TranslationCode::Kjv.translation());
    let verses: Vec<String> = study
        .examples
        .iter()
        .map(|example| {
            let words: Vec<String> = example.words.iter().map(|words| quoted(words)).collect();
            let words = words.join(" and ");
            format!(
                "{} (there {words}): {}",
                link_verse(example.verse),
                quoted(&example.text)
            )
        })
        .collect();
    Some(format!(
        "Among the other verses that have it:\n{}",
        verses.join("\n")
    ))
}

/// The word's entry in the topical Bible.
pub(super) fn topic(topic: Option<&Topic>, sources: &mut Sources) -> Option<String> {
    let topic = topic?;
    let readable = |entry: &&TopicEntry| {
        !entry.references.is_empty() && (1..=MAX_LABEL).contains(&entry.label.chars().count())
    };
    let entry = topic.entries.iter().find(readable)?;
    sources.add(Work::Topics);
    let verses: Vec<String> = entry.references.iter().take(MAX_VERSES).map(link).collect();
    let others = if entry.references.len() > MAX_VERSES {
        " and others"
    } else {
        ""
    };
    Some(format!(
        "{} has the topic {}. Under {} it names {}{others}.",
        Work::Topics.name(),
        topic.name,
        quoted(&entry.label),
        verses.join(", ")
    ))
}
