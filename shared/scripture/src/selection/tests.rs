//! Selections as clients send them, and random parts of random chapters.

use std::time::{Duration, Instant};

use super::*;
use crate::canon::books;
use crate::chapter::get_chapter;
use crate::reference::VerseId;
use crate::verse_map::to_canon;
use TranslationCode::{Bsb, Kjv, Srv, Web};

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
fn a_selection_is_found_by_its_text() {
    let marked = "WORLD,\n that he gave [a] his only begotten Son[12], that whosoever be\u{ad}lieveth in him \
                  should\u{a0}not perish,\r\n\tbut have everlasting life.\n17 For God sent not his \
                  Son\u{1d43} into the world*";
    for (reference, text, passage, translation) in [
        ("John 3 (KJV)", ONLY_BEGOTTEN, "John 3:16-17", Kjv),
        // Numbers, marks, lines, quotes, accents and capitals do not matter.
        ("John 3 (KJV)", marked, "John 3:16-17", Kjv),
        (
            "John 3 (KJV)",
            "everlasting life.17For God sent",
            "John 3:16-17",
            Kjv,
        ),
        (
            "John 3 (WEB)",
            "For God didn't send his Son",
            "John 3:17",
            Web,
        ),
        (
            "John 3 (WEB)",
            "“For God didn’t send his Son",
            "John 3:17",
            Web,
        ),
        (
            "Juan 3:16 (SRV)",
            "de tal manera amo Dios al mundo",
            "John 3:16",
            Srv,
        ),
        (
            "John 3 (BSB)",
            "gave His one and only Son, that everyone who",
            "John 3:16",
            Bsb,
        ),
        // Its verses 16 and 17 are those of the canon in the other order.
        (
            "Philippians 1 (BSB)",
            "do so in love, knowing that I am appointed",
            "Philippians 1:17",
            Bsb,
        ),
        // Words may be cut at the ends.
        (
            "John 3 (KJV)",
            "orld, that he gave his only beg",
            "John 3:16",
            Kjv,
        ),
        ("John 3 (KJV)", "ng life. For G", "John 3:16-17", Kjv),
        // The text may be of another translation than the reference.
        ("John 3", ONLY_BEGOTTEN, "John 3:16-17", Kjv),
        ("John 3 (WEB)", ONLY_BEGOTTEN, "John 3:16-17", Kjv),
        ("John 3 (NIV)", ONLY_BEGOTTEN, "John 3:16-17", Kjv),
    ] {
        assert_verses(reference, text, passage, translation);
    }
}

#[test]
fn a_selection_across_a_chapters_end_is_found_from_both_chapters() {
    let text = "but the wrath of God abideth on him. When therefore the Lord knew how";
    for reference in [
        "John 3 (KJV)",
        "John 4 (KJV)",
        "John 3-4 (KJV)",
        "John (KJV)",
    ] {
        assert_verses(reference, text, "John 3:36-4:1", Kjv);
    }
    let books = "saying, Verily I come quickly Blessed";
    assert_eq!(located("Rev 22 (KJV)", books).1, Certainty::Reference);
    let books =
        "lest I come and smite the earth with a curse. The book of the generation of Jesus Christ";
    assert_verses("Malachi 4 (KJV)", books, "Malachi 4:6 - Matthew 1:1", Kjv);
}

#[test]
fn selected_headings_and_notes_do_not_matter() {
    let psalms = read_client_reference("Psalm 23").unwrap().passage.book();
    let verses = get_chapter(Kjv, psalms.id, 23).unwrap().verses();
    assert!(verses[0].text.starts_with("The LORD"), "{verses:?}");
    let title = "A Psalm of David. The LORD is my shepherd; I shall not want.";
    assert_verses("Psalms 23 (KJV)", title, "Psalms 23:1", Kjv);
    let note = "that he gave his only begotten Son, some words of a note, that whosoever believeth in him should \
                not perish, but have everlasting life.";
    assert_verses("John 3 (KJV)", note, "John 3:16", Kjv);
}

#[test]
fn a_text_in_several_places_is_ambiguous_and_lists_them() {
    let selection = locate_selection("John 3 (KJV)", "world").unwrap();
    assert_eq!(selection.certainty, Certainty::Ambiguous);
    assert_eq!(selection.passage.to_string(), "John 3");
    let candidates = selection.candidates.iter().map(ToString::to_string);
    let candidates: Vec<_> = candidates.collect();
    assert_eq!(candidates, ["John 3:16", "John 3:17", "John 3:19"]);
    // Twice in one verse is one place, and places in the reference's verses are preferred.
    assert_verses("Genesis 1:6 (KJV)", "waters", "Genesis 1:6", Kjv);
    assert_verses("John 3:17 (KJV)", "world", "John 3:17", Kjv);
    // A whole word is preferred to a part of one.
    assert_verses("John 3 (KJV)", "Moses", "John 3:14", Kjv);
}

#[test]
fn a_text_that_is_not_found_gives_the_passage_of_the_reference() {
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
        for text in ["", "…", "42", "a text that is not in the Bible at all"] {
            let (found, certainty, _) = located(reference, text);
            let expected = (passage, Certainty::Reference);
            assert_eq!(
                (found.as_str(), certainty),
                expected,
                "{reference:?} {text:?}"
            );
        }
    }
}

#[test]
fn only_words_of_the_named_passage_are_scripture() {
    const JOHN: &str = "John 3 (KJV)";
    for (reference, text) in [
        (JOHN, ONLY_BEGOTTEN),
        (JOHN, "For God so loved the world"),
        ("John 3:16 (WEB)", "16 For God so loved the world,\n"),
        ("John 3", "everlasting life.17For God sent"),
        ("Juan 3:16 (SRV)", "Porque de tal manera amó Dios al mundo"),
        ("Romans 14 (WEB)", "Now to him who is able to establish you"),
    ] {
        assert!(is_scripture(reference, text), "{reference}: {text}");
    }
    for (reference, text) in [
        (JOHN, ""),
        (JOHN, "…"),
        (JOHN, "my husband has left me"),
        (JOHN, "For God so loved the world and my husband"),
        // The ends alone are found, with other words between them.
        (
            JOHN,
            "For God so loved the world, that he gave his only begotten Son, that my Ann \
             believeth in him should not perish, but have everlasting life.",
        ),
        // A telephone number.
        (JOHN, "For God so loved 555 0199 the world"),
        ("John 3, for Ann who is ill", "For God so loved the world"),
        ("a note on my divorce", "For God so loved the world"),
        ("Genesis 1", "For God so loved the world"),
    ] {
        assert!(!is_scripture(reference, text), "{reference}: {text}");
    }
}

#[test]
fn only_a_word_of_its_verse_is_a_word_of_scripture() {
    let verse = "For God so loved the world";
    for word in ["loved", "Loved,", "the world"] {
        assert!(
            is_word_of_scripture(word, "John 3:16 (KJV)", verse),
            "{word}"
        );
    }
    for word in ["", "…", "divorce", "love", "world the", "loved 5550199"] {
        assert!(
            !is_word_of_scripture(word, "John 3:16 (KJV)", verse),
            "{word}"
        );
    }
    assert!(!is_word_of_scripture(
        "loved",
        "John 3:16 (KJV)",
        "loved by Ann"
    ));
}

#[test]
fn a_reference_without_a_passage_gives_none() {
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
        let selection = locate_selection(reference, ONLY_BEGOTTEN);
        assert_eq!(selection, None, "{reference:?}");
    }
}

#[test]
fn the_doxology_of_romans_is_found_under_its_verse_of_the_canon() {
    let web = "Now to him who is able to establish you according to my Good News and the preaching of Jesus Christ";
    assert_verses("Romans 14 (WEB)", web, "Romans 16:25", Web);
}

#[test]
fn a_text_of_50_000_characters_is_searched_in_under_five_seconds() {
    let whole: String = (1..=40)
        .flat_map(|chapter| get_chapter(Web, books()[0].id, chapter).unwrap().verses())
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

/// A small repeatable random generator: xorshift.
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
fn any_part_of_any_chapter_is_found_in_exactly_its_verses() {
    const ROUNDS: usize = 1_500;
    let mut dice = Dice(0x5eed_cafe);
    let (mut clear, mut ambiguous) = (0, 0);
    for round in 0..ROUNDS {
        let translation = translations()[round % 5].code;
        let book = &books()[dice.below(66)];
        let number = u16::try_from(1 + dice.below(book.verses.len())).unwrap();
        if (translation, book.usfm, number) == (Web, "ROM", 14) {
            continue;
        }
        // The chapter as a page shows it, with numbers at some verses, and each letter's offset and
        // verse.
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
        let verse = |verse| {
            let printed = VerseId {
                book: book.id,
                chapter: number,
                verse,
            };
            *to_canon(translation, printed).unwrap().start()
        };
        let expected = Reference::between(verse(from.1), verse(to.1));
        assert_eq!(selection.translation, Some(translation));
        match selection.certainty {
            Certainty::Text => {
                assert_eq!(selection.passage, expected, "{reference}: {text}");
                clear += 1;
            }
            Certainty::Ambiguous => {
                assert!(
                    selection.candidates.contains(&expected),
                    "{reference}: {text}"
                );
                ambiguous += 1;
            }
            Certainty::Reference => panic!("{reference}: {text} is not found"),
        }
    }
    println!("{clear} selections found in one place, {ambiguous} in several");
    assert!(clear > ROUNDS * 9 / 10, "{clear}");
}
