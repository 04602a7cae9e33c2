//! The format in which one chapter is embedded: `build/` writes it and [`crate::chapter`] reads it.
//!
//! The build script compiles this file too, so that writer and reader cannot differ.

use serde::{Deserialize, Serialize};

/// One chapter of one translation.
///
/// Joining the [`Run::Text`]s of a verse gives its text: single spaces, none at either end, none
/// missing between lines.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub struct PackedChapter {
    /// The text, in the order in which it is printed.
    pub blocks: Vec<Block>,
    /// The editorial section headings, in verse order.
    pub headings: Vec<SectionHeading>,
}

/// A heading that is not part of the translation.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct SectionHeading {
    /// The verse at which the section begins.
    pub verse: u16,
    /// The heading's words.
    pub title: String,
}

/// A part of a chapter that has lines of its own.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum Block {
    /// Prose.
    Paragraph(Vec<Run>),
    /// One line of poetry.
    Line {
        /// Depth of indentation; 1 is none.
        level: u8,
        /// Whether the line is a "Selah" on its own.
        selah: bool,
        /// The line's words and notes.
        runs: Vec<Run>,
    },
    /// One entry of a list, such as the census of a clan.
    Item(Vec<Run>),
    /// A heading of the text itself: `BOOK 1`, `ALEPH`, an epistle's subscription.
    Heading(String),
    /// A psalm's title.
    Title(String),
    /// The speaker of the lines that follow (Song of Solomon).
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
        /// The words, with the spaces between them and their neighbours.
        text: String,
        /// Words of Jesus.
        spoken_by_jesus: bool,
        /// Words that the translators supplied (italics in print).
        supplied: bool,
    },
    /// A note, at the place of its mark.
    Note {
        /// The verse it belongs to; always one that is printed.
        verse: u16,
        /// The note's words.
        text: String,
        /// Whether it points to another passage and explains nothing.
        cross_reference: bool,
    },
}

impl PackedChapter {
    /// Every run, in order.
    pub fn runs(&self) -> impl Iterator<Item = &Run> {
        self.blocks.iter().filter_map(Block::runs).flatten()
    }

    /// Every piece of text with its verse, in order.
    pub fn texts(&self) -> impl Iterator<Item = (u16, &str)> {
        self.runs().filter_map(|run| match run {
            Run::Text { verse, text, .. } => Some((*verse, text.as_str())),
            Run::Note { .. } => None,
        })
    }

    /// The psalm's title, empty where there is none.
    #[must_use]
    pub fn title(&self) -> String {
        let titles = self.blocks.iter().filter_map(|block| match block {
            Block::Title(title) => Some(title.as_str()),
            _ => None,
        });
        titles.collect::<Vec<_>>().join(" ")
    }
}

impl Run {
    /// The verse that it belongs to.
    #[must_use]
    pub fn verse(&self) -> u16 {
        match self {
            Self::Text { verse, .. } | Self::Note { verse, .. } => *verse,
        }
    }
}

impl Block {
    /// The runs of a block of verses; `None` for a heading, a title, a speaker or a break.
    #[must_use]
    pub fn runs(&self) -> Option<&[Run]> {
        match self {
            Self::Paragraph(runs) | Self::Item(runs) | Self::Line { runs, .. } => Some(runs),
            Self::Heading(_) | Self::Title(_) | Self::Speaker(_) | Self::Break => None,
        }
    }

    /// The same, to be changed.
    pub fn runs_mut(&mut self) -> Option<&mut Vec<Run>> {
        match self {
            Self::Paragraph(runs) | Self::Item(runs) | Self::Line { runs, .. } => Some(runs),
            Self::Heading(_) | Self::Title(_) | Self::Speaker(_) | Self::Break => None,
        }
    }
}
