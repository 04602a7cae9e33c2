//! Definitions of a word, and the history of those a user got.

mod history;
mod routes;

pub use routes::{Documentation, routes};
