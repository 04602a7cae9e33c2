//! Every verse behind whose King James words a Strong's number stands.

use super::embedded::CONCORDANCE;
use super::lexicon::StrongsNumber;
use super::packed::PackedConcordance;
use crate::reference::VerseId;

/// Where a number stands.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Occurrences {
    /// How many times, which may be more than once a verse.
    pub times: usize,
    /// The verses in canon order, each once. A psalm's title counts to its first verse.
    pub verses: Vec<VerseId>,
}

/// Where a number stands; nowhere, if it stands behind no word.
#[must_use]
pub fn list_occurrences(number: StrongsNumber) -> Occurrences {
    let (frame, place) = number.place();
    let frame: PackedConcordance = CONCORDANCE.read(frame).unwrap_or_default();
    let distances = frame.into_iter().nth(place).unwrap_or_default();
    let times = distances.len();
    let mut ordinals: Vec<u16> = distances
        .into_iter()
        .scan(0u16, |at, distance| {
            *at = at.checked_add(distance)?;
            Some(*at)
        })
        .collect();
    ordinals.dedup();
    let verses = ordinals
        .into_iter()
        .filter_map(VerseId::from_ordinal)
        .collect();
    Occurrences { times, verses }
}
