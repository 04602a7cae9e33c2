//! Verses of the canon that a translation does not print under their number.
//!
//! The text shows which verses these are. Where else the translation prints their words had to be
//! found by reading, so it is listed here. A verse that is not listed is printed nowhere: the
//! translation's editors consider it a later addition, and a note may give its words.

use crate::translation::TranslationCode;

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

/// Translation, book, chapter, first and last verse, and the place of the first verse's words;
/// those of the others follow there.
type Moved = (TranslationCode, &'static str, u16, u16, u16, (u16, u16));

const MOVED: [Moved; 13] = [
    // The WEB follows the Majority Text, which has the doxology there.
    (TranslationCode::Web, "ROM", 16, 25, 27, (14, 24)),
    // The Reina-Valera of 1909 has its own division of these chapters and verses.
    (TranslationCode::Srv, "NUM", 12, 16, 16, (13, 1)),
    (TranslationCode::Srv, "NUM", 29, 40, 40, (30, 1)),
    (TranslationCode::Srv, "1SA", 23, 29, 29, (24, 1)),
    (TranslationCode::Srv, "2SA", 20, 26, 26, (20, 25)),
    (TranslationCode::Srv, "2CH", 33, 25, 25, (33, 24)),
    (TranslationCode::Srv, "JOB", 35, 16, 16, (35, 15)),
    (TranslationCode::Srv, "JOB", 38, 39, 41, (39, 1)),
    (TranslationCode::Srv, "JOB", 40, 20, 24, (40, 15)),
    (TranslationCode::Srv, "HOS", 11, 12, 12, (12, 1)),
    (TranslationCode::Srv, "JON", 1, 17, 17, (2, 1)),
    (TranslationCode::Srv, "ACT", 19, 41, 41, (19, 40)),
    (TranslationCode::Srv, "2CO", 13, 14, 14, (13, 13)),
];

/// The place of the words of a verse that is not printed under its number.
pub(super) fn find_moved(
    translation: TranslationCode,
    usfm: &str,
    chapter: u16,
    verse: u16,
) -> Option<StandsAt> {
    MOVED
        .iter()
        .find_map(|(code, book, from, first, last, (to_chapter, to_verse))| {
            let here = *code == translation && *book == usfm && *from == chapter;
            (here && (*first..=*last).contains(&verse)).then(|| StandsAt {
                chapter: *to_chapter,
                verse: *to_verse + verse - first,
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canon::find_book;
    use crate::chapter::get_chapter;

    #[test]
    fn every_listed_verse_is_omitted_and_its_place_is_printed() {
        for (code, usfm, chapter, first, last, _) in MOVED {
            let book = find_book(usfm).unwrap();
            let omitted = get_chapter(code, book.id, chapter).unwrap().omitted();
            for verse in first..=last {
                let entry = omitted.iter().find(|entry| entry.verse == verse).unwrap();
                let there = entry.stands_at.unwrap();
                let verses = get_chapter(code, book.id, there.chapter).unwrap().verses();
                assert!(
                    verses.iter().any(|v| v.number == there.verse),
                    "{usfm} {chapter}:{verse}"
                );
            }
        }
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
