//! The map between the numbers that a translation prints and the canon's.
//!
//! The canon counts as the King James Version does. The table lists every place where a translation
//! counts otherwise; each was found by comparing the words of all verses with those of the KJV (by
//! Strong's numbers for the Spanish text). A verse that only begins or ends a few words earlier
//! counts as the same verse.

use std::ops::RangeInclusive;
use std::sync::OnceLock;

use crate::canon::{BookId, books};
use crate::reference::VerseId;
use crate::translation::{TranslationCode, translations};
use TranslationCode::{Asv, Bsb, Srv, Web, Ylt};

/// Chapter and verse of a range's first and last verse.
type Range = ((u16, u16), (u16, u16));

/// Translation, book, verses as printed, and the same verses in the canon. Ranges with as many
/// verses on both sides agree verse by verse; otherwise the words are divided differently, and the
/// verses of both sides correspond only as a whole.
const TABLE: [(TranslationCode, &str, Range, Range); 48] = [
    // The WEB has the doxology there, as the Majority Text does, and the woes in its order.
    (Web, "MAT", ((23, 13), (23, 13)), ((23, 14), (23, 14))),
    (Web, "MAT", ((23, 14), (23, 14)), ((23, 13), (23, 13))),
    (Web, "ROM", ((14, 24), (14, 26)), ((16, 25), (16, 27))),
    (Asv, "PHP", ((1, 16), (1, 16)), ((1, 17), (1, 17))),
    (Asv, "PHP", ((1, 17), (1, 17)), ((1, 16), (1, 16))),
    // Without the words on the heavenly witnesses.
    (Asv, "1JN", ((5, 6), (5, 7)), ((5, 6), (5, 6))),
    (Ylt, "GEN", ((8, 15), (8, 15)), ((8, 15), (8, 16))),
    (Ylt, "GEN", ((8, 16), (8, 17)), ((8, 17), (8, 17))),
    (Ylt, "GEN", ((18, 10), (18, 11)), ((18, 10), (18, 10))),
    (Ylt, "GEN", ((18, 12), (18, 13)), ((18, 11), (18, 12))),
    (Ylt, "GEN", ((18, 14), (18, 14)), ((18, 13), (18, 14))),
    (Ylt, "SNG", ((1, 17), (1, 17)), ((1, 17), (2, 1))),
    (Ylt, "SNG", ((2, 1), (2, 2)), ((2, 2), (2, 2))),
    (Ylt, "HOS", ((13, 8), (13, 9)), ((13, 8), (13, 8))),
    (Ylt, "HOS", ((13, 10), (13, 10)), ((13, 9), (13, 10))),
    (Ylt, "JHN", ((7, 53), (7, 53)), ((7, 53), (8, 1))),
    (Ylt, "JHN", ((8, 1), (8, 2)), ((8, 2), (8, 2))),
    (Bsb, "PHP", ((1, 16), (1, 16)), ((1, 17), (1, 17))),
    (Bsb, "PHP", ((1, 17), (1, 17)), ((1, 16), (1, 16))),
    // The Reina-Valera of 1909 has its own division of these chapters and verses.
    (Srv, "NUM", ((13, 1), (13, 1)), ((12, 16), (12, 16))),
    (Srv, "NUM", ((13, 2), (13, 34)), ((13, 1), (13, 33))),
    (Srv, "NUM", ((30, 1), (30, 1)), ((29, 40), (29, 40))),
    (Srv, "NUM", ((30, 2), (30, 17)), ((30, 1), (30, 16))),
    (Srv, "JDG", ((14, 18), (14, 19)), ((14, 18), (14, 18))),
    (Srv, "JDG", ((14, 20), (14, 21)), ((14, 19), (14, 20))),
    (Srv, "1SA", ((24, 1), (24, 1)), ((23, 29), (23, 29))),
    (Srv, "1SA", ((24, 2), (24, 23)), ((24, 1), (24, 22))),
    (Srv, "2SA", ((20, 25), (20, 25)), ((20, 25), (20, 26))),
    (Srv, "1KI", ((22, 43), (22, 44)), ((22, 43), (22, 43))),
    (Srv, "1KI", ((22, 45), (22, 54)), ((22, 44), (22, 53))),
    (Srv, "1CH", ((1, 30), (1, 30)), ((1, 30), (1, 31))),
    (Srv, "1CH", ((1, 31), (1, 32)), ((1, 32), (1, 32))),
    (Srv, "1CH", ((21, 15), (21, 16)), ((21, 15), (21, 15))),
    (Srv, "1CH", ((21, 17), (21, 31)), ((21, 16), (21, 30))),
    (Srv, "2CH", ((33, 10), (33, 10)), ((33, 10), (33, 11))),
    (Srv, "2CH", ((33, 11), (33, 24)), ((33, 12), (33, 25))),
    (Srv, "JOB", ((35, 15), (35, 15)), ((35, 15), (35, 16))),
    (Srv, "JOB", ((39, 1), (39, 3)), ((38, 39), (38, 41))),
    (Srv, "JOB", ((39, 4), (39, 33)), ((39, 1), (39, 30))),
    (Srv, "JOB", ((39, 34), (39, 38)), ((40, 1), (40, 5))),
    (Srv, "JOB", ((40, 1), (40, 19)), ((40, 6), (40, 24))),
    (Srv, "HOS", ((12, 1), (12, 1)), ((11, 12), (11, 12))),
    (Srv, "HOS", ((12, 2), (12, 15)), ((12, 1), (12, 14))),
    (Srv, "JON", ((2, 1), (2, 1)), ((1, 17), (1, 17))),
    (Srv, "JON", ((2, 2), (2, 11)), ((2, 1), (2, 10))),
    (Srv, "ACT", ((19, 40), (19, 40)), ((19, 40), (19, 41))),
    (Srv, "2CO", ((13, 12), (13, 12)), ((13, 12), (13, 13))),
    (Srv, "2CO", ((13, 13), (13, 13)), ((13, 14), (13, 14))),
];

/// Which of the two numberings a verse is given in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Side {
    Printed,
    Canon,
}

/// A row of the table.
struct Row {
    translation: TranslationCode,
    printed: RangeInclusive<VerseId>,
    canon: RangeInclusive<VerseId>,
}

impl Row {
    fn of(&self, side: Side) -> &RangeInclusive<VerseId> {
        match side {
            Side::Printed => &self.printed,
            Side::Canon => &self.canon,
        }
    }

    /// The verses of the other side that a verse of one side corresponds to.
    fn convert(&self, verse: VerseId, from: Side) -> RangeInclusive<VerseId> {
        let (here, there) = (self.of(from), self.of(from.other()));
        if count_in_chapter(here) != count_in_chapter(there) || count_in_chapter(here).is_none() {
            return there.clone();
        }
        let verse = VerseId {
            verse: there.start().verse + (verse.verse - here.start().verse),
            ..*there.start()
        };
        verse..=verse
    }
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Printed => Self::Canon,
            Self::Canon => Self::Printed,
        }
    }
}

/// The verses of the canon that a translation prints under this number: one, or several that it
/// joins. `None` if it prints nothing of the canon under the number.
///
/// Whether the translation has a verse at all is not considered: ask the chapter.
#[must_use]
pub fn to_canon(translation: TranslationCode, printed: VerseId) -> Option<RangeInclusive<VerseId>> {
    convert(translation, printed, Side::Printed)
}

/// The numbers under which a translation prints a verse of the canon: one, or several between which
/// it divides the verse. `None` if it prints the verse nowhere, as far as the table shows.
#[must_use]
pub fn from_canon(translation: TranslationCode, verse: VerseId) -> Option<RangeInclusive<VerseId>> {
    convert(translation, verse, Side::Canon)
}

fn convert(
    translation: TranslationCode,
    verse: VerseId,
    from: Side,
) -> Option<RangeInclusive<VerseId>> {
    let row = |side| rows_of(translation).find(move |row| row.of(side).contains(&verse));
    if let Some(row) = row(from) {
        return Some(row.convert(verse, from));
    }
    // The other side has the number for another verse.
    (row(from.other()).is_none() && verse.ordinal().is_some()).then_some(verse..=verse)
}

/// The ranges of the canon that a translation prints under the numbers from one to another.
pub(crate) fn range_to_canon(
    translation: TranslationCode,
    printed: RangeInclusive<VerseId>,
) -> Vec<RangeInclusive<VerseId>> {
    convert_range(translation, &printed, Side::Printed)
}

/// The ranges of numbers under which a translation prints verses of the canon.
pub(crate) fn range_from_canon(
    translation: TranslationCode,
    verses: RangeInclusive<VerseId>,
) -> Vec<RangeInclusive<VerseId>> {
    convert_range(translation, &verses, Side::Canon)
}

fn convert_range(
    translation: TranslationCode,
    range: &RangeInclusive<VerseId>,
    from: Side,
) -> Vec<RangeInclusive<VerseId>> {
    let (first, last) = (*range.start(), *range.end());
    let mut rows: Vec<&Row> = rows_of(translation)
        .filter(|row| *row.of(from).start() <= last && first <= *row.of(from).end())
        .collect();
    rows.sort_by_key(|row| *row.of(from).start());
    let mut converted: Vec<RangeInclusive<VerseId>> = Vec::new();
    let mut next = first;
    for row in rows {
        let start = first.max(*row.of(from).start());
        let end = last.min(*row.of(from).end());
        converted.extend(unchanged(translation, next, before(start), from));
        converted.push(*row.convert(start, from).start()..=*row.convert(end, from).end());
        next = VerseId {
            verse: end.verse + 1,
            ..end
        };
    }
    converted.extend(unchanged(translation, next, last, from));
    converted.sort_by_key(|range| *range.start());
    let mut joined: Vec<RangeInclusive<VerseId>> = Vec::new();
    for range in converted {
        match joined.last_mut() {
            Some(known) if *range.start() <= after(*known.end()) => {
                *known = *known.start()..=(*known.end()).max(*range.end());
            }
            _ => joined.push(range),
        }
    }
    joined
}

/// Verses between the rows of the table, which both sides number alike.
fn unchanged(
    translation: TranslationCode,
    first: VerseId,
    last: VerseId,
    from: Side,
) -> Option<RangeInclusive<VerseId>> {
    let first = if first.ordinal().is_some() {
        first
    } else {
        after(first)
    };
    let count = last.book.book().verse_count(last.chapter).unwrap_or(0);
    let last = VerseId {
        verse: last.verse.min(count),
        ..last
    };
    let is_elsewhere = first == last && convert(translation, first, from).is_none();
    // A number that the translation does not print is the canon's.
    let is_dropped = is_elsewhere && from == Side::Canon;
    (first <= last && !is_dropped).then_some(first..=last)
}

/// The last number of a chapter that the canon counts or the translation prints: any of the
/// translations if none is given. `None` if there is no such chapter.
pub(crate) fn last_number(
    translation: Option<TranslationCode>,
    book: BookId,
    chapter: u16,
) -> Option<u16> {
    let counted = book.book().verse_count(chapter)?;
    let printed = rows()
        .iter()
        .filter(|row| translation.is_none_or(|code| code == row.translation))
        .map(|row| *row.printed.end())
        .filter(|last| (last.book, last.chapter) == (book, chapter))
        .map(|last| last.verse);
    Some(printed.max().unwrap_or(0).max(counted))
}

/// Whether the canon or the translation has a verse with this number: any of the translations if
/// none is given.
pub(crate) fn is_numbered(translation: Option<TranslationCode>, verse: VerseId) -> bool {
    let is_printed = |code| to_canon(code, verse).is_some();
    verse.ordinal().is_some()
        || match translation {
            Some(code) => is_printed(code),
            None => find_numbering(verse, verse).is_some(),
        }
}

/// The first translation that prints verses under both of these numbers.
pub(crate) fn find_numbering(first: VerseId, last: VerseId) -> Option<TranslationCode> {
    let codes = translations().iter().map(|translation| translation.code);
    let mut prints =
        codes.filter(|code| to_canon(*code, first).is_some() && to_canon(*code, last).is_some());
    prints.next()
}

/// How many verses a range has, if it is in one chapter.
fn count_in_chapter(range: &RangeInclusive<VerseId>) -> Option<u16> {
    let (first, last) = (range.start(), range.end());
    (first.chapter == last.chapter).then(|| last.verse - first.verse)
}

/// The verse before, by the canon's count.
fn before(verse: VerseId) -> VerseId {
    if verse.verse > 1 {
        return VerseId {
            verse: verse.verse - 1,
            ..verse
        };
    }
    let before = verse.ordinal().and_then(|ordinal| ordinal.checked_sub(1));
    before.and_then(VerseId::from_ordinal).unwrap_or(verse)
}

/// The verse after, by the canon's count: the next chapter's first after the last one.
fn after(verse: VerseId) -> VerseId {
    let book = verse.book.book();
    if book
        .verse_count(verse.chapter)
        .is_some_and(|count| verse.verse < count)
    {
        return VerseId {
            verse: verse.verse + 1,
            ..verse
        };
    }
    if verse.chapter < book.chapter_count() {
        return VerseId {
            chapter: verse.chapter + 1,
            verse: 1,
            ..verse
        };
    }
    let next = BookId::new(verse.book.number() + 1);
    next.map_or(verse, |book| VerseId {
        book,
        chapter: 1,
        verse: 1,
    })
}

fn rows_of(translation: TranslationCode) -> impl Iterator<Item = &'static Row> {
    rows()
        .iter()
        .filter(move |row| row.translation == translation)
}

fn rows() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let row = |(translation, usfm, printed, canon): &(_, &str, Range, Range)| {
            let book = books().iter().find(|book| book.usfm == *usfm)?.id;
            let range = |((chapter, verse), (last_chapter, last_verse)): &Range| {
                VerseId {
                    book,
                    chapter: *chapter,
                    verse: *verse,
                }..=VerseId {
                    book,
                    chapter: *last_chapter,
                    verse: *last_verse,
                }
            };
            Some(Row {
                translation: *translation,
                printed: range(printed),
                canon: range(canon),
            })
        };
        TABLE.iter().filter_map(row).collect()
    })
}

#[cfg(test)]
mod tests;
