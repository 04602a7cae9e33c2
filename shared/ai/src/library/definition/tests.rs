//! Definitions of the library; every quotation must be in a work or the selection.

use verse_scripture::word::{WordStudy, study_word};
use verse_scripture::works::word_links::list_word_links;
use verse_scripture::{Reference, TranslationCode, parse_references};

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
        let first = loved.texts.definition.lines().next().unwrap();
        assert_contains(
            first,
            &[
                "“loved” in [John 3:16](",
                "translates the Greek word ἀγαπάω (agapáō), “love”.",
            ],
        );
        assert_contains(
            &loved.texts.definition,
            &["“to love (in a social or moral sense)”"],
        );
        let other = "(/?book=1%20John&chapter=4&verse=19)";
        assert_contains(&loved.texts.biblical_usage, &[other]);
        assert_contains(&loved.texts.original_language, &["ag-ap-ah'-o"]);
        let dictionary = "Strong’s Greek Dictionary (public domain)";
        assert_contains(&loved.source, &[dictionary]);
    }
}

#[test]
fn mercy_has_counted_renderings_in_place_of_shorthand() {
    for (word, translation) in [
        ("mercy", TranslationCode::Kjv),
        ("loving kindness", TranslationCode::Web),
        ("lovingkindness", TranslationCode::Asv),
    ] {
        let mercy = define(word, translation, "Psalms 23:6");
        assert_contains(&mercy.texts.definition, &["the Hebrew word חֶסֶד (cheçed)"]);
        assert_contains(
            &mercy.texts.biblical_usage,
            &[
                "The King James Version renders it “mercy” 1",
                "“kindness” 40",
            ],
        );
        assert!(
            !mercy.texts.biblical_usage.contains("(-liness"),
            "{mercy:?}"
        );
        let licence = "CC BY 4.0, Open Scriptures Hebrew Bible Project";
        assert_contains(&mercy.source, &[licence]);
    }
}

#[test]
fn words_without_an_entry_get_the_reason() {
    let small = define("the", TranslationCode::Web, "John 3:16");
    assert_contains(&small.texts.definition, &["small words"]);
    assert_eq!(small.source, "Verse library");
    let unknown = define("dinosaur", TranslationCode::Web, "John 3:16");
    assert_contains(&unknown.texts.definition, &["found nothing on “dinosaur”"]);
}

#[test]
fn a_spanish_word_is_defined_in_spanish_with_spanish_verses() {
    let word = define("misericordia", TranslationCode::Srv, "Psalms 23:6");
    let texts = word.texts;
    let parts = [
        "“misericordia” en [Salmos 23:6](/?book=Psalms&chapter=23&verse=6)",
        "la palabra hebrea חֶסֶד",
        "está en inglés",
    ];
    assert_contains(&texts.definition, &parts);
    assert_contains(&texts.biblical_usage, &["Otros versículos con חֶסֶד"]);
    for text in [
        texts.definition,
        texts.biblical_usage,
        texts.original_language,
    ] {
        for english in [
            "translates",
            "stands",
            "King James",
            "Other verses",
            "This library",
        ] {
            assert!(!text.contains(english), "{text}");
        }
    }
    let small = define("porque", TranslationCode::Srv, "John 3:16");
    assert_contains(&small.texts.definition, &["No encuentro"]);
}

#[test]
fn a_name_is_the_person_whom_the_verse_names() {
    for (word, reference, has, lacks) in [
        ("Elijah", "Matthew 17:3", "The Tishbite", "Benjamite"),
        ("Simon", "John 21:15", "Peter", "leper"),
        ("Mary Magdalene", "John 19:25", "“Magdalene” (", "Barnabas"),
        ("Simon", "Acts 8:9", "A sorcerer", "leper"),
        ("Joel", "1 Samuel 8:2", "Son of Samuel", "Gadite"),
    ] {
        let name = define(word, TranslationCode::Web, reference).texts;
        assert_contains(&name.definition, &[has]);
        let all = name.definition + &name.biblical_usage;
        assert!(!all.contains(lacks), "{all}");
    }
    let sin = define("sin", TranslationCode::Web, "Romans 6:23").texts;
    assert!(!sin.biblical_usage.contains("city of Egypt"), "{sin:?}");
}

#[test]
fn a_word_with_two_originals_is_told_with_both() {
    let servants = define("servants", TranslationCode::Web, "Philippians 1:1").texts;
    assert_contains(
        &servants.definition,
        &["More than one word", "δοῦλος", "διάκονος"],
    );
    let phrase = define("born anew", TranslationCode::Web, "John 3:3").texts;
    assert_contains(
        &phrase.definition,
        &[
            "“born” in",
            "γεννάω",
            "“anew” in",
            "ἄνωθεν",
            "A note of the World English Bible",
        ],
    );
    assert!(
        !phrase.definition.contains("More than one word"),
        "{phrase:?}"
    );
}

#[test]
fn an_entry_that_the_package_cut_in_a_bracket_is_whole() {
    let texts = define("destruction", TranslationCode::Kjv, "1 Thessalonians 5:3").texts;
    assert_contains(&texts.definition, &["“ruin, i.e. death, punishment”"]);
    let origin = "“from a primary ὄλλυμι (óllymi) (to destroy; a prolonged form)”";
    assert_contains(&texts.original_language, &[origin]);
}

/// All texts that may be quoted: those of the works on a word and its verse, and the selection.
fn quotable(study: &WordStudy, reference: &str) -> Vec<String> {
    let mut all = vec![
        study.found.word.clone(),
        verse_text(TranslationCode::Kjv, reference),
    ];
    let at = parse_references(reference).unwrap()[0].first();
    for linked in [TranslationCode::Kjv, TranslationCode::Bsb] {
        let links = list_word_links(linked, at).into_iter();
        all.extend(links.map(|link| link.words.join(" ")));
    }
    if let Some(term) = &study.term {
        all.extend([term.term.clone(), term.text.clone()]);
    }
    all.extend(study.found.misspelt.clone());
    all.extend(study.notes.iter().map(|note| note.text.clone()));
    for subject in &study.subjects {
        let headings = subject.entries.iter().filter_map(|entry| entry.heading());
        all.extend(headings.map(str::to_owned));
        let mut labels = subject.entries.iter().map(|entry| &entry.label);
        let mut headings = subject.entries.iter().filter_map(|entry| entry.heading());
        assert!(headings.all(|heading| labels.any(|label| label.contains(heading))));
    }
    for lemma in study.lemmas.iter().chain(&study.usual_lemmas) {
        all.push(lemma.lemma.words.clone());
        all.push(lemma.entry.pronunciation.clone());
        all.extend(lemma.kjv_renderings.iter().map(|(words, _)| words.clone()));
        if let Some(headword) = &lemma.headword {
            all.extend(headword.gloss.map(str::to_owned));
            let renderings = headword.renderings.iter();
            all.extend(renderings.map(|(words, _)| (*words).to_owned()));
        }
        for entry in lemma.related.iter().chain([&lemma.entry]) {
            let texts = [&entry.definition, &entry.derivation];
            all.extend(texts.into_iter().flatten().cloned());
        }
        for example in &lemma.examples {
            all.push(example.text.clone());
            all.extend(example.words.iter().cloned());
            let spanish = Reference::between(example.verse, example.verse);
            all.extend(verse_texts(TranslationCode::Srv, &spanish));
        }
    }
    all.iter().map(|text| with_single_marks(text)).collect()
}

/// A text as it is within quotation marks.
fn with_single_marks(text: &str) -> String {
    text.replace('“', "‘").replace('”', "’")
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
        ("Philippians 1:1", TranslationCode::Web),
        ("John 21:15", TranslationCode::Bsb),
        ("Isaiah 14:12", TranslationCode::Kjv),
        ("Matthew 17:3", TranslationCode::Web),
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
            assert_links_lead_to_verses(&written.texts);
            for quotation in quotations(&written.texts) {
                assert!(
                    known.contains(&with_single_marks(&quotation)),
                    "{word}: {quotation:?} in {:?}",
                    written.texts
                );
            }
            defined += 1;
        }
    }
    assert!(defined > 150, "{defined}");
}

/// Asserts that the book, the chapter and the verse of every link exist.
fn assert_links_lead_to_verses(texts: &DefinitionTexts) {
    for text in [
        &texts.definition,
        &texts.biblical_usage,
        &texts.original_language,
    ] {
        for link in text.split("](/?book=").skip(1) {
            let (target, _) = link.split_once(')').unwrap();
            let parts: Vec<&str> = target.split('&').collect();
            let number = |index: usize, name: &str| -> u16 {
                let part = parts.get(index).and_then(|part| part.strip_prefix(name));
                part.map_or(1, |part| part.parse().unwrap())
            };
            let book = verse_scripture::find_book(&parts[0].replace("%20", " ")).unwrap();
            let last = book.verse_count(number(1, "chapter=")).unwrap();
            assert!((1..=last).contains(&number(2, "verse=")), "{target}");
        }
    }
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
