//! The Hebrew, Aramaic and Greek words of each verse, in their order.
//!
//! A word's form and gloss are stored once, with its number: most words occur often in a few forms.
//! So the whole takes half of what the words take one after the other.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use super::lexicon::Lexicon;
use super::works_format::{
    GREEK_SLOTS, HEBREW_SLOTS, PackedForms, PackedSourceWords, SLOTS_PER_FRAME,
};
use crate::Failure;
use crate::canon::Canon;
use crate::pack::Output;
use crate::source::each_line;

/// The slot of words without a number: one above the last.
const NO_NUMBER: u16 = HEBREW_SLOTS + GREEK_SLOTS;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerseLine {
    book: String,
    chapter: u16,
    /// 0 is the psalm's title.
    verse: u16,
    /// The words' own numbers show it.
    #[serde(rename = "lang")]
    _language: String,
    w: Vec<Word>,
}

/// A word as written, its lemma, number, gloss and morphology.
#[derive(Deserialize)]
struct Word(
    String,
    Option<String>,
    Option<String>,
    String,
    Option<String>,
);

/// What words of one slot have in common.
#[derive(Default)]
struct SlotWords {
    forms: Numbered<Form>,
    glosses: Numbered<String>,
    times: u32,
    verses: u16,
    /// The verse counted last.
    last_verse: Option<(usize, u16)>,
}

/// Text, morphology, and the lemma if it is not the lexicon's.
type Form = (String, String, Option<String>);

/// Different items in the order of their first occurrence.
struct Numbered<T> {
    items: Vec<T>,
    numbers: HashMap<T, u16>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        let (items, numbers) = (Vec::new(), HashMap::new());
        Self { items, numbers }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Numbered<T> {
    fn number(&mut self, item: T) -> Result<u16, Failure> {
        if let Some(number) = self.numbers.get(&item) {
            return Ok(*number);
        }
        let number = narrow(self.items.len())?;
        self.items.push(item.clone());
        self.numbers.insert(item, number);
        Ok(number)
    }
}

/// How often each slot's word occurs, and in how many verses and titles.
pub struct Counts(Vec<(u32, u16)>);

impl Counts {
    /// Those of a slot.
    pub fn of(&self, slot: u16) -> (u32, u16) {
        let counts = self.0.get(usize::from(slot)).copied();
        counts.unwrap_or_default()
    }
}

pub fn build(
    path: &Path,
    canon: &Canon,
    lexicon: &Lexicon,
    output: &mut Output<'_>,
) -> Result<Counts, Failure> {
    let mut slots: Vec<SlotWords> = Vec::new();
    slots.resize_with(usize::from(NO_NUMBER) + 1, SlotWords::default);
    let chapters = canon.chapter_lists::<()>().into_iter();
    let mut chapters: Vec<PackedSourceWords> =
        chapters.map(|_| PackedSourceWords::default()).collect();
    each_line(path, |line: VerseLine| {
        if line.verse > canon.verse_count(&line.book, line.chapter)? {
            return Err("the canon does not have this verse".to_owned());
        }
        let index = canon.chapter_ordinal(&line.book, line.chapter)?;
        let chapter = chapters.get_mut(index).ok_or("no such chapter")?;
        let verse = usize::from(line.verse);
        if chapter.counts.len() > verse {
            return Err("a verse stands after a later one".to_owned());
        }
        chapter.counts.resize(verse, 0);
        chapter.counts.push(narrow(line.w.len())?);
        for word in line.w {
            let number = word.2.as_ref();
            let slot = number.map(|number| lexicon.find(number)).transpose()?;
            let slot = slot.unwrap_or(NO_NUMBER);
            let of_slot = slots.get_mut(usize::from(slot)).ok_or("no such slot")?;
            of_slot.times += 1;
            if of_slot.last_verse.replace((index, line.verse)) != Some((index, line.verse)) {
                of_slot.verses += 1;
            }
            let known = lexicon.entry(slot).map(|entry| entry.lemma.as_str());
            let (form, gloss) = split(word, known)?;
            chapter.slots.push(slot);
            chapter.forms.push(of_slot.forms.number(form)?);
            chapter.glosses.push(of_slot.glosses.number(gloss)?);
        }
        Ok(())
    })?;
    output.add_frames("SOURCE_WORDS", &chapters, 0)?;
    let frames = slots.chunks(SLOTS_PER_FRAME).map(pack_forms);
    let frames = frames.collect::<Result<Vec<PackedForms>, Failure>>()?;
    output.add_frames("SOURCE_FORMS", &frames, 0)?;
    let counts = slots.iter().map(|slot| (slot.times, slot.verses));
    Ok(Counts(counts.collect()))
}

/// A word's form and gloss. `known`: the lexicon's lemma.
fn split(
    Word(text, lemma, _, gloss, morphology): Word,
    known: Option<&str>,
) -> Result<(Form, String), Failure> {
    let morphology = morphology.unwrap_or_default();
    if let Some(wrong) = [&text, &gloss, &morphology]
        .into_iter()
        .find(|text| text.contains('\n'))
    {
        return Err(format!("{wrong:?} has a line end"));
    }
    // Unicode writes the same accents and points in several ways.
    let is_known = |lemma: &String| known.is_some_and(|known| lemma.nfc().eq(known.nfc()));
    let lemma = lemma.filter(|lemma| !is_known(lemma));
    Ok(((text, morphology, lemma), gloss))
}

fn pack_forms(slots: &[SlotWords]) -> Result<PackedForms, Failure> {
    let mut packed = PackedForms::default();
    let mut index = 0;
    for slot in slots {
        let (forms, glosses) = (&slot.forms.items, &slot.glosses.items);
        packed
            .counts
            .push((narrow(forms.len())?, narrow(glosses.len())?));
        for (text, morphology, lemma) in forms {
            push_line(&mut packed.texts, text);
            push_line(&mut packed.morphologies, morphology);
            packed
                .lemmas
                .extend(lemma.clone().map(|lemma| (index, lemma)));
            index += 1;
        }
        for gloss in glosses {
            push_line(&mut packed.glosses, gloss);
        }
    }
    Ok(packed)
}

fn push_line(lines: &mut String, line: &str) {
    lines.push_str(line);
    lines.push('\n');
}

fn narrow(number: usize) -> Result<u16, Failure> {
    u16::try_from(number).map_err(|error| error.to_string())
}
