//! Telling references from the words around them.

use super::parse::Parser;
use crate::token::TokenKind;
use crate::translation::find_translation;

/// Words that part one reference from another, or introduce one.
pub(super) const LINKING_WORDS: [&str; 9] = [
    "and", "or", "cf", "see", "also", "compare", "with", "read", "plus",
];
/// Abbreviations which are words as well. Inside a sentence, in small letters and without a
/// verse they are taken for the word: "I am 3".
const ALSO_WORDS: [&str; 14] = [
    "am", "is", "so", "he", "act", "acts", "ex", "re", "pro", "de", "la", "es", "ho", "song",
];
/// Translations people name behind a reference, beside those embedded here.
const OTHER_TRANSLATIONS: [&str; 14] = [
    "niv", "esv", "nasb", "nkjv", "nlt", "nrsv", "rsv", "csb", "hcsb", "net", "msg", "bsb", "amp",
    "rvr",
];

impl Parser<'_> {
    /// Whether the tokens since `start` are all that stands between two marks.
    pub(super) fn stands_alone(&self, start: usize) -> bool {
        let is_word = |index| {
            matches!(self.kind(index), Some(TokenKind::Word | TokenKind::Number))
                && !self.is_translation(index)
        };
        !is_word(self.at) && start.checked_sub(1).is_none_or(|before| !is_word(before))
    }

    pub(super) fn is_but_a_word(&self, index: usize) -> bool {
        let before = index
            .checked_sub(1)
            .and_then(|before| self.tokens.get(before));
        let in_sentence = before
            .is_some_and(|token| token.kind == TokenKind::Word && !token.is_word(&LINKING_WORDS));
        in_sentence
            && self
                .tokens
                .get(index)
                .is_some_and(|token| ALSO_WORDS.contains(&token.text))
    }

    pub(super) fn is_translation(&self, index: usize) -> bool {
        let behind = index
            .checked_sub(1)
            .and_then(|before| self.tokens.get(before));
        let Some((token, behind)) = self.tokens.get(index).zip(behind) else {
            return false;
        };
        behind.kind != TokenKind::Word
            && (token.is_word(&OTHER_TRANSLATIONS) || find_translation(token.text).is_some())
    }
}
