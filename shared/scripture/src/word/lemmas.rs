//! Finds the lemmas of a word at its position.

use std::collections::BTreeSet;

use super::WordPosition;
use super::function_words::{is_function_word, may_be_function_word};
use crate::chapter::get_chapter;
use crate::selection::fold;
use crate::stem::{stem, words};
use crate::translation::TranslationCode;
use crate::works::lexicon::{Entry, StrongsNumber, find_entry};
use crate::works::word_links::{WordLink, list_word_links};

/// The Hebrew, Aramaic or Greek word that a selected word translates.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lemma {
    /// Its Strong's number.
    pub number: StrongsNumber,
    /// Its translation in this verse of the King James Version; empty where the link is on a
    /// function word beside it (`ye` of `Repent ye`).
    pub kjv_words: String,
    /// How the lemma was found.
    pub evidence: LemmaEvidence,
}

/// How a lemma was found.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum LemmaEvidence {
    /// The selected word itself has the link.
    Position,
    /// The King James Version has the same word in the verse.
    SameWord,
    /// It is the verse's only lemma that the lexicon renders by this word.
    Rendering,
}

/// The lemmas of the words at these positions, each once. `word` is the selected word, `wanted` its
/// words for comparison. If a verse has `LORD` and `Lord`, the one written like `word` counts.
pub(super) fn find_lemmas(positions: &[WordPosition], word: &str, wanted: &[String]) -> Vec<Lemma> {
    let mut lemmas: Vec<Lemma> = Vec::new();
    for position in positions {
        let links = links_of(*position);
        let found = if position.translation == TranslationCode::Kjv {
            let linked = by_position(*position, &links, wanted);
            if linked.is_empty() {
                by_rendering(*position, &links, &content_stems(wanted))
            } else {
                linked
            }
        } else {
            by_word(*position, &links, wanted)
        };
        for lemma in found {
            if lemmas.iter().all(|known| known.number != lemma.number) {
                lemmas.push(lemma);
            }
        }
    }
    let is_written_so = |lemma: &Lemma| words(&lemma.kjv_words).any(|other| other == word);
    if wanted.len() == 1 && lemmas.iter().any(is_written_so) {
        lemmas.retain(is_written_so);
    }
    lemmas
}

fn links_of(position: WordPosition) -> Vec<WordLink> {
    let mut links = list_word_links(TranslationCode::Kjv, position.verse);
    links.retain(|link| !link.in_title);
    links
}

fn lemma(link: &WordLink, evidence: LemmaEvidence) -> Lemma {
    let has_content = link.words.iter().any(|word| !is_function_word(&fold(word)));
    Lemma {
        number: link.number,
        kjv_words: if has_content {
            link.words.join(" ")
        } else {
            String::new()
        },
        evidence,
    }
}

/// The stems of the words that have a meaning of their own.
fn content_stems(wanted: &[String]) -> Vec<String> {
    let content = wanted
        .iter()
        .filter(|word| !is_function_word(word) && !may_be_function_word(word));
    content.map(|word| stem(word)).collect()
}

/// The lemmas of the links that include one of the words as their main word: in `he gave` that is
/// `gave`.
fn by_position(position: WordPosition, links: &[WordLink], wanted: &[String]) -> Vec<Lemma> {
    (position.index..)
        .zip(wanted)
        .filter(|(_, word)| !is_function_word(word))
        .filter_map(|(index, word)| {
            let link = links
                .iter()
                .find(|link| (link.first..link.first + link.words.len()).contains(&index))?;
            let mut others = link.words.iter().map(|other| fold(other));
            let is_main_word = others.all(|other| {
                other == *word || is_function_word(&other) || may_be_function_word(&other)
            });
            (is_main_word || !may_be_function_word(word))
                .then(|| lemma(link, LemmaEvidence::Position))
        })
        .collect()
}

/// The lemmas of the same word in the King James Version, else by the lexicon's renderings.
fn by_word(position: WordPosition, links: &[WordLink], wanted: &[String]) -> Vec<Lemma> {
    /// The stems by which the World English, American Standard and Young's versions write the name
    /// that the King James Version writes `LORD`.
    const NAMES_OF_GOD: [&str; 2] = ["yahweh", "jehovah"];
    const NUMBERS_OF_GODS_NAME: [&str; 2] = ["H3068", "H3069"];
    let content = content_stems(wanted);
    if let [word] = content.as_slice() {
        let has_word = |link: &&WordLink| link.words.iter().any(|other| stem(other) == *word);
        let same: Vec<&WordLink> = links.iter().filter(has_word).collect();
        if !same.is_empty() {
            return by_order(position, word, &same);
        }
        if NAMES_OF_GOD.contains(&word.as_str()) {
            let is_name =
                |link: &&WordLink| NUMBERS_OF_GODS_NAME.contains(&&*link.number.to_string());
            let name = links.iter().find(is_name);
            return name
                .map(|link| lemma(link, LemmaEvidence::Rendering))
                .into_iter()
                .collect();
        }
    }
    by_rendering(position, links, &content)
}

/// The lemma of the verse's only link whose entry the lexicon renders by these words.
fn by_rendering(position: WordPosition, links: &[WordLink], content: &[String]) -> Vec<Lemma> {
    if content.is_empty() {
        return Vec::new();
    }
    // A link whose words this translation has too is translated by them, and not by the selected
    // word.
    let verse: BTreeSet<String> = words(&verse_text(position)).map(stem).collect();
    let is_in_verse = |word: &String| !is_function_word(&fold(word)) && verse.contains(&stem(word));
    let mut rendered: Vec<Lemma> = Vec::new();
    for link in links
        .iter()
        .filter(|link| !link.words.iter().any(is_in_verse))
    {
        let known = rendered.iter().any(|known| known.number == link.number);
        if !known && find_entry(link.number).is_some_and(|entry| is_rendered(&entry, content)) {
            rendered.push(lemma(link, LemmaEvidence::Rendering));
        }
    }
    // Two would be a guess.
    if rendered.len() == 1 {
        rendered
    } else {
        Vec::new()
    }
}

/// The lemmas of the links on the same word. If both verses have the word equally often, the link
/// at the same place in the order; else all of them.
fn by_order(position: WordPosition, stemmed: &str, links: &[&WordLink]) -> Vec<Lemma> {
    let text = verse_text(position);
    let same: Vec<usize> = words(&text)
        .enumerate()
        .filter(|(_, word)| stem(word) == stemmed)
        .map(|(index, _)| index)
        .collect();
    let before = same.iter().filter(|index| **index < position.index).count();
    let chosen = if same.len() == links.len() {
        links.get(before..=before).unwrap_or(links)
    } else {
        links
    };
    chosen
        .iter()
        .map(|link| lemma(link, LemmaEvidence::SameWord))
        .collect()
}

fn verse_text(position: WordPosition) -> String {
    let verse = position.verse;
    let chapter = get_chapter(position.translation, verse.book, verse.chapter).ok();
    let text = chapter.and_then(|chapter| chapter.verse_text(verse.verse));
    text.unwrap_or_default()
}

/// Whether the lexicon renders an entry by all these words.
fn is_rendered(entry: &Entry, stems: &[String]) -> bool {
    let renderings = entry.renderings.iter().flat_map(|text| whole_words(text));
    let glosses = entry.glosses.iter().flat_map(|gloss| words(gloss));
    let known: BTreeSet<String> = renderings.chain(glosses).map(stem).collect();
    stems.iter().all(|stem| known.contains(stem))
}

/// The whole words of Strong's shorthand: `love` of `(be-)love(-ed)`, and both of `(loving-)
/// kindness`.
fn whole_words(renderings: &str) -> impl Iterator<Item = &str> {
    let follows_hyphen = |word: &&str| {
        let start = word.as_ptr().addr() - renderings.as_ptr().addr();
        let before = renderings.get(..start);
        before.is_some_and(|before| before.ends_with('-'))
    };
    words(renderings).filter(move |word| word.len() > 2 && !follows_hyphen(word))
}
