//! The function `study`: texts and reference works, without a database.

mod commentary;
mod concordance;
mod cross_references;
mod daily;
mod docs;
mod lexicon;
mod parallel;
mod search;
mod topic;
mod topics;
mod words;

use verse_tests::{Client, Function};

/// A client of the function `study`.
async fn study() -> Client {
    Client::new(&Function::start_without_database("study").await)
}
