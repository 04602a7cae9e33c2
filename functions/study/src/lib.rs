//! Study: what the texts and the reference works say beyond the plain reading. Everything is in the binary; no route uses
//! the database or depends on the caller.

mod book_count;
mod commentary;
mod concordance;
mod contract;
mod cross_references;
mod daily;
mod docs;
mod lexicon;
mod lexicon_entry;
mod linked_translation;
mod marks;
mod parallel;
mod passage_of_query;
mod printed;
mod routes;
mod search;
mod sources;
mod topic;
mod topics;
mod verse_answer;
mod words;

pub use routes::{Documentation, routes};
