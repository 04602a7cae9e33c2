//! Finds the verses of a query and the words that match.

use std::collections::HashMap;

use verse_scripture::Scope;
use verse_scripture::works::lexicon::find_entry;

use super::Matching;
use super::bits::Bits;
use super::index::{Index, ListPlace, Span, Verses, numbered_translations};
use super::query::{Element, Query, QueryError, QueryWord, Term};
use super::stems::stem_of;

/// The verses of a query.
pub struct Evaluation {
    /// The verses, by their index in the translation.
    pub verses: Bits,
    /// The first word of each match, by its place; matches that overlap are one.
    begins: Bits,
    /// Every word that matches.
    matched: Bits,
    /// The score of each verse, if they are ranked.
    pub scores: Option<Vec<f32>>,
}

impl Evaluation {
    /// How many matches are in a verse.
    pub fn count_matches(&self, verses: &Verses, verse: usize) -> u32 {
        let places = verses.places_of(verse);
        self.begins.count_in(wide(places.start)..wide(places.end))
    }

    /// The matches in a verse: the first word and the word after the last, counted from the verse's
    /// first word.
    pub fn list_matches(&self, verses: &Verses, verse: usize) -> Vec<(usize, usize)> {
        let places = verses.places_of(verse);
        let places = wide(places.start)..wide(places.end);
        let mut matches: Vec<(usize, usize)> = Vec::new();
        for (word, place) in places.enumerate() {
            match matches.last_mut() {
                _ if self.begins.contains(place) => matches.push((word, word + 1)),
                Some((_, end)) if *end == word && self.matched.contains(place) => *end = word + 1,
                _ => {}
            }
        }
        matches
    }
}

/// Finds the verses of a query.
///
/// # Errors
///
/// A [`QueryError`] for a Strong's number that the translation has not, or that does not exist.
pub fn evaluate(
    index: &'static Index,
    query: &Query,
    matching: Matching,
    scope: &Scope,
    is_ranked: bool,
) -> Result<Evaluation, QueryError> {
    let verses = index.verses();
    let mut reader = Reader {
        index,
        matching,
        blocks: HashMap::new(),
    };
    let mut found = Bits::new(verses.len());
    for (book, range) in verses.books() {
        if scope.contains(book) {
            found.insert_range(range);
        }
    }
    let mut matched = Bits::new(verses.places());
    let mut continued = Bits::new(verses.places());
    let mut ranking = is_ranked.then(|| Ranking::new(verses));
    for (at, alternatives) in query.wanted.iter().enumerate() {
        let before = query.wanted.get(..at).unwrap_or_default();
        if before.iter().any(|other| are_same(other, alternatives)) {
            continue;
        }
        let mut with_one = Bits::new(verses.len());
        for (at, term) in alternatives.iter().enumerate() {
            if is_repeated(alternatives, at) {
                continue;
            }
            for span in reader.spans(term)? {
                let verse = verses.at(span.start);
                with_one.insert(verse);
                matched.insert_range(wide(span.start)..wide(span.end));
                continued.insert_range(wide(span.start) + 1..wide(span.end));
                if let Some(ranking) = &mut ranking {
                    ranking.count(verse);
                }
            }
        }
        if let Some(ranking) = &mut ranking {
            ranking.add(&with_one);
        }
        found.keep(&with_one);
    }
    for (at, term) in query.excluded.iter().enumerate() {
        if is_repeated(&query.excluded, at) {
            continue;
        }
        let mut with_it = Bits::new(verses.len());
        for span in reader.spans(term)? {
            with_it.insert(verses.at(span.start));
        }
        found.remove(&with_it);
    }
    let mut begins = matched.clone();
    begins.remove(&continued);
    Ok(Evaluation {
        verses: found,
        begins,
        matched,
        scores: ranking.map(|ranking| ranking.scores),
    })
}

/// Whether a term stands before in a list. A repeated term finds nothing more, and costs as much as the first.
fn is_repeated(terms: &[Term], at: usize) -> bool {
    let (before, rest) = terms.split_at_checked(at).unwrap_or_default();
    let is_same = |term: &Term| rest.first().is_some_and(|this| this.is_same(term));
    before.iter().any(is_same)
}

fn are_same(one: &[Term], other: &[Term]) -> bool {
    let mut pairs = one.iter().zip(other);
    one.len() == other.len() && pairs.all(|(one, other)| one.is_same(other))
}

/// Whether a word of a query is in the translation.
pub fn is_known(index: &Index, word: &QueryWord, matching: Matching) -> bool {
    match matching {
        Matching::Exact => index.forms().find(&word.key).is_some(),
        Matching::Stem => index.has_stem(&stem_of(index.code(), &word.key)),
    }
}

/// Reads the places of terms.
struct Reader {
    index: &'static Index,
    matching: Matching,
    /// The blocks of lists that were read.
    blocks: HashMap<usize, Vec<u8>>,
}

impl Reader {
    /// Where a term stands, in no order.
    fn spans(&mut self, term: &Term) -> Result<Vec<Span>, QueryError> {
        let mut elements = term.0.iter();
        let mut found = match elements.next() {
            Some(first) => self.spans_of(first)?,
            None => Vec::new(),
        };
        for element in elements {
            let next = self.spans_of(element)?;
            found = self.join(&found, next);
        }
        Ok(found)
    }

    fn spans_of(&mut self, element: &Element) -> Result<Vec<Span>, QueryError> {
        let index = self.index;
        let lists: Vec<usize> = match element {
            Element::Word(word) => return Ok(self.spans_of_word(word)),
            Element::Beginning(key) => {
                let forms = index.forms();
                // A part of a word is a form of it, and not the form alone.
                let is_form = |form: &usize| {
                    self.matching == Matching::Stem || !forms.get(*form).ends_with('-')
                };
                forms.with_beginning(key).filter(is_form).collect()
            }
            Element::Number(number, at) => {
                let (number, at) = (*number, *at);
                if !index.has_numbers() {
                    return Err(QueryError::NotNumbered {
                        number,
                        at,
                        translation: index.code(),
                        numbered: numbered_translations().collect::<Vec<_>>().join(", "),
                    });
                }
                let list = index.numbers().get(number.slot());
                let spans = self.read(list.into_iter());
                if spans.is_empty() && find_entry(number).is_none() {
                    let number = number.to_string();
                    return Err(QueryError::UnknownNumber { number, at });
                }
                return Ok(spans);
            }
        };
        Ok(self.read_forms(&lists))
    }

    /// Where a word stands. One with hyphens is also found as two words or more, without them.
    fn spans_of_word(&mut self, word: &QueryWord) -> Vec<Span> {
        let mut found = self.spans_of_key(&word.key);
        if let [first, rest @ ..] = word.parts.as_slice()
            && !rest.is_empty()
        {
            let mut in_parts = self.spans_of_key(first);
            for part in rest {
                let next = self.spans_of_key(part);
                in_parts = self.join(&in_parts, next);
            }
            found.extend(in_parts);
            found.sort_unstable();
            found.dedup();
        }
        found
    }

    fn spans_of_key(&mut self, key: &str) -> Vec<Span> {
        let forms = match self.matching {
            Matching::Exact => self.index.forms().find(key).into_iter().collect(),
            Matching::Stem => self.index.forms_of_stem(&stem_of(self.index.code(), key)),
        };
        self.read_forms(&forms)
    }

    fn read_forms(&mut self, forms: &[usize]) -> Vec<Span> {
        let directory = self.index.directory();
        self.read(forms.iter().filter_map(|form| directory.get(*form)))
    }

    fn read(&mut self, lists: impl Iterator<Item = ListPlace>) -> Vec<Span> {
        let mut found = Vec::new();
        for list in lists {
            let block = self.blocks.entry(list.block);
            let block = block.or_insert_with(|| self.index.block(list.block));
            found.extend(list.spans(block));
        }
        found
    }

    /// The spans that a span of `next` follows, with that one.
    fn join(&self, before: &[Span], mut next: Vec<Span>) -> Vec<Span> {
        if before.is_empty() {
            return Vec::new();
        }
        let mut single = Bits::new(self.index.verses().places());
        next.retain(|span| {
            let is_single = span.end == span.start + 1;
            if is_single {
                single.insert(wide(span.start));
            }
            !is_single
        });
        next.sort_unstable();
        let with_next = |before: &Span| {
            let (start, at) = (before.start, before.end);
            let single = single.contains(wide(at)).then_some(at + 1);
            let longer = next.partition_point(|span| span.start < at);
            let longer = next.get(longer..).unwrap_or_default().iter();
            let longer = longer.take_while(move |span| span.start == at);
            let ends = single.into_iter().chain(longer.map(|span| span.end));
            ends.map(move |end| Span { start, end })
        };
        before.iter().flat_map(with_next).collect()
    }
}

/// Scores verses by BM25: a rare word counts more than a frequent one, a word in a short verse more
/// than in a long one, and a repeated word less each time.
struct Ranking<'a> {
    verses: &'a Verses,
    average_length: f32,
    scores: Vec<f32>,
    /// How often each verse has the current term.
    counts: Vec<u16>,
}

impl<'a> Ranking<'a> {
    fn new(verses: &'a Verses) -> Self {
        let count = verses.len();
        Self {
            verses,
            average_length: float(verses.places()) / float(count.max(1)) - 1.0,
            scores: vec![0.0; count],
            counts: vec![0; count],
        }
    }

    fn count(&mut self, verse: usize) {
        if let Some(count) = self.counts.get_mut(verse) {
            *count = count.saturating_add(1);
        }
    }

    /// Adds the score of the term that was counted.
    fn add(&mut self, with_term: &Bits) {
        /// How soon repetitions of a word stop counting, and how much a verse's length matters: the
        /// usual values.
        const SATURATION: f32 = 1.2;
        const LENGTH: f32 = 0.75;
        let (all, with) = (float(self.counts.len()), float(with_term.count()));
        let rarity = ((all - with + 0.5) / (with + 0.5)).ln_1p();
        for verse in with_term.iter() {
            let places = self.verses.places_of(verse);
            let length = float(places.end - places.start) / self.average_length;
            let weight = 1.0 - LENGTH + LENGTH * length;
            if let Some((score, count)) = self.scores.get_mut(verse).zip(self.counts.get_mut(verse))
            {
                let times = f32::from(*count);
                *score += rarity * times * (SATURATION + 1.0) / (times + SATURATION * weight);
                *count = 0;
            }
        }
    }
}

fn float<T: TryInto<u32>>(number: T) -> f32 {
    let number = number.try_into().unwrap_or(u32::MAX);
    let [low, high] = [number & 0xffff, number >> 16].map(|half| u16::try_from(half).unwrap_or(0));
    f32::from(high) * 65_536.0 + f32::from(low)
}

fn wide(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}
