//! Single chapters and verses; `corpus` tests the six texts as a whole.

mod corpus;
mod words;

use super::*;
use crate::canon::find_book;
use TranslationCode::{Asv, Bsb, Kjv, Srv, Web, Ylt};

fn chapter(translation: TranslationCode, book: &str, number: u16) -> Chapter {
    get_chapter(translation, find_book(book).unwrap().id, number).unwrap()
}

fn verse(translation: TranslationCode, book: &str, number: u16, verse: u16) -> Verse {
    let verses = chapter(translation, book, number).verses();
    verses.into_iter().find(|v| v.number == verse).unwrap()
}

/// A chapter's content in short: `# heading`, `-` for a break, verse number; without editorial
/// headings.
fn outline(chapter: &Chapter) -> Vec<String> {
    let line = |element| match element {
        Element::Heading {
            editorial: true, ..
        } => None,
        Element::Heading { content, .. } => Some(format!("# {}", content.join("|"))),
        Element::LineBreak { .. } => Some("-".to_owned()),
        Element::Verse { number, .. } => Some(number.to_string()),
    };
    chapter.content().into_iter().filter_map(line).collect()
}

/// The parts of one verse.
fn parts(translation: TranslationCode, book: &str, number: u16, at: u16) -> Vec<Part> {
    verse(translation, book, number, at).text_parts.unwrap()
}

fn poem(text: &str, poem: u8) -> Part {
    let text = text.to_owned();
    Part::Poem { text, poem }
}

const LINE_BREAK: Part = Part::LineBreak { line_break: True };

#[test]
fn john_3_16_is_in_all_six_translations() {
    let begins = [
        (
            Web,
            "For God so loved the world, that he gave his only born Son,",
        ),
        (
            Kjv,
            "For God so loved the world, that he gave his only begotten Son,",
        ),
        (
            Asv,
            "For God so loved the world, that he gave his only begotten Son,",
        ),
        (
            Ylt,
            "for God did so love the world, that His Son—the only begotten—",
        ),
        (
            Bsb,
            "For God so loved the world that He gave His one and only Son,",
        ),
        (
            Srv,
            "Porque de tal manera amó Dios al mundo, que ha dado á su Hijo",
        ),
    ];
    for (translation, begin) in begins {
        let text = verse(translation, "John", 3, 16).text;
        assert!(text.starts_with(begin), "{translation}: {text}");
    }
}

#[test]
fn the_error_for_a_missing_chapter_names_the_last_one() {
    let john = find_book("John").unwrap().id;
    for number in [0, 22, u16::MAX] {
        let error = get_chapter(Web, john, number).unwrap_err();
        let expected = format!("John has no chapter {number}; its last is 21");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn psalm_23_has_one_part_per_line_of_poetry() {
    let psalm = chapter(Web, "Psalm", 23);
    assert_eq!(outline(&psalm)[..2], ["# A Psalm by David.", "1"]);
    let first = psalm.verses().remove(0);
    assert_eq!(first.text, "Yahweh is my shepherd; I shall lack nothing.");
    let parts = vec![
        poem("Yahweh is my shepherd; ", 1),
        poem("I shall lack nothing.", 2),
    ];
    assert_eq!(first.text_parts, Some(parts));
}

#[test]
fn a_note_of_genesis_1_is_at_its_word() {
    let genesis = chapter(Web, "Genesis", 1);
    let notes = genesis.notes();
    let first = notes.first().unwrap();
    assert_eq!(
        (first.id, first.verse, first.kind),
        (1, 1, NoteKind::Footnote)
    );
    let begin = "The Hebrew word rendered “God” is “אֱלֹהִ֑ים”";
    assert!(first.text.starts_with(begin), "{}", first.text);
    let parts = vec![
        Part::Text("In the beginning, God".to_owned()),
        Part::Note { note_id: 1 },
        Part::Text(" created the heavens and the earth.".to_owned()),
    ];
    assert_eq!(genesis.verses().remove(0).text_parts, Some(parts));
    assert!(chapter(Kjv, "Genesis", 1).notes().len() > 5);
}

#[test]
fn a_plain_verse_is_one_string_and_a_plain_translation_has_no_parts() {
    let parts = parts(Kjv, "Genesis", 1, 2);
    assert!(matches!(parts.as_slice(), [Part::Text(_)]), "{parts:?}");
    assert_eq!(verse(Srv, "Genesis", 1, 9).text_parts, None);
    assert_eq!(verse(Ylt, "Psalm", 23, 1).text_parts, None);
}

#[test]
fn breaks_taken_from_another_translation_are_editorial() {
    let breaks = |translation| {
        let content = chapter(translation, "Genesis", 1).content();
        let mut verse = 0;
        let mut breaks = Vec::new();
        for element in content {
            match element {
                Element::Verse { number, .. } => verse = number,
                Element::LineBreak { editorial } => breaks.push((verse, editorial)),
                Element::Heading { .. } => {}
            }
        }
        breaks
    };
    let own = breaks(Web);
    assert!(own.contains(&(5, false)), "{own:?}");
    let borrowed: Vec<_> = own.iter().map(|(verse, _)| (*verse, true)).collect();
    assert_eq!(breaks(Bsb), borrowed);
    assert_eq!(breaks(Ylt), []);
}

#[test]
fn selah_is_on_its_own_line() {
    assert_eq!(parts(Web, "Psalm", 3, 2).last(), Some(&poem("Selah.", 1)));
    let text = verse(Web, "Psalm", 3, 2).text;
    assert!(text.ends_with(" Selah."), "{text}");
}

#[test]
fn speakers_of_the_song_are_headings_and_a_divided_verse_has_one_for_each() {
    let song = chapter(Web, "Song of Songs", 1);
    let expected = "1|-|# Beloved|2|3|# Beloved|# Friends|# Beloved|4|5";
    assert_eq!(outline(&song)[..10].join("|"), expected);
    let parts = parts(Web, "Song", 1, 4);
    let breaks = parts.iter().filter(|part| **part == LINE_BREAK).count();
    assert_eq!(breaks, 2, "{parts:?}");
    let six = outline(&chapter(Web, "Song", 6));
    assert_eq!(six[six.len() - 3..], ["# Friends", "# Lover", "13"]);
}

#[test]
fn psalm_119_has_a_heading_for_each_letter() {
    for (translation, first) in [
        (Kjv, "# א ALEPH."),
        (Web, "# ALEPH"),
        (Asv, "# א ALEPH."),
        (Ylt, "# Aleph"),
        (Srv, "# ALEPH"),
    ] {
        let psalm = outline(&chapter(translation, "Psalm", 119));
        let letters: Vec<_> = psalm.iter().filter(|line| line.starts_with("# ")).collect();
        assert_eq!(letters.len(), 22, "{letters:?}");
        assert_eq!(letters[0], first);
        assert_eq!(psalm[0], first);
    }
}

#[test]
fn a_book_of_psalms_is_named_before_the_psalm() {
    let psalm = outline(&chapter(Web, "Psalm", 42));
    assert_eq!(psalm[0], "# BOOK 2");
    let title = "# For the Chief Musician.";
    assert!(psalm[1].starts_with(title), "{psalm:?}");
    assert_eq!(psalm[2], "1");
}

#[test]
fn a_subscription_of_the_kjv_is_last() {
    let romans = outline(&chapter(Kjv, "Romans", 16));
    let subscription = "# Written to the Romans from Corinthus";
    assert!(romans.last().unwrap().starts_with(subscription));
}

#[test]
fn a_paragraph_that_begins_in_a_verse_is_a_part_of_it() {
    let line = "“‘As I live,’ says the Lord, ‘to me every knee will bow. ";
    let expected = [
        Part::Text("For it is written, ".to_owned()),
        LINE_BREAK,
        poem(line, 1),
    ];
    assert_eq!(parts(Web, "Romans", 14, 11)[..3], expected);
}

#[test]
fn a_note_on_a_verse_that_is_not_printed_belongs_to_the_verse_before() {
    for (book, number, omitted, before, begins) in [
        (
            "Luke",
            17,
            36,
            35,
            "Some Greek manuscripts add: “Two will be in the field",
        ),
        ("Acts", 8, 37, 36, "TR adds Philip said"),
        (
            "Acts",
            15,
            34,
            33,
            "Some manuscripts add: But it seemed good to Silas",
        ),
        ("Acts", 24, 7, 6, "TR adds “but the commanding officer"),
        ("Romans", 16, 25, 24, "TR places Romans 14:24-26 at the end"),
    ] {
        let chapter = chapter(Web, book, number);
        assert!(chapter.omitted().iter().any(|o| o.verse == omitted));
        let notes = chapter.notes();
        let note = notes.iter().find(|note| note.text.starts_with(begins));
        let note = note.unwrap();
        assert_eq!(note.verse, before, "{book} {number}");
        let parts = parts(Web, book, number, before);
        assert_eq!(
            parts.last(),
            Some(&Part::Note { note_id: note.id }),
            "{parts:?}"
        );
    }
}

#[test]
fn the_glossary_is_not_part_of_revelation() {
    let last = chapter(Web, "Revelation", 22).verses().pop().unwrap();
    let text = "The grace of the Lord Jesus Christ be with all the saints. Amen.";
    assert_eq!(last.text, text);
    assert_eq!(last.text_parts, Some(vec![Part::Text(last.text.clone())]));
}

#[test]
fn missing_spaces_are_added_and_wrong_spaces_removed() {
    let text = |translation, book, number, at| verse(translation, book, number, at).text;
    assert!(text(Web, "Num", 7, 13).contains("shekels, one silver bowl"));
    assert!(text(Web, "Deut", 32, 22).contains("lowest Sheol, devours"));
    assert!(text(Web, "Luke", 8, 45).contains("touched me?” When all"));
    assert!(text(Web, "John", 5, 12).ends_with("walk’?”"));
    assert!(text(Web, "John", 5, 11).ends_with("walk.’”"));
    assert!(text(Kjv, "Acts", 1, 4).contains("which, saith he, ye"));
    assert!(text(Asv, "Gen", 14, 2).contains("Bela (the same is Zoar)"));
    assert!(text(Asv, "Ps", 9, 16).ends_with("hands. Higgaion. Selah"));
}

#[test]
fn words_of_jesus_and_supplied_words_are_kept() {
    let has = |translation, book, number, wanted: fn(&Run) -> bool| {
        assert!(chapter(translation, book, number).packed.runs().any(wanted));
    };
    has(Web, "John", 3, |run| {
        matches!(
            run,
            Run::Text {
                spoken_by_jesus: true,
                ..
            }
        )
    });
    has(Kjv, "Genesis", 1, |run| {
        matches!(run, Run::Text { supplied: true, .. })
    });
    has(Srv, "Genesis", 1, |run| {
        matches!(run, Run::Text { supplied: true, .. })
    });
}
