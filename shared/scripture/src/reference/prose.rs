//! Distinguishing references from other words of a text.

use super::parse::Parser;
use crate::token::{Token, TokenKind};
use crate::translation::find_translation;

/// Words that separate references or introduce one.
pub(super) const LINKING_WORDS: [&str; 9] = [
    "and", "or", "cf", "see", "also", "compare", "with", "read", "plus",
];
/// Names of books that are also English or Spanish words. In a sentence, in small letters and
/// without a verse they are read as the word: "I am 3".
const NAMES_THAT_ARE_WORDS: [&str; 14] = [
    "am", "is", "so", "he", "act", "acts", "ex", "re", "pro", "de", "la", "es", "ho", "song",
];
/// Translations that readers name after a reference, besides those embedded here.
const OTHER_TRANSLATIONS: [&str; 14] = [
    "niv", "esv", "nasb", "nkjv", "nlt", "nrsv", "rsv", "csb", "hcsb", "net", "msg", "bsb", "amp",
    "rvr",
];

impl Parser<'_> {
    /// Whether the tokens since `start` are the only words between two marks.
    pub(super) fn stands_alone(&self, start: usize) -> bool {
        let is_word = |index| {
            matches!(self.kind(index), Some(TokenKind::Word | TokenKind::Number))
                && !self.is_translation(index)
        };
        !is_word(self.at) && start.checked_sub(1).is_none_or(|before| !is_word(before))
    }

    /// Whether a book's name is used as an ordinary word of a sentence.
    pub(super) fn is_ordinary_word(&self, index: usize) -> bool {
        self.with_previous(index).is_some_and(|(previous, token)| {
            previous.kind == TokenKind::Word
                && !previous.is_word(&LINKING_WORDS)
                && NAMES_THAT_ARE_WORDS.contains(&token.text)
        })
    }

    /// Whether a token is a translation's name after a reference.
    pub(super) fn is_translation(&self, index: usize) -> bool {
        self.with_previous(index).is_some_and(|(previous, token)| {
            previous.kind != TokenKind::Word
                && (token.is_word(&OTHER_TRANSLATIONS) || find_translation(token.text).is_some())
        })
    }

    fn with_previous(&self, index: usize) -> Option<(&Token<'_>, &Token<'_>)> {
        let previous = self.tokens.get(index.checked_sub(1)?)?;
        Some((previous, self.tokens.get(index)?))
    }
}
