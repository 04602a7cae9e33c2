//! Splits what a reader wrote into words, numbers and marks. It knows no book and no reference.

/// What a token is.
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
    /// Anything else but space.
    Other,
}

/// A word, a number or a mark.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Token<'a> {
    pub kind: TokenKind,
    pub text: &'a str,
    /// Whether it follows the token before it without a space.
    pub joined: bool,
}

impl Token<'_> {
    /// The number's value; a number too large for any verse is the largest there is.
    pub fn value(&self) -> u16 {
        self.text.parse().unwrap_or(u16::MAX)
    }

    /// Whether it is one of these words, in any letter case.
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

/// `None` for space, and for what is not seen.
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
    fn words_numbers_and_marks_are_told_apart() {
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
    fn a_number_too_large_is_the_largest() {
        assert_eq!(
            tokenize("99999999999999").first().map(Token::value),
            Some(u16::MAX)
        );
    }

    #[test]
    fn marks_stand_alone_and_space_is_none() {
        assert_eq!(tokenize("::").len(), 2);
        assert_eq!(tokenize(" \n\t\u{a0}\0\u{feff}").len(), 0);
        assert_eq!(tokenize("🕊🕊").len(), 2);
    }
}
