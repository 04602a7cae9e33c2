//! The five texts as a whole, then chapters that are known for something.

mod corpus;

use super::*;
use crate::canon::find_book;

fn chapter(translation: TranslationCode, book: &str, number: u16) -> Chapter {
    get_chapter(translation, find_book(book).unwrap().id, number).unwrap()
}

fn verse(translation: TranslationCode, book: &str, number: u16, verse: u16) -> Verse {
    let verses = chapter(translation, book, number).verses();
    verses.into_iter().find(|v| v.number == verse).unwrap()
}

/// A chapter's content on few lines: `# heading`, `-` break, verse number; the editor's headings,
/// which are no part of the text, left out.
fn outline(chapter: &Chapter) -> Vec<String> {
    let line = |element| match element {
        Element::Heading {
            editorial: true, ..
        } => None,
        Element::Heading { content, .. } => Some(format!("# {}", content.join("|"))),
        Element::LineBreak => Some("-".to_owned()),
        Element::Verse { number, .. } => Some(number.to_string()),
    };
    chapter.content().into_iter().filter_map(line).collect()
}

fn poem(text: &str, poem: u8) -> Part {
    Part::Poem {
        text: text.to_owned(),
        poem,
    }
}

const LINE_BREAK: Part = Part::LineBreak { line_break: True };

#[test]
fn john_3_16_reads_in_all_five() {
    let begins = [
        (
            TranslationCode::Web,
            "For God so loved the world, that he gave his only born Son,",
        ),
        (
            TranslationCode::Kjv,
            "For God so loved the world, that he gave his only begotten Son,",
        ),
        (
            TranslationCode::Asv,
            "For God so loved the world, that he gave his only begotten Son,",
        ),
        (
            TranslationCode::Ylt,
            "for God did so love the world, that His Son—the only begotten—",
        ),
        (
            TranslationCode::Srv,
            "Porque de tal manera amó Dios al mundo, que ha dado á su Hijo",
        ),
    ];
    for (translation, begin) in begins {
        let text = verse(translation, "John", 3, 16).text;
        assert!(text.starts_with(begin), "{translation}: {text}");
    }
}

#[test]
fn a_chapter_that_does_not_exist_is_refused_with_the_last_one() {
    let john = find_book("John").unwrap().id;
    for number in [0, 22, u16::MAX] {
        let error = get_chapter(TranslationCode::Web, john, number).unwrap_err();
        let expected = format!("John has no chapter {number}; its last is 21");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn psalm_23_is_poetry_line_by_line() {
    let psalm = chapter(TranslationCode::Web, "Psalm", 23);
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
fn notes_of_genesis_1_hang_where_they_belong() {
    let genesis = chapter(TranslationCode::Web, "Genesis", 1);
    let notes = genesis.notes();
    let first = notes.first().unwrap();
    assert_eq!(
        (first.id, first.verse, first.kind),
        (1, 1, NoteKind::Footnote)
    );
    assert!(
        first
            .text
            .starts_with("The Hebrew word rendered “God” is “אֱלֹהִ֑ים”")
    );
    let parts = vec![
        Part::Text("In the beginning, God".to_owned()),
        Part::Note { note_id: 1 },
        Part::Text(" created the heavens and the earth.".to_owned()),
    ];
    assert_eq!(genesis.verses().remove(0).text_parts, Some(parts));
    assert!(chapter(TranslationCode::Kjv, "Genesis", 1).notes().len() > 5);
}

#[test]
fn a_plain_verse_is_one_string_and_a_plain_translation_has_no_parts() {
    let parts = verse(TranslationCode::Kjv, "Genesis", 1, 2)
        .text_parts
        .unwrap();
    assert!(matches!(parts.as_slice(), [Part::Text(_)]), "{parts:?}");
    assert_eq!(
        verse(TranslationCode::Srv, "Genesis", 1, 9).text_parts,
        None
    );
    assert_eq!(verse(TranslationCode::Asv, "Psalm", 23, 1).text_parts, None);
}

#[test]
fn selah_stands_on_its_own_line() {
    let parts = verse(TranslationCode::Web, "Psalm", 3, 2)
        .text_parts
        .unwrap();
    assert_eq!(parts.last(), Some(&poem("Selah.", 1)));
    let text = verse(TranslationCode::Web, "Psalm", 3, 2).text;
    assert!(text.ends_with(" Selah."), "{text}");
}

#[test]
fn speakers_of_the_song_are_headings_and_a_divided_verse_names_all_who_speak_in_it() {
    let song = chapter(TranslationCode::Web, "Song of Songs", 1);
    let own: Vec<_> = outline(&song).into_iter().take(10).collect();
    let expected = [
        "1",
        "-",
        "# Beloved",
        "2",
        "3",
        "# Beloved",
        "# Friends",
        "# Beloved",
        "4",
        "5",
    ];
    assert_eq!(own, expected);
    let parts = verse(TranslationCode::Web, "Song", 1, 4)
        .text_parts
        .unwrap();
    assert_eq!(
        parts.iter().filter(|part| **part == LINE_BREAK).count(),
        2,
        "{parts:?}"
    );
    let six = outline(&chapter(TranslationCode::Web, "Song", 6));
    assert_eq!(six[six.len() - 3..], ["# Friends", "# Lover", "13"]);
}

#[test]
fn psalm_119_has_a_heading_for_each_letter() {
    for (translation, first) in [
        (TranslationCode::Kjv, "# א ALEPH."),
        (TranslationCode::Web, "# ALEPH"),
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
    let psalm = outline(&chapter(TranslationCode::Web, "Psalm", 42));
    assert_eq!(psalm[0], "# BOOK 2");
    assert!(
        psalm[1].starts_with("# For the Chief Musician."),
        "{psalm:?}"
    );
    assert_eq!(psalm[2], "1");
}

#[test]
fn a_subscription_of_the_kjv_stands_at_the_end() {
    let romans = outline(&chapter(TranslationCode::Kjv, "Romans", 16));
    assert!(
        romans
            .last()
            .unwrap()
            .starts_with("# Written to the Romans from Corinthus")
    );
}

#[test]
fn a_paragraph_that_begins_in_a_verse_is_a_part_of_it() {
    let parts = verse(TranslationCode::Web, "Romans", 14, 11)
        .text_parts
        .unwrap();
    assert_eq!(parts[0], Part::Text("For it is written, ".to_owned()));
    assert_eq!(parts[1], LINE_BREAK);
    assert_eq!(
        parts[2],
        poem(
            "“‘As I live,’ says the Lord, ‘to me every knee will bow. ",
            1
        )
    );
}

#[test]
fn the_note_on_a_verse_that_is_not_printed_hangs_on_the_verse_before() {
    for (book, number, omitted, hangs_on, begins) in [
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
        let chapter = chapter(TranslationCode::Web, book, number);
        assert!(chapter.omitted().iter().any(|o| o.verse == omitted));
        let notes = chapter.notes();
        let note = notes
            .iter()
            .find(|note| note.text.starts_with(begins))
            .unwrap();
        assert_eq!(note.verse, hangs_on, "{book} {number}");
        let parts = verse(TranslationCode::Web, book, number, hangs_on)
            .text_parts
            .unwrap();
        assert_eq!(
            parts.last(),
            Some(&Part::Note { note_id: note.id }),
            "{parts:?}"
        );
    }
}

#[test]
fn the_glossary_is_no_part_of_revelation() {
    let last = chapter(TranslationCode::Web, "Revelation", 22)
        .verses()
        .pop()
        .unwrap();
    assert_eq!(
        last.text,
        "The grace of the Lord Jesus Christ be with all the saints. Amen."
    );
    assert_eq!(last.text_parts, Some(vec![Part::Text(last.text.clone())]));
}

#[test]
fn words_that_ran_together_are_parted_and_stray_spaces_are_gone() {
    let text = |translation, book, number, at| verse(translation, book, number, at).text;
    assert!(text(TranslationCode::Web, "Num", 7, 13).contains("shekels, one silver bowl"));
    assert!(text(TranslationCode::Web, "Deut", 32, 22).contains("lowest Sheol, devours"));
    assert!(text(TranslationCode::Web, "Luke", 8, 45).contains("touched me?” When all"));
    assert!(text(TranslationCode::Web, "John", 5, 12).ends_with("walk’?”"));
    assert!(text(TranslationCode::Web, "John", 5, 11).ends_with("walk.’”"));
    assert!(text(TranslationCode::Kjv, "Acts", 1, 4).contains("which, saith he, ye"));
    assert!(text(TranslationCode::Asv, "Gen", 14, 2).contains("Bela (the same is Zoar)"));
    assert!(text(TranslationCode::Asv, "Ps", 9, 16).ends_with("hands. Higgaion. Selah"));
}

#[test]
fn words_of_jesus_and_supplied_words_are_kept() {
    let runs = |translation, book, number| {
        chapter(translation, book, number)
            .runs()
            .cloned()
            .collect::<Vec<_>>()
    };
    let spoken = |run: &Run| {
        matches!(
            run,
            Run::Text {
                spoken_by_jesus: true,
                ..
            }
        )
    };
    let supplied = |run: &Run| matches!(run, Run::Text { supplied: true, .. });
    assert!(runs(TranslationCode::Web, "John", 3).iter().any(spoken));
    assert!(
        runs(TranslationCode::Kjv, "Genesis", 1)
            .iter()
            .any(supplied)
    );
    assert!(
        runs(TranslationCode::Srv, "Genesis", 1)
            .iter()
            .any(supplied)
    );
}
