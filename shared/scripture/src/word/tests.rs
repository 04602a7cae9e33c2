//! Words as readers select them, and every word of a verse.

mod coverage;

use super::*;
use crate::chapter::{Verse, get_chapter};
use crate::reference::parse_references;
use crate::works::word_links::list_word_links;
use LemmaEvidence::{Position, Rendering, SameWord};
use TranslationCode::{Asv, Bsb, Kjv, Srv, Web, Ylt};

const WEB_JOHN: &str = "For God so loved the world, that he gave his only born Son";

fn verse(text: &str) -> VerseId {
    parse_references(text).unwrap()[0].first()
}

fn text(translation: TranslationCode, reference: &str) -> String {
    let at = verse(reference);
    let chapter = get_chapter(translation, at.book, at.chapter).unwrap();
    let verses = chapter.verses_within(&(at.verse..=at.verse));
    verses.last().unwrap().text.clone()
}

/// The Strong's numbers of a lookup; none unless it found lemmas.
fn numbers(lookup: &LemmaLookup) -> Vec<String> {
    match lookup {
        LemmaLookup::Lemmas(lemmas) => lemmas.iter().map(|l| l.number.to_string()).collect(),
        _ => Vec::new(),
    }
}

/// Asserts that a word of a verse has this lemma, found by this evidence, or none.
#[track_caller]
fn assert_lemma(
    word: &str,
    translation: TranslationCode,
    reference: &str,
    expected: Option<(&str, LemmaEvidence)>,
) {
    let text = text(translation, reference);
    let found = find_word(word, &text, &format!("{reference} ({translation})"));
    assert_eq!(found.verses, [verse(reference)], "{found:?}");
    assert_eq!(
        numbers(&found.lookup),
        expected.iter().map(|(n, _)| *n).collect::<Vec<_>>(),
        "{found:?}"
    );
    if let LemmaLookup::Lemmas(lemmas) = &found.lookup {
        assert_eq!(
            Some(lemmas[0].evidence),
            expected.map(|(_, evidence)| evidence)
        );
    }
}

#[test]
fn a_word_of_the_king_james_version_is_found_by_its_position() {
    for (word, reference, number) in [
        ("loved", "John 3:16", "G25"),
        (" Loved, ", "John 3:16", "G25"),
        ("mercy", "Psalms 23:6", "H2617"),
        ("firmament", "Genesis 1:6", "H7549"),
        ("begotten", "John 3:16", "G3439"),
        ("only begotten", "John 3:16", "G3439"),
        ("gave", "John 3:16", "G1325"),
        ("will", "Matthew 6:10", "G2307"),
    ] {
        assert_lemma(word, Kjv, reference, Some((number, Position)));
    }
    assert_lemma("will", Kjv, "Psalms 23:6", None);
    // "Repent ye": the link is on "ye", and the Berean Standard Bible has "Repent".
    assert_lemma("Repent", Kjv, "Matthew 3:2", Some(("G3340", SameWord)));
}

#[test]
fn a_word_of_another_translation_is_found_by_the_same_word_or_its_rendering() {
    for (word, translation, reference, expected) in [
        ("loved", Web, "John 3:16", Some(("G25", SameWord))),
        ("believes", Web, "John 3:16", Some(("G4100", SameWord))),
        (
            "loving kindness",
            Web,
            "Psalms 23:6",
            Some(("H2617", Rendering)),
        ),
        (
            "lovingkindness",
            Asv,
            "Psalms 23:6",
            Some(("H2617", Rendering)),
        ),
        ("only", Web, "John 3:16", Some(("G3439", SameWord))),
        ("born", Web, "John 3:16", Some(("G3439", Rendering))),
        ("anew", Web, "John 3:3", Some(("G509", Rendering))),
        ("Counselor", Web, "John 14:16", Some(("G3875", Rendering))),
        ("Sheol", Web, "Psalms 16:10", Some(("H7585", SameWord))),
        ("love", Web, "John 21:15", Some(("G25", SameWord))),
        ("affection", Web, "John 21:15", Some(("G5368", Rendering))),
        ("fluttering", Ylt, "Genesis 1:2", Some(("H7363", Rendering))),
        // Another spelling.
        (
            "Arpachshad",
            Web,
            "Genesis 10:22",
            Some(("H775", Rendering)),
        ),
        ("kindness", Ylt, "Psalms 23:6", Some(("H2617", Rendering))),
        ("expanse", Web, "Genesis 1:6", Some(("H7549", SameWord))),
        ("Yahweh’s", Web, "Psalms 23:6", Some(("H3068", Rendering))),
        ("loved", Bsb, "John 3:16", Some(("G25", Position))),
        ("mercy", Bsb, "Psalms 23:6", Some(("H2617", Position))),
    ] {
        assert_lemma(word, translation, reference, expected);
    }
}

#[test]
fn a_repeated_word_has_all_its_possible_lemmas() {
    let psalm = text(Kjv, "Psalms 110:1");
    for (word, text, reference, expected) in [
        // "Lovest thou me": twice ἀγαπάω by Jesus, φιλέω by Peter.
        (
            "love",
            text(Kjv, "John 21:15").as_str(),
            "John 21:15 (KJV)",
            &["G5368"][..],
        ),
        (
            "lovest",
            &text(Kjv, "John 21:17"),
            "John 21:17 (KJV)",
            &["G5368"],
        ),
        ("lord", &psalm, "Psalms 110:1 (KJV)", &["H3068", "H113"]),
        // The capitals of the selected word decide.
        ("Lord", &psalm, "Psalms 110:1 (KJV)", &["H113"]),
        // A part of the verse that has the word once decides.
        (
            "lord",
            "said unto my Lord, Sit thou",
            "Psalms 110 (KJV)",
            &["H113"],
        ),
    ] {
        let found = find_word(word, text, reference);
        assert_eq!(numbers(&found.lookup), expected, "{found:?}");
        let verse_only = reference.split(" (").next().unwrap();
        if verse_only.contains(':') {
            assert_eq!(found.verses, [verse(verse_only)], "{found:?}");
        }
    }
    // Another translation with as many occurrences: their order decides.
    let ylt = |text| numbers(&find_word("love", text, "John 21 (YLT)").lookup).remove(0);
    assert_eq!(ylt("dost thou love me more than these?"), "G25");
    let feed = "I dearly love thee;' he saith to him, `Feed my lambs.";
    assert_eq!(ylt(feed), "G5368");
}

#[test]
fn a_word_that_is_not_in_the_text_is_searched_in_the_verse() {
    let found = find_word("mercy", &text(Web, "Psalms 23:6"), "Psalms 23:6");
    assert_eq!(numbers(&found.lookup)[0], "H2617");
    assert_eq!(found.translation, Some(Kjv));
    let found = find_word("firmament", "", "Genesis 1:6");
    assert!(matches!(found.lookup, LemmaLookup::Lemmas(_)), "{found:?}");
    let found = find_word("firmament", "", "Genesis 1");
    assert_eq!(
        (found.lookup, found.verses.len()),
        (LemmaLookup::Unknown, 0)
    );
}

#[test]
fn part_of_a_verse_and_its_chapter_are_enough() {
    let found = find_word("loved", WEB_JOHN, "John 3 (WEB)");
    assert_eq!(found.verses, [verse("John 3:16")]);
    assert_eq!(found.translation, Some(Web));
}

#[test]
fn function_words_and_unknown_words_have_no_lemmas() {
    let spanish = text(Srv, "John 3:16");
    let long = "love ".repeat(5_000);
    for (word, text, reference, expected) in [
        ("the", WEB_JOHN, "John 3:16", LemmaLookup::FunctionWord),
        ("And", "", "", LemmaLookup::FunctionWord),
        ("que", &spanish, "John 3:16", LemmaLookup::Spanish),
        ("dinosaur", WEB_JOHN, "John 3:16", LemmaLookup::Unknown),
        ("loved", WEB_JOHN, "nowhere", LemmaLookup::Unknown),
        (&long, WEB_JOHN, "John 3:16", LemmaLookup::Unknown),
    ] {
        assert_eq!(find_word(word, text, reference).lookup, expected, "{word}");
    }
    for no_word in ["", "…", "42", "\u{301}"] {
        let lookup = find_word(no_word, WEB_JOHN, "John 3:16").lookup;
        assert!(!matches!(lookup, LemmaLookup::Lemmas(_)), "{no_word:?}");
    }
}

#[test]
fn every_linked_word_of_a_chapter_has_its_own_number() {
    let (mut found_count, mut count) = (0, 0);
    for (chapter, number) in [("John 3", 3), ("Psalms 23", 23), ("Genesis 1", 1)] {
        let at = verse(chapter);
        for Verse { number, text, .. } in get_chapter(Kjv, at.book, number).unwrap().verses() {
            let id = VerseId {
                verse: number,
                ..at
            };
            let links = list_word_links(Kjv, id)
                .into_iter()
                .filter(|link| !link.in_title);
            for (link, word) in links.flat_map(|l| {
                l.words
                    .clone()
                    .into_iter()
                    .map(move |w| (l.number.to_string(), w))
            }) {
                if !may_have_number(&fold(&word)) {
                    continue;
                }
                count += 1;
                let lookup = find_word(&word, &text, &format!("{id} (KJV)")).lookup;
                if matches!(lookup, LemmaLookup::Lemmas(_)) {
                    found_count += 1;
                    assert!(numbers(&lookup).contains(&link), "{word} in {id}");
                }
            }
        }
    }
    assert!(found_count * 100 > count * 95, "{found_count} of {count}");
}

#[test]
fn a_study_quotes_whole_verses_that_have_the_lemma() {
    let study = study_word("loved", WEB_JOHN, "John 3 (WEB)");
    assert_eq!(study.topic.unwrap().name, "LOVE");
    assert_eq!(study.term, None);
    let [lemma] = study.lemmas.as_slice() else {
        panic!("{:?}", study.lemmas)
    };
    assert_eq!(lemma.entry.lemma, "ἀγαπάω");
    assert!(
        lemma.times >= lemma.verses && lemma.verses > 100,
        "{lemma:?}"
    );
    assert_eq!(lemma.examples.len(), 3);
    for example in &lemma.examples {
        assert_eq!(example.text, text(Kjv, &example.verse.to_string()));
        let mut words = example.words.iter();
        assert!(words.all(|words| example.text.contains(words.as_str())));
    }
    let study = study_word("the", WEB_JOHN, "John 3 (WEB)");
    assert!(study.lemmas.is_empty() && study.topic.is_none() && study.term.is_none());
}

#[test]
fn a_word_that_stands_twice_has_the_lemma_of_each_place() {
    let whole = text(Web, "Philippians 1:1");
    let both = find_word("servants", &whole, "Philippians 1 (WEB)");
    assert_eq!(numbers(&both.lookup), ["G1401", "G1249"]);
    for (text, number) in [
        ("servants of Jesus Christ", "G1401"),
        ("with the overseers and servants", "G1249"),
    ] {
        let one = find_word("servants", text, "Philippians 1 (WEB)");
        assert_eq!(numbers(&one.lookup), [number]);
    }
}

#[test]
fn a_phrase_has_the_lemmas_of_its_words_and_a_common_one_once() {
    for (phrase, translation, reference, expected) in [
        ("only born", Web, "John 3:16", &[("G3439", "only born")][..]),
        (
            "born anew",
            Web,
            "John 3:3",
            &[("G1080", "born"), ("G509", "anew")],
        ),
        (
            "born again",
            Kjv,
            "John 3:7",
            &[("G1080", "born"), ("G509", "again")],
        ),
    ] {
        let text = text(translation, reference);
        let found = find_word(phrase, &text, &format!("{reference} ({translation})"));
        let LemmaLookup::Lemmas(lemmas) = found.lookup else {
            panic!("{found:?}")
        };
        let lemmas = lemmas.iter();
        let lemmas: Vec<_> = lemmas
            .map(|lemma| (lemma.number.to_string(), lemma.words.clone()))
            .collect();
        let expected = expected.iter();
        let expected: Vec<_> = expected
            .map(|(number, words)| ((*number).to_owned(), (*words).to_owned()))
            .collect();
        assert_eq!(lemmas, expected);
    }
}

#[test]
fn a_misspelt_word_is_the_nearest_of_its_verse() {
    for (typed, reference, meant) in [
        ("redemtion", "Romans 3:24", "redemption"),
        ("Melchizadek", "Hebrews 7:1", "Melchizedek"),
    ] {
        let found = find_word(typed, &text(Web, reference), &format!("{reference} (WEB)"));
        assert_eq!(
            (found.word.as_str(), found.misspelt.as_deref()),
            (meant, Some(typed))
        );
        assert!(matches!(found.lookup, LemmaLookup::Lemmas(_)), "{found:?}");
    }
    for typed in ["dinosaur", "wold", "xx", "bold"] {
        let found = find_word(typed, WEB_JOHN, "John 3 (WEB)");
        assert_eq!(found.misspelt, None, "{typed}");
    }
}

#[test]
fn a_note_that_quotes_the_word_or_renders_it_otherwise_is_found() {
    for (word, translation, reference, expected) in [
        (
            "only born",
            Web,
            "John 3:16",
            Some("The phrase “only born”"),
        ),
        ("born", Web, "John 3:16", Some("The phrase “only born”")),
        (
            "born anew",
            Web,
            "John 3:3",
            Some("The word translated “anew”"),
        ),
        ("Son", Web, "John 3:16", None),
        ("anew", Web, "John 3:3", Some("The word translated “anew”")),
        ("Counselor", Web, "John 14:16", Some("Greek παρακλητον")),
        ("servants", Web, "Philippians 1:1", Some("Or, deacons")),
        ("Lucifer", Kjv, "Isaiah 14:12", Some("O Lucifer: or")),
        ("heaven", Kjv, "Isaiah 14:12", None),
    ] {
        let text = text(translation, reference);
        let study = study_word(word, &text, &format!("{reference} ({translation})"));
        let notes = study.notes.iter();
        let mut notes = notes.map(|note| note.text.as_str());
        match expected {
            Some(start) => assert!(notes.any(|note| note.starts_with(start)), "{study:?}"),
            None => assert_eq!(notes.next(), None, "{word}"),
        }
    }
}

#[test]
fn a_spanish_word_has_the_lemma_that_it_usually_renders() {
    for (word, reference, number) in [
        ("amó", "John 3:16", "G25"),
        ("unigénito", "John 3:16", "G3439"),
        ("mundo", "John 3:16", "G2889"),
        ("misericordia", "Psalms 23:6", "H2617"),
        ("Arrepentíos", "Matthew 3:2", "G3340"),
        ("redención", "Romans 3:24", "G629"),
    ] {
        assert_lemma(word, Srv, reference, Some((number, Rendering)));
    }
    let found = find_word("misericordia", "", "Salmos 23:6 (SRV)");
    assert_eq!(numbers(&found.lookup), ["H2617"]);
}
