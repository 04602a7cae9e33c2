//! Scripture: the canon, references to it, and five translations embedded in the binary.
//!
//! - [`canon`]: the 66 books, by name, abbreviation or id.
//! - [`mod@reference`]: `John 3:16-18; Ps 23` as books, chapters and verses.
//! - [`translation`]: which translations there are.
//! - [`chapter`]: one chapter's verses, content and notes.
//!
//! Everything is in the binary and nothing is unpacked before it is asked for. Who may read what,
//! and how it is answered over HTTP, is not decided here.

mod archive;
pub mod canon;
pub mod chapter;
pub mod packed;
pub mod reference;
mod token;
pub mod translation;

pub use canon::{Book, BookId, Testament, books, find_book, nearest_book};
pub use chapter::{Chapter, ChapterError, Element, Note, NoteKind, Part, Verse, get_chapter};
pub use reference::{Reference, ReferenceError, find_references, parse_references};
pub use translation::{
    Translation, TranslationCode, find_translation, nearest_translation, translations,
};
