//! Conversations about what one reads.

mod routes;

pub use routes::{Documentation, routes};
