//! A plain scan of a translation: another way to the answer of a query, without the index, the
//! tokenizer and the parser. Only the stemmer is the same, because it defines what a form is.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use verse_scripture::works::word_links::list_word_links;
use verse_scripture::{BookId, Scope, TranslationCode, VerseId, books, get_chapter};

use super::super::Matching;
use super::super::stems::stem_of;

/// A word of a query.
#[derive(Clone, Debug)]
pub enum Element {
    /// A word as it is written.
    Word(String),
    /// The beginning of a word.
    Beginning(String),
    /// A Strong's number, such as `G26`.
    Number(String),
}

/// A query that was never text: `wanted` has alternatives, each of neighbouring words.
#[derive(Clone, Debug, Default)]
pub struct PlainQuery {
    pub wanted: Vec<Vec<Vec<Element>>>,
    pub excluded: Vec<Vec<Element>>,
}

/// A word of a text between spaces and marks; one with hyphens has several parts.
pub struct Word {
    pub written: String,
    /// The number of its key without hyphens.
    whole: usize,
    /// The number of each part's key, and where it begins and ends in UTF-16 code units.
    parts: Vec<(usize, usize, usize)>,
}

pub struct PlainVerse {
    pub id: VerseId,
    pub words: Vec<Word>,
    /// Where the parts of each Strong's number stand: first and after the last.
    pub links: Vec<(String, usize, usize)>,
}

/// The verses of a translation.
pub struct PlainText {
    code: TranslationCode,
    pub verses: Vec<PlainVerse>,
    keys: HashMap<String, usize>,
    /// The stem of each key.
    stems: Vec<String>,
}

/// What a scan finds: the verses, and in each the matches in UTF-16 code units.
pub type PlainHits = Vec<(VerseId, Vec<(usize, usize)>)>;

impl PlainText {
    pub fn read(code: TranslationCode) -> Self {
        let mut text = Self {
            code,
            verses: Vec::new(),
            keys: HashMap::new(),
            stems: Vec::new(),
        };
        for book in books() {
            for chapter in 1..=book.chapter_count() {
                let texts = get_chapter(code, book.id, chapter).unwrap().texts();
                for (verse, words) in texts {
                    let id = VerseId {
                        book: book.id,
                        chapter,
                        verse,
                    };
                    text.add(id, &words);
                }
            }
        }
        text
    }

    fn add(&mut self, id: VerseId, text: &str) {
        let mut words = Vec::new();
        let plain: Vec<(String, usize)> = text.chars().map(|c| (plain(c), c.len_utf16())).collect();
        let is_letter = |at: usize| plain.get(at).is_some_and(|(c, _)| is_word(c));
        let is_digit = |at: usize| plain[at].0.chars().all(|c| c.is_ascii_digit());
        let mark = |at: usize| {
            // A mark between two letters belongs to their word.
            let c = plain.get(at)?.0.as_str();
            let within = is_letter(at + 1);
            let number = within && is_digit(at - 1) && is_digit(at + 1);
            (within && (c == "'" || c == "-") || number && c == ",").then_some(c)
        };
        let units = |at: usize| plain[..at].iter().map(|(_, units)| units).sum::<usize>();
        let mut at = 0;
        while at < plain.len() {
            if !is_letter(at) {
                at += 1;
                continue;
            }
            let start = at;
            let mut parts = vec![(String::new(), at, at)];
            loop {
                let part = parts.last_mut().unwrap();
                if is_letter(at) {
                    part.0.push_str(&plain[at].0);
                    part.2 = at + 1;
                } else if mark(at) == Some("'") {
                    part.0.push('\'');
                } else if mark(at) == Some("-") {
                    parts.push((String::new(), at + 1, at + 1));
                } else if mark(at).is_none() {
                    break;
                }
                at += 1;
            }
            let whole: String = parts.iter().map(|(key, ..)| key.as_str()).collect();
            let written = text.chars().skip(start).take(at - start).collect();
            let whole = self.key(whole);
            let parts = parts.into_iter();
            let parts = parts.map(|(key, first, end)| (self.key(key), units(first), units(end)));
            words.push(Word {
                written,
                whole,
                parts: parts.collect(),
            });
        }
        let starts = words.iter().flat_map(|word: &Word| &word.parts);
        let starts: Vec<usize> = starts.map(|(_, start, _)| *start).collect();
        let parts_before = |byte: usize| {
            let place = text[..byte].encode_utf16().count();
            starts.iter().filter(|start| **start < place).count()
        };
        let mut links = Vec::new();
        for link in list_word_links(self.code, id) {
            if !link.in_title {
                let (first, end) = (parts_before(link.range.start), parts_before(link.range.end));
                let numbers = link.numbers();
                links.extend(numbers.map(|number| (number.to_string(), first, end)));
            }
        }
        self.verses.push(PlainVerse { id, words, links });
    }

    fn key(&mut self, key: String) -> usize {
        let next = self.keys.len();
        match self.keys.entry(key) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.stems.push(stem_of(self.code.as_str(), new.key()));
                *new.insert(next)
            }
        }
    }

    /// The verses of a query.
    pub fn scan(&self, query: &PlainQuery, matching: Matching, scope: &Scope) -> PlainHits {
        let prepare = |term: &Vec<Element>| -> Vec<Prepared> {
            term.iter()
                .map(|element| self.prepare(element, matching))
                .collect()
        };
        let wanted: Vec<Vec<Vec<Prepared>>> = query
            .wanted
            .iter()
            .map(|alternatives| alternatives.iter().map(prepare).collect())
            .collect();
        let excluded: Vec<Vec<Prepared>> = query.excluded.iter().map(prepare).collect();
        let in_scope = self
            .verses
            .iter()
            .filter(|verse| scope.contains(verse.id.book));
        let hit = |verse: &PlainVerse| {
            let places = verse.places();
            let has = |term: &Vec<Prepared>| !verse.find(&places, term).is_empty();
            if excluded.iter().any(has) {
                return None;
            }
            let mut found = Vec::new();
            for alternatives in &wanted {
                let before = found.len();
                let spans = alternatives.iter().map(|term| verse.find(&places, term));
                found.extend(spans.flatten());
                if found.len() == before {
                    return None;
                }
            }
            Some((verse.id, marks(&places, found)))
        };
        in_scope.filter_map(hit).collect()
    }

    fn prepare(&self, element: &Element, matching: Matching) -> Prepared {
        let is_stem = matching == Matching::Stem;
        let with = |is: &dyn Fn(&str) -> bool| {
            let mut table = vec![false; self.keys.len()];
            for (key, number) in &self.keys {
                table[*number] = is(key);
            }
            table
        };
        let same = |key: &str| {
            let stem = stem_of(self.code.as_str(), key);
            with(&|other| {
                if is_stem {
                    self.stems[self.keys[other]] == stem
                } else {
                    other == key
                }
            })
        };
        match element {
            Element::Word(written) => {
                let key: String = written
                    .chars()
                    .map(plain)
                    .collect::<String>()
                    .replace(',', "");
                let parts: Vec<&str> = key.split('-').collect();
                let in_parts = if parts.len() > 1 {
                    parts.iter().map(|part| same(part)).collect()
                } else {
                    Vec::new()
                };
                Prepared::Keys {
                    whole: same(&key.replace('-', "")),
                    in_parts,
                    is_stem,
                }
            }
            Element::Beginning(beginning) => Prepared::Keys {
                whole: with(&|key| key.starts_with(beginning)),
                in_parts: Vec::new(),
                is_stem,
            },
            Element::Number(number) => Prepared::Number(number.clone()),
        }
    }
}

/// An element with the keys that it matches.
enum Prepared {
    Keys {
        whole: Vec<bool>,
        in_parts: Vec<Vec<bool>>,
        is_stem: bool,
    },
    Number(String),
}

/// A part of a word with its place in the text.
struct Place {
    /// The number of the word's key and how many parts it has, at its first part.
    whole: Option<(usize, usize)>,
    /// The number of the part's key, if the word has several.
    part: Option<usize>,
    start: usize,
    end: usize,
}

impl Word {
    /// How many parts it has.
    pub fn count(&self) -> usize {
        self.parts.len()
    }
}

impl PlainVerse {
    fn places(&self) -> Vec<Place> {
        let mut places = Vec::new();
        for word in &self.words {
            for (index, (key, start, end)) in word.parts.iter().enumerate() {
                places.push(Place {
                    whole: (index == 0).then_some((word.whole, word.parts.len())),
                    part: (word.parts.len() > 1).then_some(*key),
                    start: *start,
                    end: *end,
                });
            }
        }
        places
    }

    /// Where a term stands: first place, and after the last.
    fn find(&self, places: &[Place], term: &[Prepared]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for start in 0..places.len() {
            let mut ends = vec![start];
            for element in term {
                let next = ends.iter().flat_map(|at| self.ends(places, *at, element));
                ends = next.collect();
            }
            found.extend(ends.into_iter().map(|end| (start, end)));
        }
        found
    }

    fn ends(&self, places: &[Place], at: usize, element: &Prepared) -> Vec<usize> {
        let ends_of = |keys: &Vec<bool>, is_stem: bool, at: usize| {
            let mut ends = Vec::new();
            if let Some(place) = places.get(at) {
                ends.extend(
                    place
                        .whole
                        .filter(|(key, _)| keys[*key])
                        .map(|(_, parts)| at + parts),
                );
                ends.extend(
                    place
                        .part
                        .filter(|key| is_stem && keys[*key])
                        .map(|_| at + 1),
                );
            }
            ends
        };
        match element {
            Prepared::Keys {
                whole,
                in_parts,
                is_stem,
            } => {
                let mut ends = ends_of(whole, *is_stem, at);
                let mut apart = vec![at; usize::from(!in_parts.is_empty())];
                for part in in_parts {
                    apart = apart
                        .into_iter()
                        .flat_map(|at| ends_of(part, *is_stem, at))
                        .collect();
                }
                ends.extend(apart);
                ends
            }
            Prepared::Number(number) => {
                let here = self
                    .links
                    .iter()
                    .filter(|(other, first, _)| other == number && *first == at);
                here.map(|(.., end)| *end).collect()
            }
        }
    }
}

/// The matches of a verse in UTF-16 code units; matches that overlap are one.
fn marks(places: &[Place], mut found: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    found.sort_unstable();
    let mut joined: Vec<(usize, usize)> = Vec::new();
    for (start, end) in found {
        match joined.last_mut() {
            Some((_, last)) if start < *last => *last = end.max(*last),
            _ => joined.push((start, end)),
        }
    }
    let units = |(start, end): (usize, usize)| (places[start].start, places[end - 1].end);
    joined.into_iter().map(units).collect()
}

/// A character in its plain form. The table has the letters that the texts have.
fn plain(c: char) -> String {
    let c = c.to_lowercase().next().unwrap();
    match c {
        'á' | 'â' => "a".to_owned(),
        'é' | 'ê' => "e".to_owned(),
        'í' | 'î' | 'ï' => "i".to_owned(),
        'ó' | 'ô' => "o".to_owned(),
        'ú' | 'û' | 'ü' => "u".to_owned(),
        'ñ' => "n".to_owned(),
        'æ' => "ae".to_owned(),
        '’' | '‘' => "'".to_owned(),
        c => c.to_string(),
    }
}

fn is_word(plain: &str) -> bool {
    plain
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

/// How many verses each book has.
pub fn count_books(hits: &PlainHits) -> Vec<(BookId, u32)> {
    let mut counts: Vec<(BookId, u32)> = Vec::new();
    for (verse, _) in hits {
        match counts.last_mut() {
            Some((book, count)) if *book == verse.book => *count += 1,
            _ => counts.push((verse.book, 1)),
        }
    }
    counts
}
