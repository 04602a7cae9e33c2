//! A definition of a word in its verse: what the glossary and the lexicon say of what stands behind it, where else that
//! stands, and where it comes from. Nothing is guessed: `nothing` writes what is said where no work knows the word.
//!
//! What stands between “ and ” is a work's or the reader's own, letter for letter.

mod nothing;
mod origin;
mod usage;

use verse_scripture::word::{LemmaEvidence, LemmaLookup, LemmaStudy, WordStudy, study_word};
use verse_scripture::works::Work;
use verse_scripture::works::lexicon::{Entry, Language};
use verse_scripture::{Reference, VerseId};

use super::links::link;
use super::sources::Sources;
use crate::{DefinitionRequest, DefinitionTexts, TokenUsage, Written};

/// A definition of the word of a request.
pub(super) fn write(request: &DefinitionRequest) -> Written<DefinitionTexts> {
    let study = study_word(
        &request.word,
        &request.verse_text,
        &request.passage_reference,
    );
    let mut sources = Sources::default();
    let texts = match study.found.lookup {
        LemmaLookup::Lemmas(_) => DefinitionTexts {
            definition: meaning(&study, &mut sources),
            biblical_usage: usage::write(&study, &mut sources),
            original_language: origin::write(&study, &mut sources),
        },
        LemmaLookup::FunctionWord => nothing::on_small_word(&study),
        LemmaLookup::Spanish => nothing::on_spanish(&study, &mut sources),
        LemmaLookup::Unknown => nothing::on_unknown(&study, &mut sources),
    };
    Written {
        texts,
        source: sources.line(),
        usage: TokenUsage::default(),
    }
}

/// What the word means: by the glossary, if that has it, and by the lexicon.
fn meaning(study: &WordStudy, sources: &mut Sources) -> String {
    let mut paragraphs = Vec::new();
    paragraphs.extend(glossary(study, sources));
    if study.lemmas.len() > 1 {
        paragraphs.push(format!(
            "More than one word stands behind {} in {}.",
            quoted(&study.found.word),
            places(study)
        ));
    }
    for lemma in &study.lemmas {
        paragraphs.push(format!(
            "{} {}",
            behind(study, lemma),
            sense(&lemma.entry, sources)
        ));
    }
    paragraphs.join("\n\n")
}

/// What the glossary says, as it says it.
fn glossary(study: &WordStudy, sources: &mut Sources) -> Option<String> {
    let term = study.term.as_ref()?;
    sources.add(Work::Glossary);
    Some(format!(
        "The {} says of {}: {}",
        Work::Glossary.name(),
        quoted(&term.term),
        quoted(&term.text)
    ))
}

/// Which word stands behind the selected one, and how that is known.
fn behind(study: &WordStudy, lemma: &LemmaStudy) -> String {
    let word = quoted(&study.found.word);
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

/// What the dictionary says that it means.
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

/// The verses in which the word may stand, as links.
fn places(study: &WordStudy) -> String {
    /// More are not named.
    const MOST: usize = 3;
    let verses = &study.found.verses;
    let links: Vec<String> = verses
        .iter()
        .take(MOST)
        .map(|verse| link_verse(*verse))
        .collect();
    let others = if verses.len() > MOST {
        " and other verses"
    } else {
        ""
    };
    format!("{}{others}", links.join(" or "))
}

fn link_verse(verse: VerseId) -> String {
    link(&Reference::between(verse, verse))
}

fn quoted(text: &str) -> String {
    format!("“{text}”")
}

#[cfg(test)]
mod tests;
