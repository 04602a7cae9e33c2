//! The end of a text that may go on as a reference.

use verse_scripture::{books, find_book, locate_references};

use crate::citation::is_link;

/// Whether a book's name begins with a part of a word, in English or Spanish.
fn may_be_book(part: &str) -> bool {
    let begins = |name: &str| {
        let name = name.trim_start_matches(['1', '2', '3', ' ']);
        name.to_lowercase().starts_with(part)
    };
    let mut books = books().iter();
    books.any(|book| begins(book.name) || begins(book.spanish_name()))
}

/// Where the part at the end begins that may go on as a reference.
pub(crate) fn unfinished(text: &str) -> usize {
    const WITHIN: [&str; 40] = [
        "and",
        "or",
        "to",
        "through",
        "of",
        "the",
        "chapter",
        "chapters",
        "verse",
        "verses",
        "vv",
        "v",
        "y",
        "al",
        "a",
        "ch",
        "capítulo",
        "versículo",
        "versículos",
        "songs",
        "song",
        "f",
        "ff",
        "see",
        "cf",
        "los",
        "samuel",
        "kings",
        "chronicles",
        "corinthians",
        "thessalonians",
        "timothy",
        "peter",
        "reyes",
        "crónicas",
        "corintios",
        "tesalonicenses",
        "timoteo",
        "pedro",
        "juan",
    ];
    const ORDINALS: [&str; 10] = [
        "1", "2", "3", "i", "ii", "iii", "first", "second", "third", "1st",
    ];
    let mut start = text.len();
    let mut at = text.len();
    for (index, piece) in text
        .split_inclusive(char::is_whitespace)
        .rev()
        .take(14)
        .enumerate()
    {
        at -= piece.len();
        let is_unfinished = index == 0 && !piece.ends_with(char::is_whitespace);
        let core = piece.trim_matches(|c: char| !c.is_alphanumeric());
        let lower = core.to_lowercase();
        let first = core.chars().next();
        let is_name = find_book(core).is_some() && !core.is_empty();
        let begins = is_name
            || ORDINALS.contains(&lower.as_str())
            || is_unfinished && first.is_some_and(char::is_uppercase) && may_be_book(&lower);
        let is_part = core.is_empty()
            || first.is_some_and(char::is_numeric)
            || WITHIN.contains(&lower.as_str());
        if begins {
            start = at
                + (piece.len()
                    - piece
                        .trim_start_matches(|c: char| !c.is_alphanumeric())
                        .len());
        } else if is_unfinished && first.is_some_and(char::is_numeric) {
            start = at;
        } else if !is_part && !is_unfinished && !is_link(piece) {
            break;
        }
        // A sentence has ended: nothing before it goes on.
        if !is_unfinished && piece.contains(['!', '?', '\n']) && index > 0 {
            break;
        }
    }
    let held: &str = text.get(start..).unwrap_or_default();
    // The words after a whole reference are held only while they lead to a quotation.
    let located = locate_references(held, None);
    if let Some(end) = located.iter().map(|located| located.place.end).max() {
        let after = held.get(end..).unwrap_or_default();
        // The last word may be a part of one.
        let whole = after.trim_end_matches(|c: char| !c.is_whitespace());
        let goes_on = after.trim().is_empty()
            || is_link(after)
            || is_link(whole) && !after.contains(['.', '!', '?'])
            || after.trim_start().starts_with([';', ',', '-', '–']);
        if !goes_on {
            return text.len();
        }
    }
    start
}
