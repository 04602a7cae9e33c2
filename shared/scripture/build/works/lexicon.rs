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
        let (derivation, definition) = divided(
            cleaned(line.derivation.as_deref())?,
            cleaned(line.definition.as_deref())?,
        );
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
            derivation,
            definition,
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

/// Derivation and definition, divided where Strong divided them. The package of the Greek entries divides them at the first
/// semicolon, which in 110 entries is within brackets: `(to destroy;` and `a prolonged form); ruin`.
fn divided(
    derivation: Option<String>,
    definition: Option<String>,
) -> (Option<String>, Option<String>) {
    let (Some(derivation), Some(definition)) = (&derivation, &definition) else {
        let balance = |text: Option<String>| text.map(|text| balanced(&text));
        return (balance(derivation), balance(definition));
    };
    if depth(derivation) <= 0 || !closes_first(definition) {
        return (Some(balanced(derivation)), Some(balanced(definition)));
    }
    let whole = format!("{derivation}; {definition}");
    let mut open = 0;
    let end = whole.char_indices().find(|(_, c)| {
        open += i32::from(*c == '(') - i32::from(*c == ')');
        *c == ';' && open == 0
    });
    match end.and_then(|(at, _)| whole.split_at_checked(at)) {
        Some((derivation, definition)) => {
            let definition = definition.trim_start_matches([';', ' ']);
            (Some(balanced(derivation)), Some(balanced(definition)))
        }
        // An entry of which the package took a part of the definition for the derivation.
        None => (None, Some(balanced(&whole))),
    }
}

/// How many brackets are left open.
fn depth(text: &str) -> i32 {
    let change = |c| i32::from(c == '(') - i32::from(c == ')');
    text.chars().map(change).sum()
}

/// Whether a text closes a bracket that it did not open.
fn closes_first(text: &str) -> bool {
    let mut open = 0;
    text.chars().any(|c| {
        open += i32::from(c == '(') - i32::from(c == ')');
        open < 0
    })
}

/// A text without closing brackets that nothing opened, and with those that are missing at its end.
fn balanced(text: &str) -> String {
    let mut open = 0_usize;
    let mut balanced = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ')' if open == 0 => continue,
            ')' => open -= 1,
            '(' => open += 1,
            _ => {}
        }
        balanced.push(c);
    }
    balanced.extend(std::iter::repeat_n(')', open));
    balanced
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
