//! The forms in which the reference works are embedded: what `build/` writes and this module reads.
//!
//! The build script compiles this very file. It holds no logic. A verse is its ordinal in the canon:
//! Genesis 1:1 is 0, Revelation 22:21 is 31101. A Strong's number is its slot: the Hebrew ones
//! come first, then the Greek ones.

use serde::{Deserialize, Serialize};

/// A section of the commentary; a frame holds those of one chapter.
#[derive(Deserialize, Serialize)]
pub struct PackedSection {
    pub first: u16,
    pub last: u16,
    pub title: Option<String>,
    pub paragraphs: Vec<String>,
}

/// A section of a chapter's outline: its first and last verse and title. A frame holds the chapters of one book.
pub type PackedOutlines = Vec<Vec<(u16, u16, String)>>;

/// A book's introduction, by paragraphs; empty where there is none.
pub type PackedIntroduction = Vec<String>;

/// An entry of the lexicon; a frame holds [`SLOTS_A_FRAME`] slots, used or not.
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

/// How many slots stand in one frame of the lexicon or the concordance.
pub const SLOTS_A_FRAME: usize = 64;
/// Slots of Hebrew numbers.
pub const HEBREW_SLOTS: u16 = 8_674;
/// Slots of Greek numbers; some are not used.
pub const GREEK_SLOTS: u16 = 5_624;

/// Words of a verse in the King James Version with the number behind them.
#[derive(Deserialize, Serialize)]
pub struct PackedLink {
    /// How many words of the verse, or of the psalm's title, stand between the link before and this.
    pub passed: u16,
    /// How many words it takes in.
    pub words: u16,
    /// The slot of the number.
    pub slot: u16,
}

/// The links of one verse.
#[derive(Default, Deserialize, Serialize)]
pub struct PackedLinks {
    /// Of the psalm's title before it.
    pub title: Vec<PackedLink>,
    pub verse: Vec<PackedLink>,
}

/// For each slot of a frame the verses in which the number stands, once for each time: each as the
/// distance from the one before.
pub type PackedConcordance = Vec<Vec<u16>>;

/// A topic; a frame holds several, by name.
#[derive(Deserialize, Serialize)]
pub struct PackedTopic {
    pub name: String,
    pub entries: Vec<PackedTopicEntry>,
}

/// What a topic says under one label.
#[derive(Deserialize, Serialize)]
pub struct PackedTopicEntry {
    pub label: String,
    /// First verse, and how many follow it.
    pub references: Vec<(u16, u16)>,
    /// Whether each is a whole chapter.
    pub chapters: Vec<bool>,
    pub see: Vec<String>,
}

/// How many topics stand in one frame.
pub const TOPICS_A_FRAME: usize = 32;

/// A place where a topic names verses of a chapter; a frame holds those of one chapter.
#[derive(Deserialize, Serialize)]
pub struct PackedMention {
    pub first: u16,
    pub last: u16,
    pub topic: u16,
    pub entry: u16,
}

/// The verses to which each verse of a chapter refers, the most closely related first.
pub type PackedCrossReferences = Vec<Vec<u16>>;

/// A term of the glossary and what it says.
pub type PackedTerm = (String, String);

/// A stem and where it stands: the document, as the distance from the one before, and how often.
pub type PackedPostings = (String, Vec<(u16, u16)>);

/// What an index knows of its documents; one frame.
#[derive(Default, Deserialize, Serialize)]
pub struct PackedDocuments {
    /// How many words each has.
    pub lengths: Vec<u16>,
    /// For a document of the commentary its chapter's ordinal and its place in the chapter; for a
    /// topic its frame and its place in the frame.
    pub places: Vec<(u16, u16)>,
}
