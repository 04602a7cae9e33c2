//! Reads every work in full and compares its counts with `texts/PROVENANCE.md`. `linked_words` reads the words
//! with Strong's numbers.

mod edition;
mod linked_words;

use std::collections::BTreeSet;

use super::*;
use crate::TranslationCode;
use crate::canon::{books, find_book};
use crate::reference::{Reference, VerseId, parse_references};

fn passage(text: &str) -> Reference {
    parse_references(text).unwrap()[0]
}

fn every_chapter() -> impl Iterator<Item = (&'static crate::Book, u16)> {
    books()
        .iter()
        .flat_map(|book| (1..=book.chapter_count()).map(move |chapter| (book, chapter)))
}

/// Asserts that a text is not empty, has single spaces and none at its ends, and no wrongly decoded
/// letter.
fn assert_clean(text: &str) {
    assert!(!text.is_empty() && text == text.trim(), "{text:?}");
    assert!(!text.contains("  ") && !text.contains('\n'), "{text:?}");
    assert!(
        !text.contains('\u{fffd}') && !text.contains("Ã") && !text.contains("â€"),
        "{text:?}"
    );
}

#[test]
fn the_commentary_has_4054_sections_and_one_on_every_verse() {
    let (mut count, mut untitled, mut cut) = (0, 0, 0);
    for (book, chapter) in every_chapter() {
        let sections = commentary::list_sections(book.id, chapter);
        for verse in 1..=book.verse_count(chapter).unwrap() {
            let about = |section: &&commentary::Section| section.verses.contains(&verse);
            let expected = if book.has_one_chapter() { 2 } else { 1 };
            let found = sections.iter().filter(about).count();
            assert_eq!(found, expected, "{} {chapter}:{verse}", book.name);
        }
        for section in sections {
            count += 1;
            untitled += u32::from(section.title.is_none());
            assert!(!section.paragraphs.is_empty());
            for paragraph in &section.paragraphs {
                assert_clean(paragraph);
                assert!(!paragraph.starts_with(','), "{paragraph}");
                assert!(!paragraph.ends_with(')'), "{paragraph}");
                cut += u32::from(!paragraph.ends_with(['.', '!', '?', '"']));
            }
            if let Some(title) = section.title {
                assert_clean(&title);
                assert!(!title.ends_with(['.', ',', ';']), "{title}");
            }
        }
    }
    assert_eq!((count, untitled), (4_054, 1_190));
    assert_eq!(cut, 0, "paragraphs without a mark at their end");
}

#[test]
fn a_passage_has_the_sections_about_its_verses() {
    let ranges = |text: &str| -> Vec<String> {
        let sections = commentary::list_sections_on(&passage(text)).into_iter();
        sections
            .map(|section| section.reference().to_string())
            .collect()
    };
    assert_eq!(ranges("John 3:16"), ["John 3:1-21"]);
    assert_eq!(ranges("Genesis 1:5-6"), ["Genesis 1:3-5", "Genesis 1:6-13"]);
    assert_eq!(ranges("Obadiah 1:1"), ["Obadiah 1:1-21", "Obadiah 1:1-16"]);
    assert_eq!(ranges("Genesis 50:26 - Exodus 1:1").len(), 2);
    assert!(commentary::list_sections(find_book("John").unwrap().id, 22).is_empty());
}

#[test]
fn outlines_cover_835_chapters_and_stay_within_them() {
    let (mut chapters, mut sections) = (0, 0);
    for (book, chapter) in every_chapter() {
        let outline = outline::outline(book.id, chapter);
        chapters += usize::from(!outline.is_empty());
        sections += outline.len();
        for section in &outline {
            assert_clean(&section.title);
            assert!(section.verses.start() <= section.verses.end());
            assert!(*section.verses.end() <= book.verse_count(chapter).unwrap());
        }
        assert!(outline.is_sorted_by(|a, b| a.verses.start() < b.verses.start()));
    }
    assert_eq!(chapters, 835);
    assert_eq!(sections, 2_751);
    let joshua = outline::outline(find_book("Joshua").unwrap().id, 7);
    assert_eq!(joshua[2].verses, 10..=15);
    let john = find_book("John").unwrap().id;
    assert!(outline::outline(john, 0).is_empty());
    assert!(outline::outline(john, 99).is_empty());
}

#[test]
fn all_books_except_seven_have_an_introduction() {
    let mut without = Vec::new();
    for book in books() {
        match introduction::find_introduction(book.id) {
            Some(paragraphs) => paragraphs.iter().for_each(|text| assert_clean(text)),
            None => without.push(book.usfm),
        }
    }
    assert_eq!(without, ["2KI", "2CH", "OBA", "PHM", "2JN", "3JN", "JUD"]);
}

#[test]
fn the_lexicon_has_8674_hebrew_and_5523_greek_entries() {
    let (mut hebrew, mut greek, mut undefined) = (0, 0, 0);
    for number in lexicon::StrongsNumber::all() {
        let Some(entry) = lexicon::find_entry(number) else {
            assert!(!number.is_hebrew(), "{number}");
            continue;
        };
        assert_eq!(entry.number, number);
        hebrew += u32::from(number.is_hebrew());
        greek += u32::from(!number.is_hebrew());
        undefined += u32::from(entry.definition.is_none());
        let is_explained = entry.definition.is_some() || entry.derivation.is_some();
        assert!(is_explained, "{number}");
        let texts = [&entry.lemma, &entry.transliteration].into_iter();
        for text in texts.chain(&entry.renderings) {
            assert!(
                !text.is_empty() && text.trim() == text,
                "{number}: {text:?}"
            );
        }
    }
    assert_eq!((hebrew, greek, undefined), (8_674, 5_523, 20));
}

#[test]
fn the_glossary_has_94_terms() {
    let terms = glossary::list_terms();
    assert_eq!(terms.len(), 94);
    for term in terms {
        assert_clean(&term.text);
        assert_eq!(glossary::find_term(&term.term), Some(term));
    }
}

#[test]
fn the_5322_topics_have_every_reference_except_the_26_bad_ones() {
    let (mut topics, mut references) = (0, 0);
    let mut names = BTreeSet::new();
    for topic in topics::topics() {
        topics += 1;
        for entry in &topic.entries {
            references += entry.references.len();
            let mut lasts = entry.references.iter().map(Reference::last);
            assert!(lasts.all(|verse| verse.ordinal().is_some()));
        }
        names.insert(topic.name);
    }
    assert_eq!((topics, names.len()), (5_322, 5_320));
    assert_eq!(references, 77_935 - 26);
    for name in names.iter().step_by(7) {
        assert_eq!(&topics::find_topic(name).unwrap().name, name);
    }
}

#[test]
fn a_topic_is_found_by_each_verse_that_it_names() {
    for topic in topics::topics().step_by(100) {
        for entry in topic.entries {
            for reference in entry.references {
                let mut mentions = topics::list_mentions(&reference).into_iter();
                let found = mentions.any(|m| m.topic == topic.name && m.label == entry.label);
                assert!(found, "{} on {reference}", topic.name);
            }
        }
    }
}

#[test]
fn a_topic_is_found_by_its_name_or_the_beginning_of_it() {
    let name = |text: &str| topics::find_topic(text).map(|topic| topic.name);
    for (text, expected) in [
        ("nicodemus", Some("NICODEMUS")),
        ("Ass", Some("ASS (DONKEY)")),
        ("Jesus", Some("JESUS, THE CHRIST")),
        ("zzz", None),
        ("AAA", None),
        (" ", None),
    ] {
        assert_eq!(name(text).as_deref(), expected);
    }
    assert_eq!(topics::find_topic("Sin").unwrap().entries.len(), 17);
}

#[test]
fn there_are_386473_cross_references_from_30412_verses() {
    let (mut from, mut to) = (0, 0);
    for ordinal in 0..31_102 {
        let verse = VerseId::from_ordinal(ordinal).unwrap();
        let list = cross_references::list_cross_references(&Reference::between(verse, verse));
        from += usize::from(!list.is_empty());
        to += list.len();
        let mut targets = list.iter();
        assert!(
            targets.all(|found| found.shared == 1 && found.verse != verse),
            "{verse}"
        );
    }
    assert_eq!((from, to), (30_412, 386_550 - 77));
}

#[test]
fn the_closest_cross_references_come_first() {
    let list = |text: &str| -> Vec<String> {
        let found = cross_references::list_cross_references(&passage(text)).into_iter();
        found.take(3).map(|found| found.verse.to_string()).collect()
    };
    assert_eq!(
        list("John 3:16"),
        ["1 John 4:9", "1 Timothy 1:15", "Mark 12:6"]
    );
    assert_eq!(
        list("Psalm 23:1"),
        ["John 10:11", "Isaiah 40:11", "1 Peter 2:25"]
    );
    let both = cross_references::list_cross_references(&passage("John 3:16-17"));
    assert!(both[0].shared == 2, "{:?}", both[0]);
}

#[test]
fn a_question_finds_a_matching_section_and_topic() {
    for (question, expected) in [
        ("Why did Nicodemus come by night?", Some("John 3:1-21")),
        ("the burning bush", Some("Exodus 3:1-6")),
        ("Who was Nicodemus?", Some("John 3:1-21")),
        (
            "What does it mean to be born again?",
            Some("1 Peter 2:1-10"),
        ),
        ("what is the of and", None),
        ("", None),
        ("xylophone quark", None),
    ] {
        let found = search::search_commentary(question, 5);
        let first = found
            .first()
            .map(|found| found.section.reference().to_string());
        assert_eq!(first.as_deref(), expected, "{question}");
    }
    let topics = search::search_topics("What about forgiveness of enemies?", 3);
    assert!(
        topics.iter().any(|topic| topic.name.contains("ENEM")),
        "{topics:?}"
    );
}
