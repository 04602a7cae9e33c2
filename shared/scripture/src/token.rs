//! Splits a text into words, numbers and marks.

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
    /// A hyphen, a dash of any length or a minus.
    Dash,
    /// Any other character except a space.
    Other,
}

/// A word, a number or a mark.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Token<'a> {
    pub kind: TokenKind,
    pub text: &'a str,
    /// Whether no space is between it and the token before.
    pub joined: bool,
}

impl Token<'_> {
    /// The number's value; a number that is too large counts as the largest.
    pub fn value(&self) -> u16 {
        self.text.parse().unwrap_or(u16::MAX)
    }

    /// Whether the token is one of these words, in any letter case.
    pub fn is_word(&self, words: &[&str]) -> bool {
        self.kind == TokenKind::Word && words.iter().any(|w| self.text.eq_ignore_ascii_case(w))
    }
}

/// Every token of a text, in order.
pub(crate) fn tokenize(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut joined = false;
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
            tokens.push(Token { kind, text, joined });
        }
        joined = kind.is_some();
        rest = after;
    }
    tokens
}

/// `None` for spaces and invisible characters.
fn kind_of(c: char) -> Option<TokenKind> {
    Some(match c {
        _ if c.is_alphabetic() => TokenKind::Word,
        '0'..='9' => TokenKind::Number,
        ':' => TokenKind::Colon,
        '.' => TokenKind::Dot,
        ',' | '&' => TokenKind::Comma,
        ';' => TokenKind::Semicolon,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' => TokenKind::Dash,
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => return None,
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
        assert_eq!(tokenize(" \n\t\u{a0}\0\u{feff}").len(), 0);
        assert_eq!(tokenize("🕊🕊").len(), 2);
    }
}
