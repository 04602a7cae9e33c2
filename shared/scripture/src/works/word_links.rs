//! The Strong's numbers of the words of the King James Version and the Berean Standard Bible.

use std::ops::Range;

use super::embedded::{BSB_WORD_LINKS, KJV_WORD_LINKS};
use super::lexicon::StrongsNumber;
use super::works_format::PackedLinks;
use crate::canon::BookId;
use crate::chapter::{Chapter, get_chapter};
use crate::reference::VerseId;
use crate::stem::{words, words_and_numbers};
use crate::translation::TranslationCode;

/// Words of a verse with their Strong's numbers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WordLink {
    /// The words as printed, without marks: `only begotten`. A number in digits is no word.
    pub words: Vec<String>,
    /// How many words of the verse (of the title, for a link in a title) are before them.
    pub first: usize,
    /// Their bytes in the verse's text (in the title), marks between them included.
    pub range: Range<usize>,
    /// The number of the word that they translate.
    pub number: StrongsNumber,
    /// The numbers of further words that they translate together with it. The King James Version
    /// has none.
    pub others: Vec<StrongsNumber>,
    /// Whether they are in the psalm's title before the verse, and not in the verse.
    pub in_title: bool,
}

impl WordLink {
    /// Every number, the main one first.
    pub fn numbers(&self) -> impl Iterator<Item = StrongsNumber> {
        std::iter::once(self.number).chain(self.others.iter().copied())
    }
}

/// A chapter of a linked translation with its links.
pub struct LinkedChapter {
    chapter: Chapter,
    links: PackedLinks,
}

/// Whether a translation's words are linked.
#[must_use]
pub fn is_linked(translation: TranslationCode) -> bool {
    matches!(translation, TranslationCode::Kjv | TranslationCode::Bsb)
}

/// A chapter with its links; `None` if there is no such chapter or the translation is not linked.
#[must_use]
pub fn get_linked_chapter(
    translation: TranslationCode,
    book: BookId,
    number: u16,
) -> Option<LinkedChapter> {
    let frames = match translation {
        TranslationCode::Kjv => &KJV_WORD_LINKS,
        TranslationCode::Bsb => &BSB_WORD_LINKS,
        _ => return None,
    };
    Some(LinkedChapter {
        chapter: get_chapter(translation, book, number).ok()?,
        links: frames.read(book.book().ordinal(number)?)?,
    })
}

/// The links of a verse of a linked translation, by its printed number, in the order of its words;
/// those of a psalm's title are before those of verse 1.
///
/// The translators added the words without a link. A verse whose source does not have it has no
/// links: Mark 9:43, Luke 6:41 and 17:36 in the King James Version; Nehemiah 7:68 and Romans
/// 16:25-27 in the Berean Standard Bible.
#[must_use]
pub fn list_word_links(translation: TranslationCode, verse: VerseId) -> Vec<WordLink> {
    let Some(chapter) = get_linked_chapter(translation, verse.book, verse.chapter) else {
        return Vec::new();
    };
    let mut links = if verse.verse == 1 {
        chapter.title_links()
    } else {
        Vec::new()
    };
    links.extend(chapter.verse_links(verse.verse));
    links
}

impl LinkedChapter {
    /// The chapter.
    #[must_use]
    pub fn chapter(&self) -> &Chapter {
        &self.chapter
    }

    /// The links of a verse, by its printed number.
    #[must_use]
    pub fn verse_links(&self, number: u16) -> Vec<WordLink> {
        let indexes = self.indexes(number).map(|(_, verse)| verse);
        let text = self.chapter.verse_text(number);
        indexes
            .zip(text)
            .map(|(indexes, text)| self.unpack(indexes, &text, false))
            .unwrap_or_default()
    }

    /// The links of the psalm's title.
    #[must_use]
    pub fn title_links(&self) -> Vec<WordLink> {
        let indexes = self.indexes(1).map(|(title, _)| title);
        indexes
            .map(|indexes| self.unpack(indexes, &self.chapter.title(), true))
            .unwrap_or_default()
    }

    /// The indexes of the links of the title before a verse, and of the verse.
    fn indexes(&self, number: u16) -> Option<(Range<usize>, Range<usize>)> {
        let counts = &self.links.counts;
        let index = usize::from(number).checked_sub(1)?;
        let (title, verse) = *counts.get(index)?;
        let before = counts.iter().take(index);
        let before: usize = before
            .map(|(title, verse)| usize::from(*title) + usize::from(*verse))
            .sum();
        let middle = before + usize::from(title);
        Some((before..middle, middle..middle + usize::from(verse)))
    }

    fn unpack(&self, indexes: Range<usize>, text: &str, in_title: bool) -> Vec<WordLink> {
        let mut left = words_and_numbers(text).map(|word| range_in(text, word));
        // How many words there are before this byte.
        let (mut counted, mut before) = (0, 0);
        let mut unpack_one = |index: usize| {
            let skipped = *self.links.skipped.get(index)?;
            let count = *self.links.words.get(index)?;
            let mut linked = left
                .by_ref()
                .skip(usize::from(skipped))
                .take(usize::from(count));
            let first = linked.next()?;
            let range = first.start..linked.last().map_or(first.end, |last| last.end);
            before += words(text.get(counted..range.start)?).count();
            let words: Vec<String> = words(text.get(range.clone())?).map(str::to_owned).collect();
            let first = before;
            (counted, before) = (range.end, before + words.len());
            Some(WordLink {
                words,
                first,
                range,
                number: StrongsNumber::from_slot(*self.links.slots.get(index)?)?,
                others: self.others(index),
                in_title,
            })
        };
        indexes.filter_map(&mut unpack_one).collect()
    }

    fn others(&self, index: usize) -> Vec<StrongsNumber> {
        let all = &self.links.others;
        let first = all.partition_point(|(link, _)| usize::from(*link) < index);
        let of_link = all.iter().skip(first);
        of_link
            .take_while(|(link, _)| usize::from(*link) == index)
            .filter_map(|(_, slot)| StrongsNumber::from_slot(*slot))
            .collect()
    }
}

/// The bytes of a part of a text.
fn range_in(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr().addr() - text.as_ptr().addr();
    start..start + part.len()
}
