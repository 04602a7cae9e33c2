//! Why a text is not a reference.

/// Why a text is not a reference. Each message may be shown to the reader who wrote the text.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ReferenceError {
    /// The text has only spaces and punctuation.
    #[error("a reference is needed, such as John 3:16")]
    Empty,
    /// The text is longer than [`super::LONGEST_REFERENCE`].
    #[error("a reference has at most {limit} characters; this has {length}")]
    TooLong {
        /// The most characters that are allowed.
        limit: usize,
        /// How many the text has.
        length: usize,
    },
    /// A word that is not a book stands where a book is expected.
    #[error(
        "{name:?} is not a book of the Bible{}",
        nearest.map(|name| format!("; did you mean {name}?")).unwrap_or_default()
    )]
    UnknownBook {
        /// The word, shortened to 40 characters.
        name: String,
        /// The English name of the nearest book, if one is near.
        nearest: Option<&'static str>,
    },
    /// A number or a mark stands where it has no meaning.
    #[error("{found:?} does not belong to a reference")]
    Unexpected {
        /// The number or mark, shortened to 40 characters.
        found: String,
    },
    /// The book has no such chapter.
    #[error("{book} has no chapter {chapter}; its last is {last}")]
    NoSuchChapter {
        /// The book's English name.
        book: &'static str,
        /// The chapter as it was written, shortened to 40 characters.
        chapter: String,
        /// The book's last chapter.
        last: u16,
    },
    /// The chapter has no such verse.
    #[error("{book} {chapter} has no verse {verse}; its last is {last}")]
    NoSuchVerse {
        /// The book's English name.
        book: &'static str,
        /// The chapter.
        chapter: u16,
        /// The verse as it was written, shortened to 40 characters.
        verse: String,
        /// The chapter's last verse.
        last: u16,
    },
}
