//! Names of books as readers write them.
//!
//! A book is found by its English name, its USFM id, its OSIS id and its [`ABBREVIATIONS`]. Names
//! are compared as keys: letters and digits only, in lower case, a numbered book's ordinal (`I`,
//! `First`, `1st`) as its digit. So `1 Cor.`, `I Cor` and `first cor` are all `1cor`.

use std::sync::OnceLock;

use super::{Book, BookId, books};
use crate::token::{Token, TokenKind, tokenize};

/// Longer names are refused: no book's name is half as long.
const LONGEST_NAME: usize = 64;
/// How many words a name may have, without dots: "the Acts of the Apostles".
const MOST_WORDS: usize = 6;

/// Further keys of each book.
const ABBREVIATIONS: [(&str, &str); 66] = [
    ("GEN", "ge gn"),
    ("EXO", "ex exo"),
    ("LEV", "le lv"),
    ("NUM", "nu nm nb numb"),
    ("DEU", "de dt deu deutr"),
    ("JOS", "jos jsh"),
    ("JDG", "jg jdgs jdg judg"),
    ("RUT", "ru rt rth"),
    ("1SA", "1s 1sm 1sa 1sam"),
    ("2SA", "2s 2sm 2sa 2sam"),
    ("1KI", "1k 1ki 1kin 1kgs 1kg"),
    ("2KI", "2k 2ki 2kin 2kgs 2kg"),
    ("1CH", "1ch 1chr 1chron 1par"),
    ("2CH", "2ch 2chr 2chron 2par"),
    ("EZR", "ezr"),
    ("NEH", "ne"),
    ("EST", "es est esth"),
    ("JOB", "jb"),
    ("PSA", "psalm ps pss psa psm pslm psalter"),
    ("PRO", "pr prv pro prov proverb"),
    ("ECC", "ec ecc eccles qoh qoheleth koheleth"),
    (
        "SNG",
        "so sg sos ss song songs songofsongs canticles canticle cant canticleofcanticles songofsol",
    ),
    ("ISA", "is"),
    ("JER", "je jr"),
    ("LAM", "la"),
    ("EZK", "eze ezk ezek"),
    ("DAN", "da dn"),
    ("HOS", "ho"),
    ("JOL", "jl joe"),
    ("AMO", "am"),
    ("OBA", "ob oba"),
    ("JON", "jnh jon"),
    ("MIC", "mi mc"),
    ("NAM", "na nam"),
    // "Hb" is Hebrews for most readers.
    ("HAB", "hbk habak"),
    ("ZEP", "zp zep"),
    ("HAG", "hg"),
    ("ZEC", "zc zec"),
    ("MAL", "ml"),
    ("MAT", "mt mat"),
    ("MRK", "mk mr mar"),
    ("LUK", "lk lu"),
    ("JHN", "jn jhn joh"),
    ("ACT", "ac act actsoftheapostles"),
    ("ROM", "ro rm"),
    ("1CO", "1co 1cor 1corinth"),
    ("2CO", "2co 2cor 2corinth"),
    ("GAL", "ga"),
    ("EPH", "ep ephes"),
    ("PHP", "php pp phil"),
    ("COL", "co"),
    ("1TH", "1th 1thes 1thess"),
    ("2TH", "2th 2thes 2thess"),
    ("1TI", "1ti 1tm 1tim"),
    ("2TI", "2ti 2tm 2tim"),
    ("TIT", "ti tit"),
    ("PHM", "phm pm philem phlm"),
    ("HEB", "hb he"),
    ("JAS", "jas jm jam"),
    ("1PE", "1pe 1pt 1p 1pet"),
    ("2PE", "2pe 2pt 2p 2pet"),
    ("1JN", "1jn 1jhn 1jo 1joh 1j"),
    ("2JN", "2jn 2jhn 2jo 2joh 2j"),
    ("3JN", "3jn 3jhn 3jo 3joh 3j"),
    ("JUD", "jud jd"),
    ("REV", "re rv revelations revelationofjohn apocalypse apoc"),
];

/// Words that may precede a name: "the Gospel according to St. Matthew".
const WORDS_BEFORE_A_NAME: &str = "the book gospel of according to st saint epistle letter";

/// The book with this name: its English name, a usual abbreviation, its USFM or OSIS id, in any
/// letter case, with or without dots and spaces.
///
/// ```
/// # use verse_scripture::canon::find_book;
/// let book = find_book("I Cor.").map(|book| book.name);
/// assert_eq!(book, Some("1 Corinthians"));
/// ```
#[must_use]
pub fn find_book(name: &str) -> Option<&'static Book> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    let tokens = tokenize(name);
    let (book, end) = match_name(&tokens, 0)?;
    let only_dots = tokens
        .iter()
        .skip(end)
        .all(|token| token.kind == TokenKind::Dot);
    only_dots.then_some(book)
}

/// The book with the nearest name, for "did you mean": at most one wrong letter in three, or else a
/// name that begins with these letters.
///
/// The cost is bounded: a name longer than any book's gives `None`.
#[must_use]
pub fn nearest_book(name: &str) -> Option<&'static Book> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    let key = key_of(name);
    if key.len() < 3 {
        return None;
    }
    let distance = |book: &Book| strsim::osa_distance(&key, &key_of(book.name));
    let nearest = books().iter().min_by_key(|book| distance(book))?;
    if distance(nearest) * 3 <= key.len() {
        return Some(nearest);
    }
    // "Thess" is near to 1 Thessalonians.
    let begins = |book: &&Book| {
        let full = key_of(book.name);
        full.starts_with(&key) || full.trim_start_matches(['1', '2', '3']).starts_with(&key)
    };
    books().iter().find(begins)
}

/// The book whose English name differs from this word by one typing error: a letter too many, too
/// few or another, or two swapped. `None` if two books do, or if the word is short.
pub(crate) fn misspelt_book(word: &str) -> Option<&'static Book> {
    if !(6..=16).contains(&word.len()) {
        return None;
    }
    let key = key_of(word);
    let near = |book: &&Book| {
        let name = key_of(book.name);
        name.chars().next() == key.chars().next()
            && name.len().abs_diff(key.len()) <= 1
            && strsim::osa_distance(&name, &key) == 1
    };
    let mut near = books().iter().filter(near);
    let book = near.next()?;
    near.next().is_none().then_some(book)
}

/// The book with the longest name at token `start`, and the index of the token after that name and
/// its dot.
pub(crate) fn match_name(tokens: &[Token<'_>], start: usize) -> Option<(&'static Book, usize)> {
    let mut at = start;
    let mut skipped_words = 0;
    loop {
        if let Some(found) = match_name_at(tokens, at) {
            return Some(found);
        }
        let token = tokens.get(at)?;
        let key = key_of(token.text);
        let skips = token.kind == TokenKind::Word
            && WORDS_BEFORE_A_NAME.split(' ').any(|word| word == key)
            || token.kind == TokenKind::Dot && skipped_words > 0;
        skipped_words += 1;
        if !skips || skipped_words > MOST_WORDS {
            return None;
        }
        at += 1;
    }
}

/// [`match_name`] without words before the name.
fn match_name_at(tokens: &[Token<'_>], start: usize) -> Option<(&'static Book, usize)> {
    let mut key = String::new();
    let mut best = None;
    let mut words = 0;
    for (index, token) in tokens.iter().enumerate().skip(start) {
        let is_first = words == 0;
        match token.kind {
            TokenKind::Dot if !is_first => {
                if let Some((_, end)) = &mut best
                    && *end == index
                {
                    *end = index + 1;
                }
                continue;
            }
            TokenKind::Number if is_first => key.push_str(token.text),
            TokenKind::Word if is_first => match ordinal(token.text) {
                // No book's name begins with one of these words, so it always means the digit.
                Some(digit) => key.push(digit),
                None => key.push_str(&key_of(token.text)),
            },
            TokenKind::Word if words == 1 && key.len() == 1 && is_ordinal_ending(token.text) => {}
            TokenKind::Word => key.push_str(&key_of(token.text)),
            _ => break,
        }
        words += 1;
        if words > MOST_WORDS || key.len() > LONGEST_NAME {
            break;
        }
        match find_key(&key) {
            Some((id, true)) => best = Some((id.book(), index + 1)),
            Some((_, false)) => {}
            None => break,
        }
    }
    best
}

fn ordinal(word: &str) -> Option<char> {
    let is = |words: [&str; 3]| words.iter().any(|other| word.eq_ignore_ascii_case(other));
    if is(["i", "first", "one"]) {
        Some('1')
    } else if is(["ii", "second", "two"]) {
        Some('2')
    } else if is(["iii", "third", "three"]) {
        Some('3')
    } else {
        None
    }
}

fn is_ordinal_ending(word: &str) -> bool {
    ["st", "nd", "rd"]
        .iter()
        .any(|ending| word.eq_ignore_ascii_case(ending))
}

fn key_of(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The first book with a key that begins with these letters, and whether they are the whole key.
fn find_key(beginning: &str) -> Option<(BookId, bool)> {
    static KEYS: OnceLock<Vec<(String, BookId)>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let mut keys = Vec::new();
        for (book, (_, abbreviations)) in books().iter().zip(&ABBREVIATIONS) {
            let names = [book.name, book.usfm, book.osis].map(key_of);
            keys.extend(names.map(|key| (key, book.id)));
            keys.extend(
                abbreviations
                    .split(' ')
                    .map(|key| (key.to_owned(), book.id)),
            );
        }
        keys.sort();
        keys
    });
    let at = keys.partition_point(|(key, _)| key.as_str() < beginning);
    let (key, id) = keys.get(at).filter(|(key, _)| key.starts_with(beginning))?;
    Some((*id, key == beginning))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn name(written: &str) -> Option<&'static str> {
        find_book(written).map(|book| book.name)
    }

    #[test]
    fn the_table_is_in_canon_order_and_no_key_means_two_books() {
        let mut meaning: HashMap<String, &str> = HashMap::new();
        for (book, (usfm, abbreviations)) in books().iter().zip(&ABBREVIATIONS) {
            assert_eq!(book.usfm, *usfm);
            let keys = abbreviations.split(' ').map(str::to_owned);
            for key in keys.chain([key_of(book.name), key_of(book.usfm), key_of(book.osis)]) {
                assert_eq!(key, key_of(&key), "a key is lower-case letters and digits");
                let other = meaning.insert(key.clone(), book.usfm);
                assert!(
                    other.is_none_or(|other| other == book.usfm),
                    "{key} means two books"
                );
            }
        }
    }

    #[test]
    fn every_book_is_found_by_name_and_ids_in_any_letter_case() {
        for book in books() {
            for written in [book.name, book.usfm, book.osis] {
                assert_eq!(find_book(written), Some(book));
                assert_eq!(find_book(&written.to_lowercase()), Some(book));
                assert_eq!(find_book(&written.to_uppercase()), Some(book));
                assert_eq!(find_book(&format!(" {written}. ")), Some(book));
                assert_eq!(find_book(&written.replace(' ', "")), Some(book));
            }
        }
    }

    #[test]
    fn a_numbered_book_is_found_by_each_form_of_its_number() {
        for written in [
            "1 Cor",
            "1Cor",
            "I Cor",
            "i cor.",
            "First Corinthians",
            "1st Cor",
            "1. Corinthians",
        ] {
            assert_eq!(name(written), Some("1 Corinthians"), "{written}");
        }
        for written in ["II Kings", "2 Kgs", "2nd Kings", "second kings", "2KI"] {
            assert_eq!(name(written), Some("2 Kings"), "{written}");
        }
        assert_eq!(name("III John"), Some("3 John"));
        assert_eq!(name("4 John"), None);
    }

    #[test]
    fn usual_names_are_found() {
        for (written, found) in [
            ("jn", "John"),
            ("Psalm", "Psalms"),
            ("Song of Songs", "Song of Solomon"),
            ("Canticles", "Song of Solomon"),
            ("Apocalypse", "Revelation"),
            ("Acts of the Apostles", "Acts"),
            ("The Gospel according to St. Matthew", "Matthew"),
            ("Is", "Isaiah"),
            ("Phil", "Philippians"),
            ("Philem", "Philemon"),
            ("Jud", "Jude"),
        ] {
            assert_eq!(name(written), Some(found), "{written}");
        }
    }

    #[test]
    fn a_text_that_is_not_a_book_is_not_found() {
        for written in [
            "", " ", ".", "1", "I", "the", "of the", "John 3", "Jon Snow", "🕊", "Ὠ",
        ] {
            assert_eq!(name(written), None, "{written}");
        }
    }

    #[test]
    fn a_misspelt_name_gives_the_nearest_book() {
        for (written, found) in [
            ("Genisis", "Genesis"),
            ("Jhon", "John"),
            ("Revalations", "Revelation"),
            ("Psalsm", "Psalms"),
            ("1 Corinthans", "1 Corinthians"),
            ("Thessal", "1 Thessalonians"),
            ("Habbakuk", "Habakkuk"),
        ] {
            assert_eq!(
                nearest_book(written).map(|book| book.name),
                Some(found),
                "{written}"
            );
        }
        for written in ["", "x", "Hobbit", "Tobit Maccabees", "????", "12345"] {
            assert_eq!(nearest_book(written), None, "{written}");
        }
    }

    #[test]
    fn a_very_long_name_gives_none() {
        let huge = "genesis ".repeat(1_300);
        assert_eq!(find_book(&huge), None);
        assert_eq!(nearest_book(&huge), None);
    }
}
