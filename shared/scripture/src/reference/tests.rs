//! What is read as which reference, what is refused, and a comparison with another parser.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::*;
use crate::canon::find_book;

/// Inputs the two parsers understand differently, and why ours does as it does.
const DIFFERENCES: [(&str, &str); 5] = [
    (
        "Canticles 2:3",
        "a name of the Song of Solomon which theirs does not know",
    ),
    ("Cant 2:1", "an abbreviation which theirs does not know"),
    (
        "Psalsm 23",
        "two letters swapped in a name are one slip, and no other book is as near",
    ),
    (
        "John 3:16f",
        "f is the next verse, ff what follows; theirs takes both to the chapter's end",
    ),
    (
        "ch 3 v 16 of John",
        "a way to say John 3:16; theirs sees the book alone",
    ),
];

#[derive(serde::Deserialize)]
struct Case {
    input: String,
    osis: String,
}

fn verses(references: &[Reference]) -> BTreeSet<VerseId> {
    references.iter().flat_map(Reference::verses).collect()
}

/// The verses of `John.3.16`, `John.3` or `John.3.16-John.4.2`.
fn expand(osis: &str) -> BTreeSet<VerseId> {
    let point = |osis: &str, otherwise| {
        let mut fields = osis.split('.');
        let book = find_book(fields.next().unwrap()).unwrap().id;
        let mut number = || {
            fields
                .next()
                .map_or(otherwise, |field| field.parse().unwrap())
        };
        VerseId {
            book,
            chapter: number(),
            verse: number(),
        }
    };
    let (first, last) = osis.split_once('-').unwrap_or((osis, osis));
    let (first, last) = (point(first, 1), point(last, u16::MAX));
    Reference {
        extent: Extent::Verses,
        first,
        last,
    }
    .verses()
    .collect()
}

fn read(text: &str) -> Vec<String> {
    parse_references(text)
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn found(text: &str) -> Vec<String> {
    find_references(text)
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn refusal(text: &str) -> String {
    parse_references(text).unwrap_err().to_string()
}

#[test]
fn the_cases_of_another_parser_mean_the_same_verses_but_for_the_listed_ones() {
    let cases = include_str!("../../texts/reference_cases.json");
    let cases: Vec<Case> = serde_json::from_str(cases).unwrap();
    let differs = |case: &&Case| {
        let ours = verses(&parse_references(&case.input).unwrap_or_default());
        let theirs = case
            .osis
            .split(',')
            .filter(|osis| !osis.is_empty())
            .flat_map(expand)
            .collect();
        ours != theirs
    };
    let different: BTreeSet<&str> = cases
        .iter()
        .filter(differs)
        .map(|case| case.input.as_str())
        .collect();
    eprintln!(
        "{} of {} cases parse to the same verse set",
        cases.len() - different.len(),
        cases.len()
    );
    assert_eq!(
        different,
        DIFFERENCES.iter().map(|(input, _)| *input).collect()
    );
}

#[test]
fn every_book_is_read_alone_and_with_chapter_and_verse() {
    for book in crate::canon::books() {
        for name in [book.name, book.usfm, book.osis] {
            let whole = parse_references(name).unwrap();
            assert_eq!(
                whole.iter().map(ToString::to_string).collect::<Vec<_>>(),
                [book.name]
            );
            assert_eq!(
                verses(&whole).len(),
                book.verses.iter().map(|n| usize::from(*n)).sum::<usize>()
            );
            assert_eq!(read(&format!("{name} 1:2")), [format!("{} 1:2", book.name)]);
        }
    }
}

#[test]
fn references_are_read_as_people_write_them() {
    for (written, expected) in [
        ("John 3:16-18", vec!["John 3:16-18"]),
        ("jn 3.16", vec!["John 3:16"]),
        ("1 Cor 13", vec!["1 Corinthians 13"]),
        ("II Kings 2:1-3,5", vec!["2 Kings 2:1-3", "2 Kings 2:5"]),
        ("Ps 23", vec!["Psalms 23"]),
        ("Gen 1:1-2:3", vec!["Genesis 1:1-2:3"]),
        ("Gen 1:1–2:3", vec!["Genesis 1:1-2:3"]),
        ("John 3:16—18", vec!["John 3:16-18"]),
        ("Gen 50:26-Exod 1:1", vec!["Genesis 50:26 - Exodus 1:1"]),
        ("Gen 50-Exod 2", vec!["Genesis 50 - Exodus 2"]),
        ("Gen 50-Exod 2:3", vec!["Genesis 50:1 - Exodus 2:3"]),
        ("1 Sam 31 - 2 Sam 1", vec!["1 Samuel 31 - 2 Samuel 1"]),
        ("Matt 5-7", vec!["Matthew 5-7"]),
        ("Matt-Mark", vec!["Matthew - Mark"]),
        ("Song of Songs 2", vec!["Song of Solomon 2"]),
        (
            "jn 3:16-18, 20; ps 23",
            vec!["John 3:16-18", "John 3:20", "Psalms 23"],
        ),
        ("John 3:16, 2 John 4", vec!["John 3:16", "2 John 1:4"]),
        ("John 3:16; 4", vec!["John 3:16", "John 4"]),
        (
            "Jude 5; Jude 1; 3 John",
            vec!["Jude 1:5", "Jude 1", "3 John"],
        ),
        ("John 3ff", vec!["John 3-21"]),
        ("John 3:16, v. 18", vec!["John 3:16", "John 3:18"]),
        ("John 3:18-16", vec!["John 3:18", "John 3:16"]),
        ("Exod 1 - Gen 1", vec!["Exodus 1", "Genesis 1"]),
        ("John 3:16 (KJV)", vec!["John 3:16"]),
        ("John 3:30-99", vec!["John 3:30-36"]),
        ("Gen 49-99", vec!["Genesis 49-50"]),
        ("ch 3 of John", vec!["John 3"]),
        ("[John\u{a0}3:16]", vec!["John 3:16"]),
    ] {
        assert_eq!(read(written), expected, "{written}");
    }
}

#[test]
fn what_is_displayed_reads_back_as_the_same_reference() {
    for written in [
        "Gen",
        "Gen-Exod",
        "John 3",
        "Gen 50 - Exod 2",
        "Gen 50:26-Exod 1:1",
        "Jude 1",
        "Jude 3",
    ] {
        let references = parse_references(written).unwrap();
        let displayed = references.first().unwrap().to_string();
        assert_eq!(
            parse_references(&displayed).unwrap(),
            references,
            "{displayed}"
        );
    }
}

#[test]
fn fields_that_do_not_apply_are_absent() {
    let fields = |text: &str| {
        let reference = *parse_references(text).unwrap().first().unwrap();
        let numbers = (
            reference.chapter(),
            reference.verse_start(),
            reference.verse_end(),
        );
        (reference.osis(), numbers, reference.chapter_end())
    };
    let osis = |osis: &str| osis.to_owned();
    assert_eq!(
        fields("John 3:16-18"),
        (
            osis("John.3.16-John.3.18"),
            (Some(3), Some(16), Some(18)),
            None
        )
    );
    assert_eq!(
        fields("John 3:16"),
        (osis("John.3.16"), (Some(3), Some(16), Some(16)), None)
    );
    assert_eq!(
        fields("John 3"),
        (osis("John.3"), (Some(3), None, None), None)
    );
    assert_eq!(
        fields("John"),
        (osis("John.1-John.21"), (None, None, None), None)
    );
    assert_eq!(fields("Jude"), (osis("Jude.1"), (None, None, None), None));
    assert_eq!(
        fields("Matt 5-7"),
        (osis("Matt.5-Matt.7"), (Some(5), None, None), Some(7))
    );
    assert_eq!(
        fields("Gen 1:1-2:3"),
        (
            osis("Gen.1.1-Gen.2.3"),
            (Some(1), Some(1), Some(3)),
            Some(2)
        )
    );
    let books = *parse_references("Gen 50:26-Exod 1:1")
        .unwrap()
        .first()
        .unwrap();
    assert_eq!(books.book_end().map(|book| book.name), Some("Exodus"));
    assert_eq!(books.chapter_end(), Some(1));
}

#[test]
fn what_is_no_reference_is_refused_with_the_reason() {
    assert_eq!(refusal(" ; "), "a reference is needed, such as John 3:16");
    assert_eq!(refusal("John 22"), "John has no chapter 22; its last is 21");
    assert_eq!(refusal("John 0"), "John has no chapter 0; its last is 21");
    assert_eq!(
        refusal("John 3:37"),
        "John 3 has no verse 37; its last is 36"
    );
    assert_eq!(refusal("John 3:0"), "John 3 has no verse 0; its last is 36");
    assert_eq!(
        refusal("John 3:16-0"),
        "John 3 has no verse 0; its last is 36"
    );
    assert_eq!(
        refusal("Jhon 3:16"),
        "\"Jhon\" is not a book of the Bible; did you mean John?"
    );
    assert_eq!(refusal("Hobbit 3"), "\"Hobbit\" is not a book of the Bible");
    assert_eq!(refusal("3:16"), "\"3\" does not belong to a reference");
    assert_eq!(
        refusal("John v 3"),
        "\"verse 3\" does not belong to a reference"
    );
    assert_eq!(
        refusal(&"x".repeat(10_000)),
        "a reference has at most 1000 characters; this has 10000"
    );
    assert_eq!(
        refusal("John 99999999999999999999:1"),
        "John has no chapter 65535; its last is 21"
    );
}

#[test]
fn references_are_found_among_other_words() {
    assert_eq!(
        found("jn 3:16-18, 20; ps 23"),
        ["John 3:16-18", "John 3:20", "Psalms 23"]
    );
    assert_eq!(
        found("What does Paul mean in Rom 8:28 and in 1 Cor 13, exactly?"),
        ["Romans 8:28", "1 Corinthians 13"]
    );
    assert_eq!(found("john"), ["John"]);
    assert_eq!(found("Gen 51; Gen 2"), ["Genesis 2"]);
    assert_eq!(found("John 3:16, 99, 18"), ["John 3:16", "John 3:18"]);
    assert_eq!(found("Ruth; Esther"), ["Ruth", "Esther"]);
    for nothing in [
        "",
        "mark my words",
        "it is a job",
        "I am 3",
        "3:16",
        "so be it",
        "Psalm 151",
    ] {
        assert_eq!(found(nothing), Vec::<String>::new(), "{nothing}");
    }
}

#[test]
fn garbage_of_any_kind_is_read_to_its_end_quickly() {
    let pieces = [
        "a",
        "1",
        "1:",
        "-",
        "Gen",
        "Gen ",
        "Gen 1-",
        "ps 1,",
        "of ",
        "the ",
        "1 1",
        "ch 1 v 1 of ",
        "st. ",
        "i ",
        ".",
        "🕊",
        "é",
        "\0",
        "genisiss 1 ",
        "John 3:16-",
        "99999999 ",
        "to ",
        "v ",
    ];
    let started = Instant::now();
    for piece in pieces {
        for text in [piece.to_owned(), piece.repeat(10_000 / piece.len())] {
            let _any = parse_references(&text);
            let _any = find_references(&text);
            let _any = find_book(&text);
            let _any = crate::canon::nearest_book(&text);
            let _any = crate::translation::find_translation(&text);
        }
    }
    // Far above what it takes, far below what anything but linear work would.
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn any_cut_of_a_long_reference_is_read_or_refused() {
    let text = "II Kings 2:1–3,5ff; Gen 50:26 - Exod 1:1 & ch. 3 v 16 of St. John (KJV)";
    for (start, _) in text.char_indices() {
        for (end, _) in text.char_indices().filter(|(end, _)| *end >= start) {
            let _any = parse_references(&text[start..end]);
            let _any = find_references(&text[start..end]);
        }
    }
}
