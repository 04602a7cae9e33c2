//! Everything the service keeps, and the only place with SQL.
//!
//! A [`Database`] is the way to Postgres; each table family has a module of functions, one a query. This crate knows
//! nothing of HTTP. What it is given as `now` comes from a [`Clock`], new tokens from [`Random`]: nothing here asks the
//! system for either.

mod clock;
mod conversations;
mod database;
mod definitions;
mod devices;
mod environment;
mod erasure;
mod error;
mod export;
mod import;
mod insights;
mod link_codes;
mod merge;
mod paging;
mod passages;
mod random;
mod rates;
mod retention;
mod schema;
mod subscriptions;
mod tokens;
mod usage;
mod users;

pub use clock::Clock;
pub use database::{Database, DatabaseConfig, Once, Repeatable, Transaction};
pub use environment::{Environment, SettingError};
pub use error::Error;
pub use paging::Page;
pub use passages::{SavedPassage, save_passage};
pub use random::Random;
pub use retention::{BATCH, Batch, Cursor, RETENTION, Retention, cleanup_expired_codes};
pub use schema::{AppliedMigration, MIGRATIONS, apply_migrations};
pub use subscriptions::{Subscription, get_subscription, list_subscriptions, update_subscription};
pub use tokens::{DeviceToken, TokenHash};
pub use usage::Usage;
pub use users::{
    DeviceId, DeviceKind, NewDevice, Session, User, UserId, get_or_create_user,
    get_user_by_anonymous_id,
};
