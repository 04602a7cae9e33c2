//! One end of a reference: reading its chapter and verse, and finding the verses they mean.

use super::number_words::WORDS_BEFORE_A_NUMBER;
use super::parse::Parser;
use super::{Extent, ReferenceError, VerseId};
use crate::canon::Book;
use crate::token::{Token, TokenKind};
use crate::translation::TranslationCode;
use crate::verse_map::{is_numbered, last_number};

pub(super) const CHAPTER_WORDS: [&str; 9] = [
    "chapter",
    "chapters",
    "chap",
    "chaps",
    "ch",
    "chs",
    "capitulo",
    "capitulos",
    "cap",
];
pub(super) const VERSE_WORDS: [&str; 10] = [
    "verse",
    "verses",
    "ver",
    "vv",
    "vs",
    "vss",
    "v",
    "versiculo",
    "versiculos",
    "vers",
];
/// No chapter has more verses than Psalm 119, so a larger number counts something else.
const MOST_VERSES: u16 = 200;

/// A number as written: a chapter or a verse.
#[derive(Clone, Copy)]
pub(super) struct Number {
    pub value: u16,
    /// The number's token.
    pub token: usize,
}

/// One end of a reference as written.
#[derive(Clone, Copy)]
pub(super) struct Point {
    pub book: &'static Book,
    pub chapter: Option<Number>,
    pub verse: Option<Number>,
    /// How many chapters or verses follow: 1 for `f`, all for `ff`.
    pub following: u16,
    /// Whether the chapter is a Roman number.
    pub is_roman: bool,
    /// Whether a comma separates chapter and verse, and a dot verses: `Joh 3,16.18`.
    pub is_continental: bool,
}

impl Parser<'_> {
    /// The mark between chapter and verse, if one is next.
    pub(super) fn verse_separator(&self) -> Option<TokenKind> {
        let kind = self.kind(self.at)?;
        let is_separator = kind == TokenKind::Colon
            || kind == TokenKind::Dot && self.is_joined(self.at) && self.is_joined(self.at + 1);
        is_separator.then_some(kind)
    }

    /// Reads a number, also with the ending of an ordinal: `23rd`.
    pub(super) fn number(&mut self) -> Option<Number> {
        let token = self.peek()?;
        let value = (token.kind == TokenKind::Number).then(|| token.value())?;
        let number = Number {
            value,
            token: self.at,
        };
        self.at += 1 + usize::from(self.is_ordinal_ending(self.at + 1));
        Some(number)
    }

    /// Whether the ending of an ordinal is joined to the number before: `23rd`.
    pub(super) fn is_ordinal_ending(&self, index: usize) -> bool {
        let token = self.token(index);
        token.is_some_and(|token| token.joined && token.is_word(&["st", "nd", "rd", "th"]))
    }

    /// Skips the words between a psalm and its number: `Psalm the 23rd`, `Psalm No. 23`,
    /// `chapter the third`.
    pub(super) fn eat_words_before_number(&mut self) {
        let mut at = self.at;
        let is_article = self
            .token(at)
            .is_some_and(|token| token.is_word(&["the", "el", "la"]));
        if self
            .token(at)
            .is_some_and(|token| token.is_word(&WORDS_BEFORE_A_NUMBER) || token.text == "#")
        {
            at += 1;
            at += usize::from(!is_article && self.kind(at) == Some(TokenKind::Dot));
        }
        let is_ordinal = self.token(at).is_some_and(|token| token.number.is_some())
            || self.is_ordinal_ending(at + 1);
        if self.kind(at) == Some(TokenKind::Number) && (is_ordinal || !is_article) {
            self.at = at;
        }
    }

    /// Skips the other number of a psalm, which the Septuagint counts differently: `Ps 51(50):3`.
    fn eat_other_psalm(&mut self, chapter: Number) {
        let at = self.at;
        let is_mark = |index: usize, marks: [&str; 2]| {
            self.token(index)
                .is_some_and(|token| marks.contains(&token.text))
        };
        let is_near = self
            .token(at + 1)
            .filter(|token| token.kind == TokenKind::Number)
            .is_some_and(|token| (1..=2).contains(&token.value().abs_diff(chapter.value)));
        if is_mark(at, ["(", "["]) && is_near && is_mark(at + 2, [")", "]"]) {
            self.at += 3;
        }
    }

    /// Reads a Roman chapter of a book and the dot after it: `iii. 10`, `XL:1`, `xxiii`.
    fn roman_chapter(&mut self, book: &Book, says_chapter: bool) -> Option<Number> {
        let token = *self.peek()?;
        let value = roman_value(token.text).filter(|_| token.kind == TokenKind::Word)?;
        book.verse_count(value)?;
        let after = self.at + 1;
        let dot = usize::from(self.kind(after) == Some(TokenKind::Dot));
        let next = self.kind(after + dot);
        let is_long = token.text.len() > 1;
        let is_small = token.text.starts_with(char::is_lowercase);
        // "I" and "i" are also the pronoun.
        let is_pronoun = token.text.eq_ignore_ascii_case("i");
        let is_chapter = match next {
            Some(TokenKind::Number) => dot == 1 || is_long || is_small && !is_pronoun,
            Some(TokenKind::Colon) => true,
            Some(TokenKind::Word) => self.token(after + dot)?.is_word(&VERSE_WORDS),
            _ => is_long || is_small,
        };
        if !is_chapter && !says_chapter {
            return None;
        }
        self.at = after + dot;
        Some(Number {
            value,
            token: after - 1,
        })
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
        let may_be_roman = context.chapter.is_none() || new_chapter || context.is_roman;
        let only_chapter = book.has_one_chapter().then_some(Number {
            value: 1,
            token: start,
        });
        // "Matt. v. 3" is chapter 5: without a chapter a verse has no meaning.
        let is_five = context.chapter.is_none()
            && only_chapter.is_none()
            && self.peek().is_some_and(|token| token.is_word(&["v"]))
            && self.kind(start + 1) != Some(TokenKind::Number);
        let says_chapter = self.eat_word(&CHAPTER_WORDS);
        let says_verse = !is_five && !says_chapter && self.eat_word(&VERSE_WORDS);
        let is_psalm = book.usfm == "PSA" && context.chapter.is_none();
        if is_psalm || says_chapter {
            self.eat_words_before_number();
        }
        let (mut is_roman, mut is_continental) = (false, context.is_continental);
        let number = match self.number() {
            None if may_be_roman && !says_verse => {
                let number = self.roman_chapter(book, says_chapter);
                is_roman = number.is_some();
                number
            }
            number => number,
        };
        let Some(number) = number else {
            self.at = start;
            return Ok(None);
        };
        if book.usfm == "PSA" && (context.verse.is_none() || new_chapter) {
            self.eat_other_psalm(number);
        }
        let new_chapter = new_chapter || is_roman;
        let (chapter, verse) = if says_verse {
            let chapter = context.chapter.or(only_chapter);
            if chapter.is_none() {
                let found = format!("verse {}", self.written(number.token..number.token + 1));
                return Err(ReferenceError::Unexpected { found });
            }
            (chapter, Some(number))
        } else if let Some(verse) = self.verse(book, number, is_roman, &context, new_chapter) {
            is_continental |= !is_roman && self.kind(verse.token - 1) == Some(TokenKind::Comma);
            (Some(number), Some(verse))
        } else if context.verse.is_some() && !new_chapter && !says_chapter {
            (context.chapter, Some(number))
        } else if only_chapter.is_some()
            && !says_chapter
            && (number.value != 1 || self.list_continues())
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
            is_roman: is_roman || context.is_roman,
            is_continental,
        }))
    }

    /// Reads the verse after a chapter: `:16`, `.16`, ` 16`, `v. 16`, `, verse 16`, or a psalm's
    /// title, which belongs to verse 1.
    fn verse(
        &mut self,
        book: &Book,
        chapter: Number,
        is_roman: bool,
        context: &Point,
        new_chapter: bool,
    ) -> Option<Number> {
        let start = self.at;
        let separated = match self.kind(start)? {
            TokenKind::Comma => {
                let next = self.token(start + 1)?;
                is_roman && next.kind == TokenKind::Number
                    || next.is_word(&VERSE_WORDS)
                    || (context.chapter.is_none() || new_chapter || context.is_continental)
                        && self.is_comma_before_verse(book, chapter)
            }
            TokenKind::Dot if context.is_continental && !new_chapter => false,
            _ => self.verse_separator().is_some(),
        };
        self.at += usize::from(separated);
        let says_verse = self.eat_word(&VERSE_WORDS);
        if self.eat_word(&["title"]) {
            return Some(Number {
                value: 1,
                token: start,
            });
        }
        let may_be_alone = is_roman || context.chapter.is_none() || new_chapter;
        let is_verse = separated
            || says_verse
            || may_be_alone && self.eat_dot_before_verse()
            || may_be_alone && self.is_verse_after_space(book, chapter);
        let number = is_verse.then(|| self.number()).flatten();
        if number.is_none() {
            self.at = start;
        }
        number
    }

    /// Whether a comma separates chapter and verse, as on the continent: `Joh 3,16-18`. It has no
    /// space on either side, the chapter has such a verse, and no other comma follows: `Ps 1,3,5`
    /// and `Gen 1,2 and 3` are three chapters, `John 3, 16` and `Genesis chapters 1,2` are two. With
    /// a space it does where the book has no such chapter: `Rom. 8, 28 ff.`
    fn is_comma_before_verse(&self, book: &Book, chapter: Number) -> bool {
        let is_joined = |index, kind| self.kind(index) == Some(kind) && self.is_joined(index);
        let (comma, verse) = (self.at, self.at + 1);
        let is_number = |index| self.kind(index) == Some(TokenKind::Number);
        let is_next = self
            .token(verse)
            .is_some_and(|token| token.value() == chapter.value.saturating_add(1));
        let is_last_of_list = |index| {
            let token = self.token(index);
            token.is_some_and(|t| t.kind == TokenKind::Comma || t.is_word(&["and", "or", "y"]))
                && is_number(index + 1)
                && self.kind(index + 2) != Some(TokenKind::Colon)
        };
        let is_list = is_joined(verse + 1, TokenKind::Comma)
            && is_joined(verse + 2, TokenKind::Number)
            || is_next && is_last_of_list(verse + 1);
        let before = chapter.token.checked_sub(1);
        let says_chapters = before
            .and_then(|before| self.token(before))
            .is_some_and(|word| word.is_word(&CHAPTER_WORDS) && word.text.ends_with(['s', 'S']));
        let count = book.verse_count(chapter.value).unwrap_or(0);
        let exists = |token: &Token<'_>| (1..=count).contains(&token.value());
        let is_chapter = self
            .token(verse)
            .is_some_and(|token| book.verse_count(token.value()).is_some());
        self.token(comma).is_some_and(|token| token.text == ",")
            && is_joined(comma, TokenKind::Comma)
            && is_number(verse)
            && (self.is_joined(verse) || !is_chapter && !self.book_begins(verse))
            && !is_list
            && !says_chapters
            && self.kind(verse + 1) != Some(TokenKind::Colon)
            && !book.has_one_chapter()
            && self.token(verse).is_some_and(exists)
    }

    /// Whether the next number is the verse of a chapter: `John 3 16`.
    fn is_verse_after_space(&self, book: &Book, chapter: Number) -> bool {
        let is_number = |index| self.kind(index) == Some(TokenKind::Number);
        let next_has_verse =
            self.kind(self.at + 1) == Some(TokenKind::Colon) && is_number(self.at + 2);
        // "3,000".
        let is_thousands = self.kind(self.at + 1) == Some(TokenKind::Comma)
            && self.is_joined(self.at + 1)
            && self.is_joined(self.at + 2)
            && self
                .token(self.at + 2)
                .is_some_and(|token| token.text.len() == 3);
        is_number(self.at)
            && !next_has_verse
            && !is_thousands
            && book.verse_count(chapter.value).is_some()
            && self.peek().is_some_and(|token| token.value() < MOST_VERSES)
            && !self.book_begins(self.at)
    }

    /// Reads the `a` of `versículos 16 a 18`, if the reference ends after it. After the English
    /// article and a number, what the number counts follows: `a 5:30 service`, `a 5-mile run`.
    pub(super) fn eat_spanish_to(&mut self) -> bool {
        let at = self.at;
        let is_verse = self.kind(at + 2) == Some(TokenKind::Colon)
            && self.kind(at + 3) == Some(TokenKind::Number);
        let after = at + if is_verse { 4 } else { 2 };
        let ends = match self.token(after) {
            None => true,
            Some(token) => match token.kind {
                TokenKind::Comma | TokenKind::Semicolon => true,
                TokenKind::Dot => !self.is_joined(after + 1),
                TokenKind::Other => [")", "]", "(", "\"", "”", "»"].contains(&token.text),
                _ => token.is_word(&["y"]) || self.is_translation(after),
            },
        };
        let is_to = self.token(at).is_some_and(|token| token.text == "a")
            && !self.is_joined(at)
            && self.kind(at + 1) == Some(TokenKind::Number)
            && ends;
        self.at += usize::from(is_to);
        is_to
    }

    /// Whether chapter and verse are next, and no time: `3:16`.
    pub(super) fn is_chapter_and_verse(&self, index: usize) -> bool {
        let is_number = |index| self.kind(index) == Some(TokenKind::Number);
        is_number(index)
            && self.kind(index + 1) == Some(TokenKind::Colon)
            && self.is_joined(index + 1)
            && is_number(index + 2)
            && !self.is_time(index + 2)
    }

    /// Reads the dot of `John 3. 16`. In a sentence a word follows the number.
    fn eat_dot_before_verse(&mut self) -> bool {
        let after = self.at + 2;
        let ends = match self.kind(after) {
            Some(TokenKind::Word | TokenKind::Number | TokenKind::Colon) => false,
            Some(TokenKind::Dot) => !matches!(
                self.kind(after + 1),
                Some(TokenKind::Word | TokenKind::Number)
            ),
            _ => true,
        };
        let is_dot = self.kind(self.at) == Some(TokenKind::Dot)
            && self.is_joined(self.at)
            && self.kind(self.at + 1) == Some(TokenKind::Number)
            && ends;
        self.at += usize::from(is_dot);
        is_dot
    }

    /// Whether a list goes on without a comma: `Romans 3:23 6:23`, `John 3:16 17`,
    /// `John 3:16 verse 18`.
    pub(super) fn continues_without_separator(&self, last: &Point) -> bool {
        let at = self.at;
        let Some(token) = self.token(at) else {
            return false;
        };
        let is_number = |index| self.kind(index) == Some(TokenKind::Number);
        match token.kind {
            TokenKind::Number if self.kind(at + 1) == Some(TokenKind::Colon) => {
                is_number(at + 2) && self.is_joined(at + 1) && !self.is_time(at + 2)
            }
            TokenKind::Number => {
                let is_next_verse = last.verse.is_some_and(|verse| verse.value < token.value());
                let count = last
                    .chapter
                    .and_then(|chapter| last.book.verse_count(chapter.value));
                let exists = count.is_some_and(|count| token.value() <= count);
                is_next_verse && exists && self.kind(at + 1) != Some(TokenKind::Word)
            }
            TokenKind::Word => {
                token.is_word(&["verse", "verses", "vv", "vss", "v"])
                    && last.chapter.is_some()
                    && is_number(at + 1 + usize::from(self.kind(at + 1) == Some(TokenKind::Dot)))
            }
            _ => false,
        }
    }

    /// Reads `a` to `e` (a part of a verse, which counts as the verse), `f` or `ff`. Returns how
    /// many chapters or verses follow.
    fn suffix(&mut self) -> u16 {
        let words = self.words_for_following();
        if words > 0 {
            self.at += words;
            return u16::MAX;
        }
        let Some(token) = self.peek() else {
            return 0;
        };
        let following = if token.is_word(&["ff", "ss", "sqq"]) {
            u16::MAX
        } else if token.is_word(&["f", "s", "sq"]) && (token.joined || token.text == "f") {
            1
        } else if token.joined && token.is_word(&["a", "b", "c", "d", "e"]) {
            0
        } else {
            return 0;
        };
        self.at += 1;
        let list_follows = matches!(
            self.kind(self.at + 1),
            Some(TokenKind::Comma | TokenKind::Semicolon)
        );
        if following > 0 && list_follows && self.kind(self.at) == Some(TokenKind::Dot) {
            self.at += 1;
        }
        following
    }

    /// How many words say that all verses follow: `onwards`, `et seq.`, `and following`.
    fn words_for_following(&self) -> usize {
        let is = |index: usize, words: &[&str]| {
            self.token(index).is_some_and(|token| token.is_word(words))
        };
        let at = self.at;
        let is_sentence = self.kind(at + 2) == Some(TokenKind::Word);
        if is(at, &["onward", "onwards"]) {
            1
        } else if is(at, &["et"]) && is(at + 1, &["seq", "seqq"])
            || is(at, &["and", "y"]) && is(at + 1, &["following", "siguientes"]) && !is_sentence
        {
            2
        } else {
            0
        }
    }

    fn list_continues(&self) -> bool {
        matches!(self.kind(self.at), Some(TokenKind::Dash | TokenKind::Comma))
            && self.kind(self.at + 1) == Some(TokenKind::Number)
    }

    /// The first verse; an error if neither the canon nor the translation, or any if none is
    /// named, has it.
    pub(super) fn first_verse(
        &self,
        point: &Point,
        translation: Option<TranslationCode>,
    ) -> Result<VerseId, ReferenceError> {
        let book = point.book;
        let chapter = point.chapter.map_or(1, |chapter| chapter.value);
        let last = last_number(translation, book.id, chapter);
        let as_written = |number: Option<Number>| {
            let token = number.map_or(0, |number| number.token);
            self.written(token..token + 1).chars().take(40).collect()
        };
        let last = last.ok_or_else(|| ReferenceError::NoSuchChapter {
            book: book.name,
            chapter: as_written(point.chapter),
            last: book.chapter_count(),
        })?;
        let verse = VerseId {
            book: book.id,
            chapter,
            verse: point.verse.map_or(1, |verse| verse.value),
        };
        if is_numbered(translation, verse) {
            return Ok(verse);
        }
        Err(ReferenceError::NoSuchVerse {
            book: book.name,
            chapter,
            verse: as_written(point.verse),
            last,
        })
    }

    /// The last verse. A chapter or verse after the last one counts as the last one.
    pub(super) fn last_verse(
        &self,
        point: &Point,
        translation: Option<TranslationCode>,
    ) -> Result<VerseId, ReferenceError> {
        let book = point.book;
        let (chapters, verses) = match point.verse {
            None => (point.following, 0),
            Some(_) => (0, point.following),
        };
        let value = |number: Option<Number>| number.map_or(u16::MAX, |number| number.value);
        let chapter = value(point.chapter)
            .saturating_add(chapters)
            .min(book.chapter_count());
        let last = match point.verse {
            None => book.verse_count(chapter),
            Some(_) => last_number(translation, book.id, chapter),
        };
        let verse = value(point.verse)
            .saturating_add(verses)
            .min(last.unwrap_or(0));
        if chapter == 0 || verse == 0 {
            // Chapter 0 and verse 0 do not exist.
            return self.first_verse(point, translation);
        }
        Ok(VerseId {
            book: book.id,
            chapter,
            verse,
        })
    }
}

impl Point {
    pub(super) fn whole(book: &'static Book) -> Self {
        Self {
            book,
            chapter: None,
            verse: None,
            following: 0,
            is_roman: false,
            is_continental: false,
        }
    }

    pub(super) fn extent(&self) -> Extent {
        match (self.chapter, self.verse) {
            (None, _) => Extent::Books,
            (Some(_), None) => Extent::Chapters,
            (Some(_), Some(_)) => Extent::Verses,
        }
    }
}

/// The value of a Roman number in its usual form, in small or in capital letters.
fn roman_value(text: &str) -> Option<u16> {
    const PARTS: [(&str, u16); 9] = [
        ("c", 100),
        ("xc", 90),
        ("l", 50),
        ("xl", 40),
        ("x", 10),
        ("ix", 9),
        ("v", 5),
        ("iv", 4),
        ("i", 1),
    ];
    let is_one_case = text.chars().all(|c| c.is_ascii_lowercase())
        || text.chars().all(|c| c.is_ascii_uppercase());
    if text.is_empty() || text.len() > 10 || !is_one_case {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let mut rest = lower.as_str();
    let mut value = 0;
    for (part, worth) in PARTS {
        let repeats = if part.len() == 1 && !["l", "v"].contains(&part) {
            3
        } else {
            1
        };
        for _ in 0..repeats {
            let Some(after) = rest.strip_prefix(part) else {
                break;
            };
            rest = after;
            value += worth;
        }
    }
    rest.is_empty().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roman_numbers_have_their_values() {
        for (text, value) in [
            ("i", 1),
            ("iv", 4),
            ("viii", 8),
            ("XL", 40),
            ("xcix", 99),
            ("cxix", 119),
            ("cl", 150),
        ] {
            assert_eq!(roman_value(text), Some(value), "{text}");
        }
        for text in ["", "iiii", "vx", "Iv", "mix", "john", "ll"] {
            assert_eq!(roman_value(text), None, "{text}");
        }
    }
}
