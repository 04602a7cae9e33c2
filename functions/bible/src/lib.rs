//! Scripture over HTTP: translations, books, references, passages and chapters. The texts are in the binary; only
//! `save=true` asks the database for anything.

mod answer;
mod books;
mod chapter;
mod content;
mod health;
mod lookup;
mod passage;
mod resolve;
mod routes;
mod translations;

pub use routes::{Documentation, routes};
