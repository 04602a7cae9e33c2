//! The Hebrew and Greek dictionaries, by slot.

use std::path::Path;

use serde::Deserialize;

use super::packed::{GREEK_SLOTS, HEBREW_SLOTS, PackedEntry, SLOTS_A_FRAME};
use super::{Out, filled};
use crate::Failure;
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

/// Which slots are taken.
pub struct Numbers(Vec<bool>);

impl Numbers {
    /// The slot of a number in use.
    pub fn slot(&self, id: &str) -> Result<u16, Failure> {
        let slot = slot(id)?;
        match self.0.get(usize::from(slot)) {
            Some(true) => Ok(slot),
            _ => Err(format!("the lexicon has no {id}")),
        }
    }
}

fn slot(id: &str) -> Result<u16, Failure> {
    let hebrew = id.strip_prefix('H').map(|digits| (digits, 0, HEBREW_SLOTS));
    let greek = id
        .strip_prefix('G')
        .map(|digits| (digits, HEBREW_SLOTS, GREEK_SLOTS));
    hebrew
        .or(greek)
        .and_then(|(digits, first, slots)| Some((digits.parse::<u16>().ok()?, first, slots)))
        .filter(|(number, _, slots)| (1..=*slots).contains(number))
        .map(|(number, first, _)| first + number - 1)
        .ok_or_else(|| format!("{id:?} is no Strong's number"))
}

pub fn build(path: &Path, out: &mut Out<'_>) -> Result<Numbers, Failure> {
    let mut slots: Vec<Option<PackedEntry>> = Vec::new();
    slots.resize_with(usize::from(HEBREW_SLOTS + GREEK_SLOTS), || None);
    each_line(path, |line: EntryLine| {
        let place = slots
            .get_mut(usize::from(slot(&line.id)?))
            .ok_or("no such slot")?;
        if place.is_some() {
            return Err(format!("{} stands twice", line.id));
        }
        if !["heb", "arc", "grc", "x-pn"].contains(&line.lang.as_str()) {
            return Err(format!("the unknown language {:?}", line.lang));
        }
        *place = Some(PackedEntry {
            lemma: filled(composed(&line.lemma))?,
            transliteration: filled(line.translit)?,
            pronunciation: filled(line.pron)?,
            part_of_speech: line.pos.map(filled).transpose()?,
            language: line.lang,
            derivation: line
                .derivation
                .map(|text| filled(tidy(&text)))
                .transpose()?,
            definition: line
                .definition
                .map(|text| filled(tidy(&text)))
                .transpose()?,
            glosses: line
                .glosses
                .into_iter()
                .map(filled)
                .collect::<Result<_, _>>()?,
            renderings: line.kjv.map(|text| filled(tidy(&text))).transpose()?,
        });
        Ok(())
    })?;
    let frames: Vec<&[Option<PackedEntry>]> = slots.chunks(SLOTS_A_FRAME).collect();
    out.frames("LEXICON", &frames, 48 * 1024)?;
    Ok(Numbers(slots.iter().map(Option::is_some).collect()))
}

/// Takes off the traces of marks that the package dropped (`( ) army`), the mark that led to the next
/// field, and a space before a mark.
fn tidy(text: &str) -> String {
    let text = text
        .replace("( ) ", "")
        .replace(" ;", ";")
        .replace("X ", "× ");
    text.trim()
        .trim_end_matches([';', ':', ','])
        .trim_end()
        .to_owned()
}

/// Greek vowels with an acute accent as one writes them today: the package has the other one of two characters
/// that Unicode holds to be the same, by which nobody would find them.
fn composed(text: &str) -> String {
    const SAME: [(char, char); 16] = [
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
    let today = |c| {
        SAME.iter()
            .find(|(other, _)| *other == c)
            .map_or(c, |(_, today)| *today)
    };
    text.chars().map(today).collect()
}
