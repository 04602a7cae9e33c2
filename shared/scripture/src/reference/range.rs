//! References made from verses, the chapters of a reference, and the ordinals of verses.

use std::fmt;
use std::ops::RangeInclusive;

use super::{Extent, Reference, VerseId};
use crate::canon::{BookId, books};
use crate::translation::TranslationCode;
use crate::verse_map::{find_numbering, last_number, range_from_canon, range_to_canon};

/// A chapter and verses of it.
type ChapterVerses = (BookId, u16, RangeInclusive<u16>);

impl VerseId {
    /// The verse of the canon with this ordinal: Genesis 1:1 is 0, Revelation 22:21 is 31101.
    #[must_use]
    pub fn from_ordinal(ordinal: u16) -> Option<Self> {
        let after = books().partition_point(|book| book.first_verse <= ordinal);
        let book = books().get(after.checked_sub(1)?)?;
        let mut left = ordinal - book.first_verse;
        for (chapter, verses) in (1..).zip(book.verses) {
            if left < *verses {
                return Some(Self {
                    book: book.id,
                    chapter,
                    verse: left + 1,
                });
            }
            left -= verses;
        }
        None
    }

    /// The verse's ordinal; `None` if the verse is not in the canon.
    #[must_use]
    pub fn ordinal(self) -> Option<u16> {
        let book = self.book.book();
        if !(1..=book.verse_count(self.chapter)?).contains(&self.verse) {
            return None;
        }
        let before: u16 = book.verses.iter().take(usize::from(self.chapter) - 1).sum();
        Some(book.first_verse + before + self.verse - 1)
    }
}

impl fmt::Display for VerseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}:{}",
            self.book.book().name,
            self.chapter,
            self.verse
        )
    }
}

impl Reference {
    /// The verses from one to another, in either order. The caller makes sure that both exist.
    #[must_use]
    pub fn between(one: VerseId, other: VerseId) -> Self {
        Self {
            extent: Extent::Verses,
            first: one.min(other),
            last: one.max(other),
        }
    }

    /// A whole chapter; `None` if the book has no such chapter.
    #[must_use]
    pub fn whole_chapter(book: BookId, chapter: u16) -> Option<Self> {
        let last = book.book().verse_count(chapter)?;
        let verse = |verse| VerseId {
            book,
            chapter,
            verse,
        };
        Some(Self {
            extent: Extent::Chapters,
            first: verse(1),
            last: verse(last),
        })
    }

    /// The verses of the canon that a translation prints under the numbers of this reference. If no
    /// translation is given, numbers that are not in the canon are of the first translation that
    /// prints them.
    #[must_use]
    pub fn to_canon(self, translation: Option<TranslationCode>) -> Vec<Self> {
        let is_in_canon = |verse: VerseId| verse.ordinal().is_some();
        let translation = translation.or_else(|| {
            let is_beyond = !is_in_canon(self.first) || !is_in_canon(self.last);
            is_beyond.then(|| find_numbering(self.first, self.last))?
        });
        let Some(translation) = translation.filter(|_| self.extent != Extent::Books) else {
            return vec![self];
        };
        let mut last = self.last;
        if self.extent == Extent::Chapters {
            let printed = last_number(Some(translation), last.book, last.chapter);
            last.verse = printed.unwrap_or(last.verse);
        }
        let ranges = range_to_canon(translation, self.first..=last);
        let reference = |range: RangeInclusive<VerseId>| {
            let (first, last) = range.into_inner();
            if (first, last) == (self.first, self.last) {
                self
            } else {
                Self::between(first, last)
            }
        };
        ranges.into_iter().map(reference).collect()
    }

    /// The chapters and verses where a translation prints the reference, which has the canon's
    /// numbers.
    #[must_use]
    pub fn printed_in(&self, translation: TranslationCode) -> Vec<ChapterVerses> {
        let ranges = range_from_canon(translation, self.first..=self.last);
        let chapters = ranges.into_iter().flat_map(|range| {
            let (first, last) = range.into_inner();
            let mut chapters: Vec<ChapterVerses> = Self::between(first, last).chapters().collect();
            // A chapter may have more verses than the canon counts.
            if let Some((before, (.., verses))) =
                chapters.len().checked_sub(1).zip(chapters.last_mut())
            {
                *verses = *verses.start()..=last.verse;
                for (book, chapter, verses) in chapters.iter_mut().take(before) {
                    let printed = last_number(Some(translation), *book, *chapter);
                    *verses = *verses.start()..=printed.unwrap_or(*verses.end());
                }
            }
            chapters
        });
        chapters.collect()
    }

    /// Whether the two ranges have a verse in common.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// Every chapter of the range, with the verses of the range in it.
    pub fn chapters(&self) -> impl Iterator<Item = ChapterVerses> + use<> {
        let (first, last) = (self.first, self.last);
        books()
            .iter()
            .filter(move |book| (first.book..=last.book).contains(&book.id))
            .flat_map(|book| {
                (1..)
                    .zip(book.verses)
                    .map(move |(chapter, verses)| (book.id, chapter, *verses))
            })
            .filter(move |(book, chapter, _)| {
                ((first.book, first.chapter)..=(last.book, last.chapter))
                    .contains(&(*book, *chapter))
            })
            .map(move |(book, chapter, verses)| {
                let is_in = |end: VerseId| (book, chapter) == (end.book, end.chapter);
                let start = if is_in(first) { first.verse } else { 1 };
                let end = if is_in(last) { last.verse } else { verses };
                (book, chapter, start..=end)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::parse_references;

    #[test]
    fn every_ordinal_gives_its_verse_and_back() {
        for ordinal in 0..31_102 {
            let verse = VerseId::from_ordinal(ordinal).unwrap();
            assert_eq!(verse.ordinal(), Some(ordinal), "{verse}");
        }
        assert_eq!(VerseId::from_ordinal(31_102), None);
        assert_eq!(VerseId::from_ordinal(u16::MAX), None);
        let none = VerseId {
            verse: 0,
            ..VerseId::from_ordinal(0).unwrap()
        };
        assert_eq!(none.ordinal(), None);
    }

    #[test]
    fn a_passage_is_divided_by_chapters() {
        let chapters = |text: &str| -> Vec<_> {
            let chapters = parse_references(text).unwrap()[0].chapters();
            chapters
                .map(|(book, chapter, verses)| (book.book().usfm, chapter, verses))
                .collect()
        };
        assert_eq!(chapters("John 3:16-18"), [("JHN", 3, 16..=18)]);
        assert_eq!(
            chapters("Gen 1:30-3:2"),
            [("GEN", 1, 30..=31), ("GEN", 2, 1..=25), ("GEN", 3, 1..=2)]
        );
        assert_eq!(
            chapters("Malachi 4:5 - Matt 1:1"),
            [("MAL", 4, 5..=6), ("MAT", 1, 1..=1)]
        );
        assert_eq!(chapters("Jude"), [("JUD", 1, 1..=25)]);
    }

    #[test]
    fn a_reference_made_from_verses_is_displayed_in_the_usual_way() {
        let verse = |text: &str| parse_references(text).unwrap()[0].first();
        let passage = Reference::between(verse("John 3:17"), verse("John 3:16"));
        assert_eq!(passage.to_string(), "John 3:16-17");
        let john = verse("John 3").book;
        assert_eq!(
            Reference::whole_chapter(john, 3).unwrap().to_string(),
            "John 3"
        );
        assert_eq!(Reference::whole_chapter(john, 22), None);
    }
}
