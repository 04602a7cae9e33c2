//! Every chapter of every translation, against the canon and against the source files.

use std::io::Read;

use serde_json::Value;

use super::*;
use crate::canon::books;
use crate::translation::translations;

/// Book, chapter and verses.
type Gap = (&'static str, u16, &'static [u16]);

/// Verses of the canon that a translation does not print under their number.
const GAPS: [(TranslationCode, &[Gap]); 5] = [
    (
        TranslationCode::Web,
        &[
            ("LUK", 17, &[36]),
            ("ACT", 8, &[37]),
            ("ACT", 15, &[34]),
            ("ACT", 24, &[7]),
            ("ROM", 16, &[25, 26, 27]),
        ],
    ),
    (TranslationCode::Kjv, &[]),
    (
        TranslationCode::Asv,
        &[
            ("MAT", 17, &[21]),
            ("MAT", 18, &[11]),
            ("MAT", 23, &[14]),
            ("MRK", 7, &[16]),
            ("MRK", 9, &[44, 46]),
            ("MRK", 11, &[26]),
            ("MRK", 15, &[28]),
            ("LUK", 17, &[36]),
            ("LUK", 23, &[17]),
            ("JHN", 5, &[4]),
            ("ACT", 8, &[37]),
            ("ACT", 15, &[34]),
            ("ACT", 24, &[7]),
            ("ACT", 28, &[29]),
            ("ROM", 16, &[24]),
        ],
    ),
    (TranslationCode::Ylt, &[]),
    (
        TranslationCode::Srv,
        &[
            ("NUM", 12, &[16]),
            ("NUM", 29, &[40]),
            ("1SA", 23, &[29]),
            ("2SA", 20, &[26]),
            ("2CH", 33, &[25]),
            ("JOB", 35, &[16]),
            ("JOB", 38, &[39, 40, 41]),
            ("JOB", 40, &[20, 21, 22, 23, 24]),
            ("HOS", 11, &[12]),
            ("JON", 1, &[17]),
            ("ACT", 19, &[41]),
            ("2CO", 13, &[14]),
        ],
    ),
];

/// Verses beyond the canon's count.
const BEYOND: [(TranslationCode, &str, u16, u16); 3] = [
    (TranslationCode::Web, "ROM", 14, 24),
    (TranslationCode::Web, "ROM", 14, 25),
    (TranslationCode::Web, "ROM", 14, 26),
];

fn every_chapter() -> impl Iterator<Item = Chapter> {
    translations().iter().flat_map(|translation| {
        books().iter().flat_map(|book| {
            (1..=book.chapter_count())
                .map(|number| get_chapter(translation.code, book.id, number).unwrap())
        })
    })
}

fn place(chapter: &Chapter) -> String {
    format!(
        "{} {} {}",
        chapter.translation(),
        chapter.book().usfm,
        chapter.number()
    )
}

fn without_space(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn every_chapter_has_the_verses_of_the_canon_but_for_the_known_gaps() {
    let (mut chapters, mut verses, mut gaps, mut beyond) = (0, 0, Vec::new(), Vec::new());
    for chapter in every_chapter() {
        chapters += 1;
        let (code, usfm, number) = (chapter.translation(), chapter.book().usfm, chapter.number());
        let counted = chapter.book().verse_count(number).unwrap();
        let printed: Vec<u16> = chapter.verses().iter().map(|verse| verse.number).collect();
        assert!(
            printed.is_sorted_by(|a, b| a < b),
            "{}: {printed:?}",
            place(&chapter)
        );
        verses += printed.len();
        beyond.extend(
            printed
                .into_iter()
                .filter(|v| *v > counted)
                .map(|v| (code, usfm, number, v)),
        );
        gaps.extend(
            chapter
                .omitted()
                .iter()
                .map(|gap| (code, usfm, number, gap.verse)),
        );
    }
    let mut expected = Vec::new();
    for (code, places) in GAPS {
        for (usfm, chapter, missing) in places {
            expected.extend(missing.iter().map(|verse| (code, *usfm, *chapter, *verse)));
        }
    }
    assert_eq!(gaps, expected);
    assert_eq!(beyond, BEYOND);
    assert_eq!(chapters, 5 * 1189);
    assert_eq!(verses, 5 * 31_102 - gaps.len() + beyond.len());
    eprintln!(
        "{chapters} chapters read, {verses} verses, {} gaps as provenance names them",
        gaps.len()
    );
}

#[test]
fn every_text_is_clean_and_its_parts_join_to_it() {
    for chapter in every_chapter() {
        for Verse {
            number,
            text,
            text_parts,
        } in chapter.verses()
        {
            let at = format!("{}:{number}", place(&chapter));
            assert!(!text.is_empty(), "{at} is empty");
            let collapsed = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(text, collapsed, "{at}");
            assert_eq!(
                text_parts.is_some(),
                chapter.translation().translation().rich,
                "{at}"
            );
            let Some(parts) = text_parts else { continue };
            let joined: String = parts.iter().map(Part::text).collect();
            assert_eq!(joined, text, "{at}");
            assert!(
                !matches!(parts.first(), Some(Part::LineBreak { .. })),
                "{at}: {parts:?}"
            );
            assert!(
                !matches!(parts.last(), Some(Part::LineBreak { .. })),
                "{at}: {parts:?}"
            );
            let plain = |part: &Part| matches!(part, Part::Text(_));
            assert!(
                !parts.windows(2).any(|pair| pair.iter().all(plain)),
                "{at}: {parts:?}"
            );
        }
    }
}

#[test]
fn breaks_stand_only_between_verses_and_no_heading_or_note_is_lost() {
    for chapter in every_chapter() {
        let (at, content) = (place(&chapter), chapter.content());
        let verses = content
            .iter()
            .filter(|e| matches!(e, Element::Verse { .. }))
            .count();
        assert_eq!(verses, chapter.verses().len(), "{at}");
        for (index, element) in content.iter().enumerate() {
            if *element == Element::LineBreak {
                let before = index.checked_sub(1).and_then(|before| content.get(before));
                assert!(
                    matches!(before, Some(Element::Verse { .. })),
                    "{at}: {before:?}"
                );
                assert!(index + 1 < content.len(), "{at}: a break is last");
            }
        }
        let words = |wanted: bool| {
            let heading = move |element: &Element| match element {
                Element::Heading { content, editorial } if *editorial == wanted => {
                    Some(content.concat())
                }
                _ => None,
            };
            content.iter().filter_map(heading).collect::<Vec<_>>()
        };
        let sections: Vec<_> = chapter
            .packed
            .sections
            .iter()
            .map(|s| s.title.clone())
            .collect();
        assert_eq!(words(true), sections, "{at}");
        let own = chapter.blocks().iter().filter(|block| {
            matches!(
                block,
                Block::Heading(_) | Block::Title(_) | Block::Speaker(_)
            )
        });
        // The one speaker who is named again: see `content`.
        let again = usize::from(at == "WEB SNG 1");
        assert_eq!(words(false).len(), own.count() + again, "{at}");

        let notes = chapter.notes();
        let mut marks = Vec::new();
        for element in &content {
            let Element::Verse { number, content } = element else {
                continue;
            };
            marks.extend(content.iter().filter_map(|part| match part {
                Part::Note { note_id } => Some((*note_id, *number)),
                _ => None,
            }));
        }
        let listed: Vec<_> = notes.iter().map(|note| (note.id, note.verse)).collect();
        assert_eq!(marks, listed, "{at}");
        assert!(
            (1..)
                .zip(&notes)
                .all(|(id, note)| note.id == id && !note.text.is_empty())
        );
    }
}

#[test]
fn no_word_of_a_source_is_lost_or_changed() {
    let files = [
        "web.chapters",
        "kjv.chapters",
        "asv",
        "ylt",
        "rv1909.chapters",
    ];
    let mut packed = every_chapter();
    for (file, translation) in files.into_iter().zip(translations()) {
        let mut source = String::new();
        let path = format!("{}/texts/{file}.jsonl.zst", env!("CARGO_MANIFEST_DIR"));
        let compressed = std::fs::File::open(path).unwrap();
        zstd::Decoder::new(compressed)
            .unwrap()
            .read_to_string(&mut source)
            .unwrap();
        let mut words = String::new();
        let mut notes = String::new();
        for line in source.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            words.push_str(line["text"].as_str().unwrap_or_default());
            for block in line["blocks"].as_array().into_iter().flatten() {
                if block["x"] == "World English Bible Glossary" {
                    break;
                }
                for run in block["runs"].as_array().into_iter().flatten() {
                    words.push_str(run["x"].as_str().unwrap_or_default());
                    notes.push_str(run["note"].as_str().unwrap_or_default());
                }
            }
        }
        let (mut read, mut read_notes) = (String::new(), String::new());
        for chapter in packed.by_ref().take(1189) {
            read.extend(chapter.verses().into_iter().map(|verse| verse.text));
            read_notes.extend(chapter.notes().into_iter().map(|note| note.text));
        }
        assert!(
            without_space(&words) == without_space(&read),
            "{}",
            translation.code
        );
        assert!(notes == read_notes, "the notes of {}", translation.code);
    }
}
