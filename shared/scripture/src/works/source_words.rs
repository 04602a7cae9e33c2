//! The Hebrew, Aramaic and Greek words behind each verse, in their order.
//!
//! Their verses are those of the Berean Standard Bible: they are found by the numbers that it
//! prints. The Hebrew text is the Westminster Leningrad Codex, the Greek text the SBL Greek New
//! Testament.

use std::collections::BTreeMap;

use super::embedded::{SOURCE_FORMS, SOURCE_WORDS};
use super::headwords::find_headword;
use super::lexicon::StrongsNumber;
use super::works_format::{PackedForms, PackedSourceWords, SLOTS_PER_FRAME};
use crate::canon::BookId;

/// A word of the original text, with its prefixes and suffixes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SourceWord {
    /// The word as written.
    pub text: String,
    /// Its dictionary form; a word of prefixes and suffixes alone (`לוֹ`, "to him") has none.
    pub lemma: Option<String>,
    /// The lexicon's number; none likewise.
    pub number: Option<StrongsNumber>,
    /// Its meaning here in English.
    pub gloss: Option<String>,
    /// Its form: for Hebrew and Aramaic a code of the Open Scriptures Hebrew Bible without the
    /// letter of the language (`C/Vqq1cs`), for Greek one of Robinson's (`V-AAI-3S`).
    pub morphology: Option<String>,
}

/// The words behind a chapter.
pub struct SourceChapter {
    packed: PackedSourceWords,
    /// The frames of forms that were needed so far.
    forms: BTreeMap<usize, PackedForms>,
}

/// The words behind a chapter; `None` if there is no such chapter.
#[must_use]
pub fn get_source_chapter(book: BookId, number: u16) -> Option<SourceChapter> {
    Some(SourceChapter {
        packed: SOURCE_WORDS.read(book.book().ordinal(number)?)?,
        forms: BTreeMap::new(),
    })
}

impl SourceChapter {
    /// The words of a verse. None for a verse that the original texts do not have: Nehemiah 7:68,
    /// Romans 16:25-27, and the verses that the Berean Standard Bible omits, of which Romans 16:24
    /// has words all the same.
    #[must_use]
    pub fn verse_words(&mut self, number: u16) -> Vec<SourceWord> {
        match number {
            0 => Vec::new(),
            number => self.words_at(usize::from(number)),
        }
    }

    /// The words of the psalm's title.
    #[must_use]
    pub fn title_words(&mut self) -> Vec<SourceWord> {
        self.words_at(0)
    }

    fn words_at(&mut self, index: usize) -> Vec<SourceWord> {
        let counts = &self.packed.counts;
        let count = counts.get(index).copied().unwrap_or(0);
        let before = counts.iter().take(index).copied();
        let before: usize = before.map(usize::from).sum();
        let words = before..before + usize::from(count);
        words.filter_map(|word| self.word(word)).collect()
    }

    fn word(&mut self, index: usize) -> Option<SourceWord> {
        let slot = *self.packed.slots.get(index)?;
        let form = usize::from(*self.packed.forms.get(index)?);
        let gloss = usize::from(*self.packed.glosses.get(index)?);
        let (frame, place) = (
            usize::from(slot) / SLOTS_PER_FRAME,
            usize::from(slot) % SLOTS_PER_FRAME,
        );
        let read = || SOURCE_FORMS.read(frame).unwrap_or_default();
        let frame = self.forms.entry(frame).or_insert_with(read);
        let before = frame.counts.iter().take(place);
        let (forms, glosses) = before.fold((0, 0), |(forms, glosses), counts| {
            let (more_forms, more_glosses) = *counts;
            (
                forms + usize::from(more_forms),
                glosses + usize::from(more_glosses),
            )
        });
        let (form, gloss) = (forms + form, glosses + gloss);
        let number = StrongsNumber::from_slot(slot);
        let mut own_lemmas = frame.lemmas.iter();
        let own_lemma = own_lemmas.find(|(at, _)| usize::from(*at) == form);
        Some(SourceWord {
            text: frame.texts.lines().nth(form)?.to_owned(),
            lemma: match own_lemma {
                Some((_, lemma)) => Some(lemma.clone()),
                None => number
                    .and_then(find_headword)
                    .map(|word| word.lemma.to_owned()),
            },
            number,
            gloss: frame.glosses.lines().nth(gloss).and_then(filled),
            morphology: frame.morphologies.lines().nth(form).and_then(filled),
        })
    }
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
