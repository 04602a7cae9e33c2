//! Strong's dictionaries of the Hebrew and Greek words of the Bible, by number.

use std::fmt;
use std::str::FromStr;

use super::Work;
use super::embedded::LEXICON;
use super::works_format::{GREEK_SLOTS, HEBREW_SLOTS, PackedEntry, SLOTS_PER_FRAME, parse_slot};

/// The number of a word of the original languages in Strong's dictionaries: `H430`, `G25`. 101
/// Greek numbers have no entry.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct StrongsNumber(u16);

impl StrongsNumber {
    /// Every number, the Hebrew ones first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..HEBREW_SLOTS + GREEK_SLOTS).map(Self)
    }

    /// Whether the number is of the Hebrew dictionary, which has the Aramaic words too.
    #[must_use]
    pub fn is_hebrew(self) -> bool {
        self.0 < HEBREW_SLOTS
    }

    /// Its place among all numbers, from 0, in the order of [`StrongsNumber::all`].
    #[must_use]
    pub fn slot(self) -> usize {
        usize::from(self.0)
    }

    pub(crate) fn from_slot(slot: u16) -> Option<Self> {
        (slot < HEBREW_SLOTS + GREEK_SLOTS).then_some(Self(slot))
    }

    /// The number's frame, and its index in the frame.
    pub(super) fn frame_and_index(self) -> (usize, usize) {
        let slot = self.slot();
        (slot / SLOTS_PER_FRAME, slot % SLOTS_PER_FRAME)
    }
}

/// The error for a text that is not a Strong's number.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a Strong's number is H1 to H8674 or G1 to G5624")]
pub struct NoStrongsNumber;

impl FromStr for StrongsNumber {
    type Err = NoStrongsNumber;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_slot(text).map(Self).ok_or(NoStrongsNumber)
    }
}

impl fmt::Display for StrongsNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.checked_sub(HEBREW_SLOTS) {
            None => write!(f, "H{}", self.0 + 1),
            Some(slot) => write!(f, "G{}", slot + 1),
        }
    }
}

/// The language of an entry's word.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Language {
    /// A Hebrew word.
    Hebrew,
    /// An Aramaic word.
    Aramaic,
    /// A Greek word, names included.
    Greek,
    /// A name in the Hebrew Bible, of any language.
    HebrewName,
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hebrew | Self::HebrewName => "Hebrew",
            Self::Aramaic => "Aramaic",
            Self::Greek => "Greek",
        })
    }
}

/// One entry. Its texts are Strong's, with his abbreviations.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// Its number.
    pub number: StrongsNumber,
    /// The word in its dictionary form.
    pub lemma: String,
    /// The word in Latin letters.
    pub transliteration: String,
    /// The pronunciation for Strong's English readers.
    pub pronunciation: String,
    /// Such as `masculine noun`; Greek entries have none.
    pub part_of_speech: Option<String>,
    /// The language.
    pub language: Language,
    /// The word's origin, without a mark at the end.
    pub derivation: Option<String>,
    /// The word's meaning, without a mark at the end; 20 Greek entries have only a derivation.
    pub definition: Option<String>,
    /// Meanings in a word or two; Greek entries have none.
    pub glosses: Vec<String>,
    /// The King James Version's renderings, in Strong's shorthand: `(be-)love(-ed).`
    pub renderings: Option<String>,
}

impl Entry {
    /// The entry's dictionary.
    #[must_use]
    pub fn work(&self) -> Work {
        if self.number.is_hebrew() {
            Work::HebrewLexicon
        } else {
            Work::GreekLexicon
        }
    }
}

/// The entry with this number.
#[must_use]
pub fn find_entry(number: StrongsNumber) -> Option<Entry> {
    let (frame, index) = number.frame_and_index();
    let entries: Vec<Option<PackedEntry>> = LEXICON.read(frame)?;
    let packed = entries.into_iter().nth(index)??;
    Some(Entry {
        number,
        lemma: packed.lemma,
        transliteration: packed.transliteration,
        pronunciation: packed.pronunciation,
        part_of_speech: packed.part_of_speech.as_deref().map(part_of_speech),
        language: match packed.language.as_str() {
            "arc" => Language::Aramaic,
            "grc" => Language::Greek,
            "x-pn" => Language::HebrewName,
            _ => Language::Hebrew,
        },
        derivation: packed.derivation,
        definition: packed.definition,
        glosses: packed.glosses,
        renderings: packed.renderings,
    })
}

/// `n-m n-pr-loc` as `masculine noun, name of a place`. A code that the package does not explain is
/// kept.
fn part_of_speech(codes: &str) -> String {
    let names = codes.split_whitespace().map(|code| match code {
        "n" => "noun",
        "n-m" => "masculine noun",
        "n-f" => "feminine noun",
        "n-pr" | "np" => "proper name",
        "n-pr-m" => "name of a man",
        "n-pr-f" => "name of a woman",
        "n-pr-loc" => "name of a place",
        "v" => "verb",
        "a" | "a-m" | "a-f" => "adjective",
        "a-gent" => "adjective of origin",
        "adv" => "adverb",
        "prep" => "preposition",
        "conj" => "conjunction",
        "inj" | "i" => "interjection",
        "prt" => "particle",
        "pron" | "p" => "pronoun",
        "d" | "dp" => "demonstrative",
        "r" => "relative pronoun",
        other => other,
    });
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_displayed_as_it_is_parsed() {
        for number in StrongsNumber::all() {
            assert_eq!(number.to_string().parse(), Ok(number));
        }
        for other in ["H0430", "h430", "H000430"] {
            assert_eq!(other.parse::<StrongsNumber>(), "H430".parse(), "{other}");
        }
        for wrong in [
            "", "H", "H0", "G0", "H8675", "G5625", "430", "H-1", "H+1", "H 1", "H99999", "Hé",
        ] {
            assert_eq!(
                wrong.parse::<StrongsNumber>(),
                Err(NoStrongsNumber),
                "{wrong}"
            );
        }
    }

    #[test]
    fn an_entry_has_its_texts_and_its_works_licence() {
        let loved = find_entry("G25".parse().unwrap()).unwrap();
        assert_eq!(loved.lemma, "ἀγαπάω");
        assert_eq!(
            loved.definition.as_deref(),
            Some("to love (in a social or moral sense)")
        );
        assert_eq!(
            loved.work().to_string(),
            "Strong’s Greek Dictionary (public domain)"
        );
        let mercy = find_entry("H2617".parse().unwrap()).unwrap();
        assert_eq!(mercy.part_of_speech.as_deref(), Some("masculine noun"));
        assert!(
            mercy
                .work()
                .to_string()
                .contains("CC BY 4.0, Open Scriptures")
        );
        assert_eq!(find_entry("G2717".parse().unwrap()), None);
    }
}
