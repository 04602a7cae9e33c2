//! The service's data: the only crate with SQL.
//!
//! A [`Database`] is a handle on Postgres. Each table family has a module with one function a query. This crate does not
//! depend on HTTP. Callers pass the time (`now`) and a [`Random`](verse_platform::Random).
//!
//! Every function with a statement fails with [`Error::Unavailable`] when the database does not answer. The function's
//! documentation names its other errors.
#![expect(
    clippy::missing_errors_doc,
    reason = "the crate's documentation describes Error::Unavailable"
)]

#[macro_use]
mod redact;

mod clearing;
mod conversations;
mod database;
mod definitions;
mod devices;
mod error;
mod export;
#[cfg(test)]
mod fixture;
mod generations;
mod import;
mod insights;
mod link_codes;
mod merge;
mod migrations;
mod paging;
mod passages;
#[cfg(test)]
mod race_tests;
mod rate_limits;
mod records;
mod retention;
mod stored_bytes;
mod subscriptions;
mod text_hash;
mod tokens;
mod usage;
mod users;

pub use clearing::{ClearedCounts, clear_user_data};
pub use conversations::{
    ChatId, Conversation, FinalState, FinishedMessage, LatestReplies, MemoryExcerpt, MemoryQuery,
    MemoryStatus, Message, MessageId, MessageTarget, PostOutcome, Role, StandaloneChat,
    StoredMessage, append_free_message, append_message, clear_chat_messages,
    delete_standalone_chat, finish_message, get_chat_messages, get_conversation,
    get_latest_replies, get_standalone_chat_messages, get_standalone_chats, list_unembedded,
    memory_status, save_embeddings, save_progress, save_summary, search_memory,
};
pub use database::{Database, DatabaseConfig, StatementRunner, Transaction};
pub use definitions::{
    Definition, DefinitionContent, DefinitionId, DefinitionSubject, NewDefinition,
    begin_definition, clear_user_definitions, get_user_definitions, link_definition_to_user,
    save_definition,
};
pub use devices::{Device, UnlinkOutcome, get_user_devices, unlink_device};
pub use error::Error;
pub use export::{Export, ExportPart, ExportPosition, ExportedUser, export_user_data};
pub use generations::{Claim, ClaimOutcome, abandon_generation};
pub use import::{Imported, UserData, import_user_data};
pub use insights::{
    Insight, InsightContent, InsightId, InsightSubject, NewInsight, begin_insight,
    clear_user_insights, get_user_insights, link_insight_to_user, save_insight,
};
pub use link_codes::{
    AcceptOutcome, CheckOutcome, CodeHash, CodeRejection, DeviceLabel, LinkCode, WrongCodeLimit,
    accept_link_code, check_link_code, generate_link_code, revoke_user_codes,
};
pub use merge::{MergedUser, merge_users};
pub use migrations::{AppliedMigration, MIGRATIONS, apply_migrations};
pub use paging::Page;
pub use passages::{SavedPassage, save_passage};
pub use rate_limits::{
    AddressHash, Bucket, RateDecision, RateKey, RateLimit, STORE_WINDOW, StoreLimit,
    consume_rate_limits, consume_store_limit,
};
pub use records::{ChatRecord, DefinitionRecord, InsightRecord, MessageRecord};
pub use retention::{BATCH, Batch, Cursor, RETENTION, Retention, cleanup_expired_codes};
pub use stored_bytes::UserLimits;
pub use subscriptions::{Subscription, get_subscription, list_subscriptions, update_subscription};
pub use tokens::{DeviceToken, TokenHash};
pub use usage::{Reservation, Usage, refund_quota, reserve_quota};
pub use users::{
    DeviceId, DeviceKind, NewDevice, Session, User, UserId, find_known_token, find_user,
    get_or_create_user, get_user_by_anonymous_id,
};
