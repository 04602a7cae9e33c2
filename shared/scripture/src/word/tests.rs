//! Words as readers select them, and every word of a verse.

use super::*;
use crate::chapter::get_chapter;
use crate::reference::parse_references;

const WEB_JOHN: &str = "For God so loved the world, that he gave his only born Son";

fn verse(text: &str) -> VerseId {
    parse_references(text).unwrap()[0].first()
}

fn text(translation: TranslationCode, reference: &str) -> String {
    let at = verse(reference);
    let chapter = get_chapter(translation, at.book, at.chapter).unwrap();
    chapter
        .verses_within(&(at.verse..=at.verse))
        .pop()
        .unwrap()
        .text
}

/// The numbers behind a word of a verse, and how they are known.
#[track_caller]
fn behind(word: &str, translation: TranslationCode, reference: &str) -> Vec<(String, Through)> {
    let found = find_word(
        word,
        &text(translation, reference),
        &format!("{reference} ({translation})"),
    );
    assert_eq!(found.verses, [verse(reference)], "{found:?}");
    match found.behind {
        Behind::Lemmas(lemmas) => lemmas
            .into_iter()
            .map(|lemma| (lemma.number.to_string(), lemma.through))
            .collect(),
        _ => Vec::new(),
    }
}

#[test]
fn a_word_of_the_king_james_version_is_known_by_its_place() {
    let kjv = |word, reference| behind(word, TranslationCode::Kjv, reference);
    assert_eq!(
        kjv("loved", "John 3:16"),
        [("G25".to_owned(), Through::Place)]
    );
    assert_eq!(
        kjv(" Loved, ", "John 3:16"),
        [("G25".to_owned(), Through::Place)]
    );
    assert_eq!(
        kjv("mercy", "Psalms 23:6"),
        [("H2617".to_owned(), Through::Place)]
    );
    assert_eq!(
        kjv("firmament", "Genesis 1:6"),
        [("H7549".to_owned(), Through::Place)]
    );
    assert_eq!(
        kjv("begotten", "John 3:16"),
        [("G3439".to_owned(), Through::Place)]
    );
    assert_eq!(
        kjv("only begotten", "John 3:16"),
        [("G3439".to_owned(), Through::Place)]
    );
    assert_eq!(
        kjv("gave", "John 3:16"),
        [("G1325".to_owned(), Through::Place)]
    );
    assert_eq!(
        kjv("will", "Matthew 6:10"),
        [("G2307".to_owned(), Through::Place)]
    );
    assert_eq!(kjv("will", "Psalms 23:6"), []);
    // "Repent ye": the link is on "ye".
    assert_eq!(
        kjv("Repent", "Matthew 3:2"),
        [("G3340".to_owned(), Through::Rendering)]
    );
}

#[test]
fn a_word_that_stands_twice_has_all_it_may_be() {
    // "Lovest thou me": twice ἀγαπάω by Jesus, φιλέω by Peter.
    let numbers: Vec<_> = behind("love", TranslationCode::Kjv, "John 21:15")
        .into_iter()
        .map(|(n, _)| n)
        .collect();
    assert_eq!(numbers, ["G5368"]);
    let numbers: Vec<_> = behind("lovest", TranslationCode::Kjv, "John 21:17")
        .into_iter()
        .map(|(n, _)| n)
        .collect();
    assert_eq!(numbers, ["G5368"]);
    // In another translation that has them as often, by their order.
    let ylt = |text| match find_word("love", text, "John 21 (YLT)").behind {
        Behind::Lemmas(lemmas) => lemmas[0].number.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(ylt("dost thou love me more than these?"), "G25");
    assert_eq!(
        ylt("I dearly love thee;' he saith to him, `Feed my lambs."),
        "G5368"
    );
    // A part of the verse that has it once tells which.
    let both = find_word(
        "lord",
        &text(TranslationCode::Kjv, "Psalms 110:1"),
        "Psalms 110:1 (KJV)",
    );
    let Behind::Lemmas(lemmas) = both.behind else {
        panic!("{both:?}")
    };
    assert_eq!(
        lemmas
            .iter()
            .map(|l| l.number.to_string())
            .collect::<Vec<_>>(),
        ["H3068", "H113"]
    );
    // So do its capitals.
    let one = find_word(
        "Lord",
        &text(TranslationCode::Kjv, "Psalms 110:1"),
        "Psalms 110:1 (KJV)",
    );
    let Behind::Lemmas(lemmas) = one.behind else {
        panic!("{one:?}")
    };
    assert_eq!(
        lemmas
            .iter()
            .map(|l| l.number.to_string())
            .collect::<Vec<_>>(),
        ["H113"]
    );
    let one = find_word("lord", "said unto my Lord, Sit thou", "Psalms 110 (KJV)");
    let Behind::Lemmas(lemmas) = one.behind else {
        panic!("{one:?}")
    };
    assert_eq!(
        lemmas
            .iter()
            .map(|l| l.number.to_string())
            .collect::<Vec<_>>(),
        ["H113"]
    );
}

#[test]
fn a_word_of_another_translation_is_known_by_the_same_word_or_its_rendering() {
    use TranslationCode::{Asv, Web, Ylt};
    assert_eq!(
        behind("loved", Web, "John 3:16"),
        [("G25".to_owned(), Through::SameWord)]
    );
    assert_eq!(
        behind("believes", Web, "John 3:16"),
        [("G4100".to_owned(), Through::SameWord)]
    );
    assert_eq!(
        behind("loving kindness", Web, "Psalms 23:6"),
        [("H2617".to_owned(), Through::Rendering)]
    );
    assert_eq!(behind("lovingkindness", Asv, "Psalms 23:6"), []);
    assert_eq!(
        behind("kindness", Ylt, "Psalms 23:6"),
        [("H2617".to_owned(), Through::Rendering)]
    );
    assert_eq!(
        behind("expanse", Web, "Genesis 1:6"),
        [("H7549".to_owned(), Through::Rendering)]
    );
    assert_eq!(
        behind("Yahweh’s", Web, "Psalms 23:6"),
        [("H3068".to_owned(), Through::Rendering)]
    );
}

#[test]
fn a_word_that_is_not_in_the_text_is_looked_for_in_the_verse() {
    let found = find_word(
        "mercy",
        &text(TranslationCode::Web, "Psalms 23:6"),
        "Psalms 23:6",
    );
    let Behind::Lemmas(lemmas) = &found.behind else {
        panic!("{found:?}")
    };
    assert_eq!(lemmas[0].number.to_string(), "H2617");
    assert_eq!(found.translation, Some(TranslationCode::Kjv));
    let found = find_word("firmament", "", "Genesis 1:6");
    assert!(matches!(found.behind, Behind::Lemmas(_)), "{found:?}");
    let found = find_word("firmament", "", "Genesis 1");
    assert_eq!((found.behind, found.verses.len()), (Behind::Unknown, 0));
}

#[test]
fn part_of_a_verse_and_a_chapter_are_enough() {
    let found = find_word("loved", WEB_JOHN, "John 3 (WEB)");
    assert_eq!(found.verses, [verse("John 3:16")]);
    assert_eq!(found.translation, Some(TranslationCode::Web));
}

#[test]
fn small_words_spanish_and_unknown_words_are_told_apart() {
    let is = |word, text: &str, reference| find_word(word, text, reference).behind;
    assert_eq!(is("the", WEB_JOHN, "John 3:16"), Behind::SmallWord);
    assert_eq!(is("And", "", ""), Behind::SmallWord);
    let spanish = text(TranslationCode::Srv, "John 3:16");
    assert_eq!(is("amó", &spanish, "John 3:16"), Behind::Spanish);
    assert_eq!(is("misericordia", "", "Salmos 23:6 (SRV)"), Behind::Spanish);
    assert_eq!(is("dinosaur", WEB_JOHN, "John 3:16"), Behind::Unknown);
    assert_eq!(is("loved", WEB_JOHN, "nowhere"), Behind::Unknown);
    for nothing in ["", "…", "42", "\u{301}"] {
        assert!(
            !matches!(is(nothing, WEB_JOHN, "John 3:16"), Behind::Lemmas(_)),
            "{nothing:?}"
        );
    }
    assert_eq!(
        is(&"love ".repeat(5_000), WEB_JOHN, "John 3:16"),
        Behind::Unknown
    );
}

#[test]
fn every_linked_word_of_a_chapter_leads_to_its_own_number() {
    let (mut told, mut asked) = (0, 0);
    for (chapter, number) in [("John 3", 3), ("Psalms 23", 23), ("Genesis 1", 1)] {
        let at = verse(chapter);
        for verse in get_chapter(TranslationCode::Kjv, at.book, number)
            .unwrap()
            .verses()
        {
            let id = VerseId {
                verse: verse.number,
                ..at
            };
            for link in crate::works::word_links::list_word_links(id) {
                for word in link
                    .words
                    .iter()
                    .filter(|word| !small_words::is_small(&fold(word)) && !link.in_title)
                {
                    let found = find_word(word, &verse.text, &format!("{id} (KJV)"));
                    asked += 1;
                    if let Behind::Lemmas(lemmas) = found.behind {
                        told += 1;
                        assert!(
                            lemmas.iter().any(|lemma| lemma.number == link.number),
                            "{word} in {id}"
                        );
                    }
                }
            }
        }
    }
    assert!(told * 100 > asked * 95, "{told} of {asked}");
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
        assert_eq!(
            example.text,
            text(TranslationCode::Kjv, &example.verse.to_string())
        );
        assert!(
            example
                .words
                .iter()
                .all(|words| example.text.contains(words.as_str()))
        );
    }
    let study = study_word("the", WEB_JOHN, "John 3 (WEB)");
    assert!(study.lemmas.is_empty() && study.topic.is_none() && study.term.is_none());
}
