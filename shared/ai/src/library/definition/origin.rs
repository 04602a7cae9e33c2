//! The original word: spelling, pronunciation and derivation.

use verse_scripture::word::{LemmaStudy, WordStudy};
use verse_scripture::works::lexicon::{Entry, Language};

use crate::library::quotation::{join, quoted};
use crate::library::sources::Sources;

/// The most words of a derivation that are explained.
const MAX_RELATED: usize = 2;
/// The most characters of such an explanation.
const MAX_EXPLANATION: usize = 200;

pub(super) fn write(study: &WordStudy, sources: &mut Sources) -> String {
    join(
        study.lemmas.iter().map(|lemma| origin(lemma, sources)),
        "\n\n",
    )
}

fn origin(study: &LemmaStudy, sources: &mut Sources) -> String {
    let entry = &study.entry;
    sources.add(entry.work());
    let mut sentences = vec![format!(
        "{} is {}: in Latin letters {}, pronounced {}.",
        entry.lemma,
        kind(entry),
        entry.transliteration,
        quoted(&entry.pronunciation)
    )];
    if let Some(derivation) = &entry.derivation {
        let (work, derivation) = (entry.work().name(), quoted(derivation));
        sentences.push(format!("Of its origin {work} says: {derivation}."));
        sentences.extend(study.related.iter().take(MAX_RELATED).map(related));
    }
    sentences.join(" ")
}

/// `a Hebrew word, a masculine noun`
fn kind(entry: &Entry) -> String {
    let word = match entry.language {
        Language::Hebrew => "a Hebrew word",
        Language::Aramaic => "an Aramaic word",
        Language::Greek => "a Greek word",
        Language::HebrewName => "a name in the Hebrew Bible",
    };
    match &entry.part_of_speech {
        Some(part) if entry.language != Language::HebrewName => {
            let n = if part.starts_with(['a', 'i']) {
                "n"
            } else {
                ""
            };
            format!("{word}, a{n} {part}")
        }
        _ => word.to_owned(),
    }
}

/// The word of a Strong's number that a derivation names.
fn related(entry: &Entry) -> String {
    let definition = entry.definition.as_ref();
    let short = definition.filter(|text| text.chars().count() <= MAX_EXPLANATION);
    let meaning = short.map_or_else(String::new, |text| format!(", {}", quoted(text)));
    format!(
        "{} is {} ({}){meaning}.",
        entry.number, entry.lemma, entry.transliteration
    )
}
