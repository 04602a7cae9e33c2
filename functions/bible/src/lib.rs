//! Scripture over HTTP: translations, books, references, passages and chapters. The texts are in the binary; only
//! `save=true` asks the database for anything.

mod answer;
pub mod books;
pub mod chapter;
pub mod content;
pub mod health;
mod lookup;
pub mod passage;
pub mod resolve;
mod routes;
pub mod translations;

pub use routes::{Documentation, routes};
