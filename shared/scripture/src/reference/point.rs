//! One end of a reference: reading its chapter and verse, and finding the verses they mean.

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
    /// How many chapters or verses follow: 1 for `f`, all for `ff`.
    pub following: u16,
}

impl Parser<'_> {
    /// Reads `ch 3 v 16 of John`.
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
            chapter,
            verse,
            ..Point::whole(book)
        })
    }

    fn number(&mut self) -> Option<u16> {
        let token = self.peek()?;
        let value = (token.kind == TokenKind::Number).then(|| token.value())?;
        self.at += 1;
        Some(value)
    }

    /// Reads a chapter, a verse or both, if they stand here. A missing chapter is that of
    /// `context`. A number alone is a verse if the context has one, unless a `new_chapter` begins.
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
        let (chapter, verse) = if says_verse {
            let chapter = context.chapter.or(only_chapter);
            if chapter.is_none() {
                let found = format!("verse {number}");
                return Err(ReferenceError::Unexpected { found });
            }
            (chapter, Some(number))
        } else if let Some(verse) = self.verse() {
            (Some(number), Some(verse))
        } else if context.verse.is_some() && !new_chapter && !says_chapter {
            (context.chapter, Some(number))
        } else if only_chapter.is_some() && !says_chapter && (number != 1 || self.list_continues())
        {
            (only_chapter, Some(number))
        } else {
            (Some(number), None)
        };
        Ok(Some(Point {
            book,
            chapter,
            verse,
            following: self.suffix(),
        }))
    }

    /// Reads the verse after a chapter: `:16`, `.16`, `v. 16`, or a psalm's title, which belongs to
    /// verse 1.
    fn verse(&mut self) -> Option<u16> {
        let start = self.at;
        let joined = |index| {
            let token: Option<&Token<'_>> = self.tokens.get(index);
            token.is_some_and(|token| token.joined)
        };
        let separated = match self.kind(start)? {
            TokenKind::Colon => true,
            TokenKind::Dot => joined(start) && joined(start + 1),
            _ => false,
        };
        self.at += usize::from(separated);
        let says_verse = self.eat_word(&VERSE_WORDS);
        if self.eat_word(&["title"]) {
            return Some(1);
        }
        let number = if separated || says_verse {
            self.number()
        } else {
            None
        };
        if number.is_none() {
            self.at = start;
        }
        number
    }

    /// Reads `a` to `e` (a part of a verse, which counts as the verse), `f` or `ff`. Returns how
    /// many chapters or verses follow.
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

    fn list_continues(&self) -> bool {
        matches!(self.kind(self.at), Some(TokenKind::Dash | TokenKind::Comma))
            && self.kind(self.at + 1) == Some(TokenKind::Number)
    }
}

impl Point {
    pub(super) fn whole(book: &'static Book) -> Self {
        Self {
            book,
            chapter: None,
            verse: None,
            following: 0,
        }
    }

    pub(super) fn extent(&self) -> Extent {
        match (self.chapter, self.verse) {
            (None, _) => Extent::Books,
            (Some(_), None) => Extent::Chapters,
            (Some(_), Some(_)) => Extent::Verses,
        }
    }

    /// The first verse; an error if it does not exist.
    pub(super) fn first(&self) -> Result<VerseId, ReferenceError> {
        let book = self.book;
        let chapter = self.chapter.unwrap_or(1);
        let count = book.verse_count(chapter);
        let count = count.ok_or(ReferenceError::NoSuchChapter {
            book: book.name,
            chapter,
            last: book.chapter_count(),
        })?;
        let verse = self.verse.unwrap_or(1);
        if (1..=count).contains(&verse) {
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
            last: count,
        })
    }

    /// The last verse. A chapter or verse after the last one counts as the last one.
    pub(super) fn last(&self) -> Result<VerseId, ReferenceError> {
        let book = self.book;
        let (chapters, verses) = match self.verse {
            None => (self.following, 0),
            Some(_) => (0, self.following),
        };
        let chapter = self.chapter.unwrap_or(u16::MAX).saturating_add(chapters);
        let chapter = chapter.min(book.chapter_count());
        let verse = self.verse.unwrap_or(u16::MAX).saturating_add(verses);
        let verse = verse.min(book.verse_count(chapter).unwrap_or(0));
        // `first` refuses chapter 0 and verse 0.
        Point {
            chapter: Some(chapter),
            verse: Some(verse),
            following: 0,
            ..*self
        }
        .first()
    }
}
