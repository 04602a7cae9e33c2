//! A definition of a word in its verse: its meaning by the glossary and the lexicon, its usage (`usage`) and the origin of the
//! original word (`origin`). Nothing is guessed: without an entry, `no_entry` says so.
//!
//! The text between “ and ” is that of a work, letter for letter, or of the reader, with Markdown escaped.

mod no_entry;
mod origin;
mod usage;

use verse_scripture::word::{LemmaEvidence, LemmaLookup, LemmaStudy, WordStudy, study_word};
use verse_scripture::works::Work;
use verse_scripture::works::lexicon::{Entry, Language};

use super::quotation::{join, quoted, quoted_from_user};
use super::{links::link_verse, sources::Sources};
use crate::{DefinitionRequest, DefinitionTexts, Generated};

/// A definition of the request's word.
pub(super) fn write(request: &DefinitionRequest) -> Generated<DefinitionTexts> {
    let DefinitionRequest {
        word,
        verse_text,
        passage_reference,
    } = request;
    let study = study_word(word, verse_text, passage_reference);
    let mut sources = Sources::default();
    let texts = match study.found.lookup {
        LemmaLookup::Lemmas(_) => DefinitionTexts {
            definition: meaning(&study, &mut sources),
            biblical_usage: usage::write(&study, &mut sources),
            original_language: origin::write(&study, &mut sources),
        },
        LemmaLookup::FunctionWord => no_entry::for_small_word(&study),
        LemmaLookup::Spanish => no_entry::for_spanish(&study, &mut sources),
        LemmaLookup::Unknown => no_entry::for_unknown(&study, &mut sources),
    };
    sources.credit(texts)
}

/// The meaning of the word by the glossary, if it has an entry, and by the lexicon.
fn meaning(study: &WordStudy, sources: &mut Sources) -> String {
    let mut paragraphs = Vec::new();
    paragraphs.extend(glossary(study, sources));
    if study.lemmas.len() > 1 {
        let (word, place) = (quoted_from_user(&study.found.word), places(study));
        paragraphs.push(format!(
            "More than one word stands behind {word} in {place}."
        ));
    }
    for lemma in &study.lemmas {
        let sense = sense(&lemma.entry, sources);
        paragraphs.push(format!("{} {sense}", behind(study, lemma)));
    }
    paragraphs.join("\n\n")
}

/// The glossary's entry, quoted.
fn glossary(study: &WordStudy, sources: &mut Sources) -> Option<String> {
    let term = study.term.as_ref()?;
    sources.add(Work::Glossary);
    let (work, name) = (Work::Glossary.name(), quoted(&term.term));
    Some(format!("The {work} says of {name}: {}", quoted(&term.text)))
}

/// The original word behind the selected one, and how it was found.
fn behind(study: &WordStudy, lemma: &LemmaStudy) -> String {
    let word = quoted_from_user(&study.found.word);
    let kjv = quoted(&lemma.lemma.kjv_words);
    let place = places(study);
    let stands = format!("stands {}", introduced(&lemma.entry));
    match lemma.lemma.evidence {
        LemmaEvidence::Position => {
            format!("Behind {word} in {place}, in the King James Version, {stands}.")
        }
        LemmaEvidence::SameWord => format!(
            "Behind {word} in {place} {stands}, by the King James Version, which has {kjv} in the same verse."
        ),
        LemmaEvidence::Rendering if lemma.lemma.kjv_words.is_empty() => format!(
            "Behind {word} in {place} {stands}: of the words behind the verse, it alone is rendered so in the dictionary."
        ),
        LemmaEvidence::Rendering => format!(
            "Where {} has {word} in {place}, the King James Version has {kjv}; behind it {stands}.",
            translation(study)
        ),
    }
}

/// The dictionary's definition.
fn sense(entry: &Entry, sources: &mut Sources) -> String {
    sources.add(entry.work());
    let dictionary = entry.work().name();
    match &entry.definition {
        Some(definition) => format!("{dictionary} defines it as {}.", quoted(definition)),
        None => format!("{dictionary} gives no definition of it, only where it comes from."),
    }
}

/// `the Greek word ἀγαπάω (agapáō)`
fn introduced(entry: &Entry) -> String {
    let kind = match entry.language {
        Language::HebrewName => "the name".to_owned(),
        language => format!("the {language} word"),
    };
    format!("{kind} {} ({})", entry.lemma, entry.transliteration)
}

fn translation(study: &WordStudy) -> String {
    let name = study.found.translation.map(|code| code.translation().name);
    name.map_or_else(|| "the text".to_owned(), |name| format!("the {name}"))
}

/// Links to the verses of the selection.
fn places(study: &WordStudy) -> String {
    /// The most verses that are named.
    const MAX: usize = 3;
    let verses = &study.found.verses;
    let links = join(
        verses.iter().take(MAX).map(|verse| link_verse(*verse)),
        " or ",
    );
    let others = if verses.len() > MAX {
        " and other verses"
    } else {
        ""
    };
    links + others
}

#[cfg(test)]
mod tests;
