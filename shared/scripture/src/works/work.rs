//! Names and licences of the works, for whoever quotes them.

use std::fmt;

/// One of the reference works. `Display` writes its name with its licence, for a source's line.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Work {
    /// Sections, outlines and introductions.
    Commentary,
    /// Entries with Hebrew and Aramaic words.
    HebrewLexicon,
    /// Entries with Greek words.
    GreekLexicon,
    /// Which number stands behind which word of the King James Version.
    WordLinks,
    /// The modern terms.
    Glossary,
    /// The topical Bible.
    Topics,
    /// Verses that shed light on each other.
    CrossReferences,
}

impl Work {
    /// Its title.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Commentary => "Matthew Henry’s Concise Commentary",
            Self::HebrewLexicon => "Strong’s Hebrew Dictionary",
            Self::GreekLexicon => "Strong’s Greek Dictionary",
            Self::WordLinks => "Strong’s numbers of the King James Version",
            Self::Glossary => "World English Bible Glossary",
            Self::Topics => "Nave’s Topical Bible",
            Self::CrossReferences => "MetaV cross-reference index",
        }
    }

    /// On what terms it may be used, as its package states them, with the credit that these ask for.
    #[must_use]
    pub fn licence(self) -> &'static str {
        match self {
            Self::HebrewLexicon => "CC BY 4.0, Open Scriptures Hebrew Bible Project",
            Self::Glossary => "CC0",
            Self::CrossReferences => "MIT",
            Self::WordLinks => "public domain outside the United Kingdom",
            Self::Commentary | Self::GreekLexicon | Self::Topics => "public domain",
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.licence())
    }
}
