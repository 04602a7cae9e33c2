//! Study: what the texts and the reference works say beyond the plain reading. Everything is in the binary; no route uses
//! the database or depends on the caller.

mod commentary;
mod contract;
mod cross_references;
mod daily;
mod docs;
mod parallel;
mod passage_of_query;
mod printed;
mod routes;
mod search;
mod topic;
mod topics;
mod verse_answer;

pub use routes::{Documentation, routes};
