//! Splits a text into words, numbers and marks, in their plain forms.
//!
//! [`PlainText`] replaces compatibility forms before: full-width and mathematical letters and
//! digits, the digits of other scripts, accents, ligatures and the many kinds of colons.

use std::borrow::Cow;
use std::ops::Range;

use crate::fold::push_plain;

/// The kind of a token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum TokenKind {
    /// Letters.
    Word,
    /// Digits `0` to `9`.
    Number,
    /// `:`
    Colon,
    /// `.`
    Dot,
    /// `,` or `&`
    Comma,
    /// `;`
    Semicolon,
    /// A hyphen, a dash of any length, a minus or a tilde.
    Dash,
    /// Any other character except a space.
    Other,
}

/// A word, a number or a mark.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Token<'a> {
    pub kind: TokenKind,
    /// Whether no space is between it and the token before.
    pub joined: bool,
    pub text: &'a str,
    /// Where it begins in the plain text, in bytes.
    pub start: usize,
    /// The value of a number in words.
    pub number: Option<u16>,
}

impl Token<'_> {
    /// The number's value; a number that is too large counts as the largest.
    pub fn value(&self) -> u16 {
        self.number
            .unwrap_or_else(|| self.text.parse().unwrap_or(u16::MAX))
    }

    /// Whether the token is one of these words, in any letter case.
    pub fn is_word(&self, words: &[&str]) -> bool {
        self.kind == TokenKind::Word && words.iter().any(|w| self.text.eq_ignore_ascii_case(w))
    }

    /// Whether the token is a word that begins with a capital.
    pub fn is_capitalised(&self) -> bool {
        self.kind == TokenKind::Word && self.text.starts_with(char::is_uppercase)
    }
}

/// A text in plain forms, and the place of each part in the text as it was written.
pub(crate) struct PlainText<'a> {
    written: &'a str,
    plain: Cow<'a, str>,
    /// Ascending pairs of an offset in the plain text and its offset as written. Between two pairs
    /// both grow alike.
    offsets: Vec<(usize, usize)>,
}

impl<'a> PlainText<'a> {
    pub fn new(written: &'a str) -> Self {
        let mut text = Self {
            written,
            plain: Cow::Borrowed(written),
            offsets: Vec::new(),
        };
        if written.is_ascii() {
            return text;
        }
        let mut plain = String::with_capacity(written.len());
        for (at, c) in written.char_indices() {
            let before = plain.len();
            push_plain(c, &mut plain);
            if plain.len() - before != c.len_utf8() {
                text.offsets.push((before, at));
                text.offsets.push((plain.len(), at + c.len_utf8()));
            }
        }
        text.plain = Cow::Owned(plain);
        text
    }

    pub fn tokens(&self) -> Vec<Token<'_>> {
        tokenize(&self.plain)
    }

    /// A range of the plain text.
    pub fn plain(&self, range: Range<usize>) -> &str {
        self.plain.get(range).unwrap_or_default()
    }

    /// A range of the plain text as it was written.
    pub fn as_written(&self, range: Range<usize>) -> &str {
        self.written
            .get(self.place_as_written(range))
            .unwrap_or_default()
    }

    /// A range of the plain text as a range of the text as it was written.
    pub fn place_as_written(&self, range: Range<usize>) -> Range<usize> {
        let place = |plain: usize| {
            let known = self.offsets.partition_point(|(known, _)| *known <= plain);
            let (from, to) = known
                .checked_sub(1)
                .and_then(|index| self.offsets.get(index))
                .copied()
                .unwrap_or_default();
            to + (plain - from)
        };
        place(range.start)..place(range.end)
    }
}

/// Every token of a text, in order.
pub(crate) fn tokenize(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut joined = false;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let kind = kind_of(first);
        let same = |c: char| {
            matches!(kind, None | Some(TokenKind::Word | TokenKind::Number)) && kind_of(c) == kind
        };
        let length = rest
            .find(|c| !same(c))
            .unwrap_or(rest.len())
            .max(first.len_utf8());
        let Some((text, after)) = rest.split_at_checked(length) else {
            break;
        };
        if let Some(kind) = kind {
            tokens.push(Token {
                kind,
                joined,
                text,
                start,
                number: None,
            });
        }
        joined = kind.is_some();
        start += length;
        rest = after;
    }
    tokens
}

/// `None` for spaces and control characters.
fn kind_of(c: char) -> Option<TokenKind> {
    Some(match c {
        _ if c.is_alphabetic() => TokenKind::Word,
        '0'..='9' => TokenKind::Number,
        ':' => TokenKind::Colon,
        '.' => TokenKind::Dot,
        ',' | '&' => TokenKind::Comma,
        ';' => TokenKind::Semicolon,
        '-' | '~' | '\u{2010}'..='\u{2015}' | '\u{2212}' => TokenKind::Dash,
        _ if c.is_whitespace() || c.is_control() => return None,
        _ => TokenKind::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_numbers_and_marks_are_separate_tokens() {
        let tokens = tokenize("1cor 13:4–7, 13");
        let texts: Vec<_> = tokens.iter().map(|token| token.text).collect();
        assert_eq!(texts, ["1", "cor", "13", ":", "4", "–", "7", ",", "13"]);
        let joined: Vec<_> = tokens.iter().map(|token| token.joined).collect();
        assert_eq!(
            joined,
            [false, true, false, true, true, true, true, true, false]
        );
    }

    #[test]
    fn a_number_that_is_too_large_counts_as_the_largest() {
        assert_eq!(
            tokenize("99999999999999").first().map(Token::value),
            Some(u16::MAX)
        );
    }

    #[test]
    fn each_mark_is_a_token_and_a_space_is_none() {
        assert_eq!(tokenize("::").len(), 2);
        let spaces = PlainText::new(" \n\t\u{a0}\0\u{feff}");
        assert_eq!(spaces.tokens().len(), 0);
        assert_eq!(tokenize("🕊🕊").len(), 2);
    }

    #[test]
    fn compatibility_forms_become_plain_and_keep_their_place() {
        for (written, plain) in [
            ("Ｊｏｈｎ　３：１６", "John 3:16"),
            ("Éxodo ٣:١٤", "Exodo 3:14"),
            ("E\u{301}xodo", "Exodo"),
            ("Ge\u{ad}ne\u{200b}sis", "Genesis"),
            ("Ⅱ Kings 𝟚∶𝟙", "II Kings 2:1"),
            ("𝐉𝐨𝐡𝐧 3：16～18", "John 3:16-18"),
            ("约翰福音", "约翰福音"),
        ] {
            let text = PlainText::new(written);
            assert_eq!(text.plain, plain, "{written}");
            assert_eq!(text.as_written(0..plain.len()), written);
        }
        let text = PlainText::new("é John ３：９９ ñ");
        assert_eq!(text.plain, "e John 3:99 n");
        assert_eq!(text.as_written(2..11), "John ３：９９");
    }
}
