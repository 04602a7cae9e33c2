//! Verses the canon counts and a translation does not print under that number.
//!
//! Which these are is seen in the text itself. Where their words stand instead is known only by
//! reading, so it is listed here. A verse that is not listed stands nowhere: the translation's
//! editors hold it for a later addition, and a note may give its words.

use crate::translation::TranslationCode;

/// A verse that is not printed under its number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Omitted {
    /// Its number in the canon's count.
    pub verse: u16,
    /// Where its words stand in the same book, if this translation has them at all.
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

/// Translation, book, chapter, first and last verse, and where the first one's words stand; the
/// others follow it there.
type Moved = (TranslationCode, &'static str, u16, u16, u16, (u16, u16));

const MOVED: [Moved; 13] = [
    // The Majority Text has the doxology here.
    (TranslationCode::Web, "ROM", 16, 25, 27, (14, 24)),
    // The Reina-Valera of 1909 divides these chapters and verses in its own way.
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

/// Where the words of a verse that is not printed under its number stand.
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
    fn every_entry_leads_from_a_verse_not_printed_to_one_that_is() {
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
    fn the_doxology_of_romans_is_found_where_the_web_prints_it() {
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
