//! The embedded reference works, each in its own module.
//!
//! | module | work | returns |
//! |---|---|---|
//! | [`commentary`] | Matthew Henry's Concise Commentary | the sections of a chapter or passage |
//! | [`outline`] | the same | a chapter's outline |
//! | [`introduction`] | the same | a book's introduction |
//! | [`lexicon`] | Strong's dictionaries | an entry by its number |
//! | [`headwords`] | the same, glosses counted in the Berean Standard Bible | a word by its number or a query |
//! | [`word_links`] | the linking of the KJV's and the BSB's words | the numbers of a verse's words |
//! | [`concordance`] | the same | the verses of a number |
//! | [`renderings`] | the same | the words by which a number is rendered |
//! | [`source_words`] | the Hebrew and Greek texts and their forms | the words behind a verse |
//! | [`glossary`] | the World English Bible's glossary | a term |
//! | [`topics`] | Nave's Topical Bible | a topic by name; the topics that name a passage |
//! | [`topic_subjects`] | the same | the person, place or thing of a name in a verse |
//! | [`cross_references`] | a cross-reference index | the verses related to a passage |
//! | [`related_passages`] | the same, in both directions | the passages related to a passage |
//! | [`search`] | commentary and topics | the sections and topics that match a question |
//!
//! A work is decompressed when it is first read, and a binary that does not use it does not contain
//! it. A passage is a [`Reference`](crate::Reference); `Reference::between` makes one of two
//! verses. Missing data is an empty list or `None`. [`Work`] has each work's name and licence.

pub mod commentary;
pub mod concordance;
pub mod cross_references;
pub mod glossary;
pub mod headwords;
pub mod introduction;
pub mod lexicon;
pub mod outline;
mod plain_letters;
pub mod related_passages;
pub mod renderings;
pub mod search;
pub mod source_words;
pub mod topic_subjects;
pub mod topics;
pub mod word_links;
mod work;
mod works_format;

pub use work::Work;

/// The frames of the works, as the build script wrote them.
mod embedded {
    use crate::zstd_frames::{SortedFrames, ZstdFrames};

    include!(concat!(env!("OUT_DIR"), "/works.rs"));
}

#[cfg(test)]
mod tests;
