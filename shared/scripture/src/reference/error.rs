//! Why a text is no reference.

/// Why a text is no reference; each sentence may be shown to whoever wrote the text.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ReferenceError {
    /// There is nothing but space and punctuation.
    #[error("a reference is needed, such as John 3:16")]
    Empty,
    /// It is longer than [`super::LONGEST_REFERENCE`].
    #[error("a reference has at most {limit} characters; this has {length}")]
    TooLong {
        /// How many characters there may be.
        limit: usize,
        /// How many there are.
        length: usize,
    },
    /// A word stands where a book is expected.
    #[error(
        "{name:?} is not a book of the Bible{}",
        nearest.map(|name| format!("; did you mean {name}?")).unwrap_or_default()
    )]
    UnknownBook {
        /// What was written, shortened to 40 characters.
        name: String,
        /// The English name of the nearest book, if one is near.
        nearest: Option<&'static str>,
    },
    /// A number or a mark stands where it makes no sense.
    #[error("{found:?} does not belong to a reference")]
    Unexpected {
        /// What was found, shortened to 40 characters.
        found: String,
    },
    /// The book has no such chapter.
    #[error("{book} has no chapter {chapter}; its last is {last}")]
    NoSuchChapter {
        /// The book's English name.
        book: &'static str,
        /// The chapter that was written.
        chapter: u16,
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
        /// The verse that was written.
        verse: u16,
        /// The chapter's last verse.
        last: u16,
    },
}
