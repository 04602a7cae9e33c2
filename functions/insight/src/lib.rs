//! Insights on a passage, and the history of those a user got.

mod history;
mod insights;
mod routes;

pub use routes::{Documentation, routes};
