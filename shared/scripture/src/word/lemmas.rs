//! Finds the lemmas of a word at its position.

use std::collections::BTreeMap;

use super::WordPosition;
use super::verse_match::{Chapters, VerseMatch};
use crate::reference::VerseId;
use crate::works::lexicon::StrongsNumber;

/// The Hebrew, Aramaic or Greek word that a selected word translates.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lemma {
    /// Its Strong's number.
    pub number: StrongsNumber,
    /// The words of the selection that translate it.
    pub words: String,
    /// Its translation in this verse of the King James Version; empty where the link is on a
    /// function word beside it (`ye` of `Repent ye`).
    pub kjv_words: String,
    /// Its translation in this verse of the Berean Standard Bible; may be empty likewise.
    pub bsb_words: String,
    /// How the lemma was found.
    pub evidence: LemmaEvidence,
}

/// How a lemma was found.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum LemmaEvidence {
    /// The selected word itself has the link.
    Position,
    /// The King James Version or the Berean Standard Bible has the same word there.
    SameWord,
    /// Of the verse's lemmas it is the one that is rendered by the word most often.
    Rendering,
}

/// The lemmas of the words at these positions, each once, in the order of the words. Where a lemma of
/// the verse is as likely as another, both.
pub(super) fn find_lemmas(positions: &[WordPosition], wanted: &[String]) -> Vec<Lemma> {
    let mut verses: BTreeMap<VerseId, VerseMatch> = BTreeMap::new();
    let mut chapters = Chapters::default();
    let mut lemmas: Vec<Lemma> = Vec::new();
    for position in positions {
        let WordPosition {
            translation, verse, ..
        } = *position;
        let found = verses.entry(verse);
        let found = found.or_insert_with(|| VerseMatch::new(&mut chapters, translation, verse));
        let indexes = (position.index..).zip(wanted);
        for (index, _) in indexes {
            let (numbers, evidence) = found.numbers_at(index);
            let printed = found.words.get(index).cloned().unwrap_or_default();
            for number in numbers {
                let mut known = lemmas.iter_mut();
                match known.find(|lemma| lemma.number == number) {
                    Some(lemma) => {
                        let mut words = lemma.words.split(' ');
                        if words.all(|word| !word.eq_ignore_ascii_case(&printed)) {
                            lemma.words = format!("{} {printed}", lemma.words);
                        }
                        lemma.evidence = lemma.evidence.min(evidence);
                    }
                    None => lemmas.push(lemma(found, number, &printed, evidence)),
                }
            }
        }
    }
    lemmas
}

fn lemma(verse: &VerseMatch, number: StrongsNumber, words: &str, evidence: LemmaEvidence) -> Lemma {
    let [kjv_words, bsb_words] = verse.renderings(number);
    Lemma {
        number,
        words: words.to_owned(),
        kjv_words,
        bsb_words,
        evidence,
    }
}
