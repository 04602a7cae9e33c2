//! The meaning of a word: a plain gloss, then the translation's notes, the glossary and the dictionary.

use verse_scripture::word::{LemmaEvidence, LemmaStudy, NoteOnWord, WordStudy};
use verse_scripture::works::Work;
use verse_scripture::works::glossary::Term;

use super::wording::{headings, introduced, is_name, places, quoted_text, topic_name, words_of};
use crate::library::links::link_verse;
use crate::library::quotation::{quoted, quoted_from_user};
use crate::library::sources::Sources;

/// The most headings of a person's or place's topic.
const MAX_HEADINGS: usize = 3;

pub(super) fn write(study: &WordStudy, sources: &mut Sources) -> String {
    let mut paragraphs = Vec::new();
    paragraphs.extend(misspelt(study));
    paragraphs.extend(choice(study));
    for lemma in &study.lemmas {
        paragraphs.push(translated(study, lemma, sources));
    }
    paragraphs.extend(person_or_place(study, sources));
    paragraphs.extend(study.notes.iter().map(|note| self::note(note, sources)));
    paragraphs.extend(study.term.as_ref().map(|term| glossary(term, sources)));
    for lemma in &study.lemmas {
        paragraphs.extend(dictionary(study, lemma, sources));
    }
    paragraphs.join("\n\n")
}

/// A sentence on a misspelt word.
pub(super) fn misspelt(study: &WordStudy) -> Option<String> {
    let typed = quoted_from_user(study.found.misspelt.as_ref()?);
    let (meant, place) = (quoted_from_user(&study.found.word), places(study, " and "));
    Some(format!(
        "{typed} is not in {place}. This is about {meant}, which is."
    ))
}

/// A sentence on several lemmas of one selected word: they are no choice of the library's.
fn choice(study: &WordStudy) -> Option<String> {
    let (first, others) = study.lemmas.split_first()?;
    let same = |other: &LemmaStudy| other.lemma.words.eq_ignore_ascii_case(&first.lemma.words);
    if others.is_empty() || !others.iter().any(same) {
        return None;
    }
    let (word, place) = (words_of(first), places(study, " and "));
    Some(format!(
        "More than one word of the original is translated by {word} in {place}."
    ))
}

/// `“loved” in John 3:16 translates the Greek word ἀγαπάω (agapáō), “love”.`
fn translated(study: &WordStudy, lemma: &LemmaStudy, sources: &mut Sources) -> String {
    let (word, place) = (words_of(lemma), places(study, " or "));
    let original = introduced(lemma);
    let gloss = lemma.headword.as_ref().and_then(|headword| headword.gloss);
    let gloss = gloss.map_or_else(String::new, |gloss| {
        sources.add(Work::WordAlignments);
        format!(", {}", quoted(gloss))
    });
    if is_name(lemma) {
        return format!(
            "{word} in {place} is {original}{gloss}.{}",
            by_which(study, lemma)
        );
    }
    format!(
        "{word} in {place} translates {original}{gloss}.{}",
        by_which(study, lemma)
    )
}

/// How the lemma was found, where the translation itself has no link.
fn by_which(study: &WordStudy, lemma: &LemmaStudy) -> String {
    if lemma.lemma.evidence != LemmaEvidence::Rendering {
        return String::new();
    }
    let others = [
        ("the King James Version", &lemma.lemma.kjv_words),
        ("the Berean Standard Bible", &lemma.lemma.bsb_words),
    ];
    let is_elsewhere = |words: &str| !words.is_empty();
    let mut others = others.into_iter().filter(|(_, words)| is_elsewhere(words));
    let name = study.found.translation.map(|code| code.translation().name);
    match (others.next(), name) {
        (Some((other, words)), Some(name)) => format!(
            " The {name} is not linked word by word with the original; {other} has {} here, and of the words behind the verse \
             this one fits best.",
            quoted(words)
        ),
        _ => {
            " No link leads from the translation to it; of the words behind the verse it fits best."
                .to_owned()
        }
    }
}

/// The person or place in the topical Bible; all that the verse may name.
pub(super) fn person_or_place(study: &WordStudy, sources: &mut Sources) -> Option<String> {
    if !study.lemmas.is_empty() && !study.lemmas.iter().any(is_name) {
        return None;
    }
    let subject = study.subjects.first()?;
    let (work, name) = (Work::Topics.name(), topic_name(subject));
    if study.subjects.len() > 1 {
        let of_each = study.subjects.iter().map(|subject| headings(subject, 1));
        let of_each: Vec<String> = of_each.filter(|heading| !heading.is_empty()).collect();
        if of_each.is_empty() {
            return None;
        }
        sources.add(Work::Topics);
        return Some(format!(
            "{work} has more than one {name} for this verse: {}.",
            of_each.join("; ")
        ));
    }
    let headings = headings(subject, MAX_HEADINGS);
    if headings.is_empty() {
        return None;
    }
    sources.add(Work::Topics);
    let which = if subject.is_referred {
        format!(
            "{work} lists {} under {name}",
            quoted_from_user(&study.found.word)
        )
    } else {
        format!("{work} on {name}")
    };
    Some(format!("{which}: {headings}."))
}

/// A translators' note, quoted.
pub(super) fn note(note: &NoteOnWord, sources: &mut Sources) -> String {
    let translation = note.translation.translation();
    sources.add_translation(translation);
    let (verse, text) = (link_verse(note.verse), quoted_text(&note.text));
    format!("A note of the {} on {verse}: {text}", translation.name)
}

/// The glossary's entry, quoted.
pub(super) fn glossary(term: &Term, sources: &mut Sources) -> String {
    sources.add(Work::Glossary);
    let (work, name) = (Work::Glossary.name(), quoted(&term.term));
    format!("The {work} on {name}: {}", quoted_text(&term.text))
}

/// The dictionary's definition; it names its word where there are several.
pub(super) fn dictionary(
    study: &WordStudy,
    lemma: &LemmaStudy,
    sources: &mut Sources,
) -> Option<String> {
    let definition = lemma.entry.definition.as_ref()?;
    sources.add(lemma.entry.work());
    let of_which = if study.lemmas.len() + study.usual_lemmas.len() > 1 {
        format!(" on {}", lemma.entry.lemma)
    } else {
        String::new()
    };
    let (work, definition) = (lemma.entry.work().name(), quoted_text(definition));
    Some(format!("{work}{of_which}: {definition}."))
}
