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
#[cfg(test)]
mod fixture;
mod generations;
mod import;
mod insights;
mod link_codes;
mod merge;
mod paging;
mod passages;
#[cfg(test)]
mod races;
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
pub use conversations::{
    ChatId, Conversation, Ending, MemoryStatus, Message, MessageId, PendingAnswer, Place, Recalled,
    Role, Said, StandaloneChat, Wanted, clear_chat_messages, delete_standalone_chat,
    finish_message, get_chat_messages, get_conversation, get_standalone_chat_messages,
    get_standalone_chats, list_unembedded, memory_status, recall, save_embeddings, save_progress,
    save_summary, say,
};
pub use database::{Database, DatabaseConfig, Once, Repeatable, Transaction};
pub use definitions::{
    Definition, DefinitionContent, DefinitionId, DefinitionSubject, NewDefinition,
    begin_definition, clear_user_definitions, get_user_definitions, link_definition_to_user,
    save_definition,
};
pub use devices::{Device, Unlinked, get_user_devices, unlink_device};
pub use environment::{Environment, SettingError};
pub use erasure::{Erased, clear_user_data};
pub use error::Error;
pub use export::{Export, ExportPart, ExportedUser, export_user_data};
pub use generations::{Begun, Claim, abandon_generation};
pub use import::{Imported, UserData, import_user_data};
pub use insights::{
    Insight, InsightContent, InsightId, InsightSubject, NewInsight, begin_insight,
    clear_user_insights, get_user_insights, link_insight_to_user, save_insight,
};
pub use link_codes::{
    AcceptedLink, CodeHash, DeviceLabel, LinkAttempt, LinkCode, LinkRefusal, WrongCodes,
    accept_link_code, check_link_code, generate_link_code, revoke_user_codes,
};
pub use merge::{MergedUser, merge_users};
pub use paging::Page;
pub use passages::{SavedPassage, save_passage};
pub use random::Random;
pub use rates::{AddressHash, Bucket, Rate, Subject, Take, peek_rate, take_rate};
pub use records::{ChatRecord, DefinitionRecord, InsightRecord, MessageRecord, Speaker};
pub use retention::{BATCH, Batch, Cursor, RETENTION, Retention, cleanup_expired_codes};
pub use schema::{AppliedMigration, MIGRATIONS, apply_migrations};
pub use subscriptions::{Subscription, get_subscription, list_subscriptions, update_subscription};
pub use tokens::{DeviceToken, TokenHash};
pub use usage::{Reservation, Usage, refund_allowance, reserve_allowance};
pub use users::{
    DeviceId, DeviceKind, NewDevice, Session, User, UserId, find_user, get_or_create_user,
    get_user_by_anonymous_id,
};
