//! Translations, books, references, passages and chapters. The texts are in the binary; only `save=true` uses the
//! database.

mod books;
mod chapter;
mod chapter_content;
mod health;
mod neighbours;
mod passage;
mod passage_answer;
mod resolve;
mod root;
mod routes;
mod translations;

pub use routes::{Documentation, routes};
