//! Checks the quotations and references of a model's reply against the embedded texts, while the
//! reply streams.
//!
//! - Scripture in quotation marks has the words of a translation, and the place where they stand.
//! - A reference exists.
//! - `{{John 3:16}}` is replaced by the words of the reader's translation.
//!
//! A paraphrase without marks is not checked, nor is an opinion. HTTP and models are not handled here.

mod checker;
mod citation;
mod insertion;
mod judge;
mod marks;
mod notes;
mod passage;
mod quotation;
mod unfinished;

pub use checker::{Checker, Counts, Options, check_text};
pub use insertion::link_as;

#[cfg(test)]
mod tests;
