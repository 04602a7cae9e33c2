//! Definitions as readers ask for them; and that nothing is quoted that no work says.

use verse_scripture::works::word_links::list_word_links;
use verse_scripture::{TranslationCode, get_chapter, parse_references};

use super::*;

fn verse_text(translation: TranslationCode, reference: &str) -> String {
    let at = parse_references(reference).unwrap()[0].first();
    let chapter = get_chapter(translation, at.book, at.chapter).unwrap();
    chapter
        .verses_within(&(at.verse..=at.verse))
        .pop()
        .unwrap()
        .text
}

fn define(word: &str, translation: TranslationCode, reference: &str) -> Written<DefinitionTexts> {
    write(&DefinitionRequest {
        word: word.to_owned(),
        verse_text: verse_text(translation, reference),
        passage_reference: format!("{reference} ({translation})"),
    })
}

/// What stands between “ and ” in the three texts.
fn quotations(texts: &DefinitionTexts) -> Vec<String> {
    let all = [
        &texts.definition,
        &texts.biblical_usage,
        &texts.original_language,
    ];
    let mut quotations = Vec::new();
    for text in all {
        assert!(
            !text.trim().is_empty() && !text.contains("  ") && !text.contains("None"),
            "{text}"
        );
        assert_eq!(
            text.matches('“').count(),
            text.matches('”').count(),
            "{text}"
        );
        let mut rest = text.as_str();
        while let Some((_, after)) = rest.split_once('“') {
            // A quotation within a quotation belongs to it.
            let mut depth = 1;
            let end = after
                .char_indices()
                .find(|(_, c)| {
                    depth += i32::from(*c == '“') - i32::from(*c == '”');
                    depth == 0
                })
                .map(|(at, _)| at)
                .unwrap();
            quotations.push(after[..end].to_owned());
            rest = &after[end..];
        }
    }
    quotations
}

#[test]
fn loved_is_defined_in_both_translations() {
    for translation in [TranslationCode::Web, TranslationCode::Kjv] {
        let written = define("loved", translation, "John 3:16");
        let DefinitionTexts {
            definition,
            biblical_usage,
            original_language,
        } = written.texts;
        assert!(
            definition.contains("the Greek word ἀγαπάω (agapáō)"),
            "{definition}"
        );
        assert!(
            definition.contains("“to love (in a social or moral sense)”"),
            "{definition}"
        );
        assert!(
            biblical_usage.contains("(/?book=1%20John&chapter=4&verse=19)"),
            "{biblical_usage}"
        );
        assert!(
            original_language.contains("ag-ap-ah'-o"),
            "{original_language}"
        );
        assert!(
            written
                .source
                .contains("Strong’s Greek Dictionary (public domain)"),
            "{}",
            written.source
        );
    }
}

#[test]
fn mercy_is_defined_whatever_the_translation_calls_it() {
    let kjv = define("mercy", TranslationCode::Kjv, "Psalms 23:6");
    let web = define("loving kindness", TranslationCode::Web, "Psalms 23:6");
    let mixed = define("mercy", TranslationCode::Web, "Psalms 23:6");
    for written in [kjv, web, mixed] {
        assert!(
            written
                .texts
                .definition
                .contains("the Hebrew word חֶסֶד (cheçed)"),
            "{:?}",
            written.texts
        );
        assert!(
            written
                .source
                .contains("CC BY 4.0, Open Scriptures Hebrew Bible Project"),
            "{}",
            written.source
        );
    }
}

#[test]
fn words_without_an_answer_are_told_apart_honestly() {
    let small = define("the", TranslationCode::Web, "John 3:16");
    assert!(
        small.texts.definition.contains("small words"),
        "{:?}",
        small.texts
    );
    assert_eq!(small.source, "Verse library");
    let spanish = define("misericordia", TranslationCode::Srv, "Psalms 23:6");
    assert!(
        spanish
            .texts
            .definition
            .contains("no dictionary of Spanish"),
        "{:?}",
        spanish.texts
    );
    assert!(
        spanish.texts.original_language.contains("חֶסֶד"),
        "{:?}",
        spanish.texts
    );
    let unknown = define("dinosaur", TranslationCode::Web, "John 3:16");
    assert!(
        unknown.texts.definition.contains("did not find “dinosaur”"),
        "{:?}",
        unknown.texts
    );
}

/// Whatever may be quoted: what the works say of a word and its verse, each piece whole, and what the reader selected.
fn sayings(study: &WordStudy, reference: &str) -> Vec<String> {
    let mut all = vec![
        study.found.word.clone(),
        verse_text(TranslationCode::Kjv, reference),
    ];
    let at = parse_references(reference).unwrap()[0].first();
    all.extend(
        list_word_links(at)
            .into_iter()
            .map(|link| link.words.join(" ")),
    );
    all.extend(
        study
            .term
            .iter()
            .flat_map(|term| [term.term.clone(), term.text.clone()]),
    );
    all.extend(
        study
            .topic
            .iter()
            .flat_map(|topic| topic.entries.iter().map(|entry| entry.label.clone())),
    );
    for lemma in &study.lemmas {
        all.push(lemma.lemma.kjv_words.clone());
        all.push(lemma.entry.pronunciation.clone());
        for entry in lemma.related.iter().chain([&lemma.entry]) {
            let texts = [&entry.definition, &entry.derivation, &entry.renderings];
            all.extend(texts.into_iter().flatten().cloned());
        }
        for example in &lemma.examples {
            all.push(example.text.clone());
            all.extend(example.words.iter().cloned());
        }
    }
    all
}

#[test]
fn whatever_is_asked_quotes_only_what_the_works_or_the_reader_say() {
    let mut asked = 0;
    for (reference, translation) in [
        ("John 3:16", TranslationCode::Web),
        ("John 3:16", TranslationCode::Kjv),
        ("Psalms 23:6", TranslationCode::Web),
        ("Psalms 110:1", TranslationCode::Kjv),
        ("Genesis 1:6", TranslationCode::Ylt),
        ("Matthew 3:2", TranslationCode::Kjv),
        ("Daniel 2:4", TranslationCode::Asv),
        ("Salmos 23:6", TranslationCode::Srv),
    ] {
        let english = reference.replace("Salmos", "Psalms");
        let text = verse_text(translation, &english);
        for word in text.split_whitespace() {
            let request = DefinitionRequest {
                word: word.to_owned(),
                verse_text: text.clone(),
                passage_reference: format!("{reference} ({translation})"),
            };
            let study = study_word(word, &text, &request.passage_reference);
            let known = sayings(&study, &english);
            let written = write(&request);
            for quotation in quotations(&written.texts) {
                assert!(
                    known.contains(&quotation),
                    "{word}: {quotation:?} in {:?}",
                    written.texts
                );
            }
            asked += 1;
        }
    }
    assert!(asked > 100, "{asked}");
}

/// For eyes: `cargo test -p verse-ai definitions_to_read -- --nocapture`.
#[test]
fn definitions_to_read() {
    for (word, translation, reference) in [
        ("loved", TranslationCode::Web, "John 3:16"),
        ("loved", TranslationCode::Kjv, "John 3:16"),
        ("mercy", TranslationCode::Kjv, "Psalms 23:6"),
        ("loving kindness", TranslationCode::Web, "Psalms 23:6"),
        ("firmament", TranslationCode::Kjv, "Genesis 1:6"),
        ("the", TranslationCode::Web, "John 3:16"),
        ("misericordia", TranslationCode::Srv, "Psalms 23:6"),
        ("Yahweh’s", TranslationCode::Web, "Psalms 23:6"),
        ("Lord", TranslationCode::Kjv, "Psalms 110:1"),
        ("Repent", TranslationCode::Web, "Matthew 3:2"),
        ("unless", TranslationCode::Web, "John 3:3"),
        ("Nicodemus", TranslationCode::Web, "John 3:1"),
    ] {
        let written = define(word, translation, reference);
        let DefinitionTexts {
            definition,
            biblical_usage,
            original_language,
        } = &written.texts;
        println!(
            "## {word}, {reference} ({translation})\n\n{definition}\n\n—\n{biblical_usage}\n\n—\n{original_language}\n\n[{}]\n",
            written.source
        );
        assert!(definition.len() + biblical_usage.len() + original_language.len() < 5_000);
    }
}
