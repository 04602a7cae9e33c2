//! Compares every chapter of every translation with the canon and the source files.

use serde_json::Value;

use super::*;
use crate::canon::books;
use crate::translation::translations;

#[path = "../../../build/corrections.rs"]
#[expect(dead_code, reason = "the build reads the rest")]
mod corrections;

use corrections::CORRECTIONS;

/// Book, chapter and verses.
type Gap = (&'static str, u16, &'static [u16]);

/// Verses that stand in the manuscripts of the KJV and not in older ones.
const CRITICAL_TEXT_GAPS: &[Gap] = &[
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
];

/// Verses of the canon that a translation does not print under their number.
const GAPS: [(TranslationCode, &[Gap]); 6] = [
    (
        Web,
        &[
            ("LUK", 17, &[36]),
            ("ACT", 8, &[37]),
            ("ACT", 15, &[34]),
            ("ACT", 24, &[7]),
            ("ROM", 16, &[25, 26, 27]),
        ],
    ),
    (Kjv, &[]),
    (Asv, CRITICAL_TEXT_GAPS),
    (Ylt, &[]),
    (Bsb, CRITICAL_TEXT_GAPS),
    (
        Srv,
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
const BEYOND: [(TranslationCode, &str, u16, RangeInclusive<u16>); 10] = [
    (Web, "ROM", 14, 24..=26),
    (Srv, "NUM", 13, 34..=34),
    (Srv, "NUM", 30, 17..=17),
    (Srv, "JDG", 14, 21..=21),
    (Srv, "1SA", 24, 23..=23),
    (Srv, "1KI", 22, 54..=54),
    (Srv, "1CH", 21, 31..=31),
    (Srv, "JOB", 39, 31..=38),
    (Srv, "HOS", 12, 15..=15),
    (Srv, "JON", 2, 11..=11),
];

pub(super) fn every_chapter() -> impl Iterator<Item = Chapter> {
    translations().iter().flat_map(|translation| {
        books().iter().flat_map(|book| {
            (1..=book.chapter_count())
                .map(|number| get_chapter(translation.code, book.id, number).unwrap())
        })
    })
}

pub(super) fn name(chapter: &Chapter) -> String {
    format!(
        "{} {} {}",
        chapter.translation(),
        chapter.book().usfm,
        chapter.number()
    )
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn every_chapter_has_the_verses_of_the_canon_except_the_known_gaps() {
    let (mut chapters, mut verses, mut gaps, mut beyond) = (0, 0, Vec::new(), Vec::new());
    for chapter in every_chapter() {
        chapters += 1;
        let (code, usfm, number) = (chapter.translation(), chapter.book().usfm, chapter.number());
        let counted = chapter.book().verse_count(number).unwrap();
        let printed: Vec<u16> = chapter.verses().iter().map(|verse| verse.number).collect();
        let at = name(&chapter);
        assert!(printed.is_sorted_by(|a, b| a < b), "{at}: {printed:?}");
        verses += printed.len();
        let of_chapter = |verse| (code, usfm, number, verse);
        beyond.extend(
            printed
                .into_iter()
                .filter(|verse| *verse > counted)
                .map(of_chapter),
        );
        gaps.extend(chapter.omitted().iter().map(|gap| of_chapter(gap.verse)));
    }
    let mut expected = Vec::new();
    for (code, chapters) in GAPS {
        for (usfm, chapter, missing) in chapters {
            expected.extend(missing.iter().map(|verse| (code, *usfm, *chapter, *verse)));
        }
    }
    assert_eq!(gaps, expected);
    let expected = BEYOND.into_iter();
    let expected = expected.flat_map(|(code, usfm, chapter, verses)| {
        verses.map(move |verse| (code, usfm, chapter, verse))
    });
    assert_eq!(beyond, expected.collect::<Vec<_>>());
    assert_eq!(chapters, 6 * 1189);
    assert_eq!(verses, 6 * 31_102 - gaps.len() + beyond.len());
    let gaps = gaps.len();
    eprintln!("{chapters} chapters read, {verses} verses, {gaps} gaps as in PROVENANCE.md");
}

#[test]
fn every_text_has_single_spaces_and_is_its_joined_parts() {
    for chapter in every_chapter() {
        for Verse {
            number,
            text,
            text_parts,
        } in chapter.verses()
        {
            let at = format!("{}:{number}", name(&chapter));
            assert!(!text.is_empty(), "{at} is empty");
            let collapsed = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(text, collapsed, "{at}");
            let rich = chapter.translation().translation().rich;
            assert_eq!(text_parts.is_some(), rich, "{at}");
            let Some(parts) = text_parts else { continue };
            let joined: String = parts.iter().map(Part::text).collect();
            assert_eq!(joined, text, "{at}");
            for end in [parts.first(), parts.last()] {
                assert!(
                    !matches!(end, Some(Part::LineBreak { .. })),
                    "{at}: {parts:?}"
                );
            }
            let plain = |part: &Part| matches!(part, Part::Text(_));
            let two_plain = parts.windows(2).any(|pair| pair.iter().all(plain));
            assert!(!two_plain, "{at}: {parts:?}");
        }
    }
}

#[test]
fn the_bsb_has_its_724576_words_and_116_psalm_titles() {
    let (mut verses, mut words, mut titles) = (0, 0, 0);
    for chapter in every_chapter().filter(|chapter| chapter.translation() == Bsb) {
        for (_, text) in chapter.texts() {
            verses += 1;
            words += text.split_whitespace().count();
        }
        titles += usize::from(!chapter.title().is_empty());
    }
    assert_eq!((verses, words, titles), (31_086, 724_576, 116));
}

#[test]
fn breaks_are_between_verses_and_every_heading_and_note_is_kept() {
    for chapter in every_chapter() {
        let (at, content) = (name(&chapter), chapter.content());
        let is_verse = |element: &&Element| matches!(element, Element::Verse { .. });
        let verses = content.iter().filter(is_verse).count();
        assert_eq!(verses, chapter.verses().len(), "{at}");
        for (index, element) in content.iter().enumerate() {
            if matches!(element, Element::LineBreak { .. }) {
                let before = index.checked_sub(1).and_then(|before| content.get(before));
                assert!(before.as_ref().is_some_and(is_verse), "{at}: {before:?}");
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
        let headings = chapter.packed.headings.iter();
        let titles: Vec<_> = headings.map(|heading| heading.title.clone()).collect();
        assert_eq!(words(true), titles, "{at}");
        let own = chapter
            .blocks()
            .iter()
            .filter(|block| block.runs().is_none());
        let own = own.filter(|block| **block != Block::Break);
        // One speaker is named twice: see `content`.
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
        let mut numbered = (1..).zip(&notes);
        assert!(numbered.all(|(id, note)| note.id == id && !note.text.is_empty()));
    }
}

/// The blocks of a chapter in a source file, or its verses as one block.
fn source_blocks(line: &Value) -> Vec<Value> {
    match line["blocks"].as_array() {
        Some(blocks) => blocks.clone(),
        None => vec![serde_json::json!({"runs": [{"v": line["verse"], "x": line["text"]}]})],
    }
}

/// Applies the build's list to the words of a source verse, without spaces.
fn corrected(code: TranslationCode, at: (&str, u64, u64), words: &str, used: &mut usize) -> String {
    let mut words = without_spaces(words);
    for group in CORRECTIONS
        .iter()
        .filter(|group| group.translation == code.as_str())
    {
        for (book, chapter, verse, wrong, right) in group.verses {
            if (*book, u64::from(*chapter), u64::from(*verse)) == at {
                let (wrong, right) = (without_spaces(wrong), without_spaces(right));
                let found = words.matches(&wrong).count();
                let same_letters = wrong == right && found > 0;
                assert!(found == 1 || same_letters, "{at:?}: {}", group.evidence);
                words = words.replace(&wrong, &right);
                *used += 1;
            }
        }
    }
    words
}

#[test]
fn every_word_of_a_source_is_kept_except_the_listed_corrections() {
    let files =
        "web.chapters kjv.chapters asv.chapters ylt bsb.chapters rv1909.chapters".split(' ');
    let mut packed = every_chapter();
    let mut used = 0;
    for (file, translation) in files.zip(translations()) {
        let path = format!("{}/texts/{file}.jsonl.zst", env!("CARGO_MANIFEST_DIR"));
        let compressed = std::fs::File::open(path).unwrap();
        let source = zstd::decode_all(compressed).unwrap();
        let code = translation.code;
        let (mut words, mut notes) = (String::new(), String::new());
        for line in str::from_utf8(&source).unwrap().lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let book = line["book"].as_str().unwrap();
            let chapter = line["chapter"].as_u64().unwrap();
            let mut verses: Vec<(u64, String)> = Vec::new();
            for block in source_blocks(&line) {
                if block["x"] == "World English Bible Glossary" {
                    break;
                }
                for run in block["runs"].as_array().into_iter().flatten() {
                    notes.push_str(run["note"].as_str().unwrap_or_default());
                    let (number, text) = (run["v"].as_u64().unwrap(), run["x"].as_str());
                    match verses.last_mut() {
                        Some((last, words)) if *last == number => {
                            words.push_str(text.unwrap_or_default());
                        }
                        _ => verses.push((number, text.unwrap_or_default().to_owned())),
                    }
                }
            }
            for (verse, mut text) in verses {
                // Young doubts the words between the brackets of 1 John 5.
                if code == Ylt && !(book == "1JN" && chapter == 5) {
                    text.retain(|c| !"[]".contains(c));
                }
                words += &corrected(code, (book, chapter, verse), &text, &mut used);
            }
        }
        let (mut read, mut read_notes) = (String::new(), String::new());
        for chapter in packed.by_ref().take(1189) {
            let titles = matches!(code, Ylt | Srv);
            for element in chapter.content() {
                match element {
                    Element::Heading { content, .. } if titles => read.extend(content),
                    Element::Verse { content, .. } => read.extend(content.iter().map(Part::text)),
                    _ => {}
                }
            }
            read_notes.extend(chapter.notes().into_iter().map(|note| note.text));
        }
        let mut read = without_spaces(&read);
        if matches!(code, Ylt | Srv) {
            // The letters of Psalm 119 lose their mark.
            let letters = |text: &str| text.replace('.', "");
            (words, read) = (letters(&words), letters(&read));
        }
        assert!(words == read, "{code}");
        let notes = notes.replace("\\nd ", "").replace("\\+nd*", "");
        assert!(notes == read_notes, "the notes of {code}");
    }
    let listed = CORRECTIONS.iter().map(|group| group.verses.len());
    assert_eq!(used, listed.sum::<usize>());
}
