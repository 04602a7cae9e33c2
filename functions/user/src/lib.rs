//! What a user is and keeps: the session.

mod routes;
mod session;

pub use routes::{Documentation, routes};
