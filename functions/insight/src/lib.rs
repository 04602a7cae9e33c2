//! Insights on a passage, and each user's history of insights.

mod history;
mod insights;
mod routes;

pub use routes::{Documentation, routes};
