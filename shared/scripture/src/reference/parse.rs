//! The parser of references.
//!
//! The grammar, roughly: a book, then a list of chapters and verses (`John 3:16-18, 20; 4:2`).
//! After a comma a number alone is a verse if the number before it was one; after a semicolon it is
//! a chapter. A range may end in another chapter or book. In a book of one chapter a number alone
//! is a verse (`Jude 5`), but 1 alone is the chapter.

use super::point::{CHAPTER_WORDS, Point};
use super::prose::LINKING_WORDS;
use super::{Extent, Reference, ReferenceError};
use crate::canon::{Book, match_name, misspelt_book, nearest_book};
use crate::token::{Token, TokenKind, tokenize};

/// The longest text that [`parse_references`] reads, in characters.
pub const LONGEST_REFERENCE: usize = 1_000;

const RANGE_WORDS: [&str; 4] = ["to", "through", "thru", "until"];

/// Reads a text that is one reference or a list of references. The text may also have quotation
/// marks, brackets, "cf." and a translation's name after a reference.
///
/// A range that exceeds a chapter or book stops at its end. A range written backwards is two
/// references, one for each end. `16f` includes the next verse, `16ff` the rest of the chapter.
///
/// # Errors
///
/// A [`ReferenceError`] for the first word or number that cannot be read or does not exist.
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

/// Finds the references in a text, in order, and skips all other words.
///
/// A book's name alone counts only where no other word is beside it, so that "mark my words" gives
/// none. The cost is linear in the text's length.
#[must_use]
pub fn find_references(text: &str) -> Vec<Reference> {
    let mut parser = Parser::new(text, false);
    // Lenient reading skips what strict reading refuses.
    let _never_refused = parser.read();
    parser.found
}

/// A text and the position of the next token to read.
pub(super) struct Parser<'a> {
    pub tokens: Vec<Token<'a>>,
    pub at: usize,
    /// Whether other words than references are an error.
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
                // Skips the tokens that were read, or at least this word.
                self.at = self.at.max(start + 1);
            }
        }
        Ok(())
    }

    /// Reads a book's name and its list.
    fn reference(&mut self) -> Result<(), ReferenceError> {
        let start = self.at;
        if let Some(point) = self.inverted() {
            return self.finish(point, point);
        }
        let Some(book) = self.book() else {
            return Err(self.unknown_book());
        };
        let next = self.tokens.get(self.at + 1);
        if self.kind(self.at) == Some(TokenKind::Comma)
            && next.is_some_and(|token| token.is_word(&CHAPTER_WORDS))
        {
            self.at += 1;
        }
        let whole = Point::whole(book);
        let Some(mut point) = self.point(whole, true)? else {
            let end = self.range_end(whole)?;
            if self.strict || end.is_some() || self.stands_alone(start) {
                self.finish(whole, end.unwrap_or(whole))?;
            }
            return Ok(());
        };
        if !self.strict && point.verse.is_none() && self.is_ordinary_word(start) {
            return Ok(());
        }
        loop {
            let last = self.range_end(point)?.unwrap_or(point);
            let result = self.finish(point, last);
            if self.strict {
                result?;
            }
            match self.next_in_list(last)? {
                Some(next) => point = next,
                None => return Ok(()),
            }
        }
    }

    /// Reads a book's name, or before a number a word with one typing error.
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

    /// Reads the rest of a range, if one begins here.
    fn range_end(&mut self, from: Point) -> Result<Option<Point>, ReferenceError> {
        let start = self.at;
        if self.kind(start) == Some(TokenKind::Dash) {
            self.at += 1;
        } else if !self.eat_word(&RANGE_WORDS) {
            return Ok(None);
        }
        if let Some((book, end)) = match_name(&self.tokens, self.at) {
            self.at = end;
            let whole = Point::whole(book);
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

    /// Reads the next member of the list, if the list continues and no other book begins.
    fn next_in_list(&mut self, last: Point) -> Result<Option<Point>, ReferenceError> {
        let start = self.at;
        let mut new_chapter = false;
        let mut separated = false;
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::Comma => {}
                TokenKind::Semicolon => new_chapter = true,
                TokenKind::Word if token.is_word(&["and", "or"]) => {}
                _ => break,
            }
            separated = true;
            self.at += 1;
        }
        let book_begins = match_name(&self.tokens, self.at).is_some();
        let next = if separated && !book_begins {
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
        let mut add = |extent, first, last| {
            self.found.push(Reference {
                extent,
                first,
                last,
            });
        };
        if first <= last {
            add(extent, first, last);
        } else {
            for point in [start, end] {
                add(point.extent(), point.first()?, point.last()?);
            }
        }
        Ok(())
    }

    /// The error for a token that is not a book. Lenient reading drops it, and finding the nearest
    /// book for each word would be too slow there.
    fn unknown_book(&self) -> ReferenceError {
        if !self.strict {
            return ReferenceError::Empty;
        }
        let tokens = self.tokens.iter().skip(self.at).take(5);
        let words = tokens.take_while(|token| token.kind == TokenKind::Word);
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
