//! The words that questions may have: those of the English translations, of the labels, and of
//! today's English.

use std::sync::OnceLock;

use strsim::osa_distance;

use super::embedded::WORDS;
use verse_scripture::stem::search_stem;

/// A shorter word is not mended: too many words are near to it.
const SHORTEST_MENDED: usize = 4;
/// A word of this length or more may differ in two places.
const LONG: usize = 7;
/// A longer word is no misspelt one.
const LONGEST_MENDED: usize = 24;

struct Entry {
    word: &'static str,
    /// How common it is in Scripture and the labels: 0 to 9.
    commonness: u8,
    /// One bit for each letter that it has.
    letters: u32,
}

/// All words, sorted.
fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        let entry = |line: &'static str| {
            let (word, commonness) = line.split_at_checked(line.len().checked_sub(1)?)?;
            Some(Entry {
                word,
                commonness: commonness.parse().ok()?,
                letters: letters(word),
            })
        };
        WORDS.lines().filter_map(entry).collect()
    })
}

/// The number of a word in its plain form, which is also that of its vector.
pub fn find(word: &str) -> Option<usize> {
    entries()
        .binary_search_by(|entry| entry.word.cmp(word))
        .ok()
}

/// Whether there is a word of this plain form.
pub fn contains(word: &str) -> bool {
    find(word).is_some()
}

/// The word that a misspelt word was meant to be: the one with the fewest differences, then the one
/// with the same first letter, then the most common.
pub fn nearest(word: &str) -> Option<&'static str> {
    let length = word.chars().count();
    if !(SHORTEST_MENDED..=LONGEST_MENDED).contains(&length) {
        return None;
    }
    let (most, most_bits) = if length < LONG { (1, 1) } else { (2, 2) };
    let has = letters(word);
    let near = entries().iter().filter_map(|entry| {
        let lengths = entry.word.len().abs_diff(word.len());
        if entry.commonness == 0 || lengths > most {
            return None;
        }
        // A difference in one place changes at most two bits.
        if (entry.letters ^ has).count_ones() > 2 * most_bits {
            return None;
        }
        let distance = osa_distance(word, entry.word);
        let other_start = entry.word.as_bytes().first() != word.as_bytes().first();
        let key = (distance, other_start, u8::MAX - entry.commonness);
        (distance <= most).then_some((key, entry.word))
    });
    near.min().map(|(_, word)| word)
}

fn letters(word: &str) -> u32 {
    let letters = word.bytes().filter(u8::is_ascii_lowercase);
    letters.fold(0, |bits, letter| bits | 1 << (letter - b'a'))
}

/// The number of the most common word with this stem.
pub fn find_by_stem(stem: &str) -> Option<usize> {
    let start = stem.get(..stem.len().min(3))?;
    let first = entries().partition_point(|entry| entry.word < start);
    let same_start = entries().iter().enumerate().skip(first);
    let same_start = same_start.take_while(|(_, entry)| entry.word.starts_with(start));
    let same_stem = same_start.filter(|(_, entry)| search_stem(entry.word) == stem);
    same_stem
        .max_by_key(|(_, entry)| entry.commonness)
        .map(|(number, _)| number)
}
