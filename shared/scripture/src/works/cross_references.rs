//! The verses that are related to a passage.

use std::collections::HashMap;

use super::embedded::CROSS_REFERENCES;
use super::works_format::PackedCrossReferences;
use crate::reference::{Reference, VerseId};

/// A verse that is related to a passage.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CrossReference {
    /// The verse.
    pub verse: VerseId,
    /// How many verses of the passage refer to it.
    pub shared: usize,
}

/// The verses to which a passage's verses refer, the closest first: those that more of its verses
/// share, then those nearer to the head of a verse's own list, then by canon order. A verse's own
/// list begins with verses that refer back and share references with it. The passage's own verses
/// are left out.
#[must_use]
pub fn list_cross_references(passage: &Reference) -> Vec<CrossReference> {
    let mut found: HashMap<u16, (usize, usize)> = HashMap::new();
    for (book, chapter, verses) in passage.chapters() {
        let ordinal = book.book().ordinal(chapter);
        let lists: PackedCrossReferences = ordinal
            .and_then(|ordinal| CROSS_REFERENCES.read(ordinal))
            .unwrap_or_default();
        for (verse, list) in (1..).zip(lists) {
            if verses.contains(&verse) {
                for (rank, to) in list.into_iter().enumerate() {
                    let (shared, best) = found.entry(to).or_insert((0, rank));
                    *shared += 1;
                    *best = rank.min(*best);
                }
            }
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_unstable_by_key(|(to, (shared, best))| (std::cmp::Reverse(*shared), *best, *to));
    found
        .into_iter()
        .filter_map(|(to, (shared, _))| {
            Some(CrossReference {
                verse: VerseId::from_ordinal(to)?,
                shared,
            })
        })
        .filter(|found| !(passage.first()..=passage.last()).contains(&found.verse))
        .collect()
}
