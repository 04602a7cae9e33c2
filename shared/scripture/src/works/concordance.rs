//! The verses of a linked translation that have a Strong's number.

use super::embedded::{BSB_CONCORDANCE, KJV_CONCORDANCE};
use super::lexicon::StrongsNumber;
use super::works_format::PackedConcordance;
use crate::reference::VerseId;
use crate::translation::TranslationCode;

/// The occurrences of a number.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Occurrences {
    /// How many there are; a verse may have several.
    pub times: usize,
    /// The verses in canon order, each once, with the numbers that the translation prints. A
    /// psalm's title counts as its first verse.
    pub verses: Vec<VerseId>,
    /// How many occurrences each of these verses has.
    pub times_in: Vec<usize>,
}

/// The occurrences of a number in the King James Version or the Berean Standard Bible; none if no
/// word is linked with it, or in another translation.
#[must_use]
pub fn list_occurrences(translation: TranslationCode, number: StrongsNumber) -> Occurrences {
    let frames = match translation {
        TranslationCode::Kjv => &KJV_CONCORDANCE,
        TranslationCode::Bsb => &BSB_CONCORDANCE,
        _ => return Occurrences::default(),
    };
    let (frame, index) = number.frame_and_index();
    let frame: PackedConcordance = frames.read(frame).unwrap_or_default();
    let distances = frame.into_iter().nth(index).unwrap_or_default();
    let mut found = Occurrences::default();
    let mut ordinal = 0u16;
    for distance in distances {
        ordinal = ordinal.saturating_add(distance);
        let Some(verse) = VerseId::from_ordinal(ordinal) else {
            continue;
        };
        found.times += 1;
        match (found.verses.last(), found.times_in.last_mut()) {
            (Some(last), Some(times)) if *last == verse => *times += 1,
            _ => {
                found.verses.push(verse);
                found.times_in.push(1);
            }
        }
    }
    found
}
