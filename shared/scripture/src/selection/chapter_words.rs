//! The words of a selection and of a chapter for comparison, independent of a client's marks, numbers
//! and lines.

use crate::canon::BookId;
use crate::chapter::{Element, Part, get_chapter};
use crate::reference::VerseId;
use crate::stem::words;
use crate::translation::TranslationCode;
use crate::verse_map::to_canon;

/// One word of a chapter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct ChapterWord {
    /// The word for comparison: small letters without accents and apostrophes.
    pub text: String,
    /// The word's verse; `None` for a word of a heading.
    pub verse: Option<VerseId>,
    /// How many words of the verse are before it.
    pub index: usize,
}

/// The words of a selection, without numbers and marks of notes.
pub(super) fn selected_words(text: &str) -> Vec<String> {
    let text = without_marks(text);
    words(&text)
        .map(fold)
        .filter(|word| !word.is_empty())
        .collect()
}

/// A chapter's words, with or without those of its headings.
pub(crate) fn chapter_words(
    translation: TranslationCode,
    book: BookId,
    number: u16,
    with_headings: bool,
) -> Vec<ChapterWord> {
    let Ok(chapter) = get_chapter(translation, book, number) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    let mut add = |verse: Option<VerseId>, text: &str| {
        all.extend(words(text).enumerate().map(|(index, word)| ChapterWord {
            text: fold(word),
            verse,
            index,
        }));
    };
    let id = |verse| {
        let printed = VerseId {
            book,
            chapter: number,
            verse,
        };
        to_canon(translation, printed).map(|verses| *verses.start())
    };
    if with_headings {
        for element in chapter.content() {
            match element {
                Element::Heading { content, .. } => add(None, &content.join(" ")),
                Element::Verse { number, content } => {
                    let text: String = content.iter().map(Part::text).collect();
                    add(id(number), &text);
                }
                Element::LineBreak { .. } => {}
            }
        }
    } else {
        for (number, text) in chapter.texts() {
            add(id(number), &text);
        }
    }
    all
}

/// A word in small letters, without accents, ligatures and apostrophes.
pub(crate) fn fold(word: &str) -> String {
    // Most words, and several times as fast as the others.
    if word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return word.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(word.len());
    for c in word.chars().flat_map(char::to_lowercase) {
        match c {
            'á' | 'à' | 'â' | 'ä' => folded.push('a'),
            'é' | 'è' | 'ê' | 'ë' => folded.push('e'),
            'í' | 'ì' | 'î' | 'ï' => folded.push('i'),
            'ó' | 'ò' | 'ô' | 'ö' => folded.push('o'),
            'ú' | 'ù' | 'û' | 'ü' => folded.push('u'),
            'ñ' => folded.push('n'),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            _ if c.is_alphabetic() && !is_superscript(c) => folded.push(c),
            _ => {}
        }
    }
    folded
}

/// Removes `[a]`, `[12]` and invisible characters within words.
fn without_marks(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        clean.push_str(before);
        let mark = after.split_once(']').filter(|(mark, _)| {
            let letters = mark.chars().filter(|c| c.is_alphabetic()).count();
            mark.len() <= 3 && letters <= 1 && mark.chars().all(char::is_alphanumeric)
        });
        clean.push(' ');
        rest = mark.map_or(after, |(_, rest)| rest);
    }
    clean.push_str(rest);
    // Combining accents, soft hyphens and invisible characters may be within a word.
    clean.retain(|c| !matches!(c, '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'));
    clean
}

fn is_superscript(c: char) -> bool {
    matches!(c, 'ª' | 'º' | '\u{2b0}'..='\u{2ff}' | '\u{1d2c}'..='\u{1d6a}' | 'ⁱ' | 'ⁿ')
}
