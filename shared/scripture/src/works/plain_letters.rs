//! Hebrew, Greek and Latin words as letters alone, so that a word is found without its points and
//! accents.
//!
//! The build script compiles this file too: the keys of the lexicon and of a query cannot differ.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A text in small letters, without points, accents, apostrophes and other marks, with single
/// spaces.
pub fn plain_letters(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.nfkd().flat_map(char::to_lowercase) {
        match c {
            'ς' => plain.push('σ'),
            // Signs for alef and ayin.
            'ʻ' | 'ʼ' | 'ʾ' | 'ʿ' | '\'' | '’' | '‘' => {}
            _ if is_combining_mark(c) => {}
            _ if c.is_alphanumeric() => plain.push(c),
            _ if plain.ends_with(' ') || plain.is_empty() => {}
            _ => plain.push(' '),
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// A word in Latin letters in one spelling: Strong's `cheçed` and the usual `hesed` are the same,
/// as are `ʼĕlôhîym` and `elohim`, `tôwrâh` and `torah`.
pub fn plain_transliteration(text: &str) -> String {
    const SPELLINGS: [(&str, &str); 11] = [
        ("ch", "h"),
        ("kh", "h"),
        ("ph", "f"),
        ("th", "t"),
        ("tz", "ts"),
        ("iy", "i"),
        ("ow", "o"),
        ("uw", "u"),
        ("ey", "e"),
        ("q", "k"),
        ("c", "s"),
    ];
    let plain = plain_letters(text);
    let replace = |text: String, (from, to): &(&str, &str)| text.replace(from, to);
    SPELLINGS.iter().fold(plain, replace)
}
