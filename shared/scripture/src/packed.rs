//! The form in which one chapter is embedded: what `build/` writes and [`crate::chapter`] reads.
//!
//! The build script compiles this very file, so that the two cannot disagree. It holds no logic.

use serde::{Deserialize, Serialize};

/// One chapter of one translation.
///
/// Joining the [`Run::Text`]s of a verse gives its text: no doubled space, none at either end,
/// none missing between lines.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Packed {
    /// The text, in the order in which it is printed.
    pub blocks: Vec<Block>,
    /// Section headings of an editor, by the verse before which each stands.
    pub sections: Vec<Section>,
}

/// A heading which is no part of the translation.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Section {
    /// The verse at which the section begins.
    pub verse: u16,
    /// The heading's words.
    pub title: String,
}

/// What stands on lines of its own.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum Block {
    /// Prose.
    Paragraph(Vec<Run>),
    /// One line of poetry.
    Line {
        /// How deep it is indented: 1 is not at all.
        level: u8,
        /// A "Selah" which stands on a line of its own.
        selah: bool,
        /// The line's words and notes.
        runs: Vec<Run>,
    },
    /// One entry of a list, such as the census of a clan.
    Item(Vec<Run>),
    /// A heading the text itself has: `BOOK 1`, `ALEPH`, an epistle's subscription.
    Heading(String),
    /// A psalm's title.
    Title(String),
    /// Who speaks from here on (Song of Solomon).
    Speaker(String),
    /// An empty line between stanzas.
    Break,
}

/// A piece of one verse.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum Run {
    /// Words of the verse.
    Text {
        /// The verse they belong to.
        verse: u16,
        /// The words, with the spaces that part them from their neighbours.
        text: String,
        /// Words of Jesus.
        spoken_by_jesus: bool,
        /// Words the translators supplied (italics in print).
        supplied: bool,
    },
    /// A note, at the place of its mark.
    Note {
        /// The verse it hangs on; always one that is printed.
        verse: u16,
        /// The note's words.
        text: String,
        /// Whether it points to another passage and explains nothing.
        cross_reference: bool,
    },
}
