//! The formats in which the reference works are embedded: `build/` writes them and this module
//! reads them.
//!
//! The build script compiles this file too. A verse is its ordinal in the canon: Genesis 1:1 is 0,
//! Revelation 22:21 is 31101. A Strong's number is its slot: first the Hebrew numbers, then the
//! Greek ones.

use serde::{Deserialize, Serialize};

/// A section of the commentary; a frame holds those of one chapter.
#[derive(Deserialize, Serialize)]
pub struct PackedSection {
    pub first: u16,
    pub last: u16,
    pub title: Option<String>,
    pub paragraphs: Vec<String>,
}

/// A book's chapters, each with its outline: first verse, last verse and title of each section. A
/// frame holds one book.
pub type PackedOutlines = Vec<Vec<(u16, u16, String)>>;

/// The paragraphs of a book's introduction; empty where there is none.
pub type PackedIntroduction = Vec<String>;

/// An entry of the lexicon; a frame holds [`SLOTS_PER_FRAME`] slots, used or not.
#[derive(Deserialize, Serialize)]
pub struct PackedEntry {
    pub lemma: String,
    pub transliteration: String,
    pub pronunciation: String,
    pub part_of_speech: Option<String>,
    /// `heb`, `arc`, `grc`, or `x-pn` for a name.
    pub language: String,
    pub derivation: Option<String>,
    pub definition: Option<String>,
    pub glosses: Vec<String>,
    pub renderings: Option<String>,
}

/// How many slots one frame of the lexicon or the concordance holds.
pub const SLOTS_PER_FRAME: usize = 64;
/// Slots of Hebrew numbers.
pub const HEBREW_SLOTS: u16 = 8_674;
/// Slots of Greek numbers; some have no entry.
pub const GREEK_SLOTS: u16 = 5_624;

/// The slot of a number such as `H430`, `H0430` or `g25`; `None` for a text that is not a Strong's number.
pub fn parse_slot(number: &str) -> Option<u16> {
    let (digits, first, slots) = match number.split_at_checked(1)? {
        ("H" | "h", digits) => (digits, 0, HEBREW_SLOTS),
        ("G" | "g", digits) => (digits, HEBREW_SLOTS, GREEK_SLOTS),
        _ => return None,
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u16 = digits.parse().ok()?;
    (1..=slots).contains(&number).then(|| first + number - 1)
}

/// The links of a chapter's words with Strong's numbers: each list but the first and the last has
/// an item for each link. Lists of one kind compress better than links one after the other.
#[derive(Default, Deserialize, Serialize)]
pub struct PackedLinks {
    /// For each verse how many links are in the psalm's title before it and how many in the verse.
    pub counts: Vec<(u16, u16)>,
    /// How many words and numbers of the verse, or of the title, are between the previous link and
    /// this.
    pub skipped: Vec<u16>,
    /// How many words and numbers it covers.
    pub words: Vec<u16>,
    /// The slot of its main number.
    pub slots: Vec<u16>,
    /// Further numbers: the index of the link, and the slot.
    pub others: Vec<(u16, u16)>,
}

/// For each slot of a frame the verses that have the number, one per occurrence, each as the
/// distance from the one before.
pub type PackedConcordance = Vec<Vec<u16>>;

/// The headwords of both dictionaries by slot, `None` where a slot has no entry; one frame.
pub type PackedHeadwords<'a> = Vec<Option<PackedHeadword<'a>>>;

/// A word of the dictionaries, and how the Berean Standard Bible translates it.
#[derive(Deserialize, Serialize)]
pub struct PackedHeadword<'a> {
    pub lemma: &'a str,
    pub transliteration: &'a str,
    /// Both as [`plain_letters`](super::plain_letters) writes them, for the search.
    pub lemma_key: &'a str,
    pub transliteration_key: &'a str,
    /// Empty if the Bible's texts do not have the word.
    pub gloss: &'a str,
    /// `noun`, `verb`, `name`, `adj`, `adv`, `part`, or empty.
    pub kind: &'a str,
    /// How often the Hebrew or Greek text has it.
    pub times: u32,
    /// In how many verses and titles.
    pub verses: u16,
    /// Words and how often they translate it, the commonest first.
    pub renderings: Vec<(&'a str, u32)>,
}

/// The stems of English words, sorted, each with the numbers that it renders, sorted by slot; one frame.
pub type PackedRenderings<'a> = Vec<(&'a str, Vec<PackedRendering>)>;

/// How often a number is rendered by a word.
#[derive(Deserialize, Serialize)]
pub struct PackedRendering {
    /// The number's slot.
    pub slot: u16,
    /// The part of the number's occurrences, in ten-thousandths.
    pub part: u16,
    /// Whether it was learned from the translations that are not linked.
    pub is_learned: bool,
}

/// For each slot of a frame the words by which the King James Version renders it and how often, the
/// commonest first.
pub type PackedPhrases = Vec<Vec<(String, u32)>>;

/// The Hebrew or Greek words behind one chapter: each list but the first has an item for each word.
#[derive(Default, Deserialize, Serialize)]
pub struct PackedSourceWords {
    /// How many words each verse has, the psalm's title first.
    pub counts: Vec<u16>,
    /// The slot of each word's number; one above the last slot for a word without a number.
    pub slots: Vec<u16>,
    /// Which of the slot's forms it is.
    pub forms: Vec<u16>,
    /// Which of the slot's meanings it has.
    pub glosses: Vec<u16>,
}

/// The forms and the glosses of source words; a frame holds those of [`SLOTS_PER_FRAME`] slots.
#[derive(Default, Deserialize, Serialize)]
pub struct PackedForms {
    /// How many forms and how many glosses each slot has.
    pub counts: Vec<(u16, u16)>,
    /// The words as written, each with a line end.
    pub texts: String,
    /// The codes of their morphology, each with a line end; an empty line for none.
    pub morphologies: String,
    /// The glosses, each with a line end; an empty line for none.
    pub glosses: String,
    /// The lemmas that differ from the lexicon's: the index of the form in the frame, and the lemma.
    pub lemmas: Vec<(u16, String)>,
}

/// A topic; a frame holds several, sorted by name.
#[derive(Deserialize, Serialize)]
pub struct PackedTopic {
    pub name: String,
    pub entries: Vec<PackedTopicEntry>,
}

/// One label of a topic with its verses.
#[derive(Deserialize, Serialize)]
pub struct PackedTopicEntry {
    pub label: String,
    /// The first verse, and how many follow it.
    pub references: Vec<(u16, u16)>,
    /// Whether each reference is a whole chapter.
    pub chapters: Vec<bool>,
    pub see: Vec<String>,
}

/// A topic's name, and how many different verses it names. One frame holds all, sorted by name, each once.
pub type PackedTopicName = (String, u16);

/// How many topics one frame holds.
pub const TOPICS_PER_FRAME: usize = 32;

/// A topic's entry that names verses of a chapter; a frame holds those of one chapter.
#[derive(Deserialize, Serialize)]
pub struct PackedMention {
    pub first: u16,
    pub last: u16,
    pub topic: u16,
    pub entry: u16,
}

/// For each verse of a chapter its cross references, the closest first.
pub type PackedCrossReferences = Vec<Vec<u16>>;

/// A link between two verses, of which at least one refers to the other.
#[derive(Deserialize, Serialize)]
pub struct PackedRelation {
    /// The distance of the other verse from the one before in the list, which has canon order.
    pub distance: u16,
    /// Whether each of the two refers to the other.
    pub mutual: bool,
    /// How closely the two are related, among others of the same kind.
    pub score: u8,
}

/// For each verse of a chapter the verses that it is linked with.
pub type PackedRelations = Vec<Vec<PackedRelation>>;

/// A term of the glossary and its text.
pub type PackedTerm = (String, String);

/// A stem and its documents: each as the distance from the one before, and how often the stem
/// occurs there.
pub type PackedPostings = (String, Vec<(u16, u16)>);

/// The documents of an index; one frame.
#[derive(Default, Deserialize, Serialize)]
pub struct PackedDocuments {
    /// How many words each has.
    pub lengths: Vec<u16>,
    /// For a section of the commentary its chapter's ordinal and its index in the chapter; for a
    /// topic its frame and its index in the frame.
    pub places: Vec<(u16, u16)>,
}
