//! Definitions of the library; every quotation must be in a work or the selection.

use verse_scripture::works::word_links::list_word_links;
use verse_scripture::{TranslationCode, parse_references};

use super::*;
use crate::library::{passage::verse_texts, tests::assert_contains};

fn verse_text(translation: TranslationCode, reference: &str) -> String {
    let reference = parse_references(reference).unwrap()[0];
    verse_texts(translation, &reference).pop().unwrap()
}

fn define(word: &str, translation: TranslationCode, reference: &str) -> Generated<DefinitionTexts> {
    write(&DefinitionRequest {
        word: word.to_owned(),
        verse_text: verse_text(translation, reference),
        passage_reference: format!("{reference} ({translation})"),
    })
}

/// The quotations between “ and ” in the three texts.
fn quotations(texts: &DefinitionTexts) -> Vec<String> {
    let DefinitionTexts {
        definition,
        biblical_usage,
        original_language,
    } = texts;
    let mut quotations = Vec::new();
    for text in [definition, biblical_usage, original_language] {
        assert!(
            !text.trim().is_empty() && !text.contains("  ") && !text.contains("None"),
            "{text}"
        );
        let marks = |mark| text.matches(mark).count();
        assert_eq!(marks('“'), marks('”'), "{text}");
        let mut rest = text.as_str();
        while let Some((_, after)) = rest.split_once('“') {
            // A nested quotation is part of the outer one.
            let mut depth = 1;
            let closes = |c| {
                depth += i32::from(c == '“') - i32::from(c == '”');
                depth == 0
            };
            let end = after.find(closes).unwrap();
            quotations.push(after[..end].to_owned());
            rest = &after[end..];
        }
    }
    quotations
}

#[test]
fn loved_is_defined_in_both_translations() {
    for translation in [TranslationCode::Web, TranslationCode::Kjv] {
        let loved = define("loved", translation, "John 3:16");
        assert_contains(
            &loved.texts.definition,
            &[
                "Behind “loved” in [John 3:16](",
                "the Greek word ἀγαπάω (agapáō)",
                "“to love (in a social or moral sense)”",
            ],
        );
        let other = "(/?book=1%20John&chapter=4&verse=19)";
        assert_contains(&loved.texts.biblical_usage, &[other]);
        assert_contains(&loved.texts.original_language, &["ag-ap-ah'-o"]);
        let dictionary = "Strong’s Greek Dictionary (public domain)";
        assert_contains(&loved.source, &[dictionary]);
    }
}

#[test]
fn mercy_is_defined_by_the_words_of_each_translation() {
    for (word, translation) in [
        ("mercy", TranslationCode::Kjv),
        ("loving kindness", TranslationCode::Web),
        ("mercy", TranslationCode::Web),
    ] {
        let mercy = define(word, translation, "Psalms 23:6");
        assert_contains(&mercy.texts.definition, &["the Hebrew word חֶסֶד (cheçed)"]);
        let licence = "CC BY 4.0, Open Scriptures Hebrew Bible Project";
        assert_contains(&mercy.source, &[licence]);
    }
}

#[test]
fn words_without_an_entry_get_the_reason() {
    let small = define("the", TranslationCode::Web, "John 3:16");
    assert_contains(&small.texts.definition, &["small words"]);
    assert_eq!(small.source, "Verse library");
    let spanish = define("misericordia", TranslationCode::Srv, "Psalms 23:6");
    assert_contains(&spanish.texts.definition, &["no dictionary of Spanish"]);
    assert_contains(&spanish.texts.original_language, &["חֶסֶד"]);
    let unknown = define("dinosaur", TranslationCode::Web, "John 3:16");
    assert_contains(&unknown.texts.definition, &["did not find “dinosaur”"]);
}

/// All texts that may be quoted: those of the works on a word and its verse, and the selection.
fn quotable(study: &WordStudy, reference: &str) -> Vec<String> {
    let mut all = vec![
        study.found.word.clone(),
        verse_text(TranslationCode::Kjv, reference),
    ];
    let at = parse_references(reference).unwrap()[0].first();
    let links = list_word_links(TranslationCode::Kjv, at).into_iter();
    all.extend(links.map(|link| link.words.join(" ")));
    if let Some(term) = &study.term {
        all.extend([term.term.clone(), term.text.clone()]);
    }
    if let Some(topic) = &study.topic {
        all.extend(topic.entries.iter().map(|entry| entry.label.clone()));
    }
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
fn definitions_quote_only_the_works_and_the_selection() {
    let mut defined = 0;
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
            let known = quotable(&study, &english);
            let written = write(&request);
            for quotation in quotations(&written.texts) {
                assert!(
                    known.contains(&quotation),
                    "{word}: {quotation:?} in {:?}",
                    written.texts
                );
            }
            defined += 1;
        }
    }
    assert!(defined > 100, "{defined}");
}

/// Prints definitions for people to read: `cargo test -p verse-ai definitions_to_read -- --nocapture`.
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
        let texts = written.texts;
        let texts = [
            texts.definition,
            texts.biblical_usage,
            texts.original_language,
        ];
        let (texts, source) = (texts.join("\n\n—\n"), written.source);
        println!("## {word}, {reference} ({translation})\n\n{texts}\n\n[{source}]\n");
        assert!(texts.len() < 5_000);
    }
}

#[test]
fn a_quoted_word_is_neither_markdown_nor_html() {
    for reference in ["John 3:16 (KJV)", "Juan 3:16 (SRV)", "nowhere"] {
        let define = |word: &str| {
            let request = DefinitionRequest {
                word: word.to_owned(),
                verse_text: "For God so loved the world".to_owned(),
                passage_reference: reference.to_owned(),
            };
            write(&request).texts
        };
        for word in ["a![b](http://e.com)<img src=x>c", "loved [<img>](x)"] {
            let texts = define(word);
            let texts = texts.definition + &texts.biblical_usage + &texts.original_language;
            assert!(!texts.contains("<img") && !texts.contains("[b]"), "{texts}");
        }
    }
}
