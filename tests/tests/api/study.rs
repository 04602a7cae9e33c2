//! The function `study`: texts and reference works, without a database.

mod commentary;
mod cross_references;
mod daily;
mod docs;
mod parallel;
mod search;
mod topic;
mod topics;

use verse_tests::{Client, Function};

/// A client of the function `study`.
async fn study() -> Client {
    Client::new(&Function::start_without_database("study").await)
}
