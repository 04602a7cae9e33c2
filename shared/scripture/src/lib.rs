//! Scripture: the canon, references to it, and five translations and the reference works,
//! embedded in the binary.
//!
//! - [`canon`]: the 66 books, by name, abbreviation or id.
//! - [`mod@reference`]: `John 3:16-18; Ps 23` as books, chapters and verses.
//! - [`translation`]: which translations there are.
//! - [`chapter`]: one chapter's verses, content and notes.
//! - [`selection`]: the verses that a reader selected.
//! - [`word`]: what stands behind a word that a reader selected.
//! - [`works`]: commentary, lexicons and what else is said about them.
//!
//! Everything is in the binary and nothing is unpacked before it is asked for. Who may read what,
//! and how it is answered over HTTP, is not decided here.

mod archive;
pub mod canon;
pub mod chapter;
mod frames;
pub mod packed;
pub mod reference;
pub mod selection;
mod stem;
mod token;
pub mod translation;
pub mod word;
pub mod works;

pub use canon::{Book, BookId, Testament, books, find_book, nearest_book};
pub use chapter::{Chapter, ChapterError, Element, Note, NoteKind, Part, Verse, get_chapter};
pub use reference::{Reference, ReferenceError, VerseId, find_references, parse_references};
pub use selection::{Certainty, Selection, locate_selection};
pub use translation::{
    Translation, TranslationCode, find_translation, nearest_translation, translations,
};
