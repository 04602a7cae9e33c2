//! Distinguishing references from other words of a text.

use super::ReferenceError;
use super::parse::Parser;
use super::point::Point;
use crate::canon::{
    Book, Nearness, find_book, is_ordinal_ending, key_of, match_name, match_numbered_name,
    near_book, ordinal_of,
};
use crate::token::{Token, TokenKind};
use crate::translation::{TranslationCode, find_translation};

/// Words that separate references or introduce one.
pub(super) const LINKING_WORDS: [&str; 9] = [
    "and", "or", "cf", "see", "also", "compare", "with", "read", "plus",
];
/// Names of books that are also English, Spanish or German words. In a sentence, in small letters
/// or, if short, in capitals, and without a verse they are read as the word: "I am 3", "Mac OS 9".
pub(super) const NAMES_THAT_ARE_WORDS: [&str; 25] = [
    "am", "is", "so", "he", "act", "acts", "ex", "re", "pro", "de", "la", "es", "ho", "song", "ja",
    "sal", "hechos", "numeros", "jueces", "sos", "os", "ag", "ap", "fil", "duet",
];
/// Translations that readers name after a reference, besides those embedded here.
const OTHER_TRANSLATIONS: [&str; 14] = [
    "niv", "esv", "nasb", "nkjv", "nlt", "nrsv", "rsv", "csb", "hcsb", "net", "msg", "bsb", "amp",
    "rvr",
];
/// Capitalised words before a time or a ratio, and works that are cited like scripture.
const WORDS_BEFORE_A_TIME: [&str; 46] = [
    "at",
    "by",
    "from",
    "till",
    "until",
    "about",
    "around",
    "before",
    "after",
    "since",
    "to",
    "between",
    "time",
    "today",
    "tomorrow",
    "tonight",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "ratio",
    "score",
    "a",
    "an",
    "the",
    "in",
    "on",
    "odds",
    "chapter",
    "verse",
    "verses",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Names of several books, which need a number before them.
const NAMES_OF_SEVERAL_BOOKS: [&str; 6] = [
    "chronicles",
    "corinthians",
    "thessalonians",
    "cronicas",
    "corintios",
    "tesalonicenses",
];
/// The same, but also names of persons and things.
const NAMES_OF_PERSONS: [&str; 7] = [
    "samuel", "kings", "timothy", "peter", "reyes", "timoteo", "pedro",
];

/// The name of a book in a text.
#[derive(Clone, Copy)]
pub(super) struct Name {
    /// The book; `None` for one that is not in the canon.
    pub book: Option<&'static Book>,
    /// How near the name is; `None` for a name without an error.
    nearness: Option<Nearness>,
    /// The index of the token after the name.
    pub end: usize,
}

impl Parser<'_> {
    /// A book's name, also one with typing errors if a number follows.
    pub(super) fn name_at(&self, start: usize) -> Option<Name> {
        let exact = self.match_name(start).map(|name| Name {
            book: name.book,
            nearness: None,
            end: name.end,
        });
        // "Song" is a name, and "Song of Soloman" one with an error.
        let continues = |name: &Name| {
            self.token(name.end)
                .is_some_and(|token| token.is_word(&["of"]))
        };
        match exact {
            Some(name) if continues(&name) => self.near_name(start).or(exact),
            Some(_) => exact,
            None => self.near_name(start),
        }
    }

    /// A name with typing errors before a number: one word, one after an ordinal, or three such as
    /// `Song of Soloman`.
    fn near_name(&self, start: usize) -> Option<Name> {
        let token = self.token(start)?;
        let is_word = |index: usize| self.kind(index) == Some(TokenKind::Word);
        let mut words_at = start;
        let mut number = None;
        if let Some(digit) = ordinal_of(token)
            && is_word(start + 1)
        {
            number = Some(digit);
            words_at += 1;
        }
        if !is_word(words_at) {
            return None;
        }
        let is_of = self
            .token(words_at + 1)
            .is_some_and(|token| token.is_word(&["of"]));
        let words = if is_of { 3 } else { 1 };
        let end = words_at + words;
        let dot = usize::from(self.kind(end) == Some(TokenKind::Dot));
        if self.kind(end + dot) != Some(TokenKind::Number) {
            return None;
        }
        let mut key: String = number.into_iter().collect();
        for token in self.tokens.get(words_at..end)? {
            key.push_str(&key_of(token.text));
        }
        let (book, nearness) = near_book(&key)?;
        (nearness != Nearness::Ambiguous).then_some(Name {
            book: Some(book),
            nearness: Some(nearness),
            end: end + dot,
        })
    }

    /// Whether a book begins at a token of a list, so that its ordinal is no verse.
    pub(super) fn book_begins(&self, index: usize) -> bool {
        let named = |index| {
            let name = self.name_at(index);
            name.is_some_and(|name| name.nearness.is_none_or(|near| near == Nearness::Close))
        };
        named(index)
            || self.several_books(index).is_some()
            || self.token(index).and_then(ordinal_of).is_some() && self.is_unknown_name(index + 1)
    }

    /// The books of `1-2 Kings`, `1 and 2 Samuel`, `1, 2 and 3 John`, and the index after the name.
    pub(super) fn several_books(&self, start: usize) -> Option<(Vec<&'static Book>, usize)> {
        let mut digits: Vec<char> = Vec::new();
        let mut at = start;
        let mut is_range = false;
        loop {
            let digit = ordinal_of(self.token(at)?).filter(|digit| ('1'..='3').contains(digit))?;
            if let Some(before) = digits.last().copied() {
                if digit == before {
                    return None;
                }
                if is_range {
                    digits.extend((before..digit).skip(1));
                }
            }
            digits.push(digit);
            at += 1;
            if self
                .token(at)
                .is_some_and(|token| token.joined && is_ordinal_ending(token.text))
            {
                at += 1;
            }
            let before_separators = at;
            is_range = false;
            while let Some(token) = self.token(at).filter(|_| at < before_separators + 3) {
                let is_separator = match token.kind {
                    TokenKind::Dash | TokenKind::Comma => true,
                    TokenKind::Other => ["/", "+"].contains(&token.text),
                    _ => token.is_word(&["and", "or", "y", "to", "through"]),
                };
                if !is_separator {
                    break;
                }
                is_range |= token.kind == TokenKind::Dash || token.is_word(&["to", "through"]);
                at += 1;
            }
            if at == before_separators {
                break;
            }
        }
        if digits.len() < 2 {
            return None;
        }
        let named = |digit| match_numbered_name(&self.tokens, at, digit);
        let end = named(*digits.first()?)?.end;
        let books = digits.into_iter().map(|digit| named(digit)?.book);
        Some((books.collect::<Option<_>>()?, end))
    }

    /// Whether a name and the first point after it are a reference: a misspelt name may be another
    /// word, and so may the name of some books.
    pub(super) fn is_certain(&self, name: &Name, start: usize, point: &Point) -> bool {
        if self.strict {
            return true;
        }
        let has_verse = point.verse.is_some() && (point.chapter.is_some());
        match name.nearness {
            None => has_verse || !self.is_ordinary_word(start),
            Some(Nearness::Close) => true,
            Some(_) => {
                let is_capitalised = |index| self.token(index).is_some_and(Token::is_capitalised);
                let is_numbered = self.token(start).and_then(ordinal_of).is_some();
                let has_chapter_and_verse = has_verse
                    && matches!(
                        self.kind(name.end + 1),
                        Some(TokenKind::Colon | TokenKind::Dot)
                    );
                let is_date = self
                    .token(start)
                    .is_some_and(|token| token.is_word(&WORDS_BEFORE_A_TIME));
                has_chapter_and_verse && !is_date && (is_capitalised(start) || is_numbered)
            }
        }
    }

    /// `Jud 2:19` is in Judges, since Jude has one chapter.
    pub(super) fn judges_for_jude(&self, start: usize, point: Point) -> Point {
        let is_short = self
            .token(start)
            .is_some_and(|token| token.is_word(&["jud"]));
        let exists = |book: &Book| {
            let count = point
                .chapter
                .and_then(|chapter| book.verse_count(chapter.value));
            let verse = point.verse.map_or(1, |verse| verse.value);
            count.is_some_and(|count| verse <= count)
        };
        let judges = find_book("Judges").filter(|judges| exists(judges));
        match judges {
            Some(book) if is_short && point.book.usfm == "JUD" && !exists(point.book) => {
                Point { book, ..point }
            }
            _ => point,
        }
    }

    /// Whether the tokens since `start` are the only words between two marks.
    pub(super) fn stands_alone(&self, start: usize) -> bool {
        let is_word = |index| {
            matches!(self.kind(index), Some(TokenKind::Word | TokenKind::Number))
                && !self.is_translation(index)
        };
        let is_owner = self.apostrophe_at(self.at) && self.is_joined(self.at + 1);
        !is_word(self.at) && !is_owner && start.checked_sub(1).is_none_or(|before| !is_word(before))
    }

    /// Whether a book's name is used as an ordinary word of a sentence.
    fn is_ordinary_word(&self, index: usize) -> bool {
        self.with_previous(index).is_some_and(|(previous, token)| {
            let in_sentence = previous.kind == TokenKind::Word && !previous.is_word(&LINKING_WORDS);
            let is_hour = previous.kind == TokenKind::Number && token.text == "am";
            // A whole sentence may be in capitals: `TELL ME ABOUT ACTS 2`.
            let is_short = token.text.chars().count() <= 3;
            let is_capitals = is_short && !token.text.contains(char::is_lowercase);
            let is_name = is_capitals || !token.is_capitalised();
            (in_sentence || is_hour) && is_name && token.is_word(&NAMES_THAT_ARE_WORDS)
        })
    }

    /// Whether a token is a translation's name after a reference.
    pub(super) fn is_translation(&self, index: usize) -> bool {
        self.with_previous(index).is_some_and(|(previous, token)| {
            previous.kind != TokenKind::Word
                && (token.is_word(&OTHER_TRANSLATIONS) || find_translation(token.text).is_some())
        })
    }

    /// The translation named after a reference, `(SRV)` or `, KJV`, and the index after it. The
    /// others count as the canon does, which is as the King James Version.
    pub(super) fn translation_after(&self, index: usize) -> Option<(TranslationCode, usize)> {
        let is_mark = |index| matches!(self.kind(index), Some(TokenKind::Comma | TokenKind::Other));
        let marks = (index..index + 2)
            .take_while(|index| is_mark(*index))
            .count();
        let at = index + marks;
        if !self.is_translation(at) {
            return None;
        }
        let code = find_translation(self.token(at)?.text).map(|translation| translation.code);
        let is_closed = self
            .token(at + 1)
            .is_some_and(|mark| [")", "]"].contains(&mark.text));
        Some((
            code.unwrap_or(TranslationCode::Kjv),
            at + 1 + usize::from(is_closed),
        ))
    }

    /// The index after another chapter and verse in brackets: `Joel 3:1 (2:28)`.
    pub(super) fn end_of_bracketed_numbers(&mut self, index: usize) -> Option<usize> {
        let is_mark = |mark: Option<&Token<'_>>, marks: [&str; 2]| {
            mark.is_some_and(|mark| marks.contains(&mark.text))
        };
        if !is_mark(self.token(index), ["(", "["]) || !self.is_chapter_and_verse(index + 1) {
            return None;
        }
        let before = self.at;
        self.at = index + 1;
        self.skip_numbers();
        let end = self.at;
        self.at = before;
        is_mark(self.token(end), [")", "]"]).then_some(end + 1)
    }

    /// The index after a number that is joined to a reference by a mark without a meaning there:
    /// `3:16:18`, `3:16-18-20`, `3:16/17`, `3(4):5`.
    pub(super) fn end_of_glued_number(&self, index: usize) -> Option<usize> {
        let is_bracketed = self.is_joined(index)
            && self
                .token(index)
                .is_some_and(|mark| ["(", "["].contains(&mark.text))
            && self.kind(index + 1) == Some(TokenKind::Number)
            && self.kind(index + 3) == Some(TokenKind::Colon)
            && self.is_joined(index + 3)
            && self.kind(index + 4) == Some(TokenKind::Number);
        if is_bracketed {
            return Some(index + 5);
        }
        let mut at = index;
        while let Some(mark) = self.token(at).filter(|_| at < index + 3) {
            let is_glue = match mark.kind {
                TokenKind::Dash => true,
                TokenKind::Colon | TokenKind::Dot => mark.joined,
                TokenKind::Other => mark.joined && "/_+=|\\…".contains(mark.text),
                _ => false,
            };
            if !is_glue {
                break;
            }
            at += 1;
        }
        let number = self.token(at).filter(|_| at > index)?;
        let is_joined = number.joined || self.kind(at - 1) == Some(TokenKind::Dash);
        let is_number = number.kind == TokenKind::Number && is_joined;
        let begins_book = || match_name(&self.tokens, at).is_some();
        let end = at + if self.is_chapter_and_verse(at) { 3 } else { 1 };
        (is_number && !begins_book()).then_some(end)
    }

    /// The index after `’s Gospel`, or this one.
    pub(super) fn end_of_possessive(&self, end: usize) -> usize {
        const KINDS: [&str; 5] = ["gospel", "epistle", "letter", "book", "prophecy"];
        let is = |index: usize, words: &[&str]| {
            self.token(index).is_some_and(|token| token.is_word(words))
        };
        let is_possessive = self.apostrophe_at(end)
            && self.is_joined(end + 1)
            && is(end + 1, &["s"])
            && is(end + 2, &KINDS);
        end + if is_possessive { 3 } else { 0 }
    }

    /// Whether an apostrophe follows a word without a space.
    fn apostrophe_at(&self, index: usize) -> bool {
        let mark = self.token(index);
        mark.is_some_and(|mark| mark.joined && ["'", "’"].contains(&mark.text))
    }

    /// Reports a capitalised name that is not a book directly before chapter and verse:
    /// `Hezekiah 4:2`.
    pub(super) fn report_unknown_name(&mut self, start: usize) {
        if !self.is_unknown_name(start) {
            return;
        }
        let first = self.first_of_name(start);
        self.at = start + 1;
        self.skip_numbers();
        let name = self.written(first..start + 1);
        let tokens = first..self.at;
        let error = ReferenceError::UnknownBook {
            name: name.chars().take(40).collect(),
            nearest: crate::canon::nearest_book(&name).map(|book| book.name),
        };
        // Lenient reading only notes it.
        let _noted = self.report(tokens, error);
    }

    fn is_unknown_name(&self, index: usize) -> bool {
        let Some(name) = self.token(index) else {
            return false;
        };
        let is_number = |index| self.kind(index) == Some(TokenKind::Number);
        if name.is_word(&NAMES_OF_SEVERAL_BOOKS) && is_number(index + 1) {
            return true;
        }
        (name.is_capitalised() || name.is_word(&NAMES_OF_PERSONS))
            && !name.is_word(&WORDS_BEFORE_A_TIME)
            && is_number(index + 1)
            && !self.is_joined(index + 1)
            && self.kind(index + 2) == Some(TokenKind::Colon)
            && self.is_joined(index + 2)
            && is_number(index + 3)
            && self.is_joined(index + 3)
            && !self.is_time(index + 3)
    }

    /// Whether a number is the minutes of a time: `10:30 pm`.
    pub(super) fn is_time(&self, minutes: usize) -> bool {
        let next = self.token(minutes + 1);
        next.is_some_and(|token| token.is_word(&["am", "pm", "a", "p", "o", "h", "hrs", "hours"]))
    }

    /// The first token of a name that ends at `last`: its ordinal, and `Wisdom of` before
    /// `Solomon`.
    fn first_of_name(&self, last: usize) -> usize {
        let is = |index: usize, words: &[&str]| {
            self.token(index).is_some_and(|token| token.is_word(words))
        };
        let is_capitalised = |index: usize| self.token(index).is_some_and(Token::is_capitalised);
        let mut first = last;
        for words in [1, 2] {
            let before = last.checked_sub(words + 1);
            let Some(before) = before.filter(|before| is_capitalised(*before)) else {
                continue;
            };
            let between = before + 1;
            if is(between, &["of", "to"]) && (words == 1 || is(between + 1, &["the"])) {
                first = before;
            }
        }
        let ordinal = first.checked_sub(1).filter(|before| {
            let has_ordinal = self.token(*before).and_then(ordinal_of).is_some();
            has_ordinal && *before >= self.list_end
        });
        ordinal.unwrap_or(first)
    }

    /// Skips chapter and verse after the name of an unknown book: `4:2-5`.
    pub(super) fn skip_numbers(&mut self) -> bool {
        let start = self.at;
        let is_number = |index| self.kind(index) == Some(TokenKind::Number);
        let mut at = start;
        while is_number(at) {
            at += 1;
            let is_mark = matches!(
                self.kind(at),
                Some(TokenKind::Colon | TokenKind::Dot | TokenKind::Dash | TokenKind::Comma)
            );
            if is_mark && self.is_joined(at) && is_number(at + 1) && self.is_joined(at + 1) {
                at += 1;
            } else {
                break;
            }
        }
        self.at = at;
        at > start
    }

    fn with_previous(&self, index: usize) -> Option<(&Token<'_>, &Token<'_>)> {
        let previous = self.token(index.checked_sub(1)?)?;
        Some((previous, self.token(index)?))
    }
}
