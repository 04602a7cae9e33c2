//! Search in the embedded translations.
//!
//! - [`meaning`]: verses that answer a question in one's own words.
//! - [`words`]: verses that have given words: exact, complete and counted.
//!
//! The build script makes the indexes from the texts that `verse-scripture` corrected. Their parts
//! are decompressed when a query first needs them. HTTP is not handled here.

pub mod meaning;
pub mod words;

// The build script compiles the files of these modules too, under the same names.
use verse_scripture::{fold, stem};

/// Passages with the names that readers know them by, a line each: references, a tab, names with `;` between them.
pub const NAMED_PASSAGES: &str = include_str!("../texts/named_passages.tsv");
