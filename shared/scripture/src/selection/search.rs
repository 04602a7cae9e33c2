//! Finds the words of a selection in chapters and their neighbours.
//!
//! The first word may be the end of a word, the last the beginning of one. A place with whole words
//! at both ends is preferred. A selection with other words in it (a note's text, a button's label)
//! is found by the words at its two ends.

use super::chapter_words::{ChapterWord, chapter_words};
use crate::canon::{BookId, books};
use crate::reference::{Reference, VerseId};
use crate::translation::TranslationCode;

/// How many chapters after those of its reference a selection may include: 50,000 characters may be fifty psalms.
const MOST_CHAPTERS_AFTER: usize = 60;
/// How many words at each end are compared where the whole selection was not found.
const ANCHOR: usize = 6;
/// Fewer words would match by chance.
const SHORTEST_ANCHOR: usize = 3;
/// The words at an end that occur more often show no place.
const MOST_ANCHORS: usize = 16;

/// A place of a selection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct FoundText {
    pub translation: TranslationCode,
    /// The words there, from the first selected word to the last.
    pub words: Vec<ChapterWord>,
}

impl FoundText {
    fn verses(&self) -> impl Iterator<Item = VerseId> {
        self.words.iter().filter_map(|word| word.verse)
    }

    /// The verses; `None` if only a heading was selected.
    pub fn passage(&self) -> Option<Reference> {
        let (first, last) = (self.verses().next()?, self.verses().last()?);
        // A verse of another chapter of the canon (WEB Romans 14:24-26) does not extend the
        // passage.
        let here = |verse: &VerseId| (verse.book, verse.chapter) == (first.book, first.chapter);
        let last = if last.book == first.book
            && last.chapter > first.chapter + 1
            && !self.has_chapter(first.chapter + 1)
        {
            self.verses().filter(here).last()?
        } else {
            last
        };
        Some(Reference::between(first, last))
    }

    fn has_chapter(&self, chapter: u16) -> bool {
        self.verses().any(|verse| verse.chapter == chapter)
    }
}

/// Every place of the selected words in chapters that follow each other, or across an end of them.
pub(super) fn find_in_chapters(
    translation: TranslationCode,
    chapters: &[(BookId, u16)],
    selected: &[String],
) -> Vec<FoundText> {
    let (Some(first), Some(last)) = (chapters.first(), chapters.last()) else {
        return Vec::new();
    };
    for with_headings in [false, true] {
        let read = |(book, chapter)| chapter_words(translation, book, chapter, with_headings);
        let mut words = chapter_before(*first).map(read).unwrap_or_default();
        let start = words.len();
        words.extend(chapters.iter().copied().flat_map(read));
        let own = start..words.len();
        let in_own = find_words(words.get(own.clone()).unwrap_or_default(), selected);
        let shifted = in_own.into_iter();
        let shifted = shifted.map(|(start, end)| (own.start + start, own.start + end));
        let mut places: Vec<_> = shifted.collect();
        if places.is_empty() && selected.len() > 1 {
            // The selection may cross the beginning of the chapters or their end.
            let mut last = *last;
            for _ in 0..MOST_CHAPTERS_AFTER {
                if !may_continue(&words, selected) {
                    break;
                }
                let Some(next) = chapter_after(last) else {
                    break;
                };
                words.extend(read(next));
                last = next;
            }
            places = [own.start, own.end]
                .into_iter()
                .flat_map(|border| find_across(border, &words, selected))
                .collect();
            places.sort_unstable();
            places.dedup();
        }
        if places.is_empty() && !with_headings {
            places = find_ends(&words, selected);
        }
        if !places.is_empty() {
            let found = places.into_iter().filter_map(|(start, end)| {
                let words = words.get(start..end)?.to_vec();
                Some(FoundText { translation, words })
            });
            return found.collect();
        }
    }
    Vec::new()
}

/// The places of the selected words that begin before a border and end after it.
fn find_across(border: usize, words: &[ChapterWord], selected: &[String]) -> Vec<(usize, usize)> {
    let reach = selected.len() - 1;
    let start = border.saturating_sub(reach);
    let end = words.len().min(border + reach);
    let near = words.get(start..end).unwrap_or_default();
    let places = find_words(near, selected).into_iter();
    places
        .map(|(from, to)| (start + from, start + to))
        .collect()
}

/// The places of the selected words: the index of the first, and the one after the last.
fn find_words(words: &[ChapterWord], selected: &[String]) -> Vec<(usize, usize)> {
    let mut found: Vec<(u8, (usize, usize))> = Vec::new();
    for (start, window) in words.windows(selected.len().max(1)).enumerate() {
        if let Some(whole_ends) = compare(window, selected) {
            found.push((whole_ends, (start, start + window.len())));
        }
    }
    let best = found.iter().map(|(whole_ends, _)| *whole_ends).max();
    found.retain(|(whole_ends, _)| Some(*whole_ends) == best);
    found.into_iter().map(|(_, ends)| ends).collect()
}

/// Whether the words are the selected ones, and how many of the two ends are whole words.
fn compare(words: &[ChapterWord], selected: &[String]) -> Option<u8> {
    if let ([word], [selected]) = (words, selected) {
        return match (
            word.text == *selected,
            word.text.contains(selected.as_str()),
        ) {
            (true, _) => Some(2),
            (_, true) => Some(0),
            _ => None,
        };
    }
    let (first_word, words) = words.split_first()?;
    let (last_word, words) = words.split_last()?;
    let (first, selected) = selected.split_first()?;
    let (last, selected) = selected.split_last()?;
    let same = first_word.text.ends_with(first.as_str())
        && last_word.text.starts_with(last.as_str())
        && words.len() == selected.len()
        && words
            .iter()
            .zip(selected)
            .all(|(word, selected)| word.text == *selected);
    same.then(|| u8::from(first_word.text == *first) + u8::from(last_word.text == *last))
}

/// Whether the selected words begin near the end and may continue in the next chapter.
fn may_continue(words: &[ChapterWord], selected: &[String]) -> bool {
    let from = (words.len() + 1).saturating_sub(selected.len());
    (from..words.len()).any(|start| {
        let rest = words.get(start..).unwrap_or_default();
        let mut pairs = rest.iter().zip(selected);
        let first = pairs
            .next()
            .is_some_and(|(word, selected)| word.text.ends_with(selected.as_str()));
        first && pairs.all(|(word, selected)| word.text == *selected)
    })
}

/// The place that begins and ends with the selected words and has about as many. Only a single
/// place counts.
fn find_ends(words: &[ChapterWord], selected: &[String]) -> Vec<(usize, usize)> {
    let anchor = ANCHOR.min(selected.len() / 2);
    if anchor < SHORTEST_ANCHOR {
        return Vec::new();
    }
    let head = selected.get(..anchor).unwrap_or_default();
    let tail = selected.get(selected.len() - anchor..).unwrap_or_default();
    let (heads, tails) = (find_words(words, head), find_words(words, tail));
    if heads.len().max(tails.len()) > MOST_ANCHORS {
        return Vec::new();
    }
    let is_as_long = |length: usize| {
        length > 0
            && length * 5 >= selected.len() * 3
            && length <= selected.len() + selected.len() / 5
    };
    let ends = |start: usize| tails.iter().map(move |(_, end)| (start, *end));
    let mut places: Vec<_> = heads.iter().flat_map(|(start, _)| ends(*start)).collect();
    places.retain(|(start, end)| is_as_long(end.saturating_sub(*start)));
    if places.len() > 1 {
        places.clear();
    }
    places
}

fn chapter_before((book, chapter): (BookId, u16)) -> Option<(BookId, u16)> {
    if chapter > 1 {
        return Some((book, chapter - 1));
    }
    let index = usize::from(book.number()).checked_sub(2)?;
    let book = books().get(index)?;
    Some((book.id, book.chapter_count()))
}

pub(super) fn chapter_after((book, chapter): (BookId, u16)) -> Option<(BookId, u16)> {
    if chapter < book.book().chapter_count() {
        return Some((book, chapter + 1));
    }
    books()
        .get(usize::from(book.number()))
        .map(|book| (book.id, 1))
}
