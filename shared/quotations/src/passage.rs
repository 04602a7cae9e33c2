//! The words of a passage, in the form in which quotations are compared.

use std::collections::BTreeMap;
use std::ops::Range;

use verse_scripture::fold::push_plain;
use verse_scripture::{Reference, TranslationCode, VerseId, get_chapter};

/// A word, and where it stands in its text, in bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Word {
    /// Small letters and digits without accents and apostrophes.
    pub key: String,
    pub place: Range<usize>,
}

/// The words of a text. Apostrophes belong to a word; all other marks divide words.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut plain = String::new();
    let mut goes_on = false;
    for (at, c) in text.char_indices() {
        plain.clear();
        if c.is_ascii() {
            plain.push(c.to_ascii_lowercase());
        } else {
            c.to_lowercase().for_each(|c| push_plain(c, &mut plain));
            plain.make_ascii_lowercase();
        }
        let is_mark_within = matches!(c, '\'' | '’' | '‘' | 'ʼ' | 'ʻ' | '`' | '´' | '′' | '＇');
        if plain.is_empty() || is_mark_within {
            continue;
        }
        if !plain.chars().all(char::is_alphanumeric) {
            goes_on = false;
            continue;
        }
        let end = at + c.len_utf8();
        match words.last_mut().filter(|_| goes_on) {
            Some(word) => {
                word.key.push_str(&plain);
                word.place.end = end;
            }
            None => words.push(Word {
                key: plain.clone(),
                place: at..end,
            }),
        }
        goes_on = true;
    }
    words
}

/// The words of verses that follow each other in a translation.
#[derive(Debug)]
pub(crate) struct Passage {
    pub translation: TranslationCode,
    text: String,
    words: Vec<Word>,
    /// The verse of each word, with its printed number.
    verses: Vec<VerseId>,
    /// All letters together, and where each word begins in them, then their end.
    letters: String,
    starts: Vec<usize>,
}

impl Passage {
    /// The passage of a reference, which has the canon's numbers. Empty where the translation does
    /// not print it.
    pub fn of(translation: TranslationCode, reference: &Reference) -> Self {
        let mut passage = Self::empty(translation);
        for (book, chapter, verses) in reference
            .printed_in(translation)
            .into_iter()
            .take(MOST_CHAPTERS)
        {
            let Ok(chapter) = get_chapter(translation, book, chapter) else {
                continue;
            };
            for (verse, text) in chapter.texts() {
                if verses.contains(&verse) {
                    let chapter = chapter.number();
                    passage.push(
                        VerseId {
                            book,
                            chapter,
                            verse,
                        },
                        &text,
                    );
                }
            }
        }
        passage
    }

    /// The printed verses from one to another, and `margin` verses more at each end.
    pub fn between(
        translation: TranslationCode,
        first: VerseId,
        last: VerseId,
        margin: u16,
    ) -> Self {
        let mut passage = Self::empty(translation);
        let chapters = Reference::between(first, last).chapters();
        let mut chapters: Vec<_> = chapters.map(|(book, chapter, _)| (book, chapter)).collect();
        // A translation may print chapters that the canon does not count.
        for end in [first, last] {
            if !chapters.contains(&(end.book, end.chapter)) {
                chapters.push((end.book, end.chapter));
            }
        }
        for (book, chapter) in chapters.into_iter().take(MOST_CHAPTERS) {
            let Ok(texts) = get_chapter(translation, book, chapter).map(|chapter| chapter.texts())
            else {
                continue;
            };
            for (verse, text) in texts {
                let here = VerseId {
                    book,
                    chapter,
                    verse,
                };
                let before = here.book == first.book
                    && here.chapter == first.chapter
                    && verse + margin < first.verse;
                let after = here.book == last.book
                    && here.chapter == last.chapter
                    && verse > last.verse + margin;
                if !before && !after {
                    passage.push(here, &text);
                }
            }
        }
        passage
    }

    fn empty(translation: TranslationCode) -> Self {
        Self {
            translation,
            text: String::new(),
            words: Vec::new(),
            verses: Vec::new(),
            letters: String::new(),
            starts: vec![0],
        }
    }

    fn push(&mut self, verse: VerseId, text: &str) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        let offset = self.text.len();
        self.text.push_str(text);
        for word in words(text) {
            self.letters.push_str(&word.key);
            self.starts.push(self.letters.len());
            self.verses.push(verse);
            self.words.push(Word {
                key: word.key,
                place: word.place.start + offset..word.place.end + offset,
            });
        }
    }

    /// How many words it has.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The words that are the same letters as a quotation's, from a word on. White space does not
    /// count: `for ever` is `forever`.
    pub fn find(&self, quoted: &[Word], from: usize) -> Option<Range<usize>> {
        let letters: String = quoted.iter().map(|word| word.key.as_str()).collect();
        if letters.is_empty() {
            return None;
        }
        let mut at = *self.starts.get(from)?;
        while let Some(found) = self.letters.get(at..)?.find(&letters) {
            let start = at + found;
            let first = self.starts.binary_search(&start);
            let last = self.starts.binary_search(&(start + letters.len()));
            if let (Ok(first), Ok(last)) = (first, last) {
                return Some(first..last);
            }
            let next = self.letters.get(start..)?.chars().next()?;
            at = start + next.len_utf8();
        }
        None
    }

    /// The stretch of words that is nearest to a quotation, and how near: 1 less the share of the
    /// quotation's words that have to be changed, added or left out.
    pub fn find_near(&self, quoted: &[Word]) -> (f32, Range<usize>) {
        let mut numbers: BTreeMap<&str, u16> = BTreeMap::new();
        let mut number = |key| {
            let next = u16::try_from(numbers.len()).unwrap_or(u16::MAX);
            *numbers.entry(key).or_insert(next)
        };
        let quoted: Vec<u16> = quoted
            .iter()
            .map(|word| number(word.key.as_str()))
            .collect();
        let source: Vec<u16> = self
            .words
            .iter()
            .map(|word| number(word.key.as_str()))
            .collect();
        // The least cost to write the words so far with an end here, and where that begins.
        let mut row: Vec<(u32, usize)> = (0..=source.len()).map(|start| (0, start)).collect();
        for word in &quoted {
            let mut diagonal = row.first().copied().unwrap_or_default();
            if let Some(first) = row.first_mut() {
                first.0 += 2;
            }
            let mut left = row.first().copied().unwrap_or_default();
            for (cell, other) in row.iter_mut().skip(1).zip(&source) {
                let above = *cell;
                let change = if word == other { 0 } else { 3 };
                // Half units: a word that is left out or added costs 2, a changed one 3.
                let best = [
                    (diagonal.0 + change, diagonal.1),
                    (above.0 + 2, above.1),
                    (left.0 + 2, left.1),
                ];
                *cell = best
                    .into_iter()
                    .min_by_key(|(cost, _)| *cost)
                    .unwrap_or(above);
                diagonal = above;
                left = *cell;
            }
        }
        let ends = row.iter().enumerate();
        let best = ends.min_by_key(|(end, (cost, start))| (*cost, end.saturating_sub(*start)));
        let Some((end, (cost, start))) = best else {
            return (0.0, 0..0);
        };
        let worst = 2.0 * float(quoted.len().max(1));
        let cost = float(usize::try_from(*cost).unwrap_or(usize::MAX));
        ((1.0 - cost / worst).max(0.0), *start..end)
    }

    /// A stretch that is nearest to a quotation, extended to the end of its clause where the quotation's last word is not
    /// there, and to the beginning where the first is not.
    pub fn whole_clause(&self, found: &Range<usize>, quoted: &[Word]) -> Range<usize> {
        let same = |index: Option<usize>, word: Option<&Word>| {
            let here = index.and_then(|index| self.words.get(index));
            here.zip(word)
                .is_some_and(|(one, other)| one.key == other.key)
        };
        let (mut start, mut end) = (found.start, found.end);
        if !same(end.checked_sub(1), quoted.last()) {
            while end < self.words.len()
                && end < found.end + LONGEST_CLAUSE
                && !self.is_clause_end(end)
            {
                end += 1;
            }
        }
        if !same(Some(start), quoted.first()) {
            while start > 0 && start + LONGEST_CLAUSE > found.start && !self.is_clause_end(start) {
                start -= 1;
            }
        }
        start..end
    }

    /// Whether a mark stands between a word and the one before.
    fn is_clause_end(&self, word: usize) -> bool {
        let before = word
            .checked_sub(1)
            .and_then(|before| self.words.get(before));
        let gap = before.zip(self.words.get(word));
        let gap = gap.and_then(|(one, other)| self.text.get(one.place.end..other.place.start));
        gap.is_none_or(|gap| gap.contains([',', ';', ':', '.', '!', '?', '—']))
    }

    /// The text from the first of some words to the last.
    pub fn text_of(&self, words: &Range<usize>) -> &str {
        let first = self.words.get(words.start);
        let last = words
            .end
            .checked_sub(1)
            .and_then(|last| self.words.get(last));
        match first.zip(last) {
            Some((first, last)) => self
                .text
                .get(first.place.start..last.place.end)
                .unwrap_or_default(),
            None => "",
        }
    }

    /// The verses of some words, with the printed numbers.
    pub fn reference_of(&self, words: &Range<usize>) -> Option<Reference> {
        let first = *self.verses.get(words.start)?;
        let last = *self.verses.get(words.end.checked_sub(1)?)?;
        Some(Reference::between(first, last))
    }
}

/// The most words by which a stretch is extended.
const LONGEST_CLAUSE: usize = 14;
/// How many chapters of a reference are compared.
const MOST_CHAPTERS: usize = 12;

/// A count for a share.
pub(crate) fn float(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}
