//! Access to the time, randomness, settings, secrets and the AWS configuration.
//!
//! `clippy.toml` bans the standard library's functions for these outside this crate, so that a test can pass in its own.

pub mod aws;
mod clock;
mod environment;
mod random;
mod secrets;

pub use clock::Clock;
pub use environment::{Environment, SettingError};
pub use random::Random;
pub use secrets::{Secret, SecretError, SecretVersion, Secrets};
