//! The errors of the data layer.

use thiserror::Error;

/// An error of the data layer. No message contains a value from a row.
#[derive(Debug, Error)]
pub enum Error {
    /// The database could not be reached, the connection broke, or it did not answer in time. A later try may succeed.
    #[error("the database does not answer")]
    Unavailable(#[source] sqlx::Error),

    /// A row violates this constraint (a unique key, a foreign key or a check).
    #[error("the constraint {constraint} does not allow this")]
    Conflict {
        /// The constraint's name in the migrations.
        constraint: String,
        /// The driver's error.
        #[source]
        source: sqlx::Error,
    },

    /// A row has a value that its table must not have.
    #[error("a row of {table} is impossible: {reason}")]
    ImpossibleRow {
        /// The table.
        table: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// The requested row does not exist or belongs to another user.
    #[error("there is no such {0}")]
    NotFound(&'static str),

    /// The caller's token belongs to no device.
    #[error("the caller is unknown")]
    UnknownCaller,

    /// The user of a new row was erased or merged into another one after the statement began.
    #[error("the user was erased or merged during the statement")]
    UserGone(#[source] sqlx::Error),

    /// The caller's address has stored too much within [`STORE_WINDOW`](crate::STORE_WINDOW). Nothing was stored.
    #[error("the address stores too much")]
    TooManyWrites,

    /// The user's data would exceed its limit. Nothing was stored.
    #[error("the user's data would exceed its limit")]
    TooMuchData,

    /// Two users have too many messages to become one. Nothing was done.
    #[error("the users have too many messages to be merged")]
    TooManyMessages,

    /// The migrations could not be applied.
    #[error("the migrations could not be applied")]
    Migration(#[source] sqlx::migrate::MigrateError),

    /// Any other error of the driver: usually a mistake in this crate.
    #[error("the database refused a statement")]
    Driver(#[source] sqlx::Error),
}

impl Error {
    /// Whether a later try may succeed.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::UserGone(_) => true,
            Self::Migration(sqlx::migrate::MigrateError::Execute(source)) => is_unavailable(source),
            _ => false,
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if is_unavailable(&error) {
            return Self::Unavailable(error);
        }
        let constraint = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::constraint)
            .map(str::to_owned);
        match constraint {
            Some(name) if name.ends_with("_user_id_fkey") || name.ends_with("_owner_id_fkey") => {
                Self::UserGone(error)
            }
            Some(constraint) => Self::Conflict {
                constraint,
                source: error,
            },
            None => Self::Driver(error),
        }
    }
}

/// Whether the connection is unusable after this error.
pub(crate) fn breaks_connection(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::WorkerCrashed => true,
        _ => has_code(error, is_ending),
    }
}

/// Whether the statement was undone or never began, so that a second run is safe and may succeed: a row that it refers to was
/// deleted (a user was merged or erased), there was a deadlock, the idle connection had been closed, or the server has
/// become a replica.
///
/// Source: PostgreSQL documentation, appendix A. 23503: foreign key violation; 40001: serialization failure; 40P01:
/// deadlock; 25006: a write on a replica; 57P05: idle session timeout.
pub(crate) fn is_worth_repeating(error: &sqlx::Error) -> bool {
    has_code(error, |code| {
        matches!(code, "23503" | "40001" | "40P01" | "25006" | "57P05")
    })
}

/// Whether the server undid the transaction because of a concurrent one. A new attempt may run at once.
pub(crate) fn is_deadlock(error: &sqlx::Error) -> bool {
    has_code(error, |code| code.starts_with("40"))
}

/// Whether the server refused the user or password.
///
/// Source: PostgreSQL documentation, appendix A. 28: invalid authorization specification.
pub(crate) fn is_refused_login(error: &sqlx::Error) -> bool {
    has_code(error, |code| code.starts_with("28"))
}

/// Whether the server may soon accept a connection: no process listens on the port yet, or the server is starting.
pub(crate) fn is_worth_reconnecting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => {
            use std::io::ErrorKind::{
                ConnectionAborted, ConnectionRefused, ConnectionReset, UnexpectedEof,
            };
            matches!(
                error.kind(),
                ConnectionAborted | ConnectionRefused | ConnectionReset | UnexpectedEof
            )
        }
        _ => has_code(error, |code| is_ending(code) || code.starts_with("53")),
    }
}

fn is_unavailable(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed)
        || breaks_connection(error)
        || is_refused_login(error)
        || has_code(error, is_temporary)
}

/// Whether the server's error code meets the condition.
pub(crate) fn has_code(error: &sqlx::Error, condition: impl Fn(&str) -> bool) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| condition(&code))
}

/// Whether the server ended the session or has become read-only.
///
/// Source: PostgreSQL documentation, appendix A. 08: connection exceptions; 57P01 to 57P05: shut down, starting, database
/// dropped, idle for too long; 25P03 and 25P04: a transaction was idle, or open, for too long; 25006: a write on a replica.
fn is_ending(code: &str) -> bool {
    code.starts_with("08") || code.starts_with("57P") || matches!(code, "25P03" | "25P04" | "25006")
}

/// Whether the obstacle is temporary. 53: no resources, such as connections; 40: deadlock or serialization failure;
/// 55P03: lock not available; 57014: statement cancelled by a timeout.
fn is_temporary(code: &str) -> bool {
    code.starts_with("53") || code.starts_with("40") || matches!(code, "55P03" | "57014")
}
