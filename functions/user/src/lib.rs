//! What a user is and keeps: the session, export, import and erasure. And whether the database answers.

mod archive;
mod erase;
mod export;
mod import;
mod ready;
mod routes;
mod session;

pub use routes::{Documentation, routes};
