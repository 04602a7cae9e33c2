//! One end of a reference: how its numbers are read and which verses they mean.

use super::parse::Parser;
use super::{Extent, ReferenceError, VerseId};
use crate::canon::{Book, match_name};
use crate::token::{Token, TokenKind};

pub(super) const CHAPTER_WORDS: [&str; 6] = ["chapter", "chapters", "chap", "chaps", "ch", "chs"];
const VERSE_WORDS: [&str; 7] = ["verse", "verses", "ver", "vv", "vs", "vss", "v"];

/// One end of a reference as written.
#[derive(Clone, Copy)]
pub(super) struct Point {
    pub book: &'static Book,
    pub chapter: Option<u16>,
    pub verse: Option<u16>,
    /// `f` (1) or `ff` (everything that follows).
    pub following: u16,
}

impl Parser<'_> {
    /// `ch 3 v 16 of John`.
    pub(super) fn inverted(&mut self) -> Option<Point> {
        let start = self.at;
        let point = self.read_inverted();
        if point.is_none() {
            self.at = start;
        }
        point
    }

    fn read_inverted(&mut self) -> Option<Point> {
        if !self.eat_word(&CHAPTER_WORDS) {
            return None;
        }
        let chapter = Some(self.number()?);
        let verse = if self.eat_word(&VERSE_WORDS) {
            Some(self.number()?)
        } else {
            None
        };
        if !self.eat_word(&["of", "in"]) {
            return None;
        }
        let (book, end) = match_name(&self.tokens, self.at)?;
        self.at = end;
        Some(Point {
            book,
            chapter,
            verse,
            following: 0,
        })
    }

    fn number(&mut self) -> Option<u16> {
        let value = self
            .peek()
            .filter(|token| token.kind == TokenKind::Number)?
            .value();
        self.at += 1;
        Some(value)
    }

    /// A chapter, a verse or both, if they stand here. What is not said is taken from `context`;
    /// a bare number is a verse if the context has one, unless a `new_chapter` begins.
    pub(super) fn point(
        &mut self,
        context: Point,
        new_chapter: bool,
    ) -> Result<Option<Point>, ReferenceError> {
        let start = self.at;
        let book = context.book;
        let says_chapter = self.eat_word(&CHAPTER_WORDS);
        let says_verse = !says_chapter && self.eat_word(&VERSE_WORDS);
        let Some(number) = self.number() else {
            self.at = start;
            return Ok(None);
        };
        let only_chapter = book.has_one_chapter().then_some(1);
        let mut point = Point {
            book,
            chapter: Some(number),
            verse: None,
            following: 0,
        };
        if says_verse {
            let Some(chapter) = context.chapter.or(only_chapter) else {
                return Err(ReferenceError::Unexpected {
                    found: format!("verse {number}"),
                });
            };
            point = Point {
                chapter: Some(chapter),
                verse: Some(number),
                ..point
            };
        } else if let Some(verse) = self.verse() {
            point.verse = Some(verse);
        } else if context.verse.is_some() && !new_chapter && !says_chapter {
            point = Point {
                chapter: context.chapter,
                verse: Some(number),
                ..point
            };
        } else if only_chapter.is_some() && !says_chapter && (number != 1 || self.list_goes_on()) {
            point = Point {
                chapter: only_chapter,
                verse: Some(number),
                ..point
            };
        }
        point.following = self.suffix();
        Ok(Some(point))
    }

    /// Behind a chapter: `:16`, `.16`, `v. 16`, or a psalm's title, which belongs to verse 1.
    fn verse(&mut self) -> Option<u16> {
        let start = self.at;
        let joined = |index| {
            self.tokens
                .get(index)
                .is_some_and(|token: &Token<'_>| token.joined)
        };
        let parted = match self.kind(start)? {
            TokenKind::Colon => true,
            TokenKind::Dot => joined(start) && joined(start + 1),
            _ => false,
        };
        self.at += usize::from(parted);
        let said = self.eat_word(&VERSE_WORDS);
        if self.eat_word(&["title"]) {
            return Some(1);
        }
        let number = if parted || said { self.number() } else { None };
        if number.is_none() {
            self.at = start;
        }
        number
    }

    /// `a` to `e` (a part of a verse, which is not told apart), `f` or `ff`.
    fn suffix(&mut self) -> u16 {
        let Some(token) = self.peek().filter(|token| token.joined) else {
            return 0;
        };
        let following = if token.is_word(&["ff"]) {
            u16::MAX
        } else if token.is_word(&["f"]) {
            1
        } else if token.is_word(&["a", "b", "c", "d", "e"]) {
            0
        } else {
            return 0;
        };
        self.at += 1;
        following
    }

    fn list_goes_on(&self) -> bool {
        matches!(self.kind(self.at), Some(TokenKind::Dash | TokenKind::Comma))
            && self.kind(self.at + 1) == Some(TokenKind::Number)
    }
}

impl Point {
    pub(super) fn extent(&self) -> Extent {
        match (self.chapter, self.verse) {
            (None, _) => Extent::Books,
            (Some(_), None) => Extent::Chapters,
            (Some(_), Some(_)) => Extent::Verses,
        }
    }

    /// The first verse meant, which must exist.
    pub(super) fn first(&self) -> Result<VerseId, ReferenceError> {
        let book = self.book;
        let chapter = self.chapter.unwrap_or(1);
        let last = book.chapter_count();
        let verses = book.verse_count(chapter);
        let verses = verses.ok_or(ReferenceError::NoSuchChapter {
            book: book.name,
            chapter,
            last,
        })?;
        let verse = self.verse.unwrap_or(1);
        if (1..=verses).contains(&verse) {
            return Ok(VerseId {
                book: book.id,
                chapter,
                verse,
            });
        }
        Err(ReferenceError::NoSuchVerse {
            book: book.name,
            chapter,
            verse,
            last: verses,
        })
    }

    /// The last verse meant; past the end it is the end.
    pub(super) fn last(&self) -> Result<VerseId, ReferenceError> {
        let book = self.book;
        let following = if self.verse.is_none() {
            self.following
        } else {
            0
        };
        let chapter = self.chapter.unwrap_or(u16::MAX).saturating_add(following);
        let chapter = chapter.min(book.chapter_count());
        let following = if self.verse.is_some() {
            self.following
        } else {
            0
        };
        let verse = self.verse.unwrap_or(u16::MAX).saturating_add(following);
        let verse = verse.min(book.verse_count(chapter).unwrap_or(0));
        // Chapter or verse 0 exists no more as an end than as a beginning.
        Point {
            chapter: Some(chapter),
            verse: Some(verse),
            following: 0,
            ..*self
        }
        .first()
    }
}
