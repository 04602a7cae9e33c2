//! Several devices of one user: codes, linking, unlinking.

mod accept;
mod devices;
mod generate;
mod revoke;
mod routes;
mod unlink;

pub use accept::wrong_code_limit;
pub use routes::{Documentation, routes};
