//! Reads references as people write them.
//!
//! The grammar, loosely: a book, then chapters and verses in a list (`John 3:16-18, 20; 4:2`).
//! After a comma a bare number is a verse if the number before was one; after a semicolon it is a
//! chapter. A range may go on into another chapter or book. In a book of one chapter a bare number
//! is a verse (`Jude 5`), but 1 alone is the chapter.

use super::point::{CHAPTER_WORDS, Point};
use super::prose::LINKING_WORDS;
use super::{Extent, Reference, ReferenceError};
use crate::canon::{Book, match_name, misspelt_book, nearest_book};
use crate::token::{Token, TokenKind, tokenize};

/// How many characters a text may have for [`parse_references`].
pub const LONGEST_REFERENCE: usize = 1_000;

const RANGE_WORDS: [&str; 4] = ["to", "through", "thru", "until"];

/// Reads a text that is one reference or a list of them and nothing else, but for quotation
/// marks, brackets, "cf." and a translation's name behind a reference.
///
/// A range that runs past the end of a chapter or book ends there; one written backwards is its
/// two ends, each by itself. `16f` takes in the next verse too, `16ff` the rest of the chapter.
///
/// # Errors
///
/// A [`ReferenceError`] for the first thing that cannot be read or does not exist.
pub fn parse_references(text: &str) -> Result<Vec<Reference>, ReferenceError> {
    let length = text.chars().take(LONGEST_REFERENCE + 1).count();
    if length > LONGEST_REFERENCE {
        let length = text.chars().count();
        return Err(ReferenceError::TooLong {
            limit: LONGEST_REFERENCE,
            length,
        });
    }
    let mut parser = Parser::new(text, true);
    parser.read()?;
    if parser.found.is_empty() {
        Err(ReferenceError::Empty)
    } else {
        Ok(parser.found)
    }
}

/// The references that can be found in a text, in order; words that are none are passed over.
///
/// A book's name alone counts only where nothing else stands beside it, so that "mark my words"
/// finds nothing. The work grows with the text's length only.
#[must_use]
pub fn find_references(text: &str) -> Vec<Reference> {
    let mut parser = Parser::new(text, false);
    // Lenient reading passes over what strict reading refuses.
    let _never_refused = parser.read();
    parser.found
}

/// A text and how far it has been read.
pub(super) struct Parser<'a> {
    pub tokens: Vec<Token<'a>>,
    pub at: usize,
    /// Whether whatever is no reference is an error.
    strict: bool,
    found: Vec<Reference>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, strict: bool) -> Self {
        Self {
            tokens: tokenize(text),
            at: 0,
            strict,
            found: Vec::new(),
        }
    }

    pub(super) fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.at)
    }

    pub(super) fn kind(&self, index: usize) -> Option<TokenKind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    pub(super) fn eat_word(&mut self, words: &[&str]) -> bool {
        let eaten = self.peek().is_some_and(|token| token.is_word(words));
        self.at += usize::from(eaten);
        if eaten && self.kind(self.at) == Some(TokenKind::Dot) {
            self.at += 1;
        }
        eaten
    }

    fn read(&mut self) -> Result<(), ReferenceError> {
        while let Some(token) = self.peek() {
            let start = self.at;
            let is_mark = !matches!(token.kind, TokenKind::Word | TokenKind::Number);
            if is_mark || token.is_word(&LINKING_WORDS) || self.is_translation(start) {
                self.at += 1;
                continue;
            }
            let known = self.found.len();
            let read = self.reference();
            if self.strict {
                read?;
            } else if read.is_err() || self.found.len() == known {
                // Whatever was eaten is passed over, but always at least this word.
                self.at = self.at.max(start + 1);
            }
        }
        Ok(())
    }

    /// Reads from a book's name to the end of its list.
    fn reference(&mut self) -> Result<(), ReferenceError> {
        let start = self.at;
        if let Some(point) = self.inverted() {
            return self.finish(point, point);
        }
        let Some(book) = self.book() else {
            return Err(self.unknown());
        };
        if self.kind(self.at) == Some(TokenKind::Comma)
            && self
                .tokens
                .get(self.at + 1)
                .is_some_and(|token| token.is_word(&CHAPTER_WORDS))
        {
            self.at += 1;
        }
        let whole = Point {
            book,
            chapter: None,
            verse: None,
            following: 0,
        };
        let Some(mut point) = self.point(whole, true)? else {
            let end = self.range_end(whole)?;
            let alone = self.strict || end.is_some() || self.stands_alone(start);
            return if alone {
                self.finish(whole, end.unwrap_or(whole))
            } else {
                Ok(())
            };
        };
        if !self.strict && point.verse.is_none() && self.is_but_a_word(start) {
            return Ok(());
        }
        loop {
            let end = self.range_end(point)?;
            let result = self.finish(point, end.unwrap_or(point));
            if self.strict {
                result?;
            }
            let last = end.unwrap_or(point);
            match self.next_in_list(last)? {
                Some(next) => point = next,
                None => return Ok(()),
            }
        }
    }

    /// A book's name, or in front of a number a word that is one slip away from one.
    fn book(&mut self) -> Option<&'static Book> {
        if let Some((book, end)) = match_name(&self.tokens, self.at) {
            self.at = end;
            return Some(book);
        }
        let word = self.peek().filter(|token| token.kind == TokenKind::Word)?;
        let before_number = self.kind(self.at + 1) == Some(TokenKind::Number);
        let book = before_number.then(|| misspelt_book(word.text)).flatten()?;
        self.at += 1;
        Some(book)
    }

    /// The other end of a range, if one begins here.
    fn range_end(&mut self, from: Point) -> Result<Option<Point>, ReferenceError> {
        let start = self.at;
        if self.kind(start) == Some(TokenKind::Dash) {
            self.at += 1;
        } else if !self.eat_word(&RANGE_WORDS) {
            return Ok(None);
        }
        if let Some((book, end)) = match_name(&self.tokens, self.at) {
            self.at = end;
            let whole = Point {
                book,
                chapter: None,
                verse: None,
                following: 0,
            };
            return Ok(Some(self.point(whole, true)?.unwrap_or(whole)));
        }
        let end = if from.chapter.is_some() {
            self.point(from, false)?
        } else {
            None
        };
        if end.is_none() {
            self.at = start;
        }
        Ok(end)
    }

    /// The next member of the list, if the list goes on: not if another book begins.
    fn next_in_list(&mut self, last: Point) -> Result<Option<Point>, ReferenceError> {
        let start = self.at;
        let mut new_chapter = false;
        let mut parted = false;
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::Comma => {}
                TokenKind::Semicolon => new_chapter = true,
                TokenKind::Word if token.is_word(&["and", "or"]) => {}
                _ => break,
            }
            parted = true;
            self.at += 1;
        }
        let book_begins = match_name(&self.tokens, self.at).is_some();
        let next = if parted && !book_begins {
            self.point(last, new_chapter)?
        } else {
            None
        };
        if next.is_none() {
            self.at = start;
        }
        Ok(next)
    }

    fn finish(&mut self, start: Point, end: Point) -> Result<(), ReferenceError> {
        let (first, last) = (start.first()?, end.last()?);
        let extent = match (start.extent(), end.extent()) {
            (Extent::Books, Extent::Books) => Extent::Books,
            (Extent::Verses, _) | (_, Extent::Verses) => Extent::Verses,
            _ => Extent::Chapters,
        };
        if first <= last {
            self.found.push(Reference {
                extent,
                first,
                last,
            });
            return Ok(());
        }
        for point in [start, end] {
            let (first, last) = (point.first()?, point.last()?);
            self.found.push(Reference {
                extent: point.extent(),
                first,
                last,
            });
        }
        Ok(())
    }

    /// Why there is no book here. Looking for the nearest is too slow for every word of a text
    /// that is read leniently, and the reason is not told then.
    fn unknown(&self) -> ReferenceError {
        if !self.strict {
            return ReferenceError::Empty;
        }
        let words = self.tokens.iter().skip(self.at);
        let words = words
            .take_while(|token| token.kind == TokenKind::Word)
            .take(5);
        let name: Vec<_> = words.map(|token| token.text).collect();
        let shorten = |text: &str| text.chars().take(40).collect();
        if name.is_empty() {
            let found = self.peek().map_or("", |token| token.text);
            return ReferenceError::Unexpected {
                found: shorten(found),
            };
        }
        let name = name.join(" ");
        let nearest = nearest_book(&name).map(|book| book.name);
        ReferenceError::UnknownBook {
            name: shorten(&name),
            nearest,
        }
    }
}
