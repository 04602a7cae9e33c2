//! The words of both dictionaries with a plain gloss and the counted renderings of the Berean
//! Standard Bible, in one frame: a search reads all of them.

use std::path::Path;

use serde::Deserialize;

use super::lexicon::Lexicon;
use super::plain_letters::{plain_letters, plain_transliteration};
use super::source_words::Counts;
use super::works_format::{GREEK_SLOTS, HEBREW_SLOTS, PackedHeadword, PackedHeadwords};
use crate::Failure;
use crate::pack::Output;
use crate::source::each_line;

/// Rarer renderings, in hundredths of a word's occurrences, are left out: some are errors of the
/// alignment.
const RAREST: u32 = 2;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GlossLine {
    id: String,
    gloss: String,
    pos: String,
    n: u32,
    renderings: Vec<(String, u32)>,
    /// The glosses of the words in the original texts.
    #[serde(default)]
    interlinear: Vec<(String, u32)>,
}

/// Slots with a gloss, and the part of the slot's words that have it.
pub type Glosses = Vec<(u16, String, f32)>;

pub fn build(
    path: &Path,
    lexicon: &Lexicon,
    counts: &Counts,
    output: &mut Output<'_>,
) -> Result<Glosses, Failure> {
    let mut lines: Vec<Option<GlossLine>> = Vec::new();
    lines.resize_with(usize::from(HEBREW_SLOTS + GREEK_SLOTS), || None);
    each_line(path, |line: GlossLine| {
        let slot = lexicon.find(&line.id)?;
        let (times, _) = counts.of(slot);
        if line.n != times {
            return Err(format!("{} occurs {times} times, not {}", line.id, line.n));
        }
        let of_slot = lines.get_mut(usize::from(slot)).ok_or("no such slot")?;
        if of_slot.replace(line).is_some() {
            return Err("a number stands twice".to_owned());
        }
        Ok(())
    })?;
    let keys: Vec<(String, String)> = lexicon
        .slots()
        .map(|entry| {
            let entry = entry.map(|entry| (&entry.lemma, &entry.transliteration));
            let keys = |(lemma, latin): (&String, &String)| {
                (plain_letters(lemma), plain_transliteration(latin))
            };
            entry.map(keys).unwrap_or_default()
        })
        .collect();
    let mut words: PackedHeadwords<'_> = Vec::new();
    for (slot, ((entry, line), keys)) in (0..).zip(lexicon.slots().zip(&lines).zip(&keys)) {
        let (lemma_key, transliteration_key) = keys;
        let (times, verses) = counts.of(slot);
        words.push(entry.map(|entry| PackedHeadword {
            lemma: &entry.lemma,
            transliteration: &entry.transliteration,
            lemma_key,
            transliteration_key,
            gloss: line.as_ref().map_or("", |line| &line.gloss),
            kind: line.as_ref().map_or("", |line| &line.pos),
            times,
            verses,
            renderings: line.as_ref().map(common_renderings).unwrap_or_default(),
        }));
    }
    output.add_frames("HEADWORDS", &[words], 0)?;
    let glosses = (0..).zip(&lines).flat_map(|(slot, line)| {
        let line = line.iter();
        line.flat_map(move |line| {
            let part = |count: u32| float(count) / float(line.n.max(1));
            let glosses = line.interlinear.iter();
            glosses.map(move |(gloss, count)| (slot, gloss.clone(), part(*count)))
        })
    });
    Ok(glosses.collect())
}

fn float(number: u32) -> f32 {
    f32::from(u16::try_from(number).unwrap_or(u16::MAX))
}

fn common_renderings(line: &GlossLine) -> Vec<(&str, u32)> {
    let renderings = line.renderings.iter();
    renderings
        .filter(|(_, count)| count * 100 >= line.n * RAREST)
        .map(|(words, count)| (words.as_str(), *count))
        .collect()
}
