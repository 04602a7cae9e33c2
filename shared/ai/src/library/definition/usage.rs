//! The usage of a word: its frequency, its renderings, other verses and its topic.

use verse_scripture::TranslationCode;
use verse_scripture::word::{LemmaStudy, WordStudy};
use verse_scripture::works::Work;
use verse_scripture::works::topics::{Topic, TopicEntry};

use crate::library::links::{link, link_verse};
use crate::library::quotation::{join, quoted};
use crate::library::sources::Sources;

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
    let is_old = entry.number.is_hebrew();
    let testament = if is_old { "Old" } else { "New" };
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
    let verses = study.examples.iter().map(|example| {
        let verse = link_verse(example.verse);
        let words = join(example.words.iter().map(|words| quoted(words)), " and ");
        format!("{verse} (there {words}): {}", quoted(&example.text))
    });
    let verses = join(verses, "\n");
    Some(format!("Among the other verses that have it:\n{verses}"))
}

/// The word's entry in the topical Bible.
pub(super) fn topic(topic: Option<&Topic>, sources: &mut Sources) -> Option<String> {
    let topic = topic?;
    let readable = |entry: &&TopicEntry| {
        !entry.references.is_empty() && (1..=MAX_LABEL).contains(&entry.label.chars().count())
    };
    let entry = topic.entries.iter().find(readable)?;
    sources.add(Work::Topics);
    let verses = join(entry.references.iter().take(MAX_VERSES).map(link), ", ");
    let is_cut = entry.references.len() > MAX_VERSES;
    let others = if is_cut { " and others" } else { "" };
    let (work, name, label) = (Work::Topics.name(), &topic.name, quoted(&entry.label));
    Some(format!(
        "{work} has the topic {name}. Under {label} it names {verses}{others}."
    ))
}
