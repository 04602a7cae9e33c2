//! Search by meaning: the verses that answer a question in one's own words.
//!
//! [`Search::run`] answers a question. `question` reads its terms, `vocabulary` mends its misspelt words,
//! `lexical` scores the verses that have the terms or whose labels have them, `vectors` those whose
//! text means nearly the same, and `score` adds the signals.
//!
//! How the signals were chosen, and what each contributes, is in `texts/PROVENANCE.md`. Nothing is
//! decompressed before the first question. The same question finds the same verses in every
//! translation that prints them.

mod embedded;
mod lexical;
mod meaning_format;
mod question;
mod score;
mod vectors;
mod vocabulary;

use std::ops::Range;

use verse_scripture::stem::words;
use verse_scripture::verse_map::from_canon;
use verse_scripture::{Scope, TranslationCode, VerseId};

use crate::words::prints;
use question::{Language, read_question};
use score::{LEAST_OF_BEST, LEAST_SCORE, Weights, score};

/// How many verses an answer has at most.
pub const MOST_HITS: usize = 50;

/// Where a question is searched.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    /// The translation. Its verses are found, with the numbers that it prints.
    pub translation: TranslationCode,
    /// The books that are searched.
    pub scope: Scope,
    /// The most verses returned; never more than [`MOST_HITS`].
    pub limit: usize,
}

/// The answer to a question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The nearest verses, the best first, also if none of them is an answer.
    pub hits: Vec<Hit>,
    /// Whether the best verse is near enough to be an answer. If not, the verses are only those that
    /// are least far away, and a reader should not see them.
    pub is_answered: bool,
    /// The question as it was searched, if misspelt words of it were replaced and it has an answer.
    pub suggestion: Option<String>,
    language: Language,
    stems: Vec<String>,
}

/// A verse near to a question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Its number in the translation; the first of them where the translation divides the verse.
    pub verse: VerseId,
    /// Its number in the canon.
    pub canon: VerseId,
    /// How well it answers. An answer scores about 1.5 to 5; only scores of one question compare.
    pub score: f32,
}

impl Search {
    /// Finds the verses that answer a question, the best first. A text without a word finds none.
    #[must_use]
    pub fn run(&self, text: &str) -> Found {
        self.run_with(text, &Weights::CHOSEN)
    }

    fn run_with(&self, text: &str, weights: &Weights) -> Found {
        let question = read_question(text, self.translation);
        let stems = question.terms.iter().map(|term| term.stem.clone());
        let mut found = Found {
            language: question.language,
            stems: stems.collect(),
            ..Found::default()
        };
        if question.terms.is_empty() {
            return found;
        }
        found.hits = self.best(&score(&question, weights));
        let best = found.hits.first().map_or(0.0, |hit| hit.score);
        found.is_answered = best >= LEAST_SCORE && !question.is_saying();
        found.suggestion = question.mended.filter(|_| found.is_answered);
        found
    }

    /// The best verses that are in the scope and that the translation prints. Verses that are much
    /// worse than the best are left out.
    fn best(&self, scores: &[f32]) -> Vec<Hit> {
        let in_scope = self.scope.books().filter_map(|book| {
            let first = VerseId {
                book: book.id,
                chapter: 1,
                verse: 1,
            };
            let first = first.ordinal()?;
            let scores = scores.get(usize::from(first)..)?.iter().copied();
            let count: u16 = book.verses.iter().sum();
            Some((first..).zip(scores).take(usize::from(count)))
        });
        let in_scope: Vec<(u16, f32)> = in_scope.flatten().collect();
        let best = in_scope
            .iter()
            .fold(0.0f32, |best, (_, score)| best.max(*score));
        let least = best * LEAST_OF_BEST;
        let mut ranked = in_scope;
        ranked.retain(|(_, score)| *score > 0.0 && *score >= least);
        ranked.sort_unstable_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        let hits = ranked.into_iter().filter_map(|(ordinal, score)| {
            let canon = VerseId::from_ordinal(ordinal)?;
            let (first, last) = from_canon(self.translation, canon)?.into_inner();
            let mut printed = (first.verse..=last.verse).map(|verse| VerseId { verse, ..first });
            let verse = printed.find(|verse| prints(self.translation, *verse))?;
            Some(Hit {
                verse,
                canon,
                score,
            })
        });
        hits.take(self.limit.min(MOST_HITS)).collect()
    }
}

impl Found {
    /// Where the question's words are in a text of the translation, in bytes. The list is empty when
    /// question and translation are not of one language.
    #[must_use]
    pub fn marks(&self, text: &str, translation: TranslationCode) -> Vec<Range<usize>> {
        if Language::of(translation) != self.language {
            return Vec::new();
        }
        let marked = words(text).filter(|word| self.stems.contains(&self.language.stem(word)));
        let place = |word: &str| {
            let start = word.as_ptr().addr() - text.as_ptr().addr();
            start..start + word.len()
        };
        marked.map(place).collect()
    }
}

#[cfg(test)]
mod quality;
#[cfg(test)]
mod tests;
