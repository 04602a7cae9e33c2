//! The parser of references.
//!
//! The grammar, roughly: a book, then a list of chapters and verses (`John 3:16-18, 20; 4:2`).
//! After a comma a number alone is a verse if the number before it was one; after a semicolon it is
//! a chapter. A range may end in another chapter or book. In a book of one chapter a number alone
//! is a verse (`Jude 5`), but 1 alone is the chapter.
//!
//! No part of a reference is left out: a part that cannot be read, or does not exist, is an error
//! in strict reading, and else unread.

#[cfg(test)]
use std::cell::Cell;
use std::ops::Range;

use super::number_words;
use super::point::{CHAPTER_WORDS, Point};
use super::prose::LINKING_WORDS;
use super::{Extent, Reference, ReferenceError};
use crate::canon::{Book, NameMatch, match_name, match_numbered_name, nearest_book};
use crate::token::{PlainText, Token, TokenKind};
use crate::translation::TranslationCode;

pub(super) const RANGE_WORDS: [&str; 6] = ["to", "through", "thru", "until", "hasta", "al"];
/// The end of a chapter or book, after a dash: `Acts 2:38-end`.
const END_WORDS: [&str; 2] = ["end", "fin"];

/// A reference as it was read, with the translation that it names.
#[derive(Clone, Copy)]
pub(super) struct Read {
    pub reference: Reference,
    pub translation: Option<TranslationCode>,
    /// Where the member of the list begins and ends in the text as it was written, in bytes.
    pub place: (usize, usize),
}

/// A part of a text that begins like a reference and cannot be read whole, or does not exist.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unread {
    /// The part as it was written, at most 100 characters.
    pub text: String,
    /// Why it cannot be read.
    pub reason: ReferenceError,
    /// Where it stands in the text as it was written, in bytes.
    pub place: Range<usize>,
}

/// A text and the position of the next token to read.
pub(super) struct Parser<'a> {
    text: &'a PlainText<'a>,
    pub tokens: Vec<Token<'a>>,
    pub at: usize,
    /// Whether other words than references are an error.
    pub strict: bool,
    /// The translation whose numbers count where the text names none.
    translation: Option<TranslationCode>,
    pub found: Vec<Read>,
    pub unread: Vec<Unread>,
    /// The translation that was named before the end of the current list.
    named: Option<TranslationCode>,
    /// The index after the last list that was read.
    pub list_end: usize,
    /// How many tokens were looked at.
    #[cfg(test)]
    pub work: Cell<u64>,
}

/// A member of a list: a point or a range, and its tokens.
pub(super) struct Member {
    pub first: Point,
    pub last: Option<Point>,
    pub tokens: Range<usize>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(
        text: &'a PlainText<'a>,
        strict: bool,
        translation: Option<TranslationCode>,
    ) -> Self {
        Self {
            text,
            tokens: number_words::fold(text, text.tokens(), strict),
            at: 0,
            strict,
            translation,
            found: Vec::new(),
            unread: Vec::new(),
            named: None,
            list_end: 0,
            #[cfg(test)]
            work: Cell::new(0),
        }
    }

    pub(super) fn peek(&self) -> Option<&Token<'a>> {
        self.token(self.at)
    }

    pub(super) fn token(&self, index: usize) -> Option<&Token<'a>> {
        #[cfg(test)]
        self.work.set(self.work.get() + 1);
        self.tokens.get(index)
    }

    pub(super) fn kind(&self, index: usize) -> Option<TokenKind> {
        self.token(index).map(|token| token.kind)
    }

    /// Whether a token follows the one before without a space.
    pub(super) fn is_joined(&self, index: usize) -> bool {
        self.token(index).is_some_and(|token| token.joined)
    }

    pub(super) fn eat_word(&mut self, words: &[&str]) -> bool {
        let eaten = self.peek().is_some_and(|token| token.is_word(words));
        self.at += usize::from(eaten);
        if eaten && self.kind(self.at) == Some(TokenKind::Dot) {
            self.at += 1;
        }
        eaten
    }

    pub(super) fn eat_dashes(&mut self) -> bool {
        let start = self.at;
        while self.kind(self.at) == Some(TokenKind::Dash) {
            self.at += 1;
        }
        self.at > start
    }

    pub(super) fn match_name(&self, index: usize) -> Option<NameMatch> {
        #[cfg(test)]
        self.work.set(self.work.get() + 1);
        match_name(&self.tokens, index)
    }

    pub(super) fn read(&mut self) -> Result<(), ReferenceError> {
        while let Some(token) = self.peek() {
            let start = self.at;
            let is_mark = !matches!(token.kind, TokenKind::Word | TokenKind::Number);
            if is_mark || token.is_word(&LINKING_WORDS) || self.is_translation(start) {
                self.at += 1;
                continue;
            }
            match self.reference() {
                Err(error) if self.strict => return Err(error),
                // Skips the tokens that were read, or at least this word.
                _ => self.at = self.at.max(start + 1),
            }
        }
        Ok(())
    }

    /// Reads a book's name and its list.
    fn reference(&mut self) -> Result<(), ReferenceError> {
        let start = self.at;
        self.named = None;
        if let Some(members) = self.inverted() {
            return self.finish_list(members, Ok(()));
        }
        if let Some((books, end)) = self.several_books(start) {
            self.at = end;
            return self.finish_books(start, &books);
        }
        let Some(name) = self.name_at(start) else {
            if self.strict {
                return Err(self.unknown_book());
            }
            self.report_unknown_name(start);
            return Ok(());
        };
        self.at = name.end;
        let Some(book) = name.book else {
            return self.other_book(start);
        };
        self.at = self.end_of_possessive(name.end);
        let next_says_chapter = self
            .token(self.at + 1)
            .is_some_and(|token| token.is_word(&CHAPTER_WORDS));
        let is_comma = self.kind(self.at) == Some(TokenKind::Comma);
        if is_comma && (next_says_chapter || self.is_chapter_and_verse(self.at + 1)) {
            self.at += 1;
        }
        let whole = Point::whole(book);
        let point = match self.point(whole, true) {
            Ok(point) => point,
            Err(error) => return self.report(start..self.at, error),
        };
        let Some(point) = point else {
            return self.whole_book(start, whole);
        };
        if !self.is_certain(&name, start, &point) {
            return Ok(());
        }
        let point = self.judges_for_jude(start, point);
        let mut members = Vec::new();
        let list = self.list(start, point, &mut members);
        self.finish_list(members, list)
    }

    fn whole_book(&mut self, start: usize, whole: Point) -> Result<(), ReferenceError> {
        let end = match self.range_end(whole) {
            Ok(end) => end,
            Err(error) => return self.report(start..self.at, error),
        };
        if self.strict || end.is_some() || self.stands_alone(start) {
            let tokens = start..self.at;
            let member = Member {
                first: whole,
                last: end,
                tokens,
            };
            return self.finish_list(vec![member], Ok(()));
        }
        Ok(())
    }

    /// `1-2 Kings`: all of them, or with a chapter neither.
    fn finish_books(
        &mut self,
        start: usize,
        books: &[&'static Book],
    ) -> Result<(), ReferenceError> {
        let after_names = self.at;
        let is_ambiguous = match books.last() {
            Some(last) => !matches!(self.point(Point::whole(last), true), Ok(None)),
            None => false,
        };
        if is_ambiguous {
            let error = self.unexpected(after_names);
            return self.report(start..self.at, error);
        }
        if !self.strict && !self.stands_alone(start) {
            return Ok(());
        }
        let members = books.iter().map(|book| Member {
            first: Point::whole(book),
            last: None,
            tokens: start..after_names,
        });
        let members = members.collect();
        self.finish_list(members, Ok(()))
    }

    /// Reports the name of a book that is not in the canon, if a number follows.
    fn other_book(&mut self, start: usize) -> Result<(), ReferenceError> {
        let end = self.at;
        let name = self.written(start..end);
        let name = name.trim_end_matches('.').to_owned();
        let error = ReferenceError::UnknownBook {
            name,
            nearest: None,
        };
        if self.skip_numbers() || self.strict {
            return self.report(start..self.at, error);
        }
        Ok(())
    }

    /// Reads the members of a list after the first point.
    fn list(
        &mut self,
        start: usize,
        mut point: Point,
        members: &mut Vec<Member>,
    ) -> Result<(), ReferenceError> {
        let mut from = start;
        loop {
            let last = self.range_end(point)?;
            members.push(Member {
                first: point,
                last,
                tokens: from..self.at,
            });
            match self.next_in_list(last.unwrap_or(point))? {
                Some((next, begin)) => (point, from) = (next, begin),
                None => return Ok(()),
            }
        }
    }

    /// Reads the rest of a range, if one begins here.
    pub(super) fn range_end(&mut self, from: Point) -> Result<Option<Point>, ReferenceError> {
        let start = self.at;
        if !self.eat_dashes() && !self.eat_word(&RANGE_WORDS) && !self.eat_spanish_to() {
            return Ok(None);
        }
        let is_end = self.peek().is_some_and(|token| token.is_word(&END_WORDS));
        if is_end && from.chapter.is_some() && self.kind(self.at + 1) != Some(TokenKind::Word) {
            self.at += 1;
            return Ok(Some(Point {
                following: u16::MAX,
                ..from
            }));
        }
        let same_book = from
            .book
            .name
            .chars()
            .next()
            .filter(char::is_ascii_digit)
            .and_then(|number| match_numbered_name(&self.tokens, self.at, number))
            .filter(|name| name.book == Some(from.book));
        if let Some(NameMatch { book, end }) = same_book.or_else(|| self.match_name(self.at)) {
            let Some(book) = book else {
                self.at = start;
                return Ok(None);
            };
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

    /// Reads the next member of the list and the index of its first token, if the list continues
    /// and no other book begins.
    fn next_in_list(&mut self, last: Point) -> Result<Option<(Point, usize)>, ReferenceError> {
        let start = self.at;
        // `John 3:16 (ESV), 18`.
        let named = self.translation_after(start);
        if let Some((code, after)) = named {
            self.named = self.named.or(Some(code));
            self.at = after;
        }
        let mut new_chapter = false;
        let mut separated = false;
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::Comma => {}
                TokenKind::Semicolon => new_chapter = true,
                TokenKind::Word if token.is_word(&["and", "or", "y"]) => {}
                // `Joh 3,16.18`.
                TokenKind::Dot if last.is_continental && token.joined => {
                    let next = self.token(self.at + 1);
                    if !next.is_some_and(|next| next.joined && next.kind == TokenKind::Number) {
                        break;
                    }
                }
                _ => break,
            }
            separated = true;
            self.at += 1;
        }
        let begin = self.at;
        let may_continue = named.is_none() && self.continues_without_separator(&last);
        let continues = separated || may_continue;
        let next = if continues && !self.book_begins(begin) {
            self.point(last, new_chapter)?
        } else {
            None
        };
        if next.is_none() {
            self.at = start;
        }
        Ok(next.map(|next| (next, begin)))
    }

    /// Finds the verses of the members, and reports those that do not exist. `list` is the reason
    /// why the list ended, if that was an error.
    fn finish_list(
        &mut self,
        mut members: Vec<Member>,
        list: Result<(), ReferenceError>,
    ) -> Result<(), ReferenceError> {
        let end = self.at;
        let after_end = self.translation_after(end).map(|(code, _)| code);
        let translation = after_end.or(self.named).or(self.translation);
        let mut glued = None;
        let is_book = members
            .last()
            .is_some_and(|member| member.last.is_none() && member.first.extent() == Extent::Books);
        if !self.strict
            && !is_book
            && let Some(after) = self.end_of_glued_number(end)
            && let Some(member) = members.pop()
        {
            glued = Some((member.tokens.start..after, self.unexpected(after - 1)));
            self.at = after;
        }
        let bracketed = if self.strict || is_book {
            None
        } else {
            self.end_of_bracketed_numbers(self.at)
        };
        let before_bracket = self.at;
        self.at = bracketed.unwrap_or(before_bracket);
        self.list_end = self.at;
        let after_members = members.last().map_or(end, |member| member.tokens.end);
        for member in members {
            let past_end = match self.finish(&member, translation) {
                Ok(past_end) => past_end,
                Err(error) => Some(error),
            };
            if let Some(error) = past_end {
                self.report(member.tokens, error)?;
            }
        }
        if let Some((tokens, error)) = glued {
            self.report(tokens, error)?;
        }
        if bracketed.is_some() {
            let error = self.unexpected(before_bracket);
            self.report(before_bracket..self.at, error)?;
        }
        match list {
            Ok(()) => Ok(()),
            Err(error) => self.report(after_members..self.at.max(after_members + 1), error),
        }
    }

    /// Adds the reference of a member. Returns the error for the end of a range that exceeds its
    /// chapter or book, which counts as the last verse: strict reading allows it.
    fn finish(
        &mut self,
        member: &Member,
        translation: Option<TranslationCode>,
    ) -> Result<Option<ReferenceError>, ReferenceError> {
        let (start, end) = (member.first, member.last.unwrap_or(member.first));
        let first = self.first_verse(&start, translation)?;
        let last = self.last_verse(&end, translation)?;
        let extent = match (start.extent(), end.extent()) {
            (Extent::Books, Extent::Books) => Extent::Books,
            (Extent::Verses, _) | (_, Extent::Verses) => Extent::Verses,
            _ => Extent::Chapters,
        };
        let place = self.place_of(member.tokens.clone());
        let read = |extent, first, last| Read {
            reference: Reference {
                extent,
                first,
                last,
            },
            translation,
            place: (place.start, place.end),
        };
        if first <= last {
            self.found.push(read(extent, first, last));
            let is_range = member.last.is_some() && !self.strict;
            let end_exists = is_range.then(|| self.first_verse(&end, translation));
            return Ok(end_exists.and_then(Result::err));
        }
        let first_of_end = self.first_verse(&end, translation)?;
        let last_of_start = self.last_verse(&start, translation)?;
        self.found.extend([
            read(start.extent(), first, last_of_start),
            read(end.extent(), first_of_end, last),
        ]);
        Ok(None)
    }

    /// Strict reading ends with the error; lenient reading notes the tokens as unread.
    pub(super) fn report(
        &mut self,
        tokens: Range<usize>,
        reason: ReferenceError,
    ) -> Result<(), ReferenceError> {
        if self.strict {
            return Err(reason);
        }
        let text = self.written(tokens.clone());
        let place = self.place_of(tokens);
        self.unread.push(Unread {
            text,
            reason,
            place,
        });
        Ok(())
    }

    /// Tokens as they were written, at most 100 characters.
    pub(super) fn written(&self, tokens: Range<usize>) -> String {
        let written = self.text.as_written(self.plain_place_of(tokens));
        written.chars().take(100).collect()
    }

    /// Where tokens stand in the text as it was written, in bytes.
    fn place_of(&self, tokens: Range<usize>) -> Range<usize> {
        self.text.place_as_written(self.plain_place_of(tokens))
    }

    fn plain_place_of(&self, tokens: Range<usize>) -> Range<usize> {
        let last = tokens
            .end
            .checked_sub(1)
            .and_then(|index| self.tokens.get(index));
        let start = self.tokens.get(tokens.start).map_or(0, |token| token.start);
        let end = last.map_or(start, |token| token.start + token.text.len());
        start..end.max(start)
    }

    /// The error for a number or a mark that has no meaning.
    pub(super) fn unexpected(&self, index: usize) -> ReferenceError {
        let found = self.token(index).map_or("", |token| token.text);
        ReferenceError::Unexpected {
            found: found.chars().take(40).collect(),
        }
    }

    /// The error for a token that is not a book.
    fn unknown_book(&self) -> ReferenceError {
        let tokens = self.tokens.iter().skip(self.at).take(5);
        let words = tokens.take_while(|token| token.kind == TokenKind::Word);
        let name: Vec<_> = words.map(|token| token.text).collect();
        if name.is_empty() {
            return self.unexpected(self.at);
        }
        let name = name.join(" ");
        let nearest = nearest_book(&name).map(|book| book.name);
        let name = name.chars().take(40).collect();
        ReferenceError::UnknownBook { name, nearest }
    }
}
