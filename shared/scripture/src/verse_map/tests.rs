//! The table against the printed texts.

use std::collections::HashSet;

use super::*;
use crate::canon::find_book;
use crate::chapter::get_chapter;
use crate::stem::words;

fn verse(book: &str, chapter: u16, verse: u16) -> VerseId {
    let book = find_book(book).unwrap().id;
    VerseId {
        book,
        chapter,
        verse,
    }
}

fn printed(translation: TranslationCode) -> Vec<(VerseId, String)> {
    let mut all = Vec::new();
    for book in books() {
        for chapter in 1..=book.chapter_count() {
            let verses = get_chapter(translation, book.id, chapter).unwrap().verses();
            all.extend(verses.into_iter().map(|verse| {
                let id = VerseId {
                    book: book.id,
                    chapter,
                    verse: verse.number,
                };
                (id, verse.text)
            }));
        }
    }
    all
}

/// Every number of the range: also those beyond the canon's count, in one chapter.
fn numbers(range: &RangeInclusive<VerseId>) -> Vec<VerseId> {
    let mut all = vec![*range.start()];
    while let Some(last) = all.last().copied().filter(|last| last < range.end()) {
        let next = VerseId {
            verse: last.verse + 1,
            ..last
        };
        all.push(
            if next <= *range.end() && next.chapter == range.end().chapter {
                next
            } else {
                after(last)
            },
        );
    }
    all
}

#[test]
fn the_two_directions_agree_on_every_printed_verse_and_every_verse_of_the_canon() {
    for translation in translations() {
        let code = translation.code;
        let texts = printed(code);
        let all_printed: HashSet<VerseId> = texts.iter().map(|(id, _)| *id).collect();
        let mut reached: HashSet<VerseId> = HashSet::new();
        for (id, _) in &texts {
            let canon = to_canon(code, *id).unwrap_or_else(|| panic!("{code} {id}"));
            for verse in numbers(&canon) {
                assert!(verse.ordinal().is_some(), "{code} {id}: {verse}");
                assert!(
                    from_canon(code, verse).unwrap().contains(id),
                    "{code} {id}: {verse}"
                );
                reached.insert(verse);
            }
        }
        for ordinal in 0..31_102 {
            let verse = VerseId::from_ordinal(ordinal).unwrap();
            let Some(there) = from_canon(code, verse) else {
                assert!(!reached.contains(&verse), "{code} {verse}");
                continue;
            };
            let there = numbers(&there);
            for id in &there {
                assert!(
                    to_canon(code, *id).unwrap().contains(&verse),
                    "{code} {verse}: {id}"
                );
            }
            // A verse that the translation omits is printed under none of its numbers.
            let is_printed = there.iter().all(|id| all_printed.contains(id));
            assert_eq!(is_printed, reached.contains(&verse), "{code} {verse}");
        }
        // Verses that the editors of a translation consider later additions.
        let omitted = 31_102 - reached.len();
        let expected = match code {
            TranslationCode::Web => 4,
            TranslationCode::Asv => 17,
            TranslationCode::Bsb => 16,
            _ => 0,
        };
        assert_eq!(omitted, expected, "{code}");
    }
}

#[test]
fn rows_do_not_overlap_on_either_side() {
    for side in [Side::Printed, Side::Canon] {
        for (index, row) in rows().iter().enumerate() {
            for other in &rows()[index + 1..] {
                let overlaps = row.translation == other.translation
                    && row.of(side).start() <= other.of(side).end()
                    && other.of(side).start() <= row.of(side).end();
                assert!(
                    !overlaps,
                    "{side:?} {:?} {:?}",
                    row.of(side),
                    other.of(side)
                );
            }
        }
    }
    assert_eq!(rows().len(), TABLE.len());
}

/// Names and numbers that stay alike in a Spanish and an English text.
fn letters(text: &str) -> HashSet<String> {
    let long = words(text).map(str::to_lowercase);
    long.map(|word| word.chars().take(4).collect()).collect()
}

#[test]
fn each_english_verse_of_the_table_has_the_words_of_its_verses_in_the_kjv() {
    let kjv: Vec<(VerseId, String)> = printed(TranslationCode::Kjv);
    let text_of = |texts: &[(VerseId, String)], range: &RangeInclusive<VerseId>| {
        let within = texts.iter().filter(|(id, _)| range.contains(id));
        within
            .map(|(_, text)| text.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let common = |one: &str, other: &str| letters(one).intersection(&letters(other)).count();
    for code in [
        TranslationCode::Web,
        TranslationCode::Asv,
        TranslationCode::Ylt,
        TranslationCode::Bsb,
    ] {
        let texts = printed(code);
        for row in rows_of(code) {
            let here = text_of(&texts, &row.printed);
            let mapped = common(&here, &text_of(&kjv, &row.canon));
            let count = letters(&here).len();
            assert!(
                mapped * 5 >= count * 2,
                "{code} {:?}: {mapped} of {count}",
                row.printed
            );
        }
    }
}

/// Book, chapter and verse as printed and in the canon, and the first words.
type SpanishVerse = (&'static str, (u16, u16), (u16, u16), &'static str);

/// One verse at each end of each range, read beside the KJV.
const SPANISH_VERSES: [SpanishVerse; 37] = [
    (
        "NUM",
        (13, 1),
        (12, 16),
        "Y DESPUÉS movió el pueblo de Haseroth",
    ),
    ("NUM", (13, 2), (13, 1), "Y Jehová habló á Moisés"),
    ("NUM", (13, 34), (13, 33), "También vimos allí gigantes"),
    (
        "NUM",
        (30, 1),
        (29, 40),
        "Y MOISÉS dijo á los hijos de Israel",
    ),
    ("NUM", (30, 17), (30, 16), "Estas son las ordenanzas"),
    (
        "JDG",
        (14, 19),
        (14, 18),
        "Y él les respondió: Si no araseis",
    ),
    (
        "JDG",
        (14, 20),
        (14, 19),
        "Y el espíritu de Jehová cayó sobre él",
    ),
    ("JDG", (14, 21), (14, 20), "Y la mujer de Samsón fué dada"),
    ("1SA", (24, 1), (23, 29), "ENTONCES David subió de allí"),
    ("1SA", (24, 23), (24, 22), "Entonces David juró á Saúl"),
    (
        "1KI",
        (22, 44),
        (22, 43),
        "Con todo eso los altos no fueron quitados",
    ),
    ("1KI", (22, 45), (22, 44), "Y Josaphat hizo paz"),
    ("1KI", (22, 54), (22, 53), "Porque sirvió á Baal"),
    ("1CH", (1, 31), (1, 32), "Y Cethura, concubina de Abraham"),
    ("1CH", (21, 16), (21, 15), "Y dijo al ángel que destruía"),
    ("1CH", (21, 17), (21, 16), "Y alzando David sus ojos"),
    ("1CH", (21, 31), (21, 30), "Mas David no pudo ir allá"),
    (
        "2CH",
        (33, 11),
        (33, 12),
        "Mas luego que fué puesto en angustias",
    ),
    (
        "2CH",
        (33, 24),
        (33, 25),
        "Mas el pueblo de la tierra hirió",
    ),
    (
        "JOB",
        (39, 1),
        (38, 39),
        "¿CAZARÁS tú la presa para el león?",
    ),
    (
        "JOB",
        (39, 4),
        (39, 1),
        "¿Sabes tú el tiempo en que paren las cabras",
    ),
    (
        "JOB",
        (39, 30),
        (39, 27),
        "¿Se remonta el águila por tu mandamiento",
    ),
    ("JOB", (39, 31), (39, 28), "Ella habita y está en la piedra"),
    ("JOB", (39, 32), (39, 29), "Desde allí acecha la comida"),
    ("JOB", (39, 33), (39, 30), "Sus pollos chupan la sangre"),
    (
        "JOB",
        (39, 34),
        (40, 1),
        "A más de eso respondió Jehová á Job",
    ),
    (
        "JOB",
        (39, 35),
        (40, 2),
        "¿Es sabiduría contender con el Omnipotente?",
    ),
    ("JOB", (39, 36), (40, 3), "Y respondió Job á Jehová"),
    ("JOB", (39, 37), (40, 4), "He aquí que yo soy vil"),
    ("JOB", (39, 38), (40, 5), "Una vez hablé"),
    (
        "JOB",
        (40, 1),
        (40, 6),
        "ENTONCES respondió Jehová á Job desde la oscuridad",
    ),
    ("JOB", (40, 19), (40, 24), "¿Tomarálo alguno por sus ojos"),
    ("HOS", (12, 1), (11, 12), "CERCÓME Ephraim con mentira"),
    ("HOS", (12, 15), (12, 14), "Enojado ha Ephraim á Dios"),
    (
        "JON",
        (2, 1),
        (1, 17),
        "MAS Jehová había prevenido un gran pez",
    ),
    ("JON", (2, 11), (2, 10), "Y mandó Jehová al pez"),
    ("2CO", (13, 13), (13, 14), "La gracia del Señor Jesucristo"),
];

#[test]
fn the_first_words_of_spanish_verses_are_those_of_their_verses_in_the_canon() {
    for (book, printed, canon, begins) in SPANISH_VERSES {
        let (printed, canon) = (
            verse(book, printed.0, printed.1),
            verse(book, canon.0, canon.1),
        );
        assert_eq!(to_canon(Srv, printed), Some(canon..=canon), "{printed}");
        let chapter = get_chapter(Srv, printed.book, printed.chapter).unwrap();
        let text = chapter.verse_text(printed.verse).unwrap();
        assert!(text.starts_with(begins), "{printed}: {text}");
    }
    // Verses that the translation joins.
    for (book, chapter, joined, canon) in [
        ("2SA", 20, 25, 25..=26),
        ("1CH", 1, 30, 30..=31),
        ("2CH", 33, 10, 10..=11),
        ("JOB", 35, 15, 15..=16),
        ("ACT", 19, 40, 40..=41),
        ("2CO", 13, 12, 12..=13),
    ] {
        let id = |number| verse(book, chapter, number);
        assert_eq!(
            to_canon(Srv, id(joined)),
            Some(id(*canon.start())..=id(*canon.end()))
        );
    }
}

#[test]
fn a_range_is_converted_piece_by_piece() {
    let range = |book, first: (u16, u16), last: (u16, u16)| {
        verse(book, first.0, first.1)..=verse(book, last.0, last.1)
    };
    assert_eq!(
        range_to_canon(Srv, range("JON", (1, 16), (2, 3))),
        [range("JON", (1, 16), (2, 2))]
    );
    assert_eq!(
        range_to_canon(Srv, range("JOB", (38, 30), (40, 2))),
        [range("JOB", (38, 30), (40, 7))]
    );
    assert_eq!(
        range_to_canon(Web, range("ROM", (14, 20), (15, 2))),
        [
            range("ROM", (14, 20), (15, 2)),
            range("ROM", (16, 25), (16, 27))
        ]
    );
    assert_eq!(
        range_from_canon(Web, range("ROM", (16, 23), (16, 27))),
        [
            range("ROM", (14, 24), (14, 26)),
            range("ROM", (16, 23), (16, 24))
        ]
    );
    assert_eq!(
        range_to_canon(Web, range("MAT", (23, 13), (23, 13))),
        [range("MAT", (23, 14), (23, 14))]
    );
    assert_eq!(
        range_to_canon(Web, range("MAT", (23, 1), (23, 39))),
        [range("MAT", (23, 1), (23, 39))]
    );
    let whole = range("GEN", (1, 1), (50, 26));
    assert_eq!(range_to_canon(TranslationCode::Kjv, whole.clone()), [whole]);
    // The ASV does not have this verse of the canon.
    assert_eq!(range_from_canon(Asv, range("1JN", (5, 7), (5, 7))), []);
}

#[test]
fn a_chapter_ends_with_the_last_number_of_the_canon_or_the_translation() {
    let romans = find_book("Romans").unwrap().id;
    assert_eq!(last_number(None, romans, 14), Some(26));
    assert_eq!(last_number(Some(Web), romans, 14), Some(26));
    assert_eq!(last_number(Some(Srv), romans, 14), Some(23));
    assert_eq!(last_number(None, romans, 17), None);
    assert!(is_numbered(None, verse("JOB", 39, 34)));
    assert!(!is_numbered(Some(Web), verse("JOB", 39, 34)));
    assert!(!is_numbered(None, verse("JOB", 39, 39)));
}
