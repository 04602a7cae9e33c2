//! The usage of a word: how often it occurs, its counted renderings, other verses and its topic.

use verse_scripture::TranslationCode;
use verse_scripture::word::{LemmaStudy, WordStudy};
use verse_scripture::works::Work;

use super::wording::{headings, is_name, quoted_text, topic_name};
use crate::library::links::{link, link_verse};
use crate::library::quotation::{join, quoted};
use crate::library::sources::Sources;

/// The most renderings.
const MAX_RENDERINGS: usize = 5;
/// The most headings of a topic.
const MAX_HEADINGS: usize = 3;
/// The most verses of a topic without headings.
const MAX_VERSES: usize = 5;

pub(super) fn write(study: &WordStudy, sources: &mut Sources) -> String {
    let mut paragraphs: Vec<String> = Vec::new();
    for lemma in &study.lemmas {
        paragraphs.push(count(lemma, sources));
        paragraphs.extend(examples(lemma, sources));
    }
    paragraphs.extend(topic(study, sources));
    paragraphs.join("\n\n")
}

/// How often a word occurs and how it is rendered.
pub(super) fn count(lemma: &LemmaStudy, sources: &mut Sources) -> String {
    let entry = &lemma.entry;
    let testament = if entry.number.is_hebrew() {
        "Old"
    } else {
        "New"
    };
    let mut sentences = Vec::new();
    if let Some(headword) = lemma.headword.as_ref().filter(|word| word.times > 0) {
        sources.add(Work::WordAlignments);
        let often = times(headword.times.into(), headword.verses.into());
        sentences.push(format!(
            "{} stands {often} in the {testament} Testament.",
            entry.lemma
        ));
    }
    let kjv = lemma.kjv_renderings.iter();
    let kjv = kjv.map(|(words, times)| (words.as_str(), *times));
    if let Some(counted) = counted(kjv) {
        sources.add(Work::WordLinks);
        sentences.push(format!("The King James Version renders it {counted}."));
    }
    let bsb = lemma
        .headword
        .iter()
        .flat_map(|headword| &headword.renderings);
    if let Some(counted) = counted(bsb.copied()) {
        sources.add(Work::WordAlignments);
        sentences.push(format!("The Berean Standard Bible has {counted}."));
    }
    if sentences.is_empty() {
        return format!(
            "{} is not in the texts that this library counts.",
            entry.lemma
        );
    }
    sentences.join(" ")
}

/// `“mercy” 149 times, “kindness” 40, “lovingkindness” 30`
pub(super) fn counted<'a>(renderings: impl Iterator<Item = (&'a str, u32)>) -> Option<String> {
    let mut renderings = renderings.take(MAX_RENDERINGS);
    let (words, count) = renderings.next()?;
    let first = match count {
        1 => format!("{} once", quoted(words)),
        2 => format!("{} twice", quoted(words)),
        count => format!("{} {count} times", quoted(words)),
    };
    let others = renderings.map(|(words, count)| format!("{} {count}", quoted(words)));
    Some(join(std::iter::once(first).chain(others), ", "))
}

fn times(times: u64, verses: u64) -> String {
    match (times, verses) {
        (1, _) => "once".to_owned(),
        (2, 2) => "twice".to_owned(),
        (times, 1) => format!("{times} times, in one verse,"),
        (times, verses) => format!("{times} times, in {verses} verses,"),
    }
}

/// Other verses with the word, each quoted whole.
pub(super) fn examples(lemma: &LemmaStudy, sources: &mut Sources) -> Option<String> {
    if lemma.examples.is_empty() {
        return None;
    }
    sources.add_translation(TranslationCode::Kjv.translation());
    let verses = lemma.examples.iter().map(|example| {
        let verse = link_verse(example.verse);
        let words = join(example.words.iter().map(|words| quoted(words)), " and ");
        format!("{verse} (here {words}): {}", quoted_text(&example.text))
    });
    let verses = join(verses, "\n");
    Some(format!(
        "Other verses with {}, from the King James Version:\n{verses}",
        lemma.entry.lemma
    ))
}

/// The word's topic in the topical Bible, first what it says of the verse, the chapter and the book. That of a name is with
/// its meaning.
pub(super) fn topic(study: &WordStudy, sources: &mut Sources) -> Option<String> {
    if study.lemmas.iter().any(is_name) {
        return None;
    }
    let subject = study.subjects.first()?;
    let headings = headings(subject, MAX_HEADINGS);
    let listed = if headings.is_empty() {
        let references = subject.entries.iter().flat_map(|entry| &entry.references);
        join(references.take(MAX_VERSES).map(link), ", ")
    } else {
        headings
    };
    if listed.is_empty() {
        return None;
    }
    sources.add(Work::Topics);
    let (work, name) = (Work::Topics.name(), topic_name(subject));
    Some(format!("{work} on {name}: {listed}."))
}
