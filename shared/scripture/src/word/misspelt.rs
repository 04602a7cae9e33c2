//! Finds the word of a verse that a reader meant by one that it does not have: another form of it, or a misspelt word.

use super::function_words::is_function_word;
use crate::reference::Extent;
use crate::selection::{ClientReference, FoundText, chapter_words, find_text, fold};
use crate::stem::stem;
use crate::translation::TranslationCode;
use crate::word::verse_match::printed_text;

/// The word as the verse has it. `None` if several are as near, or none is near.
pub(super) fn find_meant_word(
    wanted: &[String],
    reference: &ClientReference,
    verse_text: &str,
) -> Option<String> {
    /// A shorter word is like many others.
    const SHORTEST: usize = 4;
    let [wanted] = wanted else {
        return None;
    };
    if wanted.len() < SHORTEST || is_function_word(wanted) {
        return None;
    }
    let mut near: Vec<(usize, String)> = words_of(reference, verse_text)
        .into_iter()
        .filter_map(|word| Some((distance(wanted, &word)?, word)))
        .collect();
    near.sort();
    near.dedup();
    let least = near.first()?.0;
    near.retain(|(distance, _)| *distance == least);
    match near.as_slice() {
        [(_, word)] => Some(word.clone()),
        _ => None,
    }
}

/// The number of wrong letters, 0 for another form of the word; `None` for too many.
fn distance(wanted: &str, word: &str) -> Option<usize> {
    let folded = fold(word);
    if is_function_word(&folded) {
        return None;
    }
    if stem(wanted) == stem(&folded) {
        return Some(0);
    }
    let most = match wanted.len() {
        0..=4 => 0,
        5..=7 => 1,
        _ => 2,
    };
    let distance = strsim::osa_distance(wanted, &folded);
    // Two words that begin differently are two words more often than one and its misspelling.
    let same_start = wanted.chars().next() == folded.chars().next();
    (distance <= most && same_start).then_some(distance)
}

/// The different words of the selection, or of the reference's verses.
fn words_of(reference: &ClientReference, verse_text: &str) -> Vec<String> {
    let found = find_text(reference, verse_text);
    let places: Vec<_> = match found.iter().find_map(FoundText::passage) {
        Some(passage) => vec![(found.first().map(|found| found.translation), passage)],
        None if reference.passage.extent() == Extent::Verses => {
            vec![(reference.translation, reference.passage)]
        }
        None => Vec::new(),
    };
    let mut words: Vec<String> = Vec::new();
    for (translation, passage) in places {
        let translation = translation.unwrap_or(TranslationCode::Kjv);
        for (book, chapter, verses) in passage.chapters().take(2) {
            let of_chapter = chapter_words(translation, book, chapter, false).into_iter();
            let verses = of_chapter
                .filter_map(|word| word.verse)
                .filter(|verse| verses.contains(&verse.verse));
            let mut verses: Vec<_> = verses.collect();
            verses.dedup();
            for verse in verses {
                let text = printed_text(translation, verse);
                words.extend(crate::stem::words(&text).map(str::to_owned));
            }
        }
    }
    words.sort();
    words.dedup_by_key(|word| fold(word));
    words
}
