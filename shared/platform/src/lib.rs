//! What the service takes from its surroundings: the time, randomness, settings, secrets and the AWS configuration.
//!
//! `clippy.toml` bans the system's own sources of each outside this crate, so that a test can pass in its own.

pub mod aws;
mod clock;
mod environment;
mod random;
mod secrets;

pub use clock::Clock;
pub use environment::{Environment, SettingError};
pub use random::Random;
pub use secrets::{Secret, SecretError, SecretVersion, Secrets};
