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
mod records;
mod retention;
mod schema;
mod subjects;
mod subscriptions;
mod tokens;
mod usage;
mod users;

pub use clock::Clock;
pub use database::{Database, DatabaseConfig, Once, Repeatable, Transaction};
pub use environment::{Environment, SettingError};
pub use erasure::{Erased, clear_user_data};
pub use error::Error;
pub use export::{Export, ExportPart, ExportedUser, export_user_data};
pub use import::{Imported, UserData, import_user_data};
pub use paging::Page;
pub use passages::{SavedPassage, save_passage};
pub use random::Random;
pub use records::{ChatRecord, DefinitionRecord, InsightRecord, MessageRecord, Speaker};
pub use schema::{AppliedMigration, MIGRATIONS, apply_migrations};
pub use tokens::{DeviceToken, TokenHash};
pub use usage::Usage;
pub use users::{
    DeviceId, DeviceKind, NewDevice, Session, User, UserId, get_or_create_user,
    get_user_by_anonymous_id,
};
