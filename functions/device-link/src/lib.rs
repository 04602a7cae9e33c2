//! Link codes, and the devices of a user.

mod accept;
mod devices;
mod generate;
mod link_codes;
mod routes;

pub use accept::wrong_code_limit;
pub use routes::{Documentation, routes};
