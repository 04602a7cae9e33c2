//! The texts for a word without an original word in its verse: that nothing was found, why, and what the library has instead.

use verse_scripture::word::WordStudy;

use super::meaning::{dictionary, glossary, misspelt, note, person_or_place};
use super::wording::{introduced, places};
use super::{origin, usage};
use crate::DefinitionTexts;
use crate::library::quotation::quoted_from_user;
use crate::library::sources::Sources;

const NO_ORIGINAL_WORD: &str = "No Hebrew or Greek word is given for it.";

pub(super) fn for_small_word(study: &WordStudy) -> DefinitionTexts {
    let word = if study.found.word.is_empty() {
        "The selection has no letters, so there is nothing to look up.".to_owned()
    } else {
        format!(
            "{} is one of the small words that join others and mean little by themselves. The reference works of this library \
             explain no such words.",
            quoted_from_user(&study.found.word)
        )
    };
    DefinitionTexts {
        definition: word,
        biblical_usage: "Its verses are not listed. Select a noun, a verb or a name in the same verse to see how the Bible \
                         uses it."
            .to_owned(),
        original_language: NO_ORIGINAL_WORD.to_owned(),
    }
}

pub(super) fn for_unknown(study: &WordStudy, sources: &mut Sources) -> DefinitionTexts {
    let word = quoted_from_user(&study.found.word);
    let mut paragraphs: Vec<String> = Vec::new();
    paragraphs.extend(misspelt(study));
    paragraphs.extend(usual(study));
    paragraphs.extend(study.notes.iter().map(|on_word| note(on_word, sources)));
    paragraphs.extend(study.term.as_ref().map(|term| glossary(term, sources)));
    for lemma in &study.usual_lemmas {
        paragraphs.extend(dictionary(study, lemma, sources));
    }
    let mut listed: Vec<String> = Vec::new();
    for lemma in &study.usual_lemmas {
        listed.push(usage::count(lemma, sources));
    }
    match person_or_place(study, sources) {
        Some(person) => paragraphs.push(person),
        None => listed.extend(usage::topic(study, sources)),
    }
    let has_anything = !paragraphs.is_empty();
    if study.usual_lemmas.is_empty() {
        paragraphs.insert(0, nothing(study, has_anything));
    }
    let original_language = if study.usual_lemmas.is_empty() {
        NO_ORIGINAL_WORD.to_owned()
    } else {
        origin::write(&study.usual_lemmas, sources)
    };
    DefinitionTexts {
        definition: paragraphs.join("\n\n"),
        biblical_usage: if listed.is_empty() {
            format!("The library lists no verses for {word}.")
        } else {
            listed.join("\n\n")
        },
        original_language,
    }
}

/// That the word's original was not found, and whether the library has something all the same.
fn nothing(study: &WordStudy, has_anything: bool) -> String {
    let word = quoted_from_user(&study.found.word);
    if !study.found.verses.is_empty() {
        let (place, rest) = (
            places(study, " or "),
            if has_anything {
                "."
            } else {
                ", and no entry of its works explains it."
            },
        );
        return format!(
            "This library found nothing in the original that {word} translates in {place}{rest}"
        );
    }
    if has_anything {
        return format!("{word} was not found in the selected text.");
    }
    format!(
        "This library found nothing on {word}: it is not in the selected text, and neither the glossary nor the dictionaries \
         have it."
    )
}

/// The words that it translates most often in the whole Bible.
fn usual(study: &WordStudy) -> Option<String> {
    let mut lemmas = study.usual_lemmas.iter().map(|lemma| {
        let gloss = lemma.headword.as_ref().and_then(|headword| headword.gloss);
        let gloss = gloss.map_or_else(String::new, |gloss| format!(", “{gloss}”"));
        format!("{}{gloss}", introduced(lemma))
    });
    let (first, second) = (lemmas.next()?, lemmas.next());
    let word = quoted_from_user(&study.found.word);
    let place = if study.found.verses.is_empty() {
        format!("{word} was not found in the selected text.")
    } else {
        format!(
            "Which word {word} translates in {} is not certain.",
            places(study, " or ")
        )
    };
    let also = second.map_or_else(String::new, |second| format!(", and {second}"));
    Some(format!(
        "{place} In the whole Bible it most often stands for {first}{also}."
    ))
}
