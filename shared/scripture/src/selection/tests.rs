//! Selections as clients send them, and any part of any chapter.

use std::time::{Duration, Instant};

use super::*;
use crate::canon::books;

const ONLY_BEGOTTEN: &str = "world, that he gave his only begotten Son, that whosoever believeth in him should not \
     perish, but have everlasting life. For God sent not his Son into the world";

#[track_caller]
fn located(reference: &str, text: &str) -> (String, Certainty, Option<TranslationCode>) {
    let selection = locate_selection(reference, text).unwrap();
    (
        selection.passage.to_string(),
        selection.certainty,
        selection.translation,
    )
}

#[track_caller]
fn assert_verses(reference: &str, text: &str, passage: &str, translation: TranslationCode) {
    assert_eq!(
        located(reference, text),
        (passage.to_owned(), Certainty::Text, Some(translation))
    );
}

#[test]
fn a_selection_within_two_verses_is_found_by_its_text() {
    assert_verses(
        "John 3 (KJV)",
        ONLY_BEGOTTEN,
        "John 3:16-17",
        TranslationCode::Kjv,
    );
}

#[test]
fn numbers_marks_lines_quotes_and_capitals_do_not_matter() {
    let text = "WORLD,\n that he gave [a] his only begotten Son[12], that whosoever be\u{ad}lieveth in him should\u{a0}not \
                perish,\r\n\tbut have everlasting life.\n17 For God sent not his Son\u{1d43} into the world*";
    assert_verses("John 3 (KJV)", text, "John 3:16-17", TranslationCode::Kjv);
    assert_verses(
        "John 3 (KJV)",
        "everlasting life.17For God sent",
        "John 3:16-17",
        TranslationCode::Kjv,
    );
    assert_verses(
        "John 3 (WEB)",
        "For God didn't send his Son",
        "John 3:17",
        TranslationCode::Web,
    );
    assert_verses(
        "John 3 (WEB)",
        "“For God didn’t send his Son",
        "John 3:17",
        TranslationCode::Web,
    );
    assert_verses(
        "Juan 3:16 (SRV)",
        "de tal manera amo Dios al mundo",
        "John 3:16",
        TranslationCode::Srv,
    );
}

#[test]
fn words_cut_at_the_ends_are_found() {
    assert_verses(
        "John 3 (KJV)",
        "orld, that he gave his only beg",
        "John 3:16",
        TranslationCode::Kjv,
    );
    assert_verses(
        "John 3 (KJV)",
        "ng life. For G",
        "John 3:16-17",
        TranslationCode::Kjv,
    );
}

#[test]
fn another_translation_than_the_named_one_is_found_as_well() {
    assert_verses(
        "John 3",
        ONLY_BEGOTTEN,
        "John 3:16-17",
        TranslationCode::Kjv,
    );
    assert_verses(
        "John 3 (WEB)",
        ONLY_BEGOTTEN,
        "John 3:16-17",
        TranslationCode::Kjv,
    );
    assert_verses(
        "John 3 (NIV)",
        ONLY_BEGOTTEN,
        "John 3:16-17",
        TranslationCode::Kjv,
    );
}

#[test]
fn a_selection_over_a_chapters_end_is_found_from_both_sides() {
    let text = "The wrath of God abideth on him. When therefore the Lord knew how";
    let text = text.replace("The wrath", "but the wrath");
    for reference in [
        "John 3 (KJV)",
        "John 4 (KJV)",
        "John 3-4 (KJV)",
        "John (KJV)",
    ] {
        assert_verses(reference, &text, "John 3:36-4:1", TranslationCode::Kjv);
    }
    let books = "saying, Verily I come quickly Blessed";
    assert_eq!(located("Rev 22 (KJV)", books).1, Certainty::Reference);
    let books =
        "lest I come and smite the earth with a curse. The book of the generation of Jesus Christ";
    assert_verses(
        "Malachi 4 (KJV)",
        books,
        "Malachi 4:6 - Matthew 1:1",
        TranslationCode::Kjv,
    );
}

#[test]
fn headings_that_were_selected_along_do_not_matter() {
    let chapter = get_chapter(
        TranslationCode::Kjv,
        read_name("Psalm 23").unwrap().passage.first().book,
        23,
    )
    .unwrap();
    let title = "A Psalm of David. The LORD is my shepherd; I shall not want.";
    assert!(
        chapter.verses()[0].text.starts_with("The LORD"),
        "{:?}",
        chapter.verses()
    );
    assert_verses(
        "Psalms 23 (KJV)",
        title,
        "Psalms 23:1",
        TranslationCode::Kjv,
    );
    let note = "that he gave his only begotten Son, some words of a note, that whosoever believeth in him should \
                not perish, but have everlasting life.";
    assert_verses("John 3 (KJV)", note, "John 3:16", TranslationCode::Kjv);
}

#[test]
fn a_text_that_stands_in_several_places_is_told_with_all_of_them() {
    let selection = locate_selection("John 3 (KJV)", "world").unwrap();
    assert_eq!(selection.certainty, Certainty::Ambiguous);
    assert_eq!(selection.passage.to_string(), "John 3");
    let candidates: Vec<_> = selection
        .candidates
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(candidates, ["John 3:16", "John 3:17", "John 3:19"]);
    // Twice in one verse is one place; and verses that the reference names come first.
    assert_verses(
        "Genesis 1:6 (KJV)",
        "waters",
        "Genesis 1:6",
        TranslationCode::Kjv,
    );
    assert_verses(
        "John 3:17 (KJV)",
        "world",
        "John 3:17",
        TranslationCode::Kjv,
    );
    // A whole word is preferred to a part of one.
    assert_verses("John 3 (KJV)", "Moses", "John 3:14", TranslationCode::Kjv);
}

#[test]
fn a_text_that_stands_nowhere_leaves_the_reference() {
    for (reference, passage) in [
        ("John 3:16", "John 3:16"),
        ("John 3:16 (KJV)", "John 3:16"),
        ("Psalms 23:1-6", "Psalms 23:1-6"),
        ("Jn 3", "John 3"),
        ("Juan 3:16 (SRV)", "John 3:16"),
        ("1 Corintios 13:4-7", "1 Corinthians 13:4-7"),
        ("Éxodo 20 (SRV)", "Exodus 20"),
        ("Obadiah 1:1", "Obadiah 1:1"),
        ("  selected from John 3:16, KJV ", "John 3:16"),
    ] {
        for text in ["", "…", "42", "a text that nobody ever wrote anywhere here"] {
            assert_eq!(
                located(reference, text).0,
                passage,
                "{reference:?} {text:?}"
            );
            assert_eq!(
                located(reference, text).1,
                Certainty::Reference,
                "{reference:?} {text:?}"
            );
        }
    }
}

#[test]
fn a_reference_that_names_nothing_gives_nothing() {
    for reference in [
        "",
        " ",
        "KJV",
        "(WEB)",
        "Hesitations 3",
        "John 99",
        "3:16",
        "¿",
        "1",
        "é 3",
        "Juan 99",
    ] {
        assert_eq!(
            locate_selection(reference, ONLY_BEGOTTEN),
            None,
            "{reference:?}"
        );
    }
}

#[test]
fn the_doxology_of_romans_keeps_its_verses() {
    let web = "Now to him who is able to establish you according to my Good News and the preaching of Jesus Christ";
    assert_verses("Romans 14 (WEB)", web, "Romans 16:25", TranslationCode::Web);
}

#[test]
fn long_texts_are_no_slower_than_short_ones() {
    let whole: String = (1..=40)
        .flat_map(|chapter| {
            get_chapter(TranslationCode::Web, books()[0].id, chapter)
                .unwrap()
                .verses()
        })
        .map(|verse| verse.text + " ")
        .collect();
    let whole: String = whole.chars().take(50_000).collect();
    for text in [
        whole.as_str(),
        &"and ".repeat(12_500),
        &"x".repeat(50_000),
        &"God [".repeat(10_000),
    ] {
        let started = Instant::now();
        let selection = locate_selection("Genesis 1 (WEB)", text).unwrap();
        let took = started.elapsed();
        println!(
            "{} characters: {} in {took:?}",
            text.len(),
            selection.passage
        );
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
    let passage = located("Genesis 1 (WEB)", &whole).0;
    assert!(passage.starts_with("Genesis 1:1-"), "{passage}");
}

/// Small and repeatable: xorshift.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

#[test]
fn any_part_of_any_chapter_is_found_in_exactly_the_verses_it_touches() {
    const ROUNDS: usize = 1_500;
    let mut dice = Dice(0x5eed_cafe);
    let (mut clear, mut ambiguous) = (0, 0);
    for round in 0..ROUNDS {
        let translation = translations()[round % 5].code;
        let book = &books()[dice.below(66)];
        let number = u16::try_from(1 + dice.below(book.verses.len())).unwrap();
        if (translation, book.usfm, number) == (TranslationCode::Web, "ROM", 14) {
            continue;
        }
        // The chapter as a page shows it, with numbers at some of its verses, and where each verse's words are.
        let mut page = String::new();
        let mut letters: Vec<(usize, u16)> = Vec::new();
        for verse in get_chapter(translation, book.id, number).unwrap().verses() {
            if round % 3 == 0 {
                page.push_str(&verse.number.to_string());
                page.push_str(["", " ", "\u{a0}"][dice.below(3)]);
            }
            for (at, c) in verse.text.char_indices() {
                if c.is_alphabetic() {
                    letters.push((page.len() + at, verse.number));
                }
            }
            page.push_str(&verse.text);
            page.push_str(["\n", " ", "\r\n\r\n"][dice.below(3)]);
        }
        let start = dice.below(letters.len());
        let end = (start + 30 + dice.below(900)).min(letters.len() - 1);
        let (from, to) = (letters[start], letters[end]);
        let to_end = to.0 + page[to.0..].chars().next().unwrap().len_utf8();
        let text = &page[from.0..to_end];
        if text.split_whitespace().count() < 6 {
            continue;
        }
        let reference = format!("{} {number} ({translation})", book.name);
        let selection = locate_selection(&reference, text).unwrap();
        let verse = |verse| VerseId {
            book: book.id,
            chapter: number,
            verse,
        };
        let touched = Reference::between(verse(from.1), verse(to.1));
        assert_eq!(selection.translation, Some(translation));
        match selection.certainty {
            Certainty::Text => {
                assert_eq!(selection.passage, touched, "{reference}: {text}");
                clear += 1;
            }
            Certainty::Ambiguous => {
                assert!(
                    selection.candidates.contains(&touched),
                    "{reference}: {text}"
                );
                ambiguous += 1;
            }
            Certainty::Reference => panic!("{reference}: {text} is not found"),
        }
    }
    println!("{clear} selections found, {ambiguous} in several places");
    assert!(clear > ROUNDS * 9 / 10, "{clear}");
}
