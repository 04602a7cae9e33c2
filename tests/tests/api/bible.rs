//! The routes that read the Bible. They need neither a session cookie nor a database.

mod chapter;
mod passage;
mod queries;
mod resolve;

use verse_tests::{Client, Function};

/// A client of the function `bible`.
async fn bible() -> Client {
    Client::new(&Function::start_without_database("bible").await)
}
