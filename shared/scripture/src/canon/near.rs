//! Names of books with typing errors: one rule for reading and for "did you mean".

use std::sync::OnceLock;

use super::names::{LONGEST_NAME, key_of, keys};
use super::{Book, BookId, books};
use crate::token::PlainText;

/// Shorter abbreviations are like too many words.
const SHORTEST_ABBREVIATION: usize = 5;

/// More wrong letters make another name: `Apocalypse of Moses`.
const MOST_ERRORS: usize = 3;

/// How far a written name is from a book's name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Nearness {
    /// A misspelt name that is hardly another word: two letters swapped, or a long name with a
    /// typing error.
    Close,
    /// It may be another word: `Luke` and `Like`, `Numbers` and `number`.
    Far,
    /// The beginning of several names: `Thess`.
    Ambiguous,
}

/// Words that are like a long name.
const WORDS_LIKE_NAMES: [&str; 17] = [
    "palms",
    "judge",
    "judged",
    "roman",
    "macos",
    "marco",
    "hecho",
    "salmon",
    "easter",
    "number",
    "numbered",
    "hebrew",
    "revolution",
    "philippine",
    "philippines",
    "ecclesiastic",
    "proverbial",
];

/// The book with the nearest name, for "did you mean": at most one wrong letter in three, or else a
/// name that begins with these letters.
///
/// The cost is bounded: a name longer than any book's gives `None`.
#[must_use]
pub fn nearest_book(name: &str) -> Option<&'static Book> {
    if name.chars().nth(LONGEST_NAME).is_some() {
        return None;
    }
    let plain = PlainText::new(name);
    let key: String = plain
        .tokens()
        .iter()
        .map(|token| key_of(token.text))
        .collect();
    near_book(&key).map(|(book, _)| book)
}

/// The book with the nearest name to a key, and how near. `None` if two books are as near, or none
/// is: at most one letter in three may be wrong, and never the first.
pub(crate) fn near_book(key: &str) -> Option<(&'static Book, Nearness)> {
    let length = key.chars().count();
    if !(3..=LONGEST_NAME).contains(&length) {
        return None;
    }
    let may_begin = |name: &Name| {
        let first = |text: &str| text.chars().find(|c| !c.is_ascii_digit());
        number_of(&name.key) == number_of(key) && first(&name.key) == first(key)
    };
    let mut nearest: Option<(usize, usize, bool, &Name)> = None;
    let mut is_tie = false;
    for name in names().iter().filter(|name| may_begin(name)) {
        if name.length.abs_diff(length) * 3 > length {
            continue;
        }
        let distance = strsim::osa_distance(&name.key, key);
        let is_swap = distance == 1 && name.length == length && has_same_letters(&name.key, key);
        // "Jonh" is John with two letters swapped, and not Jonah with one left out.
        let rank = 2 * distance - usize::from(is_swap);
        match nearest {
            _ if distance * 3 > length || distance > MOST_ERRORS => {}
            Some((least, .., other)) if rank == least => is_tie |= other.book != name.book,
            Some((least, ..)) if rank > least => {}
            _ => {
                nearest = Some((rank, distance, is_swap, name));
                is_tie = false;
            }
        }
    }
    if let Some((_, distance, is_swap, name)) = nearest {
        let is_long = distance <= 1 && length.max(name.length) >= 6
            || distance == 2 && length.min(name.length) >= 9;
        let is_word = WORDS_LIKE_NAMES.contains(&key);
        let nearness = if distance == 0 || (is_swap || is_long) && !is_word {
            Nearness::Close
        } else {
            Nearness::Far
        };
        return (!is_tie).then(|| (name.book.book(), nearness));
    }
    begins_a_name(key)
}

/// The first book whose English name begins with a key, perhaps after its number.
fn begins_a_name(key: &str) -> Option<(&'static Book, Nearness)> {
    let mut found = books().iter().filter(|book| {
        let name = key_of(book.name);
        let unnumbered = name.trim_start_matches(|c: char| c.is_ascii_digit());
        name.starts_with(key) || unnumbered.starts_with(key)
    });
    let first = found.next()?;
    let is_single = found.next().is_none() && key.len() >= 4;
    let nearness = if is_single {
        Nearness::Far
    } else {
        Nearness::Ambiguous
    };
    Some((first, nearness))
}

/// The digit of a numbered book.
fn number_of(key: &str) -> Option<char> {
    key.chars().next().filter(char::is_ascii_digit)
}

fn has_same_letters(one: &str, other: &str) -> bool {
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    sorted(one) == sorted(other)
}

/// A key that a misspelt name is compared with.
struct Name {
    key: String,
    /// In characters.
    length: usize,
    book: BookId,
}

/// The names of the books in both languages, and the longer abbreviations.
fn names() -> &'static [Name] {
    static NAMES: OnceLock<Vec<Name>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let is_name = |key: &str, book: BookId| key == key_of(book.book().name);
        let compared = keys().iter().filter_map(|(key, book)| {
            let (length, book) = (key.chars().count(), (*book)?);
            let key = key.clone();
            (length >= SHORTEST_ABBREVIATION || is_name(&key, book)).then_some(Name {
                key,
                length,
                book,
            })
        });
        compared.collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_text_that_is_too_long_or_of_another_script_is_near_to_no_book() {
        for written in [
            "genesis ".repeat(1_300).as_str(),
            "约翰福音",
            "路得记",
            "Бытие",
        ] {
            assert_eq!(nearest_book(written), None);
        }
    }

    #[test]
    fn every_name_is_nearest_to_itself_and_with_two_letters_swapped() {
        for book in books() {
            assert_eq!(nearest_book(book.name), Some(book));
            let key = key_of(book.name);
            let (head, tail) = key.split_at(key.len() - 2);
            let swapped: String = head.chars().chain(tail.chars().rev()).collect();
            if key.len() > 4 && swapped != key {
                assert_eq!(nearest_book(&swapped), Some(book), "{swapped}");
            }
        }
    }
}
