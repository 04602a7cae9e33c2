//! Several devices of one user: codes, linking, unlinking.

mod routes;

pub use routes::{Documentation, routes};
