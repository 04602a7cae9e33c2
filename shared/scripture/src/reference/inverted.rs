//! References whose chapter or verse stands before the book: `chapter 3 of John`, `verses 16 and 18
//! of the third chapter of John`, `the 23rd Psalm`.

use super::number_words::PSALM_WORDS;
use super::parse::{Member, Parser, RANGE_WORDS};
use super::point::{CHAPTER_WORDS, Number, Point, VERSE_WORDS};
use crate::canon::find_book;
use crate::token::TokenKind;

const ARTICLES: [&str; 4] = ["the", "el", "la", "los"];
const OF: [&str; 5] = ["of", "in", "from", "de", "del"];

/// A longer list of ordinals is none: each would be looked at from each of its members.
const MOST_ORDINALS: usize = 8;

/// The first and the last number of a range.
type Numbers = (Number, Option<Number>);

impl Parser<'_> {
    /// Reads `ch 3 v 16 of John`, `chapters 3-4 of John`, `the first chapter of John`, `verses 16
    /// and 18 of John 3`, `verse 16 of chapter 3 of John` and `23rd Psalm`.
    pub(super) fn inverted(&mut self) -> Option<Vec<Member>> {
        let start = self.at;
        self.eat_word(&ARTICLES);
        let members = self.read_inverted(start);
        if members.is_none() {
            self.at = start;
        }
        members
    }

    fn read_inverted(&mut self, start: usize) -> Option<Vec<Member>> {
        if let Some(psalms) = self.numbers_before(&PSALM_WORDS) {
            // "2nd Psalm 7" is the seventh.
            let is_whole = self.kind(self.at) != Some(TokenKind::Number);
            let psalms = is_whole.then_some(psalms)?;
            let verses = self.verses_after()?;
            return self.members_of(find_book("Psalms")?, psalms, verses, start);
        }
        let mut chapters = Vec::new();
        let mut verses = Vec::new();
        loop {
            if chapters.is_empty() && self.eat_word(&CHAPTER_WORDS) {
                chapters = self.numbers()?;
            } else if verses.is_empty() && self.eat_word(&VERSE_WORDS) {
                verses = self.numbers()?;
            } else if chapters.is_empty()
                && let Some(numbers) = self.numbers_before(&CHAPTER_WORDS)
            {
                chapters = numbers;
            } else if verses.is_empty()
                && let Some(numbers) = self.numbers_before(&VERSE_WORDS)
            {
                verses = numbers;
            } else {
                break;
            }
            let is_comma = self.kind(self.at) == Some(TokenKind::Comma);
            self.at += usize::from(is_comma);
            let after = self.at;
            if !is_comma {
                self.eat_word(&OF);
            }
            self.eat_word(&ARTICLES);
            if !self.chapter_or_verse_is_next() {
                self.at = after;
            }
        }
        if chapters.is_empty() && verses.is_empty() || !self.eat_word(&OF) {
            return None;
        }
        let name = self.match_name(self.at)?;
        let book = name.book?;
        self.at = name.end;
        if chapters.is_empty() {
            let only_chapter = Number {
                value: 1,
                token: start,
            };
            let after_name = self.at;
            self.eat_word(&CHAPTER_WORDS);
            let chapter = self.number().filter(|_| self.verse_separator().is_none());
            if chapter.is_none() {
                self.at = after_name;
            }
            let chapter = chapter.or(book.has_one_chapter().then_some(only_chapter))?;
            chapters.push((chapter, None));
        } else if verses.is_empty() {
            verses = self.verses_after()?;
        }
        self.members_of(book, chapters, verses, start)
    }

    fn chapter_or_verse_is_next(&mut self) -> bool {
        let at = self.at;
        let is_word = self
            .token(at)
            .is_some_and(|token| token.is_word(&CHAPTER_WORDS) || token.is_word(&VERSE_WORDS));
        let is_next = is_word
            || self.numbers_before(&CHAPTER_WORDS).is_some()
            || self.numbers_before(&VERSE_WORDS).is_some();
        self.at = at;
        is_next
    }

    /// Reads `, verse 16` after `the third chapter of John`. Empty if no verse follows; `None` if
    /// it cannot be read.
    fn verses_after(&mut self) -> Option<Vec<Numbers>> {
        let before = self.at;
        let is_comma = self.kind(self.at) == Some(TokenKind::Comma);
        self.at += usize::from(is_comma);
        if self.eat_word(&VERSE_WORDS)
            && let Some(verses) = self.numbers()
        {
            return Some(verses);
        }
        self.at = before;
        let is_joined_verse = self.kind(before) == Some(TokenKind::Colon)
            && self.kind(before + 1) == Some(TokenKind::Number);
        (!is_joined_verse).then(Vec::new)
    }

    fn members_of(
        &self,
        book: &'static crate::canon::Book,
        chapters: Vec<Numbers>,
        verses: Vec<Numbers>,
        start: usize,
    ) -> Option<Vec<Member>> {
        let point = |chapter, verse| Point {
            chapter: Some(chapter),
            verse,
            ..Point::whole(book)
        };
        let tokens = start..self.at;
        let member = |(first, last): (Point, Option<Point>)| Member {
            first,
            last,
            tokens: tokens.clone(),
        };
        if verses.is_empty() {
            let points = chapters.into_iter().map(|(first, last)| {
                let last = last.map(|last| point(last, None));
                member((point(first, None), last))
            });
            return Some(points.collect());
        }
        // "Verse 3 of chapters 1-2" names no verse.
        let [(chapter, None)] = chapters.as_slice() else {
            return None;
        };
        let points = verses.into_iter().map(|(first, last)| {
            let last = last.map(|last| point(*chapter, Some(last)));
            member((point(*chapter, Some(first)), last))
        });
        Some(points.collect())
    }

    /// Reads ordinals and one of `words`: `third chapter`, `23rd and 24th Psalms`. Reads nothing if
    /// another word follows them.
    fn numbers_before(&mut self, words: &[&str]) -> Option<Vec<Numbers>> {
        let start = self.at;
        let mut all = Vec::new();
        while all.len() < MOST_ORDINALS
            && let Some(first) = self.ordinal()
        {
            let range = self.at;
            let last = if self.eat_dashes() || self.eat_word(&RANGE_WORDS) {
                self.eat_word(&ARTICLES);
                self.ordinal()
            } else {
                None
            };
            if last.is_none() {
                self.at = range;
            }
            all.push((first, last));
            if self.kind(self.at) == Some(TokenKind::Comma) {
                self.at += 1;
            }
            if self.eat_word(&["and", "y", "or"]) {
                self.eat_word(&ARTICLES);
            }
        }
        if all.is_empty() || !self.eat_word(words) {
            self.at = start;
            return None;
        }
        Some(all)
    }

    /// Reads `third` or `3rd`.
    fn ordinal(&mut self) -> Option<Number> {
        let token = self.peek()?;
        let number = Number {
            value: token.value(),
            token: self.at,
        };
        let is_word = token.kind == TokenKind::Word && token.number.is_some();
        if is_word {
            self.at += 1;
            return Some(number);
        }
        let is_ordinal = token.kind == TokenKind::Number && self.is_ordinal_ending(self.at + 1);
        is_ordinal.then(|| self.number()).flatten()
    }

    /// Reads `3`, `3-5`, `3, 5 and 7`: the first and the last number of each range.
    fn numbers(&mut self) -> Option<Vec<(Number, Option<Number>)>> {
        let mut all = Vec::new();
        loop {
            if all.is_empty() {
                self.eat_words_before_number();
            }
            let before = self.at;
            let separated = all.is_empty()
                || self.kind(self.at) == Some(TokenKind::Comma)
                || self
                    .token(self.at)
                    .is_some_and(|token| token.is_word(&["and", "y", "or"]));
            self.at += usize::from(separated && !all.is_empty());
            let Some(first) = self.number().filter(|_| separated) else {
                self.at = before;
                break;
            };
            let start = self.at;
            let last = if self.eat_dashes() || self.eat_word(&RANGE_WORDS) || self.eat_spanish_to()
            {
                self.number()
            } else {
                None
            };
            if last.is_none() {
                self.at = start;
            }
            all.push((first, last));
        }
        (!all.is_empty()).then_some(all)
    }
}
