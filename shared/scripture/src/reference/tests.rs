//! Texts that are read, refused or found, and a comparison with another parser.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::*;
use crate::canon::find_book;

/// Inputs that the two parsers read differently, and the reason for our reading.
const DIFFERENCES: [(&str, &str); 5] = [
    (
        "Canticles 2:3",
        "a name of the Song of Solomon that theirs does not have",
    ),
    ("Cant 2:1", "an abbreviation that theirs does not have"),
    (
        "Psalsm 23",
        "two swapped letters are one typing error, and no other book is as near",
    ),
    (
        "John 3:16f",
        "f is the next verse, ff all that follow; theirs reads both to the chapter's end",
    ),
    (
        "ch 3 v 16 of John",
        "a way to write John 3:16; theirs finds only the book",
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

fn displayed(references: &[Reference]) -> Vec<String> {
    references.iter().map(ToString::to_string).collect()
}

fn read(text: &str) -> Vec<String> {
    displayed(&parse_references(text).unwrap())
}

#[test]
fn the_cases_of_another_parser_give_the_same_verses_except_the_listed_ones() {
    let cases = include_str!("../../texts/reference_cases.json");
    let cases: Vec<Case> = serde_json::from_str(cases).unwrap();
    let differs = |case: &&Case| {
        let ours = verses(&parse_references(&case.input).unwrap_or_default());
        let theirs = case.osis.split(',').filter(|osis| !osis.is_empty());
        ours != theirs.flat_map(expand).collect()
    };
    let different = cases.iter().filter(differs);
    let different: BTreeSet<&str> = different.map(|case| case.input.as_str()).collect();
    let (all, same) = (cases.len(), cases.len() - different.len());
    eprintln!("{same} of {all} cases parse to the same verse set");
    let expected = DIFFERENCES.iter().map(|(input, _)| *input).collect();
    assert_eq!(different, expected);
}

#[derive(serde::Deserialize)]
struct TextCase {
    input: String,
    /// The references that are found.
    expect: Vec<String>,
    /// The parts that are unread, where the case is about them.
    unread: Option<Vec<String>>,
    why: String,
}

#[test]
fn the_cases_of_readers_give_the_expected_references_and_unread_parts() {
    let cases: Vec<TextCase> = serde_json::from_str(include_str!("tests/cases.json")).unwrap();
    let mut failures = Vec::new();
    for case in &cases {
        let found = read_references(&case.input);
        // A range over two books is displayed with spaces.
        let references: Vec<_> = found.references.iter().map(ToString::to_string).collect();
        let references: Vec<_> = references
            .iter()
            .map(|text| text.replace(" - ", "-"))
            .collect();
        let unread: Vec<_> = found.unread.iter().map(|part| part.text.clone()).collect();
        let is_right = references == case.expect
            && case
                .unread
                .as_ref()
                .is_none_or(|expected| *expected == unread);
        if !is_right {
            failures.push(format!(
                "{:?}: {references:?}, unread {unread:?} ({})",
                case.input, case.why
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    eprintln!("{} cases", cases.len());
}

#[test]
fn an_unread_part_has_its_reason() {
    for (text, reason) in [
        ("John 3:99", "John 3 has no verse 99; its last is 36"),
        ("John 3:30-99", "John 3 has no verse 99; its last is 36"),
        ("Psalm 151", "Psalms has no chapter 151; its last is 150"),
        (
            "John 99999999999999999999:1",
            "John has no chapter 99999999999999999999; its last is 21",
        ),
        ("Hezekiah 4:2", "\"Hezekiah\" is not a book of the Bible"),
        ("4 Ezra 3:1", "\"4 Ezra\" is not a book of the Bible"),
        (
            "Thess 4:13",
            "\"Thess\" is not a book of the Bible; did you mean 1 Thessalonians?",
        ),
        ("John 3:16:18", "\"18\" does not belong to a reference"),
        ("1-2 Kings 3:4", "\"3\" does not belong to a reference"),
    ] {
        let unread = read_references(text).unread;
        let [part] = unread.as_slice() else {
            panic!("{text}: {unread:?}");
        };
        assert_eq!(
            (part.text.as_str(), part.reason.to_string().as_str()),
            (text, reason)
        );
    }
}

#[test]
fn numbers_of_a_translation_are_found_as_those_of_the_canon() {
    for (text, expected) in [
        ("Romans 14:24-26", &["Romans 16:25-27"][..]),
        (
            "Romans 14:22-24 (WEB)",
            &["Romans 14:22-23", "Romans 16:25"],
        ),
        ("Job 39:34 (SRV); Job 39:1 (KJV)", &["Job 40:1", "Job 39:1"]),
        ("Job 39:34", &["Job 40:1"]),
        ("Jonah 2:1 (SRV)", &["Jonah 1:17"]),
        (
            "Jonah 2:1, 3 SRV and Jonah 2:1",
            &["Jonah 1:17", "Jonah 2:2", "Jonah 2:1"],
        ),
        ("Numbers 30 (SRV)", &["Numbers 29:40-30:16"]),
        ("Matthew 23:13 (WEB)", &["Matthew 23:14"]),
    ] {
        assert_eq!(displayed(&find_references(text)), expected, "{text}");
    }
}

#[test]
fn every_book_is_read_alone_and_with_chapter_and_verse() {
    for book in crate::canon::books() {
        for name in [book.name, book.usfm, book.osis] {
            let whole = parse_references(name).unwrap();
            assert_eq!(displayed(&whole), [book.name]);
            let count: usize = book.verses.iter().map(|n| usize::from(*n)).sum();
            assert_eq!(verses(&whole).len(), count);
            assert_eq!(read(&format!("{name} 1:2")), [format!("{} 1:2", book.name)]);
        }
    }
}

#[test]
fn references_are_read_in_the_usual_notations() {
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
fn a_displayed_reference_is_read_as_the_same_reference() {
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
        let read_again = parse_references(&displayed).unwrap();
        assert_eq!(read_again, references, "{displayed}");
    }
}

#[test]
fn fields_that_do_not_apply_are_none() {
    for (text, expected) in [
        (
            "John 3:16-18",
            ("John.3.16-John.3.18", Some(3), (Some(16), Some(18)), None),
        ),
        (
            "John 3:16",
            ("John.3.16", Some(3), (Some(16), Some(16)), None),
        ),
        ("John 3", ("John.3", Some(3), (None, None), None)),
        // The contract has a whole book as its name alone.
        ("John", ("John", None, (None, None), None)),
        ("Jude", ("Jude", None, (None, None), None)),
        ("Jude 1", ("Jude.1", Some(1), (None, None), None)),
        ("Gen-Exod", ("Gen-Exod", None, (None, None), None)),
        (
            "Matt 5-7",
            ("Matt.5-Matt.7", Some(5), (None, None), Some(7)),
        ),
        (
            "Gen 1:1-2:3",
            ("Gen.1.1-Gen.2.3", Some(1), (Some(1), Some(3)), Some(2)),
        ),
    ] {
        let reference = parse_references(text).unwrap()[0];
        let (osis, chapter, verses, chapter_end) = expected;
        assert_eq!(reference.osis(), osis);
        assert_eq!(
            (reference.chapter(), reference.chapter_end()),
            (chapter, chapter_end),
            "{text}"
        );
        assert_eq!(
            (reference.verse_start(), reference.verse_end()),
            verses,
            "{text}"
        );
    }
    let books = parse_references("Gen 50:26-Exod 1:1").unwrap()[0];
    assert_eq!(books.book_end().map(|book| book.name), Some("Exodus"));
    assert_eq!(books.chapter_end(), Some(1));
}

#[test]
fn a_text_that_is_not_a_reference_is_refused_with_the_reason() {
    let long = "x".repeat(10_000);
    for (text, reason) in [
        (" ; ", "a reference is needed, such as John 3:16"),
        ("John 22", "John has no chapter 22; its last is 21"),
        ("John 0", "John has no chapter 0; its last is 21"),
        ("John 3:37", "John 3 has no verse 37; its last is 36"),
        ("John 3:0", "John 3 has no verse 0; its last is 36"),
        ("John 3:16-0", "John 3 has no verse 0; its last is 36"),
        // Before a number a name with swapped letters is read.
        (
            "Jhon",
            "\"Jhon\" is not a book of the Bible; did you mean John?",
        ),
        ("Hobbit 3", "\"Hobbit\" is not a book of the Bible"),
        ("3:16", "\"3\" does not belong to a reference"),
        ("John v 3", "\"verse 3\" does not belong to a reference"),
        (
            long.as_str(),
            "a reference has at most 1000 characters; this has 10000",
        ),
        (
            "John 99999999999999999999:1",
            // The number is told as it was written.
            "John has no chapter 99999999999999999999; its last is 21",
        ),
    ] {
        let error = parse_references(text).unwrap_err();
        assert_eq!(error.to_string(), reason);
    }
}

#[test]
fn references_are_found_in_a_text() {
    for (text, expected) in [
        (
            "jn 3:16-18, 20; ps 23",
            &["John 3:16-18", "John 3:20", "Psalms 23"][..],
        ),
        (
            "What does Paul mean in Rom 8:28 and in 1 Cor 13, exactly?",
            &["Romans 8:28", "1 Corinthians 13"],
        ),
        ("john", &["John"]),
        ("Gen 51; Gen 2", &["Genesis 2"]),
        ("John 3:16, 99, 18", &["John 3:16", "John 3:18"]),
        ("Ruth; Esther", &["Ruth", "Esther"]),
        ("", &[]),
        ("mark my words", &[]),
        ("it is a job", &[]),
        ("I am 3", &[]),
        ("3:16", &[]),
        ("so be it", &[]),
        ("Psalm 151", &[]),
    ] {
        assert_eq!(displayed(&find_references(text)), expected, "{text}");
    }
}

#[test]
fn any_text_is_read_in_linear_time() {
    // Pieces are separated by `|`.
    let pieces = "a|1|1:|-|Gen|Gen |Gen 1-|ps 1,|of |the |1 1|ch 1 v 1 of |st. |i |.|🕊|é|\0|\
                  genisiss 1 |John 3:16-|99999999 |to |v |first |1st |1st , |one |Psalm one |\
                  one hundred and |John three and |Mark one and two and |(3:16) |the ";
    let started = Instant::now();
    for piece in pieces.split('|') {
        for text in [piece.to_owned(), piece.repeat(10_000 / piece.len())] {
            let _any = parse_references(&text);
            let _any = find_references(&text);
            let _any = find_book(&text);
            let _any = crate::canon::nearest_book(&text);
            let _any = crate::translation::find_translation(&text);
        }
    }
    // Far more than linear work takes, far less than quadratic work would.
    let took = started.elapsed();
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn hostile_text_of_6_mb_costs_work_in_proportion_to_its_tokens() {
    use crate::token::PlainText;
    // The most tokens that may be looked at for one token of the text.
    const WORK_FOR_A_TOKEN: u64 = 100;
    const LENGTH: usize = 6_000_000;
    let mut most = 0;
    for piece in [
        "the book of ",
        "John 3:16, 18/",
        "1, 2 and 3 ",
        "1-2-3-1 & 2 ",
        "Luek Hezekiah 4:2 ",
        "chapter 1, verse 2, 3, 4 ",
        "first epistle general of the ",
        "Genesis 1:1-Revelation 22:21 (SRV) ",
    ] {
        for length in [LENGTH / 600, LENGTH / 60] {
            let text = piece.repeat(length / piece.len());
            let plain = PlainText::new(&text);
            let parser = read::read_leniently(&plain, None);
            let tokens = u64::try_from(parser.tokens.len()).unwrap();
            let each = parser.work.get() / tokens;
            assert!(
                each < WORK_FOR_A_TOKEN,
                "{piece:?} {length}: {each} for each token"
            );
            most = most.max(each);
        }
    }
    eprintln!("at most {most} looks at a token");
    let whole = "Jon 3:16, 4 Ezra ".repeat(LENGTH / 17);
    let plain = PlainText::new(&whole);
    let parser = read::read_leniently(&plain, None);
    let tokens = u64::try_from(parser.tokens.len()).unwrap();
    assert!(parser.work.get() < tokens * WORK_FOR_A_TOKEN);
}

#[test]
fn any_part_of_a_long_reference_is_read_or_refused() {
    let text = "II Kings 2:1–3,5ff; Gen 50:26 - Exod 1:1 & ch. 3 v 16 of St. John (KJV)";
    for (start, _) in text.char_indices() {
        for (end, _) in text.char_indices().filter(|(end, _)| *end >= start) {
            let _any = parse_references(&text[start..end]);
            let _any = find_references(&text[start..end]);
        }
    }
}

#[test]
fn references_are_located_in_the_text_as_it_was_written() {
    let text = "Lee “Juan ３：１６” y Hezekiah 4:2; Jonah 2:1 (SRV), Ps 23:1-99.";
    let located = locate_references(text, None);
    let places: Vec<_> = located
        .iter()
        .map(|located| {
            let outcome = match &located.outcome {
                Ok(references) => references.iter().map(Reference::to_string).collect(),
                Err(error) => error.to_string(),
            };
            (&text[located.place.clone()], outcome)
        })
        .collect();
    let expected = [
        ("Juan ３：１６", "John 3:16"),
        ("Hezekiah 4:2", "\"Hezekiah\" is not a book of the Bible"),
        ("Jonah 2:1", "Jonah 1:17"),
        ("Ps 23:1-99", "Psalms 23:1-6"),
        ("Ps 23:1-99", "Psalms 23 has no verse 99; its last is 6"),
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|(text, outcome)| (*text, (*outcome).to_owned()))
        .collect();
    assert_eq!(places, expected);
}
