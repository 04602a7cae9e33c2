//! By which English words each Hebrew or Greek word is rendered.
//!
//! The shares are counted in the King James Version and the Berean Standard Bible; those of words that other translations
//! have in their place are learned from all verses. They stay in memory after the first use: a verse needs hundreds.

use std::sync::OnceLock;

use super::embedded::{KJV_RENDERINGS, RENDERINGS, SPANISH_RENDERINGS};
use super::headwords::find_headword;
use super::lexicon::StrongsNumber;
use super::works_format::{PackedPhrases, PackedRenderings};
use crate::stem::stem;
use crate::word::matching::Share;
use crate::word::spanish;

/// The words by which the King James Version renders a number and how often, the commonest first; eight at most.
#[must_use]
pub fn list_kjv_renderings(number: StrongsNumber) -> Vec<(String, u32)> {
    let (frame, index) = number.frame_and_index();
    let frame: PackedPhrases = KJV_RENDERINGS.read(frame).unwrap_or_default();
    frame.into_iter().nth(index).unwrap_or_default()
}

/// The numbers that an English word renders most often in the whole Bible: at most one Hebrew and one Greek, the commoner
/// first. None if it is no usual rendering of any.
#[must_use]
pub fn find_usual_originals(word: &str) -> Vec<StrongsNumber> {
    /// Rarer renderings are not usual.
    const FEWEST: f32 = 2.0;
    let mut best: [Option<(f32, StrongsNumber)>; 2] = [None, None];
    let of_word = stem_number(word).and_then(|stem| packed_renderings().get(stem));
    for rendering in of_word.iter().flat_map(|(_, renderings)| renderings) {
        let Some(number) = StrongsNumber::from_slot(rendering.slot) else {
            continue;
        };
        let occurrences = find_headword(number).map_or(0, |headword| headword.times);
        let occurrences = f32::from(u16::try_from(occurrences).unwrap_or(u16::MAX));
        let times = share_of(rendering.part) * occurrences;
        let of_language = best.get_mut(usize::from(!number.is_hebrew()));
        if let Some(best) = of_language
            && times >= FEWEST
            && best.is_none_or(|(known, _)| times > known)
        {
            *best = Some((times, number));
        }
    }
    let mut best: Vec<(f32, StrongsNumber)> = best.into_iter().flatten().collect();
    best.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    best.into_iter().map(|(_, number)| number).collect()
}

/// The number of a word's stem; `None` for a word that renders nothing.
pub(crate) fn stem_number(word: &str) -> Option<usize> {
    number_in(packed_renderings(), &stem(word))
}

/// How often a slot's word is rendered by the words of a stem.
pub(crate) fn find_share(stem: u32, slot: u16) -> Option<Share> {
    share_in(packed_renderings(), stem, slot)
}

/// [`stem_number`] of a Spanish word. Its numbers are those of another table.
pub(crate) fn spanish_stem_number(word: &str) -> Option<usize> {
    number_in(spanish_renderings(), &spanish::stem(word))
}

/// [`find_share`] of a Spanish stem.
pub(crate) fn find_spanish_share(stem: u32, slot: u16) -> Option<Share> {
    share_in(spanish_renderings(), stem, slot)
}

fn number_in(table: &PackedRenderings<'_>, stem: &str) -> Option<usize> {
    table.binary_search_by(|(other, _)| (*other).cmp(stem)).ok()
}

fn share_in(table: &PackedRenderings<'_>, stem: u32, slot: u16) -> Option<Share> {
    let (_, renderings) = table.get(usize::try_from(stem).ok()?)?;
    let index = renderings.binary_search_by_key(&slot, |rendering| rendering.slot);
    let rendering = renderings.get(index.ok()?)?;
    Some(Share {
        part: share_of(rendering.part),
        is_learned: rendering.is_learned,
    })
}

fn share_of(part: u16) -> f32 {
    f32::from(part) / 10_000.0
}

fn packed_renderings() -> &'static PackedRenderings<'static> {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    static TABLE: OnceLock<PackedRenderings<'static>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let bytes = BYTES.get_or_init(|| RENDERINGS.read_bytes(0).unwrap_or_default());
        postcard::from_bytes(bytes).unwrap_or_default()
    })
}

fn spanish_renderings() -> &'static PackedRenderings<'static> {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    static TABLE: OnceLock<PackedRenderings<'static>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let bytes = BYTES.get_or_init(|| SPANISH_RENDERINGS.read_bytes(0).unwrap_or_default());
        postcard::from_bytes(bytes).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_the_words_of_the_king_james_version_with_their_counts() {
        let mercy = list_kjv_renderings("H2617".parse().unwrap());
        assert_eq!(mercy[0].0, "mercy");
        assert!(mercy[0].1 > 130, "{mercy:?}");
        assert_eq!(mercy[1], ("kindness".to_owned(), 40));
        assert!(list_kjv_renderings("G2717".parse().unwrap()).is_empty());
    }

    #[test]
    fn a_word_has_its_usual_hebrew_and_greek_originals() {
        for (word, expected) in [
            ("love", &["G25", "H157"][..]),
            ("grace", &["G5485", "H2580"]),
            ("Sheol", &["H7585"]),
            ("dinosaur", &[]),
            ("", &[]),
        ] {
            let found = find_usual_originals(word).into_iter();
            let mut found: Vec<String> = found.map(|number| number.to_string()).collect();
            found.sort();
            assert_eq!(found, expected, "{word}");
        }
    }
}
