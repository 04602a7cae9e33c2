//! The query language.
//!
//! | written | finds verses |
//! |---|---|
//! | `faith hope` | with both words, anywhere in the verse |
//! | `"living water"` | with these words side by side, in this order |
//! | `love \| charity` | with either: `\|` joins only the two terms beside it, so `a b \| c` is a and (b or c) |
//! | `-sword`, `-"the sword"` | without it |
//! | `begin*` | with a word that begins so; within a phrase too |
//! | `G26`, `h0430` | with a word that translates this Hebrew or Greek word |
//!
//! Other marks only separate words. Positions in errors count the query's characters from 1.

use std::ops::Range;
use std::str::FromStr;

use verse_scripture::works::lexicon::StrongsNumber;

use super::token::words;

/// The longest query, in characters.
pub const LONGEST_QUERY: usize = 200;

/// A query that was read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Query {
    /// The query as it was written.
    pub(super) text: String,
    /// A verse has one term of each.
    pub(super) wanted: Vec<Vec<Term>>,
    /// A verse has none of these.
    pub(super) excluded: Vec<Term>,
}

/// A word, or words side by side.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Term(pub Vec<Element>);

impl Term {
    /// Whether two terms find the same words, wherever they stand in the query.
    pub fn is_same(&self, other: &Self) -> bool {
        let mut pairs = self.0.iter().zip(&other.0);
        self.0.len() == other.0.len() && pairs.all(|(one, other)| one.is_same(other))
    }
}

impl Element {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Word(one), Self::Word(other)) => {
                (&one.key, &one.parts) == (&other.key, &other.parts)
            }
            (Self::Beginning(one), Self::Beginning(other)) => one == other,
            (Self::Number(one, _), Self::Number(other, _)) => one == other,
            _ => false,
        }
    }
}

/// One word of a term.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Element {
    Word(QueryWord),
    /// The key that a word begins with.
    Beginning(String),
    /// A Strong's number, and where it stands in the query's characters, from 1.
    Number(StrongsNumber, usize),
}

/// A word of a query.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct QueryWord {
    /// Its key.
    pub key: String,
    /// The keys of its parts; one if it has no hyphen.
    pub parts: Vec<String>,
    /// Where it stands in the query, in bytes.
    pub place: Range<usize>,
}

/// Why a query cannot be run. Each message may be shown to the reader who wrote the query.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum QueryError {
    /// The query is longer than [`LONGEST_QUERY`].
    #[error("must have {LONGEST_QUERY} characters or fewer")]
    TooLong,
    /// A quotation mark has no other after it.
    #[error("has a quotation mark at character {at} that is not closed")]
    Unclosed {
        /// Where it stands.
        at: usize,
    },
    /// There is no word between two quotation marks.
    #[error("has no word in the quotation that begins at character {at}")]
    EmptyPhrase {
        /// Where the first mark stands.
        at: usize,
    },
    /// A `*` does not stand directly after the beginning of a word.
    #[error("has a * at character {at} that does not end the beginning of a word, as in begin*")]
    LoneStar {
        /// Where it stands.
        at: usize,
    },
    /// A `|` has no term, or an exclusion, beside it.
    #[error("has a | at character {at} that does not stand between two words or phrases")]
    LoneBar {
        /// Where it stands.
        at: usize,
    },
    /// A query with `|` has a bracket outside of quotations.
    #[error(
        "has a bracket at character {at}: terms cannot be grouped; | joins only the two terms beside it"
    )]
    Bracket {
        /// Where it stands.
        at: usize,
    },
    /// The query has no word.
    #[error("has no word to search for")]
    NoWord,
    /// The query only excludes words.
    #[error("only excludes words (from character {at} on); a word to search for is missing")]
    OnlyExclusions {
        /// Where the first exclusion stands.
        at: usize,
    },
    /// Strong's dictionaries have no entry of this number.
    #[error("has {number} at character {at}, which is not a number of Strong's dictionaries")]
    UnknownNumber {
        /// The number as it was written.
        number: String,
        /// Where it stands.
        at: usize,
    },
    /// The words of the translation have no Strong's numbers.
    #[error(
        "has the Strong's number {number} at character {at}, which {translation} cannot be searched for; \
         these translations can: {numbered}"
    )]
    NotNumbered {
        /// The number.
        number: StrongsNumber,
        /// Where it stands.
        at: usize,
        /// The translation's code.
        translation: &'static str,
        /// The codes of the translations that have numbers.
        numbered: String,
    },
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        if text.chars().nth(LONGEST_QUERY).is_some() {
            return Err(QueryError::TooLong);
        }
        let pieces = Reader { text, at: 0 }.pieces()?;
        let (wanted, excluded) = group(pieces)?;
        Ok(Self {
            text: text.to_owned(),
            wanted,
            excluded,
        })
    }
}

/// A piece of a query, and where it stands in the query's characters, from 1.
struct Piece {
    kind: PieceKind,
    at: usize,
}

enum PieceKind {
    Wanted(Term),
    Excluded(Term),
    Bar,
    Bracket,
}

/// Joins the terms beside each `|`.
fn group(pieces: Vec<Piece>) -> Result<(Vec<Vec<Term>>, Vec<Term>), QueryError> {
    let has_bar = |piece: &Piece| matches!(piece.kind, PieceKind::Bar);
    let has_bar = pieces.iter().any(has_bar);
    let mut wanted: Vec<Vec<Term>> = Vec::new();
    let mut excluded = Vec::new();
    let mut first_exclusion = None;
    // The bar before the current piece, and whether a wanted term is before that.
    let mut bar = None;
    let mut follows_term = false;
    for Piece { kind, at } in pieces {
        match kind {
            PieceKind::Bracket if has_bar => return Err(QueryError::Bracket { at }),
            PieceKind::Bracket => {}
            PieceKind::Bar if !follows_term => return Err(QueryError::LoneBar { at }),
            PieceKind::Bar => {
                bar = Some(at);
                follows_term = false;
            }
            PieceKind::Wanted(term) => {
                match wanted.last_mut().filter(|_| bar.is_some()) {
                    Some(alternatives) => alternatives.push(term),
                    None => wanted.push(vec![term]),
                }
                bar = None;
                follows_term = true;
            }
            PieceKind::Excluded(term) => {
                if let Some(at) = bar {
                    return Err(QueryError::LoneBar { at });
                }
                excluded.push(term);
                first_exclusion = first_exclusion.or(Some(at));
                follows_term = false;
            }
        }
    }
    match (bar, wanted.is_empty(), first_exclusion) {
        (Some(at), ..) => Err(QueryError::LoneBar { at }),
        (None, true, Some(at)) => Err(QueryError::OnlyExclusions { at }),
        (None, true, None) => Err(QueryError::NoWord),
        (None, false, _) => Ok((wanted, excluded)),
    }
}

/// Reads a query piece by piece.
struct Reader<'a> {
    text: &'a str,
    /// The next byte to read.
    at: usize,
}

impl<'a> Reader<'a> {
    fn pieces(mut self) -> Result<Vec<Piece>, QueryError> {
        let mut pieces = Vec::new();
        while let Some(c) = self.rest().chars().next() {
            let start = self.at;
            let at = self.character(start);
            if c == '|' || c == '｜' {
                self.at += c.len_utf8();
                let kind = PieceKind::Bar;
                pieces.push(Piece { kind, at });
            } else if c.is_whitespace() || c.is_control() {
                self.at += c.len_utf8();
            } else {
                let is_excluded = self.eat_minus(c);
                let terms = if self.rest().starts_with(is_quotation_mark) {
                    vec![self.phrase()?]
                } else {
                    self.run(&mut pieces)?
                };
                pieces.extend(terms.into_iter().map(|term| {
                    let kind = if is_excluded {
                        PieceKind::Excluded(term)
                    } else {
                        PieceKind::Wanted(term)
                    };
                    Piece { kind, at }
                }));
            }
        }
        Ok(pieces)
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The character, from 1, at a byte.
    fn character(&self, byte: usize) -> usize {
        let before = self.text.get(..byte).unwrap_or_default();
        before.chars().count() + 1
    }

    /// Reads the minus of an exclusion. One that no word or phrase follows is a mark like others.
    fn eat_minus(&mut self, c: char) -> bool {
        if !matches!(c, '-' | '−' | '－') {
            return false;
        }
        self.at += c.len_utf8();
        let next = self.rest().chars().next();
        next.is_some_and(|c| c.is_alphanumeric() || is_quotation_mark(c) || c == '*')
    }

    /// Reads a quotation.
    fn phrase(&mut self) -> Result<Term, QueryError> {
        let opening = self.at;
        let at = self.character(opening);
        let mark = self.rest().chars().next().map_or(1, char::len_utf8);
        let start = opening + mark;
        let inside = self.text.get(start..).unwrap_or_default();
        let length = inside.find(is_quotation_mark);
        let length = length.ok_or(QueryError::Unclosed { at })?;
        let elements = self.elements(start..start + length)?;
        let closing = inside.get(length..).and_then(|rest| rest.chars().next());
        self.at = start + length + closing.map_or(1, char::len_utf8);
        if elements.is_empty() {
            return Err(QueryError::EmptyPhrase { at });
        }
        Ok(Term(elements))
    }

    /// Reads up to a space, a quotation mark or a bar: usually one word, each a term.
    fn run(&mut self, pieces: &mut Vec<Piece>) -> Result<Vec<Term>, QueryError> {
        let ends = |c: char| {
            c.is_whitespace() || c.is_control() || is_quotation_mark(c) || "|｜".contains(c)
        };
        let start = self.at;
        let length = self.rest().find(ends).unwrap_or(self.rest().len());
        if let Some(bracket) = self
            .rest()
            .get(..length)
            .and_then(|run| run.find(['(', ')']))
        {
            let at = self.character(start + bracket);
            let kind = PieceKind::Bracket;
            pieces.push(Piece { kind, at });
        }
        self.at = start + length;
        let elements = self.elements(start..self.at)?;
        Ok(elements
            .into_iter()
            .map(|element| Term(vec![element]))
            .collect())
    }

    /// The words of a part of the query.
    fn elements(&self, range: Range<usize>) -> Result<Vec<Element>, QueryError> {
        let part = self.text.get(range.clone()).unwrap_or_default();
        let words = words(part);
        let places = words.iter().flat_map(|word| &word.parts);
        let places: Vec<_> = places.map(|part| part.place.clone()).collect();
        let mut stars = Vec::new();
        for (star, _) in part.match_indices(['*', '＊']) {
            let length = part.get(star..).and_then(|rest| rest.chars().next());
            let after = star + length.map_or(1, char::len_utf8);
            let ends_word = places.iter().any(|place| place.end == star);
            let begins_word = places.iter().any(|place| place.start == after);
            if !ends_word || begins_word {
                let at = self.character(range.start + star);
                return Err(QueryError::LoneStar { at });
            }
            stars.push(star);
        }
        let element = |word: super::token::Word| {
            let key = word.key().into_owned();
            let first = word.parts.first().map_or(0, |part| part.place.start);
            let end = word.parts.last().map_or(0, |part| part.place.end);
            if stars.contains(&end) {
                return Ok(Element::Beginning(key));
            }
            let place = range.start + first..range.start + end;
            if let Some(number) = self.number(&key, place.clone())? {
                return Ok(number);
            }
            Ok(Element::Word(QueryWord {
                key,
                parts: word.parts.into_iter().map(|part| part.key).collect(),
                place,
            }))
        };
        words.into_iter().map(element).collect()
    }

    /// The Strong's number that a key is: `g26`, `h0430`.
    fn number(&self, key: &str, place: Range<usize>) -> Result<Option<Element>, QueryError> {
        let Some(digits) = key.strip_prefix(['g', 'h']) else {
            return Ok(None);
        };
        let is_number = (1..=6).contains(&digits.len());
        if !is_number || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Ok(None);
        }
        let at = self.character(place.start);
        let dictionary = key.get(..1).unwrap_or_default().to_ascii_uppercase();
        let plain = format!("{dictionary}{}", digits.trim_start_matches('0'));
        let number = plain.parse().map_err(|_| QueryError::UnknownNumber {
            number: self.text.get(place).unwrap_or_default().to_owned(),
            at,
        })?;
        Ok(Some(Element::Number(number, at)))
    }
}

fn is_quotation_mark(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A query in a short form: alternatives with `|`, terms with spaces, words of a phrase with `_`.
    fn read(text: &str) -> Result<String, QueryError> {
        let query: Query = text.parse()?;
        let element = |element: &Element| match element {
            Element::Word(word) => word.parts.join("+"),
            Element::Beginning(key) => format!("{key}*"),
            Element::Number(number, _) => number.to_string(),
        };
        let term = |term: &Term| term.0.iter().map(element).collect::<Vec<_>>().join("_");
        let wanted = query.wanted.iter().map(|alternatives| {
            let terms: Vec<String> = alternatives.iter().map(term).collect();
            terms.join("|")
        });
        let excluded = query
            .excluded
            .iter()
            .map(|excluded| format!("-{}", term(excluded)));
        Ok(wanted.chain(excluded).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn every_operator_is_read() {
        for (text, expected) in [
            ("love", "love"),
            ("faith hope", "faith hope"),
            ("\"living water\"", "living_water"),
            ("“living water”", "living_water"),
            ("«agua viva»", "agua_viva"),
            ("\"in the\"beginning", "in_the beginning"),
            ("love | charity", "love|charity"),
            ("a|b|c d", "a|b|c d"),
            ("a b | c d", "a b|c d"),
            ("\"a b\" | c*", "a_b|c*"),
            ("peace -sword", "peace -sword"),
            ("-sword peace", "peace -sword"),
            ("peace -\"the sword\" −war", "peace -the_sword -war"),
            ("pre*", "pre*"),
            ("\"in the begin*\"", "in_the_begin*"),
            ("G26", "G26"),
            ("g0026 H0430 h430", "G26 H430 H430"),
            ("G26 | G25 god", "G26|G25 god"),
            ("Beth-el", "beth+el"),
            ("Beth-e*", "bethe*"),
            ("a - b", "a b"),
            ("a -- b", "a b"),
            ("-- a", "a"),
            ("love AND faith", "love and faith"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn case_accents_apostrophes_and_marks_are_folded() {
        for (text, expected) in [
            ("GOD", "god"),
            ("don't", "don't"),
            ("don’t donʼt don＇t", "don't don't don't"),
            ("Moses' Moses’", "moses moses"),
            ("God’s", "god's"),
            ("corazón corazo\u{301}n", "corazon corazon"),
            ("Cæsar", "caesar"),
            ("ＬＯＶＥ", "love"),
            ("א\u{5b8}ה\u{5b7}ב", "אהב"),
            ("144,000", "144000"),
            ("love, joy; peace!", "love joy peace"),
            ("word—word", "word word"),
            ("love 🕊", "love"),
            ("love\u{7}joy\tpeace", "love joy peace"),
            ("(for a season)", "for a season"),
            ("'tis ‘so’", "tis so"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_faulty_query_is_refused_with_the_place() {
        use QueryError::{
            Bracket, EmptyPhrase, LoneBar, LoneStar, NoWord, OnlyExclusions, TooLong, Unclosed,
        };
        for (text, expected) in [
            ("", NoWord),
            ("   ", NoWord),
            ("...", NoWord),
            ("🕊🕊", NoWord),
            ("-", NoWord),
            ("()", NoWord),
            ("love \"the", Unclosed { at: 6 }),
            ("é \"", Unclosed { at: 3 }),
            ("\"a\" \"", Unclosed { at: 5 }),
            ("\"\"", EmptyPhrase { at: 1 }),
            ("a -\"...\"", EmptyPhrase { at: 4 }),
            ("-a", OnlyExclusions { at: 1 }),
            (" -a -\"b c\"", OnlyExclusions { at: 2 }),
            ("*", LoneStar { at: 1 }),
            ("love *", LoneStar { at: 6 }),
            ("-*", LoneStar { at: 2 }),
            ("l*ve", LoneStar { at: 2 }),
            ("*ing", LoneStar { at: 1 }),
            ("lov**", LoneStar { at: 5 }),
            ("\"the *\"", LoneStar { at: 6 }),
            ("|", LoneBar { at: 1 }),
            ("a |", LoneBar { at: 3 }),
            ("| a", LoneBar { at: 1 }),
            ("a || b", LoneBar { at: 4 }),
            ("a | -b", LoneBar { at: 3 }),
            ("-a | b", LoneBar { at: 4 }),
            ("(a | b) c", Bracket { at: 1 }),
        ] {
            assert_eq!(read(text), Err(expected), "{text}");
        }
        for number in ["G0", "H0", "G5625", "h8675", "G99999"] {
            let unknown = QueryError::UnknownNumber {
                number: number.to_owned(),
                at: 6,
            };
            assert_eq!(read(&format!("love {number}")), Err(unknown));
        }
        assert_eq!(read(&"a".repeat(201)), Err(TooLong));
        assert_eq!(
            read(&"é".repeat(200)).as_deref(),
            Ok("e".repeat(200).as_str())
        );
        let marks = "\"".repeat(200);
        assert_eq!(read(&marks), Err(EmptyPhrase { at: 1 }));
        assert_eq!(read(marks.get(..199).unwrap()), Err(EmptyPhrase { at: 1 }));
    }

    #[test]
    fn thirty_words_are_a_query() {
        let words = vec!["a"; 30].join(" ");
        assert_eq!(read(&words).as_deref(), Ok(words.as_str()));
    }
}
