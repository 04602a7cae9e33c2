//! Strong's dictionaries of the Hebrew and Greek words of the Bible, by number.

use std::fmt;
use std::str::FromStr;

use super::Work;
use super::embedded::LEXICON;
use super::packed::{GREEK_SLOTS, HEBREW_SLOTS, PackedEntry, SLOTS_A_FRAME};

/// A number by which Strong's names a word of the original languages: `H430`, `G25`. That it can be
/// written does not say that there is an entry: 101 Greek ones were never used.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct StrongsNumber(u16);

impl StrongsNumber {
    /// Every number there may be, the Hebrew ones first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..HEBREW_SLOTS + GREEK_SLOTS).map(Self)
    }

    /// Whether it is of the Hebrew dictionary, which has the Aramaic words as well.
    #[must_use]
    pub fn is_hebrew(self) -> bool {
        self.0 < HEBREW_SLOTS
    }

    pub(super) fn from_slot(slot: u16) -> Option<Self> {
        (slot < HEBREW_SLOTS + GREEK_SLOTS).then_some(Self(slot))
    }

    /// Its frame, and its place in the frame.
    pub(super) fn place(self) -> (usize, usize) {
        let slot = usize::from(self.0);
        (slot / SLOTS_A_FRAME, slot % SLOTS_A_FRAME)
    }
}

/// A text that is no Strong's number.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a Strong's number is H1 to H8674 or G1 to G5624")]
pub struct NoStrongsNumber;

impl FromStr for StrongsNumber {
    type Err = NoStrongsNumber;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (digits, first, slots) = text
            .strip_prefix('H')
            .map(|digits| (digits, 0, HEBREW_SLOTS))
            .or_else(|| {
                text.strip_prefix('G')
                    .map(|digits| (digits, HEBREW_SLOTS, GREEK_SLOTS))
            })
            .ok_or(NoStrongsNumber)?;
        let number: u16 = digits.parse().map_err(|_| NoStrongsNumber)?;
        if (1..=slots).contains(&number) {
            Ok(Self(first + number - 1))
        } else {
            Err(NoStrongsNumber)
        }
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

/// What kind of word an entry is about.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Language {
    /// A Hebrew word.
    Hebrew,
    /// An Aramaic word.
    Aramaic,
    /// A Greek word, names included.
    Greek,
    /// A name in the Hebrew Bible, of whatever language.
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
    /// The word as its dictionary form is written.
    pub lemma: String,
    /// The same in Latin letters.
    pub transliteration: String,
    /// How Strong's English readers were to pronounce it.
    pub pronunciation: String,
    /// Such as `masculine noun`; not given for Greek.
    pub part_of_speech: Option<String>,
    /// The language.
    pub language: Language,
    /// Where the word comes from, without a mark at the end.
    pub derivation: Option<String>,
    /// What it means, without a mark at the end; 20 Greek entries have only a derivation.
    pub definition: Option<String>,
    /// Its meanings in a word or two; not given for Greek.
    pub glosses: Vec<String>,
    /// How the King James Version renders it, in Strong's shorthand: `(be-)love(-ed).`
    pub renderings: Option<String>,
}

impl Entry {
    /// The dictionary it is from.
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
    let (frame, place) = number.place();
    let entries: Vec<Option<PackedEntry>> = LEXICON.read(frame)?;
    let packed = entries.into_iter().nth(place)??;
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

/// `n-m n-pr-loc` as `masculine noun, name of a place`. A code that the package does not explain stays
/// as it is.
fn part_of_speech(codes: &str) -> String {
    let names: Vec<&str> = codes
        .split_whitespace()
        .map(|code| match code {
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
        })
        .collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_it_is_read() {
        for number in StrongsNumber::all() {
            assert_eq!(number.to_string().parse(), Ok(number));
        }
        for wrong in [
            "", "H", "H0", "G0", "H8675", "G5625", "430", "h430", "H-1", "H99999", "Hé",
        ] {
            assert_eq!(
                wrong.parse::<StrongsNumber>(),
                Err(NoStrongsNumber),
                "{wrong}"
            );
        }
    }

    #[test]
    fn an_entry_has_its_work_and_licence() {
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
