//! Search in the embedded translations.
//!
//! - [`words`]: verses that have given words: exact, complete and counted.
//!
//! The build script makes the indexes from the texts that `verse-scripture` corrected. Their parts
//! are decompressed when a query first needs them. HTTP is not handled here.

pub mod words;

// The build script compiles the files of these modules too, under the same names.
use verse_scripture::{fold, stem};
