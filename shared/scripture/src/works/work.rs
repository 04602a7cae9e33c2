//! Names and licences of the works, for quotations.

use std::fmt;

/// One of the reference works. `Display` writes its name and its licence, for a line of sources.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Work {
    /// Sections, outlines and introductions.
    Commentary,
    /// Entries with Hebrew and Aramaic words.
    HebrewLexicon,
    /// Entries with Greek words.
    GreekLexicon,
    /// Strong's numbers of the words of the King James Version.
    WordLinks,
    /// Strong's numbers of the words of the Berean Standard Bible, and the glosses and renderings
    /// counted from them.
    WordAlignments,
    /// The Hebrew and Aramaic words of the Bible.
    HebrewText,
    /// The forms of the Hebrew and Aramaic words.
    HebrewForms,
    /// The Greek words of the New Testament.
    GreekText,
    /// The lemmas and forms of the Greek words.
    GreekForms,
    /// Explanations of terms in modern English.
    Glossary,
    /// The topical Bible.
    Topics,
    /// Verses that are related to each other.
    CrossReferences,
}

impl Work {
    /// The work's title.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Commentary => "Matthew Henry’s Concise Commentary",
            Self::HebrewLexicon => "Strong’s Hebrew Dictionary",
            Self::GreekLexicon => "Strong’s Greek Dictionary",
            Self::WordLinks => "Strong’s numbers of the King James Version",
            Self::WordAlignments => "Bible Word Alignments, Berean Standard Bible",
            Self::HebrewText => "Westminster Leningrad Codex",
            Self::HebrewForms => "Open Scriptures Hebrew Bible",
            Self::GreekText => "SBL Greek New Testament",
            Self::GreekForms => "MACULA Greek Linguistic Datasets",
            Self::Glossary => "World English Bible Glossary",
            Self::Topics => "Nave’s Topical Bible",
            Self::CrossReferences => "MetaV cross-reference index",
        }
    }

    /// The work's licence as its package states it, with the credit that it requires.
    #[must_use]
    pub fn licence(self) -> &'static str {
        match self {
            Self::HebrewLexicon => "CC BY 4.0, Open Scriptures Hebrew Bible Project",
            Self::Glossary => "CC0",
            Self::CrossReferences => "MIT; cross references of OpenBible.info, CC BY",
            Self::WordLinks => "public domain outside the United Kingdom",
            Self::WordAlignments => {
                "CC BY 4.0, © 2022 by Clear Bible, Inc; MACULA Greek Linguistic Datasets, available at \
                 https://github.com/Clear-Bible/macula-greek/; corrected"
            }
            Self::HebrewForms => {
                "CC BY 4.0, original work available at https://github.com/openscriptures/morphhb"
            }
            Self::GreekText => {
                "CC BY 4.0, © 2010 Society of Biblical Literature and Logos Bible Software"
            }
            Self::GreekForms => {
                "CC BY 4.0, available at https://github.com/Clear-Bible/macula-greek/"
            }
            Self::Commentary | Self::GreekLexicon | Self::Topics | Self::HebrewText => {
                "public domain"
            }
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.licence())
    }
}
