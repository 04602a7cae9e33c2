//! Names of books as readers write them.
//!
//! A book is found by its English name, its USFM id, its OSIS id and its [`FURTHER_NAMES`]. Names
//! are compared as keys: letters and digits only, in lower case, without accents, a numbered
//! book's ordinal (`I`, `First`, `1st`) as its digit. So `1 Cor.`, `I Cor` and `first cor` are all
//! `1cor`.
//!
//! A title may precede a name: `the First Epistle of St. Paul to the Corinthians`. An ordinal in it
//! belongs to the name, so `First Epistle to the Romans` is no book.

use std::sync::OnceLock;

use super::name_table::{FURTHER_NAMES, OTHER_BOOKS};
use super::{Book, BookId, books};
use crate::token::{PlainText, Token, TokenKind};

/// Longer names are refused: no book's name is half as long.
pub(super) const LONGEST_NAME: usize = 64;
/// How many words a name may have, without dots: "the Acts of the Apostles".
const MOST_WORDS: usize = 6;
/// How many words and dots a title may have: "the First Epistle General of the Apostle St. Paul to
/// the".
const LONGEST_TITLE: usize = 12;

/// Words of a title, before a name.
const TITLE_WORDS: [&str; 12] = [
    "the",
    "of",
    "according",
    "st",
    "saint",
    "segun",
    "san",
    "del",
    "los",
    "las",
    "el",
    "santo",
];
/// The kinds of books that a title names.
const KINDS: [&str; 10] = [
    "book",
    "gospel",
    "epistle",
    "letter",
    "prophecy",
    "libro",
    "evangelio",
    "carta",
    "epistola",
    "de",
];
/// Words of a title, after a kind.
const WORDS_AFTER_A_KIND: [&str; 11] = [
    "to", "paul", "apostle", "general", "catholic", "prophet", "a", "la", "pablo", "apostol",
    "profeta",
];
/// Words before a number that counts something else: "Day 4 Ezra 3".
const COUNTED: [&str; 10] = [
    "day", "week", "month", "year", "chapter", "page", "lesson", "session", "part", "number",
];

/// A book's name in a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct NameMatch {
    /// The book; `None` for the name of a book that is not in the canon.
    pub book: Option<&'static Book>,
    /// The index of the token after the name and its dot.
    pub end: usize,
}

/// The book with this name: its English or Spanish name, a usual abbreviation, its USFM or OSIS id,
/// in any letter case, with or without dots and spaces.
///
/// ```
/// # use verse_scripture::canon::find_book;
/// let book = find_book("I Cor.").map(|book| book.name);
/// assert_eq!(book, Some("1 Corinthians"));
/// ```
#[must_use]
pub fn find_book(name: &str) -> Option<&'static Book> {
    if name.chars().nth(LONGEST_NAME).is_some() {
        return None;
    }
    let plain = PlainText::new(name);
    let tokens = plain.tokens();
    let NameMatch { book, end } = match_name(&tokens, 0)?;
    let only_dots = tokens
        .iter()
        .skip(end)
        .all(|token| token.kind == TokenKind::Dot);
    book.filter(|_| only_dots)
}

/// The longest name at token `start`, with the title before it.
pub(crate) fn match_name(tokens: &[Token<'_>], start: usize) -> Option<NameMatch> {
    let mut title = Title::default();
    for at in (start..).take(LONGEST_TITLE) {
        let named = match title.ordinal {
            None => match_name_at(tokens, at, None),
            // "1the" is also an abbreviation, and "de" one of Deuteronomy.
            Some(_) if tokens.get(at).is_some_and(is_word_of_title) => None,
            Some(digit) if title.kind.is_some() => {
                let numbered = match_name_at(tokens, at, Some(digit));
                // "First Epistle to the Romans".
                let alone = || match_name_at(tokens, at, None).map(other_book);
                numbered.or_else(alone)
            }
            // "2 Romans", "Second Genesis".
            Some(_) if title.is_of_book => match_name_at(tokens, at, None)
                .filter(|found| may_not_be_second(found.book))
                .map(other_book),
            Some(_) => None,
        };
        if let Some(found) = named {
            return Some(if title.fits(found.book) {
                found
            } else {
                other_book(found)
            });
        }
        if !title.add(tokens, at, start) {
            return None;
        }
    }
    None
}

/// The name at token `start` of a book with this number, which is not repeated there: `Kings` in
/// `1 Kings 1:1-Kings 1:10`.
pub(crate) fn match_numbered_name(
    tokens: &[Token<'_>],
    start: usize,
    number: char,
) -> Option<NameMatch> {
    match_name_at(tokens, start, Some(number)).filter(|found| found.book.is_some())
}

fn other_book(found: NameMatch) -> NameMatch {
    NameMatch {
        book: None,
        ..found
    }
}

fn is_word_of_title(token: &Token<'_>) -> bool {
    token.is_word(&TITLE_WORDS) || token.is_word(&KINDS)
}

/// Whether "second" before the name of a book is not an ordinary word: "the second Psalm" is, and
/// scholars speak of a second Isaiah.
fn may_not_be_second(book: Option<&'static Book>) -> bool {
    book.is_some_and(|book| !["PSA", "ISA", "ZEC"].contains(&book.usfm))
}

/// The words before a name that tell the kind of book.
#[derive(Default)]
struct Title<'a> {
    ordinal: Option<char>,
    /// Whether the ordinal can only be that of a book: `Second`, `2nd`, or a digit that no word or
    /// number is before.
    is_of_book: bool,
    kind: Option<&'a str>,
}

impl<'a> Title<'a> {
    /// Adds a token, unless it is no part of a title.
    fn add(&mut self, tokens: &[Token<'a>], at: usize, start: usize) -> bool {
        let Some(token) = tokens.get(at) else {
            return false;
        };
        match token.kind {
            TokenKind::Dot => {
                // "2. Romans" is the second line of a list.
                self.is_of_book = false;
                at > start
            }
            TokenKind::Word | TokenKind::Number if self.kind.is_none() => {
                if token.is_word(&TITLE_WORDS) {
                    return true;
                }
                if token.is_word(&KINDS) {
                    // "de" alone is Spanish for "of": it makes a title of `Primera de Pedro`.
                    let is_title = self.ordinal.is_some() || !token.is_word(&["de"]);
                    self.kind = is_title.then_some(token.text);
                    return is_title;
                }
                if self.ordinal.is_some() {
                    let is_ending = token.joined && is_ordinal_ending(token.text);
                    self.is_of_book |= is_ending;
                    return is_ending;
                }
                self.ordinal = ordinal_of(token);
                let before = at.checked_sub(1).and_then(|before| tokens.get(before));
                self.is_of_book = if token.kind == TokenKind::Word {
                    !token.is_word(&["i", "one", "two", "three", "four"])
                } else {
                    before.is_none_or(|before| before.kind == TokenKind::Other)
                };
                self.ordinal.is_some()
            }
            TokenKind::Word => {
                token.is_word(&TITLE_WORDS)
                    || token.is_word(&WORDS_AFTER_A_KIND)
                    || token.is_word(&KINDS)
            }
            _ => false,
        }
    }

    /// Whether a book may have the title. There is no letter by Jeremiah in the canon, and John
    /// wrote several.
    fn fits(&self, book: Option<&'static Book>) -> bool {
        let is_letter = self.kind.is_some_and(|kind| {
            ["letter", "epistle", "carta", "epistola"]
                .iter()
                .any(|letter| kind.eq_ignore_ascii_case(letter))
        });
        let is_gospel = self.kind.is_some_and(|kind| {
            ["gospel", "evangelio"]
                .iter()
                .any(|gospel| kind.eq_ignore_ascii_case(gospel))
        });
        book.is_none_or(|book| {
            !(is_letter && ["JER", "JHN"].contains(&book.usfm)
                || is_gospel && ["JAS", "JUD"].contains(&book.usfm))
        })
    }
}

/// The longest name at token `start`, without a title. A `number` given is that of the book.
fn match_name_at(tokens: &[Token<'_>], start: usize, number: Option<char>) -> Option<NameMatch> {
    let mut key: String = number.into_iter().collect();
    let mut best = None;
    let mut words = 0;
    let mut number_has_dot = false;
    for (index, token) in tokens.iter().enumerate().skip(start) {
        let is_first = words == 0;
        match token.kind {
            TokenKind::Dot if !is_first => {
                number_has_dot |= words == 1;
                if let Some(NameMatch { end, .. }) = &mut best
                    && *end == index
                {
                    *end = index + 1;
                }
                continue;
            }
            TokenKind::Number if is_first && number.is_none() => key.push_str(token.text),
            TokenKind::Word if is_first && number.is_none() => match ordinal(token.text) {
                // No book's name begins with one of these words, so it always means the digit.
                Some(digit) => key.push(digit),
                None => push_first_word(&mut key, token.text),
            },
            TokenKind::Word
                if words == 1
                    && number.is_none()
                    && key.chars().count() == 1
                    && token.joined
                    && is_ordinal_ending(token.text) => {}
            TokenKind::Word => push_key(&mut key, token.text),
            _ => break,
        }
        words += 1;
        if words > MOST_WORDS || key.len() > LONGEST_NAME {
            break;
        }
        match find_key(&key) {
            Some((book, true)) => {
                best = Some(NameMatch {
                    book,
                    end: index + 1,
                });
            }
            Some((_, false)) => {}
            None => break,
        }
    }
    best.filter(|found| {
        // The fourth line of a list, or the fourth day of a plan, is not the fourth book of Ezra.
        let is_counted = || {
            let before = start.checked_sub(1).and_then(|before| tokens.get(before));
            before.is_some_and(|before| before.is_word(&COUNTED))
        };
        let is_number = key.starts_with(|c: char| c.is_ascii_digit()) && number.is_none();
        found.book.is_some() || !is_number || !(number_has_dot || is_counted())
    })
}

/// Appends a name's first word. `IICor` and `iJohn` begin with a number.
fn push_first_word(key: &mut String, word: &str) {
    let mut lower = String::new();
    push_key(&mut lower, word);
    let numbered = [("iii", '3'), ("ii", '2'), ("i", '1')]
        .into_iter()
        .find_map(|(roman, digit)| {
            let name = lower.strip_prefix(roman)?;
            // "ich" is a German word.
            let key = format!("{digit}{name}");
            (name.len() >= 3 && matches!(find_key(&key), Some((Some(_), true)))).then_some(key)
        });
    key.push_str(&numbered.unwrap_or(lower));
}

/// The digit of a token that is an ordinal: `2`, `II`, `second`.
pub(crate) fn ordinal_of(token: &Token<'_>) -> Option<char> {
    match (token.kind, token.text.as_bytes()) {
        (TokenKind::Number, [digit @ b'1'..=b'9']) => Some(char::from(*digit)),
        (TokenKind::Word, _) => ordinal(token.text),
        _ => None,
    }
}

fn ordinal(word: &str) -> Option<char> {
    const ORDINALS: [(&[&str], char); 4] = [
        (&["i", "first", "one", "primera", "primer", "primero"], '1'),
        (&["ii", "second", "two", "segunda", "segundo"], '2'),
        (&["iii", "third", "three", "tercera", "tercer"], '3'),
        (&["iv", "fourth", "four"], '4'),
    ];
    ORDINALS.iter().find_map(|(words, digit)| {
        let is_one = words.iter().any(|other| word.eq_ignore_ascii_case(other));
        is_one.then_some(*digit)
    })
}

pub(crate) fn is_ordinal_ending(word: &str) -> bool {
    ["st", "nd", "rd", "a", "ra", "da", "o"]
        .iter()
        .any(|ending| word.eq_ignore_ascii_case(ending))
}

/// The key of a name in plain forms.
pub(crate) fn key_of(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    push_key(&mut key, name);
    key
}

fn push_key(key: &mut String, name: &str) {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    key.extend(letters.flat_map(char::to_lowercase));
}

/// The first book with a key that begins with these letters, and whether they are the whole key.
/// The book of another canon is `None`.
fn find_key(beginning: &str) -> Option<(Option<&'static Book>, bool)> {
    let keys = keys();
    let at = keys.partition_point(|(key, _)| key.as_str() < beginning);
    let (key, id) = keys.get(at).filter(|(key, _)| key.starts_with(beginning))?;
    Some((id.map(BookId::book), key == beginning))
}

/// Every key in alphabetical order.
pub(super) fn keys() -> &'static [(String, Option<BookId>)] {
    static KEYS: OnceLock<Vec<(String, Option<BookId>)>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let mut keys = Vec::new();
        for (book, (_, english, spanish)) in books().iter().zip(&FURTHER_NAMES) {
            let names = [book.name, book.usfm, book.osis].map(key_of);
            let further = english.split(' ').chain(spanish.split(' '));
            let further = further.filter(|key| !key.is_empty()).map(str::to_owned);
            keys.extend(
                names
                    .into_iter()
                    .chain(further)
                    .map(|key| (key, Some(book.id))),
            );
        }
        keys.extend(OTHER_BOOKS.split(' ').map(|key| (key.to_owned(), None)));
        keys.sort();
        keys
    })
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
        let other_books = OTHER_BOOKS
            .split(' ')
            .map(|key| (key.to_owned(), "no book"));
        meaning.extend(other_books);
        for (book, (usfm, english, spanish)) in books().iter().zip(&FURTHER_NAMES) {
            assert_eq!(book.usfm, *usfm);
            let keys = english
                .split(' ')
                .chain(spanish.split(' '))
                .map(str::to_owned);
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
    fn a_very_long_name_gives_none() {
        let huge = "genesis ".repeat(1_300);
        assert_eq!(find_book(&huge), None);
    }
}
