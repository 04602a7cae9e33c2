//! Everything the service keeps, and the only place with SQL.
//!
//! A [`Database`] is the way to Postgres; each table family has a module of functions, one a query. This crate knows
//! nothing of HTTP. What it is given as `now` comes from a [`Clock`], new tokens from [`Random`]: nothing here asks the
//! system for either.

mod clock;
mod database;
mod environment;
mod error;
mod passages;
mod random;
mod schema;
mod tokens;
mod usage;
mod users;

pub use clock::Clock;
pub use database::{Database, DatabaseConfig, Once, Repeatable, Transaction};
pub use environment::{Environment, SettingError};
pub use error::Error;
pub use passages::{SavedPassage, save_passage};
pub use random::Random;
pub use schema::{AppliedMigration, MIGRATIONS, apply_migrations};
pub use tokens::{DeviceToken, TokenHash};
pub use usage::Usage;
pub use users::{
    DeviceId, DeviceKind, NewDevice, Session, User, UserId, get_or_create_user,
    get_user_by_anonymous_id,
};
