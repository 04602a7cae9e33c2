//! The texts for a word of the Reina-Valera 1909, in Spanish. The dictionaries are English, and the texts say so.

use verse_scripture::word::{LemmaStudy, WordStudy};
use verse_scripture::works::Work;
use verse_scripture::works::lexicon;
use verse_scripture::{Reference, TranslationCode, VerseId};

use super::wording::{is_name, quoted_text};
use crate::DefinitionTexts;
use crate::library::passage::verse_texts;
use crate::library::quotation::{join, quote_verses, quoted, quoted_from_user};
use crate::library::sources::Sources;
use crate::library::wording::{Language, Wording};

/// The most other verses.
const MAX_EXAMPLES: usize = 2;

pub(super) fn write(study: &WordStudy, sources: &mut Sources) -> DefinitionTexts {
    if study.lemmas.is_empty() {
        return nothing(study);
    }
    let lemmas = || study.lemmas.iter();
    let mut definition: Vec<String> = Vec::new();
    if study.lemmas.len() > 1 {
        definition.push("En este lugar hay más de una palabra original posible.".to_owned());
    }
    definition.extend(lemmas().map(|lemma| translated(study, lemma, sources)));
    definition.push("El texto del diccionario está en inglés.".to_owned());
    definition.extend(lemmas().filter_map(|lemma| dictionary(lemma, sources)));
    let mut usage: Vec<String> = lemmas().map(|lemma| count(lemma, sources)).collect();
    usage.extend(lemmas().filter_map(|lemma| examples(lemma, sources)));
    DefinitionTexts {
        definition: definition.join("\n\n"),
        biblical_usage: usage.join("\n\n"),
        original_language: join(lemmas().map(|lemma| origin(lemma, sources)), "\n\n"),
    }
}

fn nothing(study: &WordStudy) -> DefinitionTexts {
    let word = quoted_from_user(&study.found.word);
    DefinitionTexts {
        definition: format!(
            "No encuentro la palabra original de {word}. Es una palabra pequeña que une a otras, o una que esta biblioteca no \
             ha podido relacionar con el hebreo o el griego."
        ),
        biblical_usage: "Elija un sustantivo, un verbo o un nombre del mismo versículo.".to_owned(),
        original_language: "No se da ninguna palabra hebrea ni griega.".to_owned(),
    }
}

/// `“amó” en Juan 3:16 traduce la palabra griega ἀγαπάω (agapáō), en inglés “love”.`
fn translated(study: &WordStudy, lemma: &LemmaStudy, sources: &mut Sources) -> String {
    let word = quoted_from_user(&lemma.lemma.words);
    let verses = study.found.verses.iter().take(3);
    let place = join(verses.map(|verse| link_in_spanish(*verse)), " o ");
    let gloss = lemma.headword.as_ref().and_then(|headword| headword.gloss);
    let gloss = gloss.map_or_else(String::new, |gloss| {
        sources.add(Work::WordAlignments);
        format!(", en inglés {}", quoted(gloss))
    });
    let (written, latin) = (&lemma.entry.lemma, &lemma.entry.transliteration);
    let verb = if is_name(lemma) { "es" } else { "traduce" };
    format!(
        "{word} en {place} {verb} {} {written} ({latin}){gloss}. Esta versión no está enlazada palabra por palabra con el \
         original; la relación se ha aprendido de todos sus versículos.",
        kind(lemma)
    )
}

/// `la palabra griega`, `el nombre hebreo`
fn kind(lemma: &LemmaStudy) -> &'static str {
    match (lemma.entry.language, is_name(lemma)) {
        (lexicon::Language::Greek, false) => "la palabra griega",
        (lexicon::Language::Greek, true) => "el nombre griego",
        (lexicon::Language::Aramaic, false) => "la palabra aramea",
        (lexicon::Language::Aramaic, true) => "el nombre arameo",
        (_, false) => "la palabra hebrea",
        (_, true) => "el nombre hebreo",
    }
}

fn dictionary(lemma: &LemmaStudy, sources: &mut Sources) -> Option<String> {
    let definition = lemma.entry.definition.as_ref()?;
    let work = lemma.entry.work();
    sources.add(work);
    let (name, written) = (work.name(), &lemma.entry.lemma);
    Some(format!("{name}, {written}: {}.", quoted_text(definition)))
}

fn count(lemma: &LemmaStudy, sources: &mut Sources) -> String {
    let testament = if lemma.entry.number.is_hebrew() {
        "Antiguo"
    } else {
        "Nuevo"
    };
    sources.add(Work::WordAlignments);
    let (times, verses) = lemma
        .headword
        .as_ref()
        .map_or((0, 0), |headword| (headword.times, headword.verses));
    let often = match (times, verses) {
        (1, _) => "una vez".to_owned(),
        (times, 1) => format!("{times} veces, en un versículo,"),
        (times, verses) => format!("{times} veces, en {verses} versículos,"),
    };
    format!(
        "{} está {often} en el {testament} Testamento.",
        lemma.entry.lemma
    )
}

/// Other verses with the word, in Spanish.
fn examples(lemma: &LemmaStudy, sources: &mut Sources) -> Option<String> {
    let examples = lemma.examples.iter().filter_map(|example| {
        let verse = Reference::between(example.verse, example.verse);
        let text = verse_texts(TranslationCode::Srv, &verse).pop()?;
        Some(format!(
            "{}: {}",
            link_in_spanish(example.verse),
            quote_verses(&text)
        ))
    });
    let examples = join(examples.take(MAX_EXAMPLES), "\n");
    if examples.is_empty() {
        return None;
    }
    sources.add_translation(TranslationCode::Srv.translation());
    let written = &lemma.entry.lemma;
    Some(format!("Otros versículos con {written}:\n{examples}"))
}

fn origin(lemma: &LemmaStudy, sources: &mut Sources) -> String {
    let entry = &lemma.entry;
    sources.add(entry.work());
    let mut sentences = vec![format!(
        "{} ({} en la numeración de Strong) se escribe {} en letras latinas.",
        entry.lemma, entry.number, entry.transliteration
    )];
    if let Some(derivation) = &entry.derivation {
        let derivation = quoted_text(derivation);
        sentences.push(format!("Su origen, en inglés: {derivation}."));
    }
    sentences.join(" ")
}

/// A verse with its Spanish name as a link.
fn link_in_spanish(verse: VerseId) -> String {
    let wording = Wording::without_passage(Language::Spanish);
    wording.link(&Reference::between(verse, verse))
}
