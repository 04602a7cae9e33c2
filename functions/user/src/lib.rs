//! What a user is and keeps: the session.

mod routes;
pub mod session;

pub use routes::{Documentation, routes};
