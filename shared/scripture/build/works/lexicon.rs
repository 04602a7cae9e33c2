//! The Hebrew and Greek dictionaries, by slot.

use std::path::Path;

use serde::Deserialize;

use super::works_format::{GREEK_SLOTS, HEBREW_SLOTS, PackedEntry, SLOTS_PER_FRAME, parse_slot};
use super::{all_trimmed, trimmed};
use crate::Failure;
use crate::pack::Output;
use crate::source::each_line;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryLine {
    id: String,
    lemma: String,
    translit: String,
    pron: String,
    pos: Option<String>,
    lang: String,
    derivation: Option<String>,
    definition: Option<String>,
    #[serde(default)]
    glosses: Vec<String>,
    kjv: Option<String>,
}

/// The entries by slot.
pub struct Lexicon(Vec<Option<PackedEntry>>);

impl Lexicon {
    /// The slot of a number that has an entry.
    pub fn find(&self, number: &str) -> Result<u16, Failure> {
        let slot = slot(number)?;
        match self.entry(slot) {
            Some(_) => Ok(slot),
            None => Err(format!("the lexicon has no {number}")),
        }
    }

    /// The entry of a slot.
    pub fn entry(&self, slot: u16) -> Option<&PackedEntry> {
        self.0.get(usize::from(slot))?.as_ref()
    }

    /// Every slot.
    pub fn slots(&self) -> impl Iterator<Item = Option<&PackedEntry>> {
        self.0.iter().map(Option::as_ref)
    }
}

fn slot(number: &str) -> Result<u16, Failure> {
    parse_slot(number).ok_or_else(|| format!("{number:?} is not a Strong's number"))
}

pub fn build(path: &Path, output: &mut Output<'_>) -> Result<Lexicon, Failure> {
    let mut slots: Vec<Option<PackedEntry>> = Vec::new();
    slots.resize_with(usize::from(HEBREW_SLOTS + GREEK_SLOTS), || None);
    each_line(path, |line: EntryLine| {
        let slot = slots.get_mut(usize::from(slot(&line.id)?));
        let slot = slot.ok_or("no such slot")?;
        if slot.is_some() {
            return Err(format!("{} stands twice", line.id));
        }
        if !["heb", "arc", "grc", "x-pn"].contains(&line.lang.as_str()) {
            return Err(format!("unknown language {:?}", line.lang));
        }
        // The package marks 25 Aramaic words as names, "God" and names from Daniel and Ezra.
        let derivation = line.derivation.as_deref().unwrap_or_default();
        let is_aramaic = derivation.starts_with("(Aramaic)");
        *slot = Some(PackedEntry {
            lemma: trimmed(&with_modern_accents(&line.lemma))?,
            transliteration: trimmed(&line.translit)?,
            pronunciation: trimmed(&line.pron)?,
            part_of_speech: line.pos.map(|pos| trimmed(&pos)).transpose()?,
            language: if is_aramaic {
                "arc".to_owned()
            } else {
                line.lang
            },
            derivation: cleaned(line.derivation.as_deref())?,
            definition: cleaned(line.definition.as_deref())?,
            glosses: all_trimmed(&line.glosses)?,
            renderings: cleaned(line.kjv.as_deref())?,
        });
        Ok(())
    })?;
    let frames: Vec<&[Option<PackedEntry>]> = slots.chunks(SLOTS_PER_FRAME).collect();
    output.add_frames("LEXICON", &frames, 48 * 1024)?;
    Ok(Lexicon(slots))
}

/// Removes the traces of marks that the package dropped (`( ) army`), the mark that led to the next
/// field, and a space before a mark.
fn cleaned(text: Option<&str>) -> Result<Option<String>, Failure> {
    let clean = |text: &str| {
        let text = text.replace("( ) ", "").replace(" ;", ";");
        let text = text.replace("X ", "× ");
        trimmed(text.trim().trim_end_matches([';', ':', ',']))
    };
    text.map(clean).transpose()
}

/// Greek vowels with an acute accent in the characters of today. The package has the other of two
/// characters that Unicode treats as the same, which no search would find.
fn with_modern_accents(text: &str) -> String {
    const MODERN: [(char, char); 16] = [
        ('\u{1f71}', 'ά'),
        ('\u{1f73}', 'έ'),
        ('\u{1f75}', 'ή'),
        ('\u{1f77}', 'ί'),
        ('\u{1f79}', 'ό'),
        ('\u{1f7b}', 'ύ'),
        ('\u{1f7d}', 'ώ'),
        ('\u{1fbb}', 'Ά'),
        ('\u{1fc9}', 'Έ'),
        ('\u{1fcb}', 'Ή'),
        ('\u{1fd3}', 'ΐ'),
        ('\u{1fdb}', 'Ί'),
        ('\u{1fe3}', 'ΰ'),
        ('\u{1feb}', 'Ύ'),
        ('\u{1ff9}', 'Ό'),
        ('\u{1ffb}', 'Ώ'),
    ];
    let modern = |c| MODERN.iter().find(|(old, _)| *old == c);
    let chars = text.chars();
    chars
        .map(|c| modern(c).map_or(c, |(_, new)| *new))
        .collect()
}
