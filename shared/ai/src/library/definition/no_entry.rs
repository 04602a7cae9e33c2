//! The texts for a word without an entry: that there is none, why, and what the library has instead.

use verse_scripture::word::WordStudy;
use verse_scripture::works::Work;
use verse_scripture::works::lexicon::find_entry;
use verse_scripture::works::search::search_terms;
use verse_scripture::works::word_links::list_word_links;
use verse_scripture::{Reference, TranslationCode, VerseId};

use super::{glossary, places, translation, usage};
use crate::DefinitionTexts;
use crate::library::{
    links::link_verse,
    passage::verse_texts,
    quotation::{quoted, quoted_from_user},
    sources::Sources,
};

/// The most original words that are listed for a verse.
const MAX_WORDS: usize = 12;
const NO_ORIGINAL_WORD: &str = "No Hebrew or Greek word is given for it.";

pub(super) fn for_small_word(study: &WordStudy) -> DefinitionTexts {
    let word = if study.found.word.is_empty() {
        "What was selected has no letters, so that there is nothing to look up.".to_owned()
    } else {
        format!(
            "{} is one of the small words that join others and mean little by themselves. The reference works of this library explain no such words.",
            quoted_from_user(&study.found.word)
        )
    };
    DefinitionTexts {
        definition: word,
        biblical_usage: "Where it stands is not listed here. Select a noun, a verb or a name in the same verse to see how \
                         the Bible uses it."
            .to_owned(),
        original_language: NO_ORIGINAL_WORD.to_owned(),
    }
}

/// The verse in English with its original words, in place of a definition.
pub(super) fn for_spanish(study: &WordStudy, sources: &mut Sources) -> DefinitionTexts {
    let place = match study.found.verses.as_slice() {
        [] => String::new(),
        _ => format!(" in {}", places(study)),
    };
    let definition = format!(
        "This library has no dictionary of Spanish, so that it cannot define {}{place}. Its lexicons are linked word by word \
         to the King James Version only, and a link from another language would be a guess.",
        quoted_from_user(&study.found.word)
    );
    let verse = match study.found.verses.as_slice() {
        [verse] => kjv_text(*verse).map(|text| (*verse, text)),
        _ => None,
    };
    let Some((verse, text)) = verse else {
        return DefinitionTexts {
            definition,
            biblical_usage: "Nothing is listed for it. In an English translation of the verse, words can be looked up."
                .to_owned(),
            original_language: NO_ORIGINAL_WORD.to_owned(),
        };
    };
    sources.add_translation(TranslationCode::Kjv.translation());
    let words = original_words(verse, sources).join(", ");
    let (verse, text) = (link_verse(verse), quoted(&text));
    DefinitionTexts {
        definition,
        biblical_usage: format!("The King James Version has {verse} so: {text}"),
        original_language: if words.is_empty() {
            NO_ORIGINAL_WORD.to_owned()
        } else {
            format!(
                "Which word of the original stands behind it is not known here. The words behind the verse are, in the \
                 order of the King James Version: {words}."
            )
        },
    }
}

pub(super) fn for_unknown(study: &WordStudy, sources: &mut Sources) -> DefinitionTexts {
    let word = quoted_from_user(&study.found.word);
    let term = glossary(study, sources);
    let topic = usage::topic(study.topic.as_ref(), sources);
    let original_language = if study.found.verses.is_empty() {
        "Without its verse, no Hebrew or Greek word can be given for it.".to_owned()
    } else {
        format!(
            "The words of {} are linked to Hebrew and Greek by the King James Version, and no link there answers to {word} \
             for certain. Rather than guess, none is given.",
            places(study)
        )
    };
    let nothing = || {
        if study.found.verses.is_empty() {
            format!(
                "This library did not find {word} where it was selected: the text around it stands in none of its translations, \
                 or the reference leads to no verse that has it. Its glossary has no such term."
            )
        } else {
            format!(
                "This library has nothing that explains {word} in {}. {} has it there; the glossary has no such term, and the \
                 lexicon no entry that is linked to it.",
                places(study),
                capital(&translation(study))
            )
        }
    };
    DefinitionTexts {
        definition: term.unwrap_or_else(nothing),
        biblical_usage: topic.unwrap_or_else(|| {
            format!("The library lists no verses for {word}: neither its concordance nor its topics lead to it.")
        }),
        original_language,
    }
}

fn kjv_text(verse: VerseId) -> Option<String> {
    verse_texts(TranslationCode::Kjv, &Reference::between(verse, verse)).pop()
}

/// The original words of a verse, each once, without small words: `“mercy” חֶסֶד (cheçed)`.
fn original_words(verse: VerseId, sources: &mut Sources) -> Vec<String> {
    let mut known = Vec::new();
    let mut words = Vec::new();
    for link in list_word_links(TranslationCode::Kjv, verse) {
        let text = link.words.join(" ");
        if link.in_title || known.contains(&link.number) || search_terms(&text).is_empty() {
            continue;
        }
        known.push(link.number);
        if let Some(entry) = find_entry(link.number).filter(|_| words.len() < MAX_WORDS) {
            sources.add(entry.work());
            let text = quoted(&text);
            words.push(format!(
                "{text} {} ({})",
                entry.lemma, entry.transliteration
            ));
        }
    }
    if !words.is_empty() {
        sources.add(Work::WordLinks);
    }
    words
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}
