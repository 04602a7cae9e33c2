//! Definitions of a word, and the history of those a user got.

mod definitions;
mod history;
mod routes;

pub use routes::{Documentation, routes};
