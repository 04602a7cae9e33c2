//! The words of a text and their keys: the forms in which words are compared.
//!
//! A word is a run of letters and digits, with apostrophes and single hyphens between them. A key has
//! small letters without accents, one kind of apostrophe, and no hyphens: `Beth–el` is two words, and
//! `Beth-el` one with the key `bethel`. The parts of a word with hyphens have keys of their own.
//!
//! The build script compiles this file too, so that the index and the queries cannot differ.

use std::borrow::Cow;
use std::ops::Range;

use crate::fold::push_plain;

/// A word of a text.
#[derive(Debug, Default)]
pub struct Word {
    /// The parts between hyphens, at least one.
    pub parts: Vec<Part>,
}

/// A word, or a part of one between hyphens.
#[derive(Debug)]
pub struct Part {
    /// Its key.
    pub key: String,
    /// Where it stands in the text, in bytes.
    pub place: Range<usize>,
}

impl Word {
    /// The key of the whole word.
    pub fn key(&self) -> Cow<'_, str> {
        match self.parts.as_slice() {
            [only] => Cow::Borrowed(&only.key),
            parts => Cow::Owned(parts.iter().map(|part| part.key.as_str()).collect()),
        }
    }
}

/// What a character is in a word.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Letter,
    Digit,
    /// A character that belongs to the word and has no plain form: a combining accent, a Hebrew
    /// point, a soft hyphen.
    Invisible,
    Apostrophe,
    Hyphen,
    Comma,
    Other,
}

/// The words of a text, in order.
pub fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut before = Kind::Other;
    // A mark after a word, which belongs to it if a letter follows.
    let mut mark = None;
    let mut plain = String::new();
    for (at, c) in text.char_indices() {
        let kind = read(c, &mut plain);
        let end = at + c.len_utf8();
        match kind {
            // It belongs to the letter before.
            Kind::Invisible => {
                if let Some(word) = words
                    .last_mut()
                    .filter(|_| mark.is_none() && before != Kind::Other)
                {
                    extend(word, false, "", end);
                }
            }
            Kind::Letter | Kind::Digit => {
                let is_word = matches!(before, Kind::Letter | Kind::Digit);
                let number_goes_on = (before, kind) == (Kind::Digit, Kind::Digit);
                let last = words.last_mut().filter(|_| is_word);
                match (mark, last) {
                    (Some(Kind::Hyphen), Some(word)) => word.parts.push(part(&plain, at..end)),
                    (None | Some(Kind::Apostrophe), Some(word)) => {
                        extend(word, mark.is_some(), &plain, end);
                    }
                    (Some(Kind::Comma), Some(word)) if number_goes_on => {
                        extend(word, false, &plain, end);
                    }
                    _ => words.push(Word {
                        parts: vec![part(&plain, at..end)],
                    }),
                }
                before = kind;
                mark = None;
            }
            Kind::Apostrophe | Kind::Hyphen | Kind::Comma if mark.is_none() => mark = Some(kind),
            _ => {
                before = Kind::Other;
                mark = None;
            }
        }
    }
    words
}

fn part(plain: &str, place: Range<usize>) -> Part {
    Part {
        key: plain.to_owned(),
        place,
    }
}

/// Adds a letter to the last part of a word.
fn extend(word: &mut Word, with_apostrophe: bool, plain: &str, end: usize) {
    if let Some(part) = word.parts.last_mut() {
        if with_apostrophe {
            part.key.push('\'');
        }
        part.key.push_str(plain);
        part.place.end = end;
    }
}

/// The kind of a character; `plain` becomes its plain form, in small letters.
fn read(c: char, plain: &mut String) -> Kind {
    plain.clear();
    if c.is_ascii() {
        plain.push(c.to_ascii_lowercase());
    } else {
        c.to_lowercase().for_each(|c| push_plain(c, plain));
        plain.make_ascii_lowercase();
    }
    match c {
        '\'' | '’' | '‘' | '‛' | 'ʼ' | '´' | '`' | '′' | '＇' => Kind::Apostrophe,
        '-' | '\u{2010}' | '\u{2011}' | '\u{5be}' | '－' => Kind::Hyphen,
        ',' => Kind::Comma,
        _ if plain.is_empty() => Kind::Invisible,
        _ if plain.starts_with(|c: char| c.is_ascii_digit()) => Kind::Digit,
        _ if c.is_alphanumeric() => Kind::Letter,
        _ => Kind::Other,
    }
}
