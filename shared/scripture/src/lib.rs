//! Scripture: the canon, references to it, and six translations and the reference works,
//! embedded in the binary.
//!
//! - [`canon`]: the 66 books, by name, abbreviation or id.
//! - [`fold`]: the plain form of a character.
//! - [`mod@reference`]: `John 3:16-18; Ps 23` as books, chapters and verses.
//! - [`scope`]: the part of the canon that a search is limited to.
//! - [`stem`]: the words of a text, and the stem of an English word.
//! - [`translation`]: the translations.
//! - [`verse_map`]: the verse numbers of a translation and of the canon.
//! - [`chapter`]: one chapter's verses, content and notes.
//! - [`selection`]: the verses of a text that a reader selected.
//! - [`word`]: the Hebrew or Greek word that a selected word translates.
//! - [`works`]: commentary, lexicons and the other reference works.
//! - [`zstd_frames`]: the form in which this crate and the search embed their data.
//!
//! Texts are decompressed when they are first read. Access and HTTP are not handled here.

pub mod canon;
pub mod chapter;
mod chapter_cache;
pub mod chapter_format;
pub mod fold;
pub mod reference;
pub mod scope;
pub mod selection;
pub mod stem;
mod token;
pub mod translation;
pub mod verse_map;
pub mod word;
pub mod works;
pub mod zstd_frames;

pub use canon::{Book, BookId, Testament, books, find_book, nearest_book};
pub use chapter::{Chapter, ChapterError, Element, Note, NoteKind, Part, Verse, get_chapter};
pub use reference::{
    FoundReferences, LocatedReference, Reference, ReferenceError, Unread, VerseId, find_references,
    locate_references, parse_references, read_references,
};
pub use scope::{Scope, ScopeError};
pub use selection::{Certainty, Selection, is_scripture, is_word_of_scripture, locate_selection};
pub use translation::{
    Translation, TranslationCode, find_translation, nearest_translation, translations,
};
