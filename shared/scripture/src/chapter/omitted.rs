//! Verses of the canon that a translation does not print under their number.
//!
//! The text shows which verses these are. [`crate::verse_map`] has the place of their words. A
//! verse that is in neither is printed nowhere: the translation's editors consider it a later
//! addition, and a note may give its words.

use crate::reference::VerseId;
use crate::translation::TranslationCode;
use crate::verse_map::from_canon;

/// A verse that is not printed under its number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Omitted {
    /// The number in the canon's count.
    pub verse: u16,
    /// The place of its words in the same book, if this translation has them at all.
    pub stands_at: Option<StandsAt>,
}

/// A chapter and verse of the same book.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StandsAt {
    /// The chapter.
    pub chapter: u16,
    /// The verse.
    pub verse: u16,
}

/// The place of the words of a verse that is not printed under its number.
pub(super) fn find_moved(translation: TranslationCode, verse: VerseId) -> Option<StandsAt> {
    let printed = *from_canon(translation, verse)?.start();
    (printed != verse).then_some(StandsAt {
        chapter: printed.chapter,
        verse: printed.verse,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canon::{books, find_book};
    use crate::chapter::get_chapter;
    use crate::translation::translations;

    #[test]
    fn the_place_of_every_omitted_verse_is_printed() {
        let mut moved = 0;
        for translation in translations() {
            let code = translation.code;
            for book in books() {
                for chapter in 1..=book.chapter_count() {
                    for omitted in get_chapter(code, book.id, chapter).unwrap().omitted() {
                        let Some(there) = omitted.stands_at else {
                            continue;
                        };
                        let chapter = get_chapter(code, book.id, there.chapter).unwrap();
                        let mut verses = chapter.verses().into_iter();
                        let is_there = verses.any(|verse| verse.number == there.verse);
                        assert!(
                            is_there,
                            "{code} {} {chapter:?}:{}",
                            book.usfm, omitted.verse
                        );
                        moved += 1;
                    }
                }
            }
        }
        assert_eq!(moved, 3 + 18);
    }

    #[test]
    fn the_web_prints_the_doxology_of_romans_16_in_chapter_14() {
        let romans = find_book("Romans").unwrap().id;
        let sixteen = get_chapter(TranslationCode::Web, romans, 16).unwrap();
        let expected: Vec<_> = (25..=27)
            .map(|verse| Omitted {
                verse,
                stands_at: Some(StandsAt {
                    chapter: 14,
                    verse: verse - 1,
                }),
            })
            .collect();
        assert_eq!(sixteen.omitted(), expected);
        let fourteen = get_chapter(TranslationCode::Web, romans, 14).unwrap();
        let last = fourteen.verses().pop().unwrap();
        assert_eq!(last.number, 26);
        assert!(
            last.text.starts_with("to the only wise God"),
            "{}",
            last.text
        );
    }
}
