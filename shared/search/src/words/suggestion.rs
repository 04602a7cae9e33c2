//! The nearest known word for a word that a translation does not have.

use super::Matching;
use super::evaluate::is_known;
use super::index::{Index, ListPlace};
use super::query::{Element, Query, QueryWord};

/// How many unknown words are mended: more are no slips of the pen.
const MOST_WORDS: usize = 3;

/// The query with the nearest known word in the place of each unknown one. `None` if every word is
/// known, or if one has no near word.
pub fn suggest(index: &Index, query: &Query, matching: Matching) -> Option<String> {
    let elements = query.wanted.iter().flatten().flat_map(|term| &term.0);
    let words = elements.filter_map(|element| match element {
        Element::Word(word) => Some(word),
        Element::Beginning(_) | Element::Number(..) => None,
    });
    let unknown: Vec<&QueryWord> = words
        .filter(|word| !is_known(index, word, matching))
        .collect();
    if unknown.is_empty() || unknown.len() > MOST_WORDS {
        return None;
    }
    let mut text = query.text.clone();
    // From the end, so that the places before stay right.
    for word in unknown.into_iter().rev() {
        text.replace_range(word.place.clone(), nearest(index, &word.key)?);
    }
    Some(text)
}

/// The known form with the fewest edits; of several, the most frequent one.
pub fn nearest<'a>(index: &'a Index, key: &str) -> Option<&'a str> {
    let key: Vec<char> = key.chars().collect();
    let most = match key.len() {
        3..=4 => 1,
        5..=9 => 2,
        10..=30 => 3,
        _ => return None,
    };
    let forms = index.forms();
    let mut table = Table::default();
    let mut best: Option<(usize, u32, &str)> = None;
    for form in 0..forms.len() {
        let known = forms.get(form);
        if known.ends_with('-') || known.len().abs_diff(key.len()) > most {
            continue;
        }
        let limit = best.map_or(most, |(edits, ..)| edits);
        let Some(edits) = table.distance(&key, known, limit) else {
            continue;
        };
        // With another first letter it is another word: "envious" for "anxious".
        if edits > 1 && key.first().copied() != known.chars().next() {
            continue;
        }
        let frequency = index.directory().get(form).map_or(0, ListPlace::weight);
        if best.is_none_or(|(least, most, _)| (edits, most) < (least, frequency)) {
            best = Some((edits, frequency, known));
        }
    }
    best.map(|(_, _, known)| known)
}

/// The last three rows of the table of distances between the beginnings of two words.
#[derive(Default)]
struct Table {
    rows: [Vec<usize>; 3],
}

impl Table {
    /// How many letters must be inserted, removed, replaced or swapped with a neighbour to make one
    /// word the other; `None` if more than `limit`.
    fn distance(&mut self, one: &[char], other: &str, limit: usize) -> Option<usize> {
        let [before, last, row] = &mut self.rows;
        last.clear();
        last.extend(0..=one.len());
        let mut other_before = None;
        for (index, letter) in (1..).zip(other.chars()) {
            row.clear();
            row.push(index);
            let mut least = index;
            let mut left = index;
            for (column, own) in (1..).zip(one) {
                let at =
                    |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX);
                let replaced = at(last, column - 1) + usize::from(*own != letter);
                let mut edits = replaced.min(left + 1).min(at(last, column) + 1);
                let is_swap = column > 1
                    && other_before == Some(*own)
                    && one.get(column - 2) == Some(&letter);
                if is_swap && index > 1 {
                    edits = edits.min(at(before, column - 2) + 1);
                }
                row.push(edits);
                least = least.min(edits);
                left = edits;
            }
            if least > limit {
                return None;
            }
            other_before = Some(letter);
            std::mem::swap(before, last);
            std::mem::swap(last, row);
        }
        last.last().copied().filter(|edits| *edits <= limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted_up_to_a_limit() {
        let mut table = Table::default();
        for (one, other, edits) in [
            ("love", "love", 0),
            ("love", "lvoe", 1),
            ("love", "loves", 1),
            ("love", "lov", 1),
            ("love", "live", 1),
            ("beleive", "believe", 1),
            ("phillipians", "philippians", 2),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            let one: Vec<char> = one.chars().collect();
            assert_eq!(table.distance(&one, other, 9), Some(edits), "{other}");
            assert_eq!(table.distance(&one, other, edits), Some(edits), "{other}");
            if edits > 0 {
                assert_eq!(table.distance(&one, other, edits - 1), None, "{other}");
            }
        }
    }
}
