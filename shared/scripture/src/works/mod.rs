//! The reference works that are embedded beside the translations, each in a module of its own.
//!
//! | module | work | asks |
//! |---|---|---|
//! | [`commentary`] | Matthew Henry's Concise Commentary | a chapter's sections; those on a passage |
//! | [`outline`] | the same | how a chapter is divided |
//! | [`introduction`] | the same | what a book is about |
//! | [`lexicon`] | Strong's dictionaries | an entry by its number |
//! | [`word_links`] | the King James Version's tagging | the numbers behind a verse's words |
//! | [`concordance`] | the same | where a number stands |
//! | [`glossary`] | the World English Bible's glossary | a term |
//! | [`topics`] | Nave's Topical Bible | a topic by name; the topics that name a passage |
//! | [`cross_references`] | a cross-reference index | where else a passage leads |
//! | [`search`] | commentary and topics | what speaks about the words of a question |
//!
//! Nothing is unpacked before it is asked for, and a binary that asks for none of a work does not
//! carry it. A passage is a [`Reference`](crate::Reference); `Reference::between` makes one of two
//! verses. What is not there is an empty list or `None`. [`Work`] has each work's name and licence.

pub mod commentary;
pub mod concordance;
pub mod cross_references;
mod embedded;
pub mod glossary;
pub mod introduction;
pub mod lexicon;
pub mod outline;
pub(crate) mod packed;
pub mod search;
pub mod topics;
pub mod word_links;
mod work;

pub use work::Work;

#[cfg(test)]
mod tests;
