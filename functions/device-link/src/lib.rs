//! Several devices of one user: codes, linking, unlinking.

mod accept;
mod devices;
mod generate;
mod revoke;
mod routes;
mod unlink;

pub use routes::{Documentation, routes};
