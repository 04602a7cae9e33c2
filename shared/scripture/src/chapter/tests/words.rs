//! Looks for the faults that files and packages leave in a text: words that run together, words
//! cut in two, marks of a file format, titles inside a verse. Compares verses with reviewed cases.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::corpus::{every_chapter, name};
use super::*;
use crate::canon::books;
use crate::translation::translations;

/// Verses in which only a part of a word is supplied: `[can]not`, `god[dess]`.
const SUPPLIED_PARTS_OF_WORDS: [&str; 3] = ["YLT NUM 23:20", "YLT 1KI 11:5", "YLT 1KI 11:33"];
/// Pairs of words that are at least as frequent as one word in the same translation, but are two
/// words in so many places. Each was compared with its verses.
const PAIRS: &str = include_str!("pairs.txt");

#[derive(Deserialize)]
struct Case {
    translation: String,
    book: String,
    chapter: u16,
    verse: u16,
    contains: Option<String>,
    lacks: Option<String>,
}

#[test]
fn the_reviewed_verses_have_the_right_words() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("cases.json")).unwrap();
    for case in cases {
        let translation = crate::find_translation(&case.translation).unwrap().code;
        let chapter = chapter(translation, &case.book, case.chapter);
        let text = chapter.verse_text(case.verse).unwrap_or_default();
        let at = format!("{}:{}: {text}", name(&chapter), case.verse);
        if let Some(words) = case.contains {
            assert!(text.contains(&words), "{at} lacks {words:?}");
        }
        if let Some(words) = case.lacks {
            assert!(
                !text.is_empty() && !text.contains(&words),
                "{at} has {words:?}"
            );
        }
    }
}

#[test]
fn no_two_words_join_where_runs_meet_or_a_note_stands() {
    let mut joined = Vec::new();
    for chapter in every_chapter() {
        let mut before: Option<(u16, char)> = None;
        let mut note = false;
        for run in chapter.packed.runs() {
            let Run::Text { verse, text, .. } = run else {
                note = true;
                continue;
            };
            let first = text.chars().next().unwrap();
            if let Some((number, last)) = before
                && number == *verse
                && (last.is_alphanumeric() || ".,;:!?”’)".contains(last))
                && (first.is_alphanumeric() || "“‘(".contains(first))
            {
                let at = format!("{}:{verse}", name(&chapter));
                if !SUPPLIED_PARTS_OF_WORDS.contains(&at.as_str()) || note {
                    joined.push(format!("{at} {last}|{first}"));
                }
            }
            before = Some((*verse, text.chars().last().unwrap()));
            note = false;
        }
    }
    assert!(joined.is_empty(), "{}: {joined:#?}", joined.len());
}

#[test]
fn no_word_is_cut_in_two() {
    let mut reviewed: HashSet<&str> = PAIRS.lines().collect();
    let mut cut = Vec::new();
    for translation in translations() {
        let mut words: HashMap<String, u32> = HashMap::new();
        let mut pairs: HashMap<(String, String), (u32, String)> = HashMap::new();
        for chapter in every_chapter().filter(|c| c.translation() == translation.code) {
            for verse in chapter.verses() {
                let of_verse = words_with_gaps(&verse.text);
                for (word, _) in &of_verse {
                    *words.entry(word.clone()).or_default() += 1;
                }
                for pair in of_verse.windows(2).filter(|pair| pair[1].1) {
                    let at = || (0, format!("{}:{}", name(&chapter), verse.number));
                    let words = (pair[0].0.clone(), pair[1].0.clone());
                    pairs.entry(words).or_insert_with(at).0 += 1;
                }
            }
        }
        for ((first, second), (count, at)) in pairs {
            let joined = words.get(&format!("{first}{second}")).copied();
            let enclitic = translation.code == Srv && SPANISH_SECOND_WORDS.contains(&&*second);
            if joined.is_none_or(|joined| joined < count) || enclitic {
                continue;
            }
            let pair = format!("{} {first} {second} {count}", translation.code);
            if !reviewed.remove(pair.as_str()) {
                cut.push(format!("{pair} ({at})"));
            }
        }
    }
    cut.sort();
    assert!(cut.is_empty(), "{}: {cut:#?}", cut.len());
    assert!(reviewed.is_empty(), "no longer in a text: {reviewed:?}");
}

/// Words that Spanish writes both as a word and as the end of another: `dar la`, `darla`.
const SPANISH_SECOND_WORDS: [&str; 16] = [
    "á", "al", "en", "es", "la", "las", "le", "les", "lo", "los", "me", "nos", "ó", "os", "se",
    "te",
];

/// A text's words in lower case, and whether only a space parts each from the word before.
fn words_with_gaps(text: &str) -> Vec<(String, bool)> {
    let mut words: Vec<(String, bool)> = Vec::new();
    let mut word = String::new();
    let mut gap = String::new();
    let is_inner = |c| matches!(c, '’' | '\'' | '-');
    for c in text.chars().chain([' ']) {
        if c.is_alphanumeric() || (is_inner(c) && !word.is_empty()) {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            let whole = word.trim_end_matches(is_inner);
            let after_space = gap == " " && !words.is_empty();
            words.push((whole.to_lowercase(), after_space));
            gap = word.split_off(whole.len());
            word.clear();
        }
        gap.push(c);
    }
    words
}

#[test]
fn no_mark_of_a_file_format_is_left() {
    let mut found = Vec::new();
    for chapter in every_chapter() {
        let notes = chapter.notes().into_iter().map(|note| note.text);
        let own = chapter
            .content()
            .into_iter()
            .filter_map(|element| match element {
                Element::Heading { content, .. } => Some(content.concat()),
                _ => None,
            });
        let texts = chapter.verses().into_iter().map(|verse| verse.text);
        for text in texts.chain(notes).chain(own) {
            if text.contains(['\\', '<', '>', '{', '}', '|', '*', '\u{fffd}']) {
                found.push(format!("{}: {text}", name(&chapter)));
            }
        }
    }
    assert!(found.is_empty(), "{}: {found:#?}", found.len());
}

#[test]
fn square_brackets_stand_only_around_words_that_the_translators_doubt() {
    let mut found = Vec::new();
    for chapter in every_chapter() {
        for verse in chapter.verses() {
            if verse.text.contains(['[', ']']) {
                found.push(format!("{}:{}", name(&chapter), verse.number));
            }
        }
    }
    assert_eq!(
        found,
        ["ASV JHN 7:53", "ASV JHN 8:11", "YLT 1JN 5:7", "YLT 1JN 5:8"]
    );
}

/// The psalms that have a title in Hebrew.
fn titled_psalms() -> Vec<u16> {
    let untitled = [1, 2, 10, 33, 43, 71, 91, 99, 119, 136, 137].into_iter();
    let untitled = untitled.chain(93..=97).chain(104..=107).chain(111..=118);
    let untitled: Vec<u16> = untitled.chain(135..=135).chain(146..=150).collect();
    (1..=150)
        .filter(|psalm| !untitled.contains(psalm))
        .collect()
}

#[test]
fn the_116_psalm_titles_are_titles_in_every_translation() {
    let titled = titled_psalms();
    assert_eq!(titled.len(), 116);
    for translation in translations() {
        let mut found = Vec::new();
        for number in (1..=150).filter(|number| *number != 119) {
            let psalm = chapter(translation.code, "Psalm", number);
            let is_title = |block: &Block| matches!(block, Block::Title(_));
            let first_verse = psalm
                .blocks()
                .iter()
                .position(|block| block.runs().is_some());
            let before = psalm.blocks().iter().take(first_verse.unwrap());
            if before.filter(|block| is_title(block)).count() == 1 {
                found.push(number);
            }
            assert!(
                psalm
                    .blocks()
                    .iter()
                    .filter(|block| is_title(block))
                    .count()
                    <= 1
            );
        }
        assert!(found == titled, "{}: {found:?}", translation.code);
    }
}

#[test]
fn a_title_ends_where_the_psalm_begins() {
    for (translation, psalm, title, begins) in [
        (
            Ylt,
            3,
            "A Psalm of David, in his fleeing from the face of Absalom his son.",
            "Jehovah, how",
        ),
        (
            Ylt,
            8,
            "To the Overseer, 'On the Gittith.' A Psalm of David.",
            "Jehovah, our Lord",
        ),
        (
            Ylt,
            46,
            "To the Overseer.—By sons of Korah. 'For the Virgins.'—A song.",
            "God is to us",
        ),
        (Ylt, 82, "A Psalm of Asaph.", "God hath stood"),
        (Ylt, 145, "Praise by David.", "I exalt Thee"),
        (Srv, 25, "Salmo de David.", "A TI, oh Jehová"),
        (
            Srv,
            30,
            "Salmo cantado en la dedicación de la Casa: Salmo de David.",
            "GLORIFICARTE he",
        ),
        (Srv, 74, "Masquil de Asaph.", "¿POR qué, oh Dios"),
        (
            Srv,
            87,
            "A los hijos de Coré: Salmo: Canción.",
            "SU cimiento",
        ),
        (
            Asv,
            3,
            "A Psalm of David, when he fled from Absalom his son.",
            "Jehovah, how are",
        ),
    ] {
        let chapter = chapter(translation, "Psalm", psalm);
        assert_eq!(chapter.title(), title, "{translation} {psalm}");
        let text = chapter.verse_text(1).unwrap();
        assert!(text.starts_with(begins), "{translation} {psalm}: {text}");
    }
    for (psalm, end, begins) in [
        (18, "and he saith:—", "I love Thee"),
        (
            52,
            "'David came in unto the house of Ahimelech.'",
            "What, boasteth",
        ),
        (
            54,
            "'Is not David hiding himself with us?'",
            "O God, by Thy",
        ),
    ] {
        let chapter = chapter(Ylt, "Psalm", psalm);
        assert!(chapter.title().ends_with(end), "{}", chapter.title());
        assert!(chapter.verse_text(1).unwrap().starts_with(begins));
    }
}

#[test]
fn the_letters_of_psalm_119_are_headings_before_their_verses() {
    // The package of the BSB does not have the letters.
    for translation in translations().iter().filter(|listed| listed.code != Bsb) {
        let psalm = chapter(translation.code, "Psalm", 119);
        let mut lines = outline(&psalm);
        lines.retain(|line| line != "-");
        let mut letters = Vec::new();
        for pair in lines.windows(2).filter(|pair| pair[0].starts_with("# ")) {
            letters.push(pair[1].parse::<u16>().unwrap());
            let letter = pair[0].trim_end_matches('.').to_lowercase();
            let text = psalm.verse_text(*letters.last().unwrap()).unwrap();
            let first = text.split([' ', '.']).next().unwrap().to_lowercase();
            assert!(!letter.ends_with(&format!(" {first}")), "{letter}: {text}");
        }
        let expected: Vec<u16> = (0..22).map(|letter| 8 * letter + 1).collect();
        assert_eq!(letters, expected, "{}", translation.code);
    }
}

#[test]
fn supplied_words_of_young_are_marked() {
    let mut verses = 0;
    for book in books() {
        for number in 1..=book.chapter_count() {
            let chapter = get_chapter(Ylt, book.id, number).unwrap();
            let supplied = chapter.packed.runs().filter_map(|run| match run {
                Run::Text {
                    verse,
                    supplied: true,
                    ..
                } => Some(*verse),
                _ => None,
            });
            verses += supplied.collect::<HashSet<_>>().len();
        }
    }
    assert_eq!(verses, 8_215);
}

#[test]
fn the_chapters_of_the_srv_end_with_their_own_last_verse() {
    for (book, number, last, begins) in [
        ("NUM", 13, 34, "También vimos allí gigantes"),
        ("NUM", 30, 17, "Estas son las ordenanzas"),
        ("JDG", 14, 21, "Y la mujer de Samsón"),
        ("1SA", 24, 23, "Entonces David juró"),
        ("1KI", 22, 54, "Porque sirvió á Baal"),
        ("1CH", 21, 31, "Mas David no pudo"),
        ("JOB", 39, 38, "Una vez hablé"),
        ("HOS", 12, 15, "Enojado ha Ephraim"),
        ("JON", 2, 11, "Y mandó Jehová al pez"),
    ] {
        let verse = chapter(Srv, book, number).verses().pop().unwrap();
        assert_eq!(verse.number, last, "{book} {number}");
        assert!(verse.text.starts_with(begins), "{}", verse.text);
    }
}
