//! Stretches of a translation that have many of a text's words in about their order: the places of a
//! quotation, also of one with errors.
//!
//! A word of the text at position `i` that stands at place `p` of the translation suggests that the
//! text begins at `p - i`. The rare words of a quotation suggest nearly the same beginning; words
//! added, left out or changed, and the ends of verses, move it by a few places.

use verse_scripture::{TranslationCode, VerseId};

use super::index::{ListPlace, find_index};
use super::token::words;

/// How many words of a text are looked up, the rarest.
const MOST_SEEDS: usize = 7;
/// The lists of words that are read for a text have at most this many bytes together, but for the rarest word's.
const MOST_BYTES: u32 = 24_000;
/// How many words of a text count, the first ones.
const MOST_WORDS: usize = 160;

/// Verses that follow each other and have many of a text's words.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Stretch {
    /// The first verse, with its printed number.
    pub first: VerseId,
    /// The last verse.
    pub last: VerseId,
    /// How many of the words that were looked up are there in about their order.
    pub matched: usize,
    /// How many words were looked up.
    pub seeds: usize,
}

/// The stretches of a translation that have most of the rare words of a text, the best first.
#[must_use]
pub fn find_stretches(translation: TranslationCode, text: &str, most: usize) -> Vec<Stretch> {
    let Some(index) = find_index(translation) else {
        return Vec::new();
    };
    let keys = words(text).into_iter().flat_map(|word| word.parts);
    let mut length: u32 = 0;
    let mut seeds: Vec<(ListPlace, u32)> = Vec::new();
    for (at, part) in (0..).zip(keys.take(MOST_WORDS)) {
        length = at + 1;
        let form = index.forms().find(&part.key);
        if let Some(list) = form.and_then(|form| index.directory().get(form)) {
            seeds.push((list, at));
        }
    }
    seeds.sort_by_key(|(list, at)| (list.weight(), *at));
    let mut bytes = 0;
    seeds.truncate(MOST_SEEDS);
    let seeds: Vec<_> = seeds
        .into_iter()
        .take_while(|(list, _)| {
            let is_first = bytes == 0;
            bytes += list.weight();
            is_first || bytes <= MOST_BYTES
        })
        .collect();
    let mut beginnings: Vec<(u32, usize)> = Vec::new();
    for (seed, (list, at)) in seeds.iter().enumerate() {
        let block = index.block(list.block);
        // One more than the place, so that a beginning before the first verse is no negative number.
        let of_seed = list
            .spans(&block)
            .map(|span| (span.start + MARGIN).saturating_sub(*at));
        beginnings.extend(of_seed.map(|beginning| (beginning, seed)));
    }
    beginnings.sort_unstable();
    let slack = 2 + length / 5;
    let mut found = group(&beginnings, slack, seeds.len());
    found.sort_by_key(|(matched, beginning, _)| (std::cmp::Reverse(*matched), *beginning));
    let verses = index.verses();
    let mut stretches: Vec<Stretch> = Vec::new();
    for (matched, from, to) in found {
        if stretches.len() == most {
            break;
        }
        let last_place = u32::try_from(verses.places())
            .unwrap_or(u32::MAX)
            .saturating_sub(2);
        let start = from.saturating_sub(MARGIN).min(last_place);
        let end = (to + length)
            .saturating_sub(MARGIN + 1)
            .clamp(start, last_place);
        let ids = verses.id(verses.at(start)).zip(verses.id(verses.at(end)));
        let Some((first, last)) = ids else {
            continue;
        };
        let is_known = stretches
            .iter()
            .any(|known| known.first <= first && last <= known.last);
        if !is_known {
            stretches.push(Stretch {
                first,
                last,
                matched,
                seeds: seeds.len(),
            });
        }
    }
    stretches
}

/// Added to each place.
const MARGIN: u32 = 256;

/// Groups of beginnings within the slack that half of the seeds suggest: how many seeds, the least
/// beginning and the greatest.
fn group(beginnings: &[(u32, usize)], slack: u32, seeds: usize) -> Vec<(usize, u32, u32)> {
    let enough = seeds.div_ceil(2).max(1);
    let mut groups: Vec<(usize, u32, u32)> = Vec::new();
    let mut at = 0;
    while let Some((first, _)) = beginnings.get(at) {
        let rest = beginnings.get(at..).unwrap_or_default();
        let count = rest.partition_point(|(beginning, _)| *beginning <= first + slack);
        let window = rest.get(..count).unwrap_or_default();
        let mut has = 0_u32;
        for (_, seed) in window {
            has |= 1 << seed;
        }
        let matched = usize::try_from(has.count_ones()).unwrap_or_default();
        let last = window.last().map_or(*first, |(last, _)| *last);
        if matched >= enough {
            match groups.last_mut().filter(|(_, _, end)| first <= end) {
                // The windows overlap: the better one stays.
                Some(group) if group.0 < matched => *group = (matched, *first, last),
                Some(_) => {}
                None => groups.push((matched, *first, last)),
            }
        }
        at += 1;
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(translation: TranslationCode, text: &str) -> Option<String> {
        let stretch = *find_stretches(translation, text, 3).first()?;
        let VerseId {
            book,
            chapter,
            verse,
        } = stretch.first;
        Some(format!(
            "{} {chapter}:{verse}-{}",
            book.book().name,
            stretch.last.verse
        ))
    }

    #[test]
    fn a_quotation_is_found_where_it_stands() {
        for (text, place) in [
            (
                "God so loved the world, that he gave his only begotten Son",
                "John 3:16-16",
            ),
            ("Jesus wept.", "John 11:35-35"),
            ("in the beginning was the word", "John 1:1-1"),
            ("shall not perish; and also my mercy endureth", ""),
        ] {
            let found = best(TranslationCode::Kjv, text).unwrap_or_default();
            if !place.is_empty() {
                assert_eq!(found, place, "{text}");
            }
        }
    }

    #[test]
    fn a_quotation_with_errors_and_over_two_verses_is_found() {
        let text = "all have sinned and fallen short of God’s glory, being freely justified by his great grace";
        assert_eq!(
            best(TranslationCode::Web, text).as_deref(),
            Some("Romans 3:23-24")
        );
        assert_eq!(best(TranslationCode::Web, "xyzzy plugh"), None);
        assert_eq!(best(TranslationCode::Web, ""), None);
    }
}
