//! The passages that are related to a passage, for a reader who studies it.
//!
//! A verse is related when it refers to a verse of the passage or the other way round. Links of
//! both directions come first: each of the two verses refers to the other. Then verses that are
//! often referred to, that have rare words in common with the passage, and that are in the other
//! testament come before others, and those of the same chapter after them. Related verses that follow each other are one passage.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::embedded::RELATED_VERSES;
use super::works_format::PackedRelations;
use crate::reference::{Reference, VerseId};

/// How much a verse gains by each further verse of the passage that it is linked with, in the parts
/// of a packed score.
const EACH_LINK: u16 = 5;
/// Related verses with this distance or less are one passage: the source has lost the ends of
/// ranges, so that a verse between two related ones mostly is related too.
const NEAR: u16 = 2;

/// A passage that is related to another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RelatedPassage {
    /// Its verses, with the canon's numbers.
    pub reference: Reference,
    /// Whether each of the two passages refers to the other.
    pub mutual: bool,
}

/// How closely a verse or a passage is related.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
struct Closeness {
    mutual: bool,
    score: u16,
}

/// The passages that are related to the verses of these ranges, which have the canon's numbers; the
/// closest first. No passage contains one of the verses.
#[must_use]
pub fn list_related_passages(ranges: &[Reference]) -> Vec<RelatedPassage> {
    let own = |verse: u16| {
        let verse = VerseId::from_ordinal(verse);
        let is_in = |verse: VerseId| {
            let mut ranges = ranges.iter();
            ranges.any(|range| (range.first()..=range.last()).contains(&verse))
        };
        verse.is_some_and(is_in)
    };
    let mut passages: Vec<(Closeness, u16, u16)> = Vec::new();
    for (verse, closeness) in read_links(ranges) {
        if own(verse) {
            continue;
        }
        match passages.last_mut() {
            Some((best, _, last))
                if verse - *last <= NEAR
                    && share_book(*last, verse)
                    && !(*last..verse).any(own) =>
            {
                *best = Closeness {
                    mutual: best.mutual || closeness.mutual,
                    score: best.score.max(closeness.score),
                };
                *last = verse;
            }
            _ => passages.push((closeness, verse, verse)),
        }
    }
    passages.sort_by_key(|(closeness, first, _)| (Reverse(*closeness), *first));
    let passage = |(closeness, first, last): (Closeness, u16, u16)| {
        let (first, last) = VerseId::from_ordinal(first).zip(VerseId::from_ordinal(last))?;
        Some(RelatedPassage {
            reference: Reference::between(first, last),
            mutual: closeness.mutual,
        })
    };
    passages.into_iter().filter_map(passage).collect()
}

/// The verses that are linked with verses of the ranges, in canon order.
fn read_links(ranges: &[Reference]) -> BTreeMap<u16, Closeness> {
    let mut found: BTreeMap<u16, Closeness> = BTreeMap::new();
    let chapters = ranges.iter().flat_map(Reference::chapters);
    for (book, chapter, verses) in chapters {
        let ordinal = book.book().ordinal(chapter);
        let relations: PackedRelations = ordinal
            .and_then(|ordinal| RELATED_VERSES.read(ordinal))
            .unwrap_or_default();
        let of_verses = (1..)
            .zip(relations)
            .filter(|(verse, _)| verses.contains(verse));
        for (_, relations) in of_verses {
            let mut to = 0;
            for relation in relations {
                to += relation.distance;
                let new = Closeness {
                    mutual: relation.mutual,
                    score: u16::from(relation.score),
                };
                found
                    .entry(to)
                    .and_modify(|known| {
                        known.mutual |= new.mutual;
                        known.score = known.score.max(new.score) + EACH_LINK;
                    })
                    .or_insert(new);
            }
        }
    }
    found
}

fn share_book(one: u16, other: u16) -> bool {
    let book = |verse| VerseId::from_ordinal(verse).map(|verse| verse.book);
    book(one) == book(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::parse_references;
    use crate::verse_map;

    /// A passage and a passage that must be among the first related to it.
    const PAIRS: &str = include_str!("tests/related.txt");

    fn related(text: &str) -> Vec<RelatedPassage> {
        list_related_passages(&parse_references(text).unwrap())
    }

    /// The place of a related passage, from 1.
    fn place(of: &str, to: &str) -> Option<usize> {
        let to = parse_references(to).unwrap()[0];
        let related = related(of);
        let found = related.iter().position(|r| r.reference.overlaps(&to));
        found.map(|index| index + 1)
    }

    #[test]
    fn well_known_pairs_are_near_the_head() {
        let (mut first, mut in_five, mut all) = (0, 0, 0);
        let mut missed = Vec::new();
        for line in PAIRS.lines().filter(|line| !line.starts_with('#')) {
            let (of, to) = line.split_once(" > ").unwrap();
            let place = place(of, to);
            all += 1;
            first += usize::from(place == Some(1));
            in_five += usize::from(place.is_some_and(|place| place <= 5));
            if place.is_none_or(|place| place > 5) {
                missed.push((line, place));
            }
        }
        println!("{all} pairs: {first} first, {in_five} in five; {missed:?}");
        assert!(all >= 40 && first >= 24 && in_five >= 36, "{missed:?}");
    }

    #[test]
    fn the_creation_leads_to_john_1_and_hebrews_11_and_not_to_nahum() {
        assert_eq!(place("Gen 1:1", "John 1:1"), Some(1));
        let head = related("Gen 1:1")[0];
        assert_eq!(head.reference.to_string(), "John 1:1-3");
        assert!(head.mutual);
        assert!(place("Gen 1:1", "Heb 11:3").unwrap() <= 10);
        assert_eq!(place("Gen 1:1", "Nahum 2:10"), None);
        assert!(place("James 2:24", "Rom 3:28").unwrap() <= 3);
    }

    #[test]
    fn mutual_links_come_first_and_the_passage_itself_is_left_out() {
        for text in [
            "Gen 1:1",
            "John 3:16",
            "Ps 23",
            "Rom 8:1-39",
            "Ps 119:1-176",
        ] {
            let own = parse_references(text).unwrap()[0];
            let related = related(text);
            assert!(!related.is_empty());
            assert!(related.is_sorted_by_key(|r| !r.mutual), "{text}");
            assert!(
                related.iter().all(|r| !r.reference.overlaps(&own)),
                "{text}"
            );
        }
    }

    #[test]
    fn every_verse_that_refers_or_is_referred_to_has_a_passage() {
        let mut without = 0;
        for ordinal in (0..31_102).step_by(97) {
            let verse = VerseId::from_ordinal(ordinal).unwrap();
            let related = list_related_passages(&[Reference::between(verse, verse)]);
            without += usize::from(related.is_empty());
            for passage in related {
                assert_eq!(passage.reference.book_end(), None);
                let first = passage.reference.first();
                let code = crate::TranslationCode::Kjv;
                assert!(verse_map::to_canon(code, first).is_some());
            }
        }
        // As many as have no reference in the source, in either direction.
        assert_eq!(without, 6);
    }
}
