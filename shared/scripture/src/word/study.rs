//! What the works say about a word where it stands.

use super::{Behind, Lemma, WordInVerse, find_word};
use crate::chapter::get_chapter;
use crate::reference::{Reference, VerseId};
use crate::stem::stem;
use crate::translation::TranslationCode;
use crate::works::concordance::list_occurrences;
use crate::works::cross_references::list_cross_references;
use crate::works::glossary::{Term, find_term};
use crate::works::lexicon::{Entry, find_entry};
use crate::works::search::search_topics;
use crate::works::topics::{Topic, find_topic};
use crate::works::word_links::list_word_links;

/// How many verses are quoted for a lemma.
const EXAMPLES: usize = 3;
/// A verse that is longer, in characters, is not quoted.
const LONGEST_EXAMPLE: usize = 240;

/// Everything the works say about a word.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WordStudy {
    /// The word, and what stands behind it.
    pub found: WordInVerse,
    /// What the glossary says of it.
    pub term: Option<Term>,
    /// The words behind it, the likeliest first.
    pub lemmas: Vec<LemmaStudy>,
    /// The topic of this name.
    pub topic: Option<Topic>,
}

/// A Hebrew, Aramaic or Greek word and where it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LemmaStudy {
    /// How it is known.
    pub lemma: Lemma,
    /// Its entry.
    pub entry: Entry,
    /// Entries that its derivation names, in that order.
    pub related: Vec<Entry>,
    /// How many times it stands in the King James Version.
    pub times: usize,
    /// In how many verses.
    pub verses: usize,
    /// Some other verses with it, to quote.
    pub examples: Vec<Example>,
}

/// A verse of the King James Version.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Example {
    /// Which.
    pub verse: VerseId,
    /// All of it.
    pub text: String,
    /// The words in it that stand for the lemma, each once.
    pub words: Vec<String>,
}

/// Gathers what the works say about a word; the input is that of [`find_word`].
#[must_use]
pub fn study_word(word: &str, verse_text: &str, reference: &str) -> WordStudy {
    let found = find_word(word, verse_text, reference);
    let english = !matches!(found.behind, Behind::Spanish | Behind::SmallWord);
    let lemmas = match &found.behind {
        Behind::Lemmas(lemmas) => lemmas
            .iter()
            .filter_map(|lemma| study(lemma, &found.verses))
            .collect(),
        _ => Vec::new(),
    };
    WordStudy {
        term: find_term(&found.word).filter(|_| english),
        topic: find_topic_of(&found.word).filter(|_| english),
        lemmas,
        found,
    }
}

/// The topic whose name is the word, or a form of it: `loved` has `LOVE`.
fn find_topic_of(word: &str) -> Option<Topic> {
    let wanted = stem(word);
    find_topic(word).or_else(|| {
        let topics = search_topics(word, 8);
        let same = topics
            .into_iter()
            .find(|topic| stem(&topic.name) == wanted)?;
        find_topic(&same.name)
    })
}

fn study(lemma: &Lemma, verses: &[VerseId]) -> Option<LemmaStudy> {
    let entry = find_entry(lemma.number)?;
    let occurrences = list_occurrences(lemma.number);
    let derivation = entry.derivation.as_deref().unwrap_or_default();
    let related = derivation
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter_map(|word| word.parse().ok())
        .filter_map(find_entry)
        .collect();
    Some(LemmaStudy {
        lemma: lemma.clone(),
        related,
        times: occurrences.times,
        verses: occurrences.verses.len(),
        examples: choose_examples(lemma, verses, &occurrences.verses),
        entry,
    })
}

/// Verses to quote: those first to which the word's own verse is cross-referenced, the closest before; then some from
/// the whole of the Bible, a book each. In the end they stand in the canon's order.
fn choose_examples(lemma: &Lemma, verses: &[VerseId], occurrences: &[VerseId]) -> Vec<Example> {
    let mut chosen: Vec<Example> = Vec::new();
    let related = verses
        .iter()
        .flat_map(|verse| list_cross_references(&Reference::between(*verse, *verse)))
        .map(|found| found.verse)
        .filter(|verse| occurrences.binary_search(verse).is_ok());
    for verse in related.chain(spread(occurrences)) {
        if chosen.len() == EXAMPLES {
            break;
        }
        let known = verses.contains(&verse) || chosen.iter().any(|example| example.verse == verse);
        if !known && let Some(example) = quote(verse, lemma) {
            chosen.push(example);
        }
    }
    chosen.sort_by_key(|example| example.verse);
    chosen
}

/// The middle one first, then those at the quarters, then at the eighths, and at last any.
fn spread(verses: &[VerseId]) -> impl Iterator<Item = VerseId> {
    const FRACTIONS: [(usize, usize); 7] = [(1, 2), (1, 4), (3, 4), (1, 8), (3, 8), (5, 8), (7, 8)];
    let at = |(part, of): (usize, usize)| verses.get(verses.len() * part / of).copied();
    FRACTIONS
        .into_iter()
        .filter_map(at)
        .chain(verses.iter().copied())
}

fn quote(verse: VerseId, lemma: &Lemma) -> Option<Example> {
    let chapter = get_chapter(TranslationCode::Kjv, verse.book, verse.chapter).ok()?;
    let text = chapter
        .verses_within(&(verse.verse..=verse.verse))
        .pop()?
        .text;
    let links = list_word_links(verse).into_iter();
    let mut words: Vec<String> = links
        .filter(|link| link.number == lemma.number && !link.in_title)
        .map(|link| link.words.join(" "))
        .collect();
    words.sort();
    words.dedup();
    (!words.is_empty() && text.len() <= LONGEST_EXAMPLE).then_some(Example { verse, text, words })
}
