//! Definitions of a word, and each user's history of definitions.

mod definitions;
mod history;
mod routes;

pub use routes::{Documentation, routes};
