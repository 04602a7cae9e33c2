//! `/api/topics`: texts and reference works, without a database.

mod topics;

use verse_tests::{Client, Function};

/// A client of the function `study`.
async fn study() -> Client {
    Client::new(&Function::start_without_database("study").await)
}
