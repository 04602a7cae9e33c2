//! The part of the canon that a search is limited to: `NT`, `JHN,1JN`, `Gen-Deut`, `OT, Acts`.

use std::str::FromStr;

use crate::canon::{Book, BookId, Testament, books, find_book, nearest_book};

/// The longest text that is read, in characters: every book's id with a comma fits in.
pub const LONGEST_SCOPE: usize = 300;

/// A set of books.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Scope {
    /// One bit for each book, Genesis the lowest.
    books: u128,
}

/// Why a text is not a scope. Each message may be shown to the reader who wrote the text.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ScopeError {
    /// The text is empty, or there is nothing between two commas.
    #[error("a testament or book is missing; it is OT, NT, books (JHN,1JN) or a range (Gen-Deut)")]
    Missing,
    /// The text is longer than [`LONGEST_SCOPE`].
    #[error("must have {LONGEST_SCOPE} characters or fewer")]
    TooLong,
    /// A name that is no testament, book or range.
    #[error(
        "{name:?} is not a testament, a book or a range of books{}",
        nearest.map(|name| format!("; did you mean {name}?")).unwrap_or_default()
    )]
    Unknown {
        /// The name, shortened to 40 characters.
        name: String,
        /// The English name of the nearest book, if one is near.
        nearest: Option<&'static str>,
    },
    /// The first book of a range is after its last.
    #[error("{first} is after {last}: the range is backwards")]
    Backwards {
        /// The English name of the book before the dash.
        first: &'static str,
        /// The English name of the book after the dash.
        last: &'static str,
    },
}

impl Scope {
    /// Every book.
    pub const ALL: Self = Self {
        books: (1 << 66) - 1,
    };

    /// Whether the book is in it.
    #[must_use]
    pub fn contains(&self, book: BookId) -> bool {
        self.books & bit(book) != 0
    }

    /// Its books in canon order; there is always one.
    pub fn books(&self) -> impl Iterator<Item = &'static Book> + use<> {
        let scope = *self;
        books().iter().filter(move |book| scope.contains(book.id))
    }

    fn of_books(all: impl Iterator<Item = BookId>) -> Self {
        let books = all.fold(0, |books, book| books | bit(book));
        Self { books }
    }
}

impl Default for Scope {
    fn default() -> Self {
        Self::ALL
    }
}

impl FromStr for Scope {
    type Err = ScopeError;

    /// Reads testaments, books and ranges of books between commas or semicolons. Books have the
    /// names that [`find_book`] finds.
    fn from_str(text: &str) -> Result<Self, ScopeError> {
        if text.chars().nth(LONGEST_SCOPE).is_some() {
            return Err(ScopeError::TooLong);
        }
        let mut books = 0;
        for part in text.split([',', ';']) {
            books |= read_part(part.trim())?.books;
        }
        Ok(Self { books })
    }
}

fn read_part(part: &str) -> Result<Scope, ScopeError> {
    if part.is_empty() {
        return Err(ScopeError::Missing);
    }
    if let Some(testament) = find_testament(part) {
        let of_testament = books().iter().filter(|book| book.testament == testament);
        return Ok(Scope::of_books(of_testament.map(|book| book.id)));
    }
    if let Some(book) = find_book(part) {
        return Ok(Scope::of_books([book.id].into_iter()));
    }
    let Some((first, last)) = find_range(part) else {
        return Err(ScopeError::Unknown {
            name: part.chars().take(40).collect(),
            nearest: nearest_book(part).map(|book| book.name),
        });
    };
    if first.id > last.id {
        let (first, last) = (first.name, last.name);
        return Err(ScopeError::Backwards { first, last });
    }
    let within = books().iter().map(|book| book.id);
    Ok(Scope::of_books(
        within.filter(|id| (first.id..=last.id).contains(id)),
    ))
}

fn find_testament(name: &str) -> Option<Testament> {
    const NAMES: [(&[&str], Testament); 2] = [
        (
            &["ot", "old testament", "at", "antiguo testamento"],
            Testament::Old,
        ),
        (&["nt", "new testament", "nuevo testamento"], Testament::New),
    ];
    let (_, testament) = NAMES
        .iter()
        .find(|(names, _)| names.iter().any(|known| name.eq_ignore_ascii_case(known)))?;
    Some(*testament)
}

/// The books on both sides of a dash. No book's name has one.
fn find_range(part: &str) -> Option<(&'static Book, &'static Book)> {
    let (first, last) = part.split_once(is_dash)?;
    find_book(first).zip(find_book(last))
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '~' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn bit(book: BookId) -> u128 {
    1 << (book.number() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Result<Vec<&'static str>, ScopeError> {
        let scope: Scope = text.parse()?;
        Ok(scope.books().map(|book| book.usfm).collect())
    }

    #[test]
    fn a_testament_is_all_its_books() {
        assert_eq!(ids("OT").unwrap().len(), 39);
        assert_eq!(ids("nt").unwrap().len(), 27);
        assert_eq!(ids("New Testament").unwrap().first(), Some(&"MAT"));
        assert_eq!("OT,NT".parse(), Ok(Scope::ALL));
        assert_eq!("Genesis-Revelation".parse(), Ok(Scope::default()));
    }

    #[test]
    fn books_and_ranges_are_read_by_any_name_and_in_any_mixture() {
        for (text, expected) in [
            ("JHN,1JN", vec!["JHN", "1JN"]),
            ("1JN; jhn , JHN", vec!["JHN", "1JN"]),
            ("Gen-Deut", vec!["GEN", "EXO", "LEV", "NUM", "DEU"]),
            ("Génesis – Éxodo", vec!["GEN", "EXO"]),
            ("1 John-3 John", vec!["1JN", "2JN", "3JN"]),
            ("Ruth-Ruth", vec!["RUT"]),
            ("Jude-Rev,Ruth", vec!["RUT", "JUD", "REV"]),
        ] {
            assert_eq!(ids(text), Ok(expected), "{text}");
        }
        assert_eq!(ids("NT,Malachi").unwrap().len(), 28);
    }

    #[test]
    fn what_is_no_scope_is_refused_with_its_reason() {
        let unknown = |name: &str, nearest| ScopeError::Unknown {
            name: name.to_owned(),
            nearest,
        };
        for (text, expected) in [
            ("", ScopeError::Missing),
            ("  ", ScopeError::Missing),
            ("JHN,", ScopeError::Missing),
            (",", ScopeError::Missing),
            ("Hezekiah", unknown("Hezekiah", None)),
            ("JHN,Genisis", unknown("Genisis", Some("Genesis"))),
            ("Gen-", unknown("Gen-", Some("Genesis"))),
            ("-", unknown("-", None)),
            ("John 3", unknown("John 3", Some("John"))),
            ("Tobit", unknown("Tobit", None)),
            ("🕊", unknown("🕊", None)),
            (
                "Deut-Gen",
                ScopeError::Backwards {
                    first: "Deuteronomy",
                    last: "Genesis",
                },
            ),
        ] {
            assert_eq!(text.parse::<Scope>(), Err(expected), "{text}");
        }
        let long = "JHN,".repeat(76);
        assert_eq!(long.parse::<Scope>(), Err(ScopeError::TooLong));
        let every: Vec<&str> = books().iter().map(|book| book.usfm).collect();
        assert_eq!(every.join(",").parse(), Ok(Scope::ALL));
    }
}
