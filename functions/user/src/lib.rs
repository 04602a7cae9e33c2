//! The caller's session, the user's data (export, import, clearing), and the readiness check.

mod bounded_json;
mod data;
mod export;
mod export_file;
mod import;
mod ready;
mod routes;
mod session;

pub use routes::{Documentation, routes};
