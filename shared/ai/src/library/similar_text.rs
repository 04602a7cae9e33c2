//! Finds the verses that a text quotes with slips: `Trust in the Lord with all you're hart`.
//!
//! Candidates are the chapters of the request's reference, and the verses that have two of the text's rarest words or many of
//! its words. The words of each candidate and of the verses around it are then compared with the text, in their order.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::str::FromStr;

use verse_scripture::fold::push_plain;
use verse_scripture::stem::words;
use verse_scripture::verse_map::to_canon;
use verse_scripture::{
    BookId, Reference, Scope, TranslationCode, VerseId, get_chapter, translations,
};
use verse_search::words::{Found, Matching, Order, Query, Search};

use super::alignment::content_stems;

/// The words at the beginning and the end of a text that are compared.
const MOST_WORDS: usize = 30;
/// The most words of a text that are counted in a translation.
const MOST_COUNTED: usize = 10;
/// The rarest words, whose pairs give the candidates.
const RAREST: usize = 5;
/// The most verses of a pair, and the most candidates.
const MOST_VERSES: usize = 5;
/// The verses before and after a candidate that the text may include.
const AROUND: u16 = 3;
/// A word with slips counts less than an exact one.
const WITH_SLIPS: f64 = 0.8;
/// The cost of a word that only one of the two texts has.
const GAP: f64 = 0.4;
/// The least similarity, as a part of that of an exact quotation.
const LEAST: f64 = 0.6;
/// From this similarity on, no other translation is searched.
const CLOSE: f64 = 0.95;
/// The gain of verses in the chapters of the request's reference.
const NEAR: f64 = 0.15;
/// The most chapters of a reference that are compared whole.
const MOST_CHAPTERS: usize = 3;
/// A text with fewer words must be in a translation word for word, and in one verse only.
const FEWEST_WORDS: usize = 4;

/// Verses that a text quotes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct SimilarText {
    pub(super) passage: Reference,
    pub(super) translation: TranslationCode,
    /// Whether every word is the translation's.
    pub(super) is_exact: bool,
    /// Whether the same words stand elsewhere too.
    pub(super) is_repeated: bool,
}

/// A similar place, with its similarity.
#[derive(Clone, Copy, Debug)]
struct Place {
    similarity: f64,
    is_exact: bool,
    passage: Reference,
}

/// The verses that a text quotes, with or without slips, first in a translation and preferably near a passage.
pub(super) fn find_similar(
    text: &str,
    first: Option<TranslationCode>,
    near: Option<&Reference>,
) -> Option<SimilarText> {
    let selected: Vec<String> = words(text)
        .map(plain)
        .filter(|word| !word.is_empty())
        .collect();
    let head = selected.get(..MOST_WORDS.min(selected.len()))?;
    let found = find(head, first, near)?;
    if selected.len() <= 2 * MOST_WORDS {
        return Some(found);
    }
    let tail = selected.get(selected.len() - MOST_WORDS..)?;
    let (start, end) = (
        found.passage.first(),
        find(tail, Some(found.translation), near)?,
    );
    let last = end.passage.last();
    let follows = start <= last && start.book == last.book;
    let passage = if follows {
        Reference::between(start, last)
    } else {
        found.passage
    };
    // The words between them were not compared.
    Some(SimilarText {
        passage,
        is_exact: false,
        ..found
    })
}

fn find(
    selected: &[String],
    first: Option<TranslationCode>,
    near: Option<&Reference>,
) -> Option<SimilarText> {
    let all = translations().iter().map(|translation| translation.code);
    let others = all.filter(|code| Some(*code) != first);
    let mut best: Option<(f64, SimilarText)> = None;
    for translation in first.into_iter().chain(others) {
        let Some(found) = find_in(translation, selected, near) else {
            continue;
        };
        if best.is_none_or(|(known, _)| found.0 > known) {
            best = Some(found);
        }
        if found.0 >= CLOSE {
            break;
        }
    }
    best.map(|(_, found)| found)
}

fn find_in(
    translation: TranslationCode,
    selected: &[String],
    near: Option<&Reference>,
) -> Option<(f64, SimilarText)> {
    if selected.len() < FEWEST_WORDS {
        return Some((1.0, find_phrase(translation, selected)?));
    }
    let is_near = |place: &Place| {
        let near = near.map(Reference::chapters).into_iter().flatten();
        let mut near = near.map(|(book, chapter, _)| (book, chapter));
        let first = place.passage.first();
        near.any(|chapter| chapter == (first.book, first.chapter))
    };
    let rank = |place: &Place| place.similarity + if is_near(place) { NEAR } else { 0.0 };
    let near_places = near
        .into_iter()
        .flat_map(|near| near.printed_in(translation));
    let near_places = near_places
        .take(MOST_CHAPTERS)
        .filter_map(|(book, chapter, _)| compare(translation, book, chapter, None, selected));
    let candidates = list_candidates(translation, selected).into_iter();
    let places = candidates.filter_map(|verse| {
        let around = verse.verse.saturating_sub(AROUND)..=verse.verse + AROUND;
        compare(
            translation,
            verse.book,
            verse.chapter,
            Some(&around),
            selected,
        )
    });
    let places = near_places.chain(places);
    let mut places: Vec<Place> = places.collect();
    places.retain(|place| place.similarity >= LEAST);
    places.sort_by(|one, other| rank(other).total_cmp(&rank(one)));
    let best = *places.first()?;
    let is_as_good = |place: &Place| {
        place.similarity >= best.similarity
            && (place.passage.first() > best.passage.last()
                || place.passage.last() < best.passage.first())
    };
    Some((
        rank(&best),
        SimilarText {
            passage: best.passage,
            translation,
            is_exact: best.is_exact,
            is_repeated: places.iter().any(is_as_good),
        },
    ))
}

/// The only verse that has these few words side by side.
fn find_phrase(translation: TranslationCode, selected: &[String]) -> Option<SimilarText> {
    let content = content_stems(&selected.join(" "));
    if selected.len() < 2 || content.is_empty() {
        return None;
    }
    let found = search(translation, &format!("\"{}\"", selected.join(" ")), 1)?;
    let verse = found.hits.first().filter(|_| found.verses == 1)?.verse;
    let verses = to_canon(translation, verse)?;
    Some(SimilarText {
        passage: Reference::between(*verses.start(), *verses.end()),
        translation,
        is_exact: true,
        is_repeated: false,
    })
}

/// The verses with two of the text's rarest words, those with the most pairs first.
fn list_candidates(translation: TranslationCode, selected: &[String]) -> Vec<VerseId> {
    let mut distinct: Vec<&String> = Vec::new();
    for word in selected {
        if !distinct.contains(&word) && !content_stems(word).is_empty() {
            distinct.push(word);
        }
    }
    distinct.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    distinct.truncate(MOST_COUNTED);
    let counted = distinct.into_iter().filter_map(|word| {
        let found = search(translation, &format!("\"{word}\""), 0)?;
        (found.verses > 0).then_some((found.verses, word))
    });
    let mut rarest: Vec<(u32, &String)> = counted.collect();
    rarest.sort_unstable();
    rarest.truncate(RAREST);
    let mut votes: HashMap<VerseId, u32> = HashMap::new();
    for (at, (_, one)) in rarest.iter().enumerate() {
        for (_, other) in rarest.iter().skip(at + 1) {
            let query = format!("\"{one}\" \"{other}\"");
            let found = search(translation, &query, MOST_VERSES).unwrap_or_default();
            for hit in found.hits {
                *votes.entry(hit.verse).or_default() += 1;
            }
        }
    }
    let known = rarest.iter().map(|(_, word)| format!("\"{word}\""));
    let any = known.collect::<Vec<_>>().join(" | ");
    let with_most = search_in(translation, &any, Order::Relevance, MOST_VERSES).unwrap_or_default();
    for hit in with_most.hits {
        *votes.entry(hit.verse).or_default() += 1;
    }
    let mut ranked: Vec<(u32, VerseId)> = votes
        .into_iter()
        .map(|(verse, votes)| (votes, verse))
        .collect();
    ranked.sort_by(|(one, first), (other, second)| other.cmp(one).then(first.cmp(second)));
    ranked.truncate(MOST_VERSES);
    ranked.into_iter().map(|(_, verse)| verse).collect()
}

fn search(translation: TranslationCode, query: &str, limit: usize) -> Option<Found> {
    search_in(translation, query, Order::Canon, limit)
}

fn search_in(
    translation: TranslationCode,
    query: &str,
    order: Order,
    limit: usize,
) -> Option<Found> {
    let query = Query::from_str(query).ok()?;
    let search = Search {
        translation,
        scope: Scope::default(),
        matching: Matching::Exact,
        order,
        offset: 0,
        limit,
    };
    search.run(&query).ok()
}

/// The most similar words of a chapter, or of these verses of it.
fn compare(
    translation: TranslationCode,
    book: BookId,
    number: u16,
    verses: Option<&RangeInclusive<u16>>,
    selected: &[String],
) -> Option<Place> {
    let chapter = get_chapter(translation, book, number).ok()?;
    let is_compared = |verse: u16| verses.is_none_or(|verses| verses.contains(&verse));
    let texts = chapter.texts().into_iter();
    let texts: Vec<(u16, String)> = texts.filter(|(verse, _)| is_compared(*verse)).collect();
    let here: Vec<(u16, String)> = texts
        .iter()
        .flat_map(|(number, text)| words(text).map(|word| (*number, plain(word))))
        .collect();
    let (score, first, last) = align(selected, &here);
    let printed = |at: usize| {
        let verse = VerseId {
            book,
            chapter: number,
            verse: here.get(at)?.0,
        };
        to_canon(translation, verse)
    };
    let (first_verse, last_verse) = (printed(first)?, printed(last)?);
    let run = here.get(first..=last)?.iter().map(|(_, word)| word);
    Some(Place {
        similarity: score / count(selected.len()),
        is_exact: run.eq(selected),
        passage: Reference::between(*first_verse.start(), *last_verse.end()),
    })
}

/// The best local alignment of two lists of words: its score, and its first and last word in the second list.
fn align(selected: &[String], here: &[(u16, String)]) -> (f64, usize, usize) {
    let mut best = (0.0, 0, 0);
    // The score of the best alignment that ends at each word, and where it begins.
    let mut above: Vec<(f64, usize)> = (0..=here.len()).map(|at| (0.0, at)).collect();
    for word in selected {
        let mut left = (0.0, 0);
        let mut diagonal = above.first().copied().unwrap_or_default();
        let mut row = Vec::with_capacity(above.len());
        row.push((0.0, 0));
        for (at, ((_, other), up)) in here.iter().zip(above.iter().skip(1)).enumerate() {
            let matched = match similarity(word, other) {
                Some(gain) => (diagonal.0 + gain, diagonal.1),
                None => (diagonal.0 - GAP, diagonal.1),
            };
            let skipped = if up.0 >= left.0 { *up } else { left };
            let skipped = (skipped.0 - GAP, skipped.1);
            let mut score = if matched.0 >= skipped.0 {
                matched
            } else {
                skipped
            };
            if score.0 <= 0.0 {
                score = (0.0, at + 1);
            }
            if score.0 > best.0 {
                best = (score.0, score.1, at);
            }
            row.push(score);
            (left, diagonal) = (score, *up);
        }
        above = row;
    }
    best
}

/// 1 for the same word, less for a word with slips, `None` for another word.
fn similarity(one: &str, other: &str) -> Option<f64> {
    if one == other {
        return Some(1.0);
    }
    let length = one.chars().count().max(other.chars().count());
    let slips = match length {
        0..=3 => return None,
        4..=6 => 1,
        _ => 2,
    };
    let shorter = one.chars().count().min(other.chars().count());
    (length - shorter <= slips && edits(one, other) <= slips).then_some(WITH_SLIPS)
}

/// How many letters differ, are missing or have changed places with the next.
fn edits(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().collect();
    let other: Vec<char> = other.chars().collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for (i, c) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, d) in other.iter().enumerate() {
            let at = |back: usize, column: usize| {
                let row = rows.len().checked_sub(back).and_then(|at| rows.get(at));
                row.and_then(|row| row.get(column))
                    .copied()
                    .unwrap_or(usize::MAX - 1)
            };
            let left = row.last().copied().unwrap_or_default() + 1;
            let changed = at(1, j) + usize::from(c != d);
            let mut least = left.min(changed).min(at(1, j + 1) + 1);
            let swapped =
                i > 0 && j > 0 && one.get(i - 1) == Some(d) && other.get(j - 1) == Some(c);
            if swapped {
                least = least.min(at(2, j - 1) + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows.last()
        .and_then(|row| row.last())
        .copied()
        .unwrap_or_default()
}

/// A word in small letters, without accents and apostrophes.
fn plain(word: &str) -> String {
    let mut plain = String::with_capacity(word.len());
    let letters = word.chars().filter(|c| c.is_alphabetic());
    for c in letters.flat_map(char::to_lowercase) {
        push_plain(c, &mut plain);
    }
    plain
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(String, bool)> {
        let found = find_similar(text, None, None)?;
        Some((found.passage.to_string(), found.is_exact))
    }

    #[test]
    fn a_text_is_found_with_and_without_slips() {
        for (text, passage, is_exact) in [
            (
                "Trust in Yahweh with all your heart, and don’t lean on your own understanding.",
                "Proverbs 3:5",
                true,
            ),
            (
                "Trust in the Lord with all you're hart, and lean not on your own understanding",
                "Proverbs 3:5",
                false,
            ),
            (
                "wounded for our transgressions, he was brused for our iniquites",
                "Isaiah 53:5",
                false,
            ),
            ("Jehová es mi pastor; nada me faltará", "Psalms 23:1", true),
            ("Jesus wept", "John 11:35", true),
            (
                "the wages of sin is deth, but the free gift of God is eternal life",
                "Romans 6:23",
                false,
            ),
        ] {
            assert_eq!(found(text), Some((passage.to_owned(), is_exact)), "{text}");
        }
    }

    #[test]
    fn a_text_that_no_translation_has_is_not_found() {
        for text in [
            "",
            "…",
            "Jesus",
            "God helps those who help themselves",
            "cleanliness is next to godliness",
            "This too shall pass away in the end",
            "lorem ipsum dolor sit amet consectetur adipiscing elit",
            "my husband and I were on holiday with the children",
            "Dios aprieta pero no ahoga",
            "😀😀 😀😀 😀😀 😀😀",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn slips_are_counted_in_letters() {
        for (one, other, count) in [
            ("heart", "hart", 1),
            ("lord", "lrod", 1),
            ("iniquites", "iniquities", 1),
            ("abc", "abc", 0),
            ("", "ab", 2),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(edits(one, other), count, "{one} {other}");
        }
        assert_eq!(similarity("son", "sin"), None);
    }
}
