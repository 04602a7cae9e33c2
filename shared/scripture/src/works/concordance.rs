//! The verses of the King James Version that have a Strong's number.

use super::embedded::CONCORDANCE;
use super::lexicon::StrongsNumber;
use super::works_format::PackedConcordance;
use crate::reference::VerseId;

/// The occurrences of a number.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Occurrences {
    /// How many there are; a verse may have several.
    pub times: usize,
    /// The verses in canon order, each once. A psalm's title counts as its first verse.
    pub verses: Vec<VerseId>,
}

/// The occurrences of a number; none if no word is linked with it.
#[must_use]
pub fn list_occurrences(number: StrongsNumber) -> Occurrences {
    let (frame, index) = number.frame_and_index();
    let frame: PackedConcordance = CONCORDANCE.read(frame).unwrap_or_default();
    let distances = frame.into_iter().nth(index).unwrap_or_default();
    let times = distances.len();
    let mut ordinals: Vec<u16> = distances
        .into_iter()
        .scan(0u16, |at, distance| {
            *at = at.checked_add(distance)?;
            Some(*at)
        })
        .collect();
    ordinals.dedup();
    let verses = ordinals.into_iter().filter_map(VerseId::from_ordinal);
    Occurrences {
        times,
        verses: verses.collect(),
    }
}
