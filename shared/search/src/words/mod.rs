//! Verses that have given words: exact, complete and counted.
//!
//! [`Query`] reads the query language, [`Search::run`] runs a query. `token` divides texts and queries
//! into words, `stems` knows the forms of a word, `index` reads the embedded index, `evaluate` finds
//! the verses, `frequency` counts those of a word, `suggestion` mends a misspelt word.
//!
//! The words of a verse are those that the translation prints under its number; psalm titles,
//! headings and notes are not searched. Positions in a text count UTF-16 code units, as browsers do.

mod bits;
mod evaluate;
mod frequency;
mod index;
mod query;
mod stems;
mod stretches;
mod suggestion;
mod token;

use std::ops::Range;

use verse_scripture::{BookId, Scope, TranslationCode, VerseId, get_chapter};

pub use frequency::{count_verses, nearest_word, rarity};
pub use query::{LONGEST_QUERY, Query, QueryError};
pub use stretches::{Stretch, find_stretches};

use evaluate::{Evaluation, evaluate};
use index::Verses;

/// Which words of a text match a word of a query.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Matching {
    /// All forms of the word, also as a part of a word with hyphens: `love` finds `loveth`, `offer`
    /// finds `burnt-offering`.
    #[default]
    Stem,
    /// The form alone. `God` does not find `God’s`.
    Exact,
}

/// The order of the verses.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Order {
    /// As the translation prints them.
    #[default]
    Canon,
    /// The best first (BM25).
    Relevance,
}

/// What is searched, and which of the verses are returned.
#[derive(Clone, Debug)]
pub struct Search {
    /// The translation.
    pub translation: TranslationCode,
    /// The books that are searched.
    pub scope: Scope,
    /// Which words match.
    pub matching: Matching,
    /// The order of the verses.
    pub order: Order,
    /// How many verses are skipped.
    pub offset: usize,
    /// The most verses returned.
    pub limit: usize,
}

/// The verses of a query. The counts are exact, also of verses that are not returned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// How many verses there are.
    pub verses: u32,
    /// How many matches they have together; matches that overlap count once.
    pub occurrences: u32,
    /// How many verses there are in each book that has one, in canon order.
    pub books: Vec<(BookId, u32)>,
    /// The verses from the offset on, at most as many as the limit.
    pub hits: Vec<Hit>,
    /// If there is no verse and a word is unknown: the query with the nearest known word.
    pub suggestion: Option<String>,
}

/// One verse.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Its printed number.
    pub verse: VerseId,
    /// Its text.
    pub text: String,
    /// Where the matches stand in the text, in UTF-16 code units, in order.
    pub marks: Vec<Range<usize>>,
    /// How well it matches, if the verses are in the order of relevance.
    pub score: Option<f32>,
}

impl Search {
    /// Runs a query.
    ///
    /// # Errors
    ///
    /// A [`QueryError`] for a Strong's number that does not exist, or that the translation's words do
    /// not have.
    pub fn run(&self, query: &Query) -> Result<Found, QueryError> {
        let Some(index) = index::find_index(self.translation) else {
            return Ok(Found::default());
        };
        let is_ranked = self.order == Order::Relevance;
        let evaluation = evaluate(index, query, self.matching, &self.scope, is_ranked)?;
        let verses = index.verses();
        let occurrences = evaluation.verses.iter();
        let occurrences = occurrences.map(|verse| evaluation.count_matches(verses, verse));
        let in_books = verses
            .books()
            .map(|(book, range)| (book, evaluation.verses.count_in(range)));
        let found = Found {
            verses: evaluation.verses.count(),
            occurrences: occurrences.sum(),
            books: in_books.filter(|(_, count)| *count > 0).collect(),
            hits: self
                .page(&evaluation)
                .into_iter()
                .filter_map(|(verse, score)| self.hit(verses, &evaluation, verse, score))
                .collect(),
            suggestion: None,
        };
        if found.verses > 0 {
            return Ok(found);
        }
        let suggestion = suggestion::suggest(index, query, self.matching);
        Ok(Found {
            suggestion,
            ..found
        })
    }

    /// The verses that are returned, with their scores.
    fn page(&self, evaluation: &Evaluation) -> Vec<(usize, Option<f32>)> {
        let Some(scores) = &evaluation.scores else {
            let page = evaluation.verses.iter().skip(self.offset);
            return page.take(self.limit).map(|verse| (verse, None)).collect();
        };
        let score = |verse: &usize| scores.get(*verse).copied().unwrap_or_default();
        let mut ranked: Vec<usize> = evaluation.verses.iter().collect();
        // The sort is stable: equal verses stay in the order of the canon.
        ranked.sort_by(|one, other| score(other).total_cmp(&score(one)));
        let page = ranked.into_iter().skip(self.offset).take(self.limit);
        page.map(|verse| (verse, Some(score(&verse)))).collect()
    }

    fn hit(
        &self,
        verses: &Verses,
        evaluation: &Evaluation,
        verse: usize,
        score: Option<f32>,
    ) -> Option<Hit> {
        let id = verses.id(verse)?;
        let chapter = get_chapter(self.translation, id.book, id.chapter).ok()?;
        let text = chapter.verse_text(id.verse)?;
        let marks = marks(&text, &evaluation.list_matches(verses, verse));
        Some(Hit {
            verse: id,
            text,
            marks,
            score,
        })
    }
}

/// Where words of a text stand, in UTF-16 code units. The words are given by the first and the one
/// after the last.
fn marks(text: &str, matches: &[(usize, usize)]) -> Vec<Range<usize>> {
    let parts = token::words(text).into_iter().flat_map(|word| word.parts);
    let places: Vec<Range<usize>> = parts.map(|part| part.place).collect();
    let units = |byte: usize| {
        let before = text.get(..byte).unwrap_or_default();
        before.encode_utf16().count()
    };
    let mark = |(first, after): &(usize, usize)| {
        let start = places.get(*first)?.start;
        let end = places.get(after.checked_sub(1)?)?.end;
        Some(units(start)..units(end))
    };
    matches.iter().filter_map(mark).collect()
}

/// Whether a translation prints a verse under this number.
pub(crate) fn prints(translation: TranslationCode, printed: VerseId) -> bool {
    let index = index::find_index(translation);
    index.is_some_and(|index| index.verses().contains(printed))
}

#[cfg(test)]
mod tests;
