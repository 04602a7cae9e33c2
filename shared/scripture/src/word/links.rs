//! The numbers behind a word at its place.

use std::collections::BTreeSet;

use super::Place;
use super::small_words::{is_helper, is_small};
use crate::chapter::get_chapter;
use crate::selection::fold;
use crate::stem::{stem, words};
use crate::translation::TranslationCode;
use crate::works::lexicon::{Entry, StrongsNumber, find_entry};
use crate::works::word_links::{WordLink, list_word_links};

/// A Hebrew, Aramaic or Greek word behind a selected one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lemma {
    /// Its number.
    pub number: StrongsNumber,
    /// The words that stand for it in this verse of the King James Version; empty where its link is on a small word
    /// beside the one that is meant (`ye` of `Repent ye`).
    pub kjv_words: String,
    /// How it is known.
    pub through: Through,
}

/// How it is known what stands behind a word.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Through {
    /// It is the very word that the link is on.
    Place,
    /// The King James Version has the same word in the verse.
    SameWord,
    /// Of the words behind the verse it alone is ever rendered so, by the lexicon.
    Rendering,
}

/// The words behind these places, each once. `word` is what was selected, `wanted` its words to compare: of `LORD` and
/// `Lord` in one verse, the one that is written as it was selected is meant.
pub(super) fn find_lemmas(places: &[Place], word: &str, wanted: &[String]) -> Vec<Lemma> {
    let mut lemmas: Vec<Lemma> = Vec::new();
    for place in places {
        let found = if place.translation == TranslationCode::Kjv {
            let linked = by_place(*place, wanted);
            if linked.is_empty() {
                by_rendering(*place, &content_stems(wanted))
            } else {
                linked
            }
        } else {
            by_word(*place, wanted)
        };
        for lemma in found {
            if lemmas.iter().all(|known| known.number != lemma.number) {
                lemmas.push(lemma);
            }
        }
    }
    let written_so = |lemma: &Lemma| words(&lemma.kjv_words).any(|other| other == word);
    if wanted.len() == 1 && lemmas.iter().any(written_so) {
        lemmas.retain(written_so);
    }
    lemmas
}

fn links_of(place: Place) -> Vec<WordLink> {
    let mut links = list_word_links(place.verse);
    links.retain(|link| !link.in_title);
    links
}

fn lemma(link: &WordLink, through: Through) -> Lemma {
    let small = link.words.iter().all(|word| is_small(&fold(word)));
    Lemma {
        number: link.number,
        kjv_words: if small {
            String::new()
        } else {
            link.words.join(" ")
        },
        through,
    }
}

/// The stems of words that mean something by themselves.
fn content_stems(wanted: &[String]) -> Vec<String> {
    let content = wanted
        .iter()
        .filter(|word| !is_small(word) && !is_helper(word));
    content.map(|word| stem(word)).collect()
}

/// The links that take in one of the words, where that is what the link is about: in `he gave` it is `gave`.
fn by_place(place: Place, wanted: &[String]) -> Vec<Lemma> {
    let links = links_of(place);
    (place.at..)
        .zip(wanted)
        .filter(|(_, word)| !is_small(word))
        .filter_map(|(at, word)| {
            let link = links
                .iter()
                .find(|link| (link.first..link.first + link.words.len()).contains(&at))?;
            let others = link
                .words
                .iter()
                .map(|word| fold(word))
                .filter(|other| other != word);
            let alone = others
                .into_iter()
                .all(|other| is_small(&other) || is_helper(&other));
            (alone || !is_helper(word)).then(|| lemma(link, Through::Place))
        })
        .collect()
}

/// The links on the same word in the King James Version, else on what is rendered by it.
fn by_word(place: Place, wanted: &[String]) -> Vec<Lemma> {
    let links = links_of(place);
    let content = content_stems(wanted);
    if let [word] = content.as_slice() {
        let same: Vec<&WordLink> = links.iter().filter(|link| has_word(link, word)).collect();
        if !same.is_empty() {
            return same_word(place, word, &same);
        }
        if NAMES_OF_GOD.contains(&word.as_str()) {
            let name = links
                .iter()
                .find(|link| NAME_OF_GOD.contains(&link.number.to_string().as_str()));
            return name
                .map(|link| lemma(link, Through::Rendering))
                .into_iter()
                .collect();
        }
    }
    by_rendering(place, &content)
}

/// The one link in the verse whose word the lexicon renders by these, if it is one.
fn by_rendering(place: Place, content: &[String]) -> Vec<Lemma> {
    if content.is_empty() {
        return Vec::new();
    }
    let links = links_of(place);
    // What the verse renders as the King James Version does is not what the word renders.
    let verse: BTreeSet<String> = words(&verse_text(place)).map(stem).collect();
    let same = |word: &String| !is_small(&fold(word)) && verse.contains(&stem(word));
    let mut rendered: Vec<Lemma> = Vec::new();
    for link in links.iter().filter(|link| !link.words.iter().any(same)) {
        let known = rendered.iter().any(|known| known.number == link.number);
        if !known && find_entry(link.number).is_some_and(|entry| is_rendered(&entry, content)) {
            rendered.push(lemma(link, Through::Rendering));
        }
    }
    // Of two it cannot be told which.
    if rendered.len() == 1 {
        rendered
    } else {
        Vec::new()
    }
}

/// How the World English, American Standard and Young's versions write the name that the King James Version has as
/// `LORD`, by stem.
const NAMES_OF_GOD: [&str; 2] = ["yahweh", "jehovah"];
const NAME_OF_GOD: [&str; 2] = ["H3068", "H3069"];

fn has_word(link: &WordLink, stemmed: &str) -> bool {
    link.words.iter().any(|word| stem(word) == stemmed)
}

/// Which of the links on the same word: if the word stands as often in one verse as in the other, the one in
/// the same order; else any.
fn same_word(place: Place, stemmed: &str, links: &[&WordLink]) -> Vec<Lemma> {
    let PlaceInVerse { index, count } = place_in_verse(place, stemmed);
    let chosen = if count == links.len() {
        links.get(index..=index).unwrap_or(links)
    } else {
        links
    };
    chosen
        .iter()
        .map(|link| lemma(link, Through::SameWord))
        .collect()
}

struct PlaceInVerse {
    /// How many words of the stem stand before it.
    index: usize,
    /// How many there are.
    count: usize,
}

fn place_in_verse(place: Place, stemmed: &str) -> PlaceInVerse {
    let text = verse_text(place);
    let same: Vec<usize> = words(&text)
        .enumerate()
        .filter(|(_, word)| stem(word) == stemmed)
        .map(|(at, _)| at)
        .collect();
    PlaceInVerse {
        index: same.iter().filter(|at| **at < place.at).count(),
        count: same.len(),
    }
}

fn verse_text(place: Place) -> String {
    let chapter = get_chapter(place.translation, place.verse.book, place.verse.chapter).ok();
    let verse = place.verse.verse;
    let verse = chapter.and_then(|chapter| chapter.verses_within(&(verse..=verse)).pop());
    verse.map(|verse| verse.text).unwrap_or_default()
}

/// Whether the lexicon renders an entry by all these words.
fn is_rendered(entry: &Entry, stems: &[String]) -> bool {
    let renderings = entry.renderings.iter().flat_map(|text| whole_words(text));
    let glosses = entry.glosses.iter().flat_map(|gloss| words(gloss));
    let known: BTreeSet<String> = renderings.chain(glosses).map(stem).collect();
    stems.iter().all(|stem| known.contains(stem))
}

/// The words of Strong's shorthand that are words: `love` of `(be-)love(-ed)`, and both of `(loving-) kindness`.
fn whole_words(renderings: &str) -> impl Iterator<Item = &str> {
    let behind_hyphen = |word: &&str| {
        let at = word.as_ptr().addr() - renderings.as_ptr().addr();
        !renderings
            .get(..at)
            .is_some_and(|before| before.ends_with('-'))
    };
    words(renderings)
        .filter(behind_hyphen)
        .filter(|word| word.len() > 2)
}
