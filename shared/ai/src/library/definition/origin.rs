//! The original word: spelling and pronunciation, and last its derivation.

use verse_scripture::word::LemmaStudy;
use verse_scripture::works::lexicon::Entry;

use super::wording::{is_name, part_of_speech, quoted_text};
use crate::library::quotation::{join, quoted};
use crate::library::sources::Sources;

/// The most words of a derivation that are explained.
const MAX_RELATED: usize = 2;
/// The most characters of such an explanation.
const MAX_EXPLANATION: usize = 120;

pub(super) fn write(lemmas: &[LemmaStudy], sources: &mut Sources) -> String {
    join(lemmas.iter().map(|lemma| origin(lemma, sources)), "\n\n")
}

fn origin(lemma: &LemmaStudy, sources: &mut Sources) -> String {
    let entry = &lemma.entry;
    sources.add(entry.work());
    let mut sentences = vec![format!(
        "{} is {} ({} in Strong’s numbering): in Latin letters {}, pronounced {}.",
        entry.lemma,
        kind(lemma),
        entry.number,
        entry.transliteration,
        quoted(&entry.pronunciation)
    )];
    if let Some(derivation) = &entry.derivation {
        let (work, derivation) = (entry.work().name(), quoted_text(derivation));
        sentences.push(format!("{work} on its origin: {derivation}."));
        sentences.extend(lemma.related.iter().filter_map(related).take(MAX_RELATED));
    }
    sentences.join(" ")
}

/// `a Hebrew word, a masculine noun`
fn kind(lemma: &LemmaStudy) -> String {
    let language = lemma.entry.language;
    let article = |word: &str| {
        if word.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) {
            "an"
        } else {
            "a"
        }
    };
    let language = language.to_string();
    let of_language = article(&language);
    if is_name(lemma) {
        return format!("{of_language} {language} name");
    }
    match part_of_speech(lemma) {
        Some(part) => format!("{of_language} {language} word, {} {part}", article(&part)),
        None => format!("{of_language} {language} word"),
    }
}

/// The word of a Strong's number that a derivation names, if its definition is short. The first letter, which Strong names for a
/// prefix, explains nothing.
fn related(entry: &Entry) -> Option<String> {
    let definition = entry.definition.as_ref()?;
    let is_letter = definition.starts_with("the first letter");
    if is_letter || definition.chars().count() > MAX_EXPLANATION {
        return None;
    }
    Some(format!(
        "{} is {} ({}), {}.",
        entry.number,
        entry.lemma,
        entry.transliteration,
        quoted_text(definition)
    ))
}
