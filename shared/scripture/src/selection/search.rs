//! Finds the words of a selection in a chapter and its neighbours.
//!
//! The first word may be the end of a word, the last the beginning of one. A place with whole words at
//! both ends is preferred. A selection with other words in it (a note's text, a button's label) is found
//! by the words at its two ends.

use super::tokens::{Token, chapter_tokens};
use crate::canon::{BookId, books};
use crate::reference::{Reference, VerseId};
use crate::translation::TranslationCode;

/// How many chapters after its first one a selection may include.
const MOST_CHAPTERS_AFTER: usize = 30;
/// How many words at each end are compared where the whole selection was not found.
const ANCHOR: usize = 6;
/// Fewer words would match by chance.
const SHORTEST_ANCHOR: usize = 3;

/// A place of a selection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct FoundText {
    pub translation: TranslationCode,
    /// The words there, from the first selected word to the last.
    pub tokens: Vec<Token>,
}

impl FoundText {
    fn verses(&self) -> impl Iterator<Item = VerseId> {
        self.tokens.iter().filter_map(|token| token.verse)
    }

    /// The verses; `None` if only a heading was selected.
    pub fn passage(&self) -> Option<Reference> {
        let (first, last) = (self.verses().next()?, self.verses().last()?);
        // A verse of another chapter of the canon (WEB Romans 14:24-26) does not extend the passage.
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

/// Every place of the words in a chapter or across an end of it.
pub(super) fn find_in_chapter(
    translation: TranslationCode,
    book: BookId,
    chapter: u16,
    words: &[String],
) -> Vec<FoundText> {
    for with_headings in [false, true] {
        let read = |(book, chapter)| chapter_tokens(translation, book, chapter, with_headings);
        let own = read((book, chapter));
        let mut tokens = own.clone();
        let mut ends = find_words(&tokens, words);
        if ends.is_empty() {
            // The words may cross the chapter's beginning or its end.
            let before = before(book, chapter).map(read).unwrap_or_default();
            let own_words = before.len()..before.len() + own.len();
            tokens = before;
            tokens.extend(own);
            let mut last = (book, chapter);
            for _ in 0..MOST_CHAPTERS_AFTER {
                if !may_continue(&tokens, words) {
                    break;
                }
                let Some(next) = after(last) else { break };
                tokens.extend(read(next));
                last = next;
            }
            ends = find_words(&tokens, words);
            ends.retain(|(start, end)| *start < own_words.end && *end > own_words.start);
        }
        if ends.is_empty() && !with_headings {
            ends = find_ends(&tokens, words);
        }
        if !ends.is_empty() {
            let found = ends.into_iter().filter_map(|(start, end)| {
                let tokens = tokens.get(start..end)?.to_vec();
                Some(FoundText {
                    translation,
                    tokens,
                })
            });
            return found.collect();
        }
    }
    Vec::new()
}

/// The places of the words: the index of the first token, and the one after the last.
fn find_words(tokens: &[Token], words: &[String]) -> Vec<(usize, usize)> {
    let mut found: Vec<(u8, (usize, usize))> = Vec::new();
    for (start, window) in tokens.windows(words.len().max(1)).enumerate() {
        if let Some(whole_ends) = compare(window, words) {
            found.push((whole_ends, (start, start + window.len())));
        }
    }
    let best = found.iter().map(|(whole_ends, _)| *whole_ends).max();
    found.retain(|(whole_ends, _)| Some(*whole_ends) == best);
    found.into_iter().map(|(_, ends)| ends).collect()
}

/// Whether the tokens are these words, and how many of the two ends are whole words.
fn compare(tokens: &[Token], words: &[String]) -> Option<u8> {
    if let ([token], [word]) = (tokens, words) {
        return match (token.word == *word, token.word.contains(word.as_str())) {
            (true, _) => Some(2),
            (_, true) => Some(0),
            _ => None,
        };
    }
    let (first_token, tokens) = tokens.split_first()?;
    let (last_token, tokens) = tokens.split_last()?;
    let (first, words) = words.split_first()?;
    let (last, words) = words.split_last()?;
    let same = first_token.word.ends_with(first.as_str())
        && last_token.word.starts_with(last.as_str())
        && tokens.len() == words.len()
        && tokens
            .iter()
            .zip(words)
            .all(|(token, word)| token.word == *word);
    same.then(|| u8::from(first_token.word == *first) + u8::from(last_token.word == *last))
}

/// Whether the words begin near the end of the tokens and may continue in the next chapter.
fn may_continue(tokens: &[Token], words: &[String]) -> bool {
    let from = (tokens.len() + 1).saturating_sub(words.len());
    (from..tokens.len()).any(|start| {
        let rest = tokens.get(start..).unwrap_or_default();
        let mut pairs = rest.iter().zip(words);
        let first = pairs
            .next()
            .is_some_and(|(token, word)| token.word.ends_with(word.as_str()));
        first && pairs.all(|(token, word)| token.word == *word)
    })
}

/// The place that begins and ends with these words and has about as many. Only a single place counts.
fn find_ends(tokens: &[Token], words: &[String]) -> Vec<(usize, usize)> {
    let anchor = ANCHOR.min(words.len() / 2);
    if anchor < SHORTEST_ANCHOR {
        return Vec::new();
    }
    let head = words.get(..anchor).unwrap_or_default();
    let tail = words.get(words.len() - anchor..).unwrap_or_default();
    let (heads, tails) = (find_words(tokens, head), find_words(tokens, tail));
    let ([(start, _)], [(_, end)]) = (heads.as_slice(), tails.as_slice()) else {
        return Vec::new();
    };
    let length = end.saturating_sub(*start);
    if length > 0 && length * 5 >= words.len() * 3 && length <= words.len() + words.len() / 5 {
        vec![(*start, *end)]
    } else {
        Vec::new()
    }
}

fn before(book: BookId, chapter: u16) -> Option<(BookId, u16)> {
    if chapter > 1 {
        return Some((book, chapter - 1));
    }
    let index = usize::from(book.number()).checked_sub(2)?;
    let book = books().get(index)?;
    Some((book.id, book.chapter_count()))
}

fn after((book, chapter): (BookId, u16)) -> Option<(BookId, u16)> {
    if chapter < book.book().chapter_count() {
        return Some((book, chapter + 1));
    }
    books()
        .get(usize::from(book.number()))
        .map(|book| (book.id, 1))
}
