//! What can go wrong between the service and its database.

use thiserror::Error;

/// An error of the data layer. None of its sentences holds a value from a row.
#[derive(Debug, Error)]
pub enum Error {
    /// The database cannot be reached, or broke off, or did not answer in time: it may well answer later.
    #[error("the database does not answer")]
    Unavailable(#[source] sqlx::Error),

    /// A row would have broken this constraint (a unique key, a foreign key, a check).
    #[error("the constraint {constraint} does not allow this")]
    Conflict {
        /// The constraint's name, as the migrations have it.
        constraint: String,
        /// What the driver said.
        #[source]
        source: sqlx::Error,
    },

    /// A row holds what no row of its table may hold.
    #[error("a row of {table} is impossible: {reason}")]
    ImpossibleRow {
        /// The table.
        table: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// What was asked for does not exist, or is somebody else's.
    #[error("there is no such {0}")]
    NotFound(&'static str),

    /// The token that the caller sent is no device's.
    #[error("the caller is unknown")]
    UnknownCaller,

    /// The user that a row was to belong to has gone since the statement began: erased, or merged into another.
    #[error("the user has just gone")]
    UserGone(#[source] sqlx::Error),

    /// The migrations could not be applied.
    #[error("the migrations could not be applied")]
    Migration(#[source] sqlx::migrate::MigrateError),

    /// Any other failure of the driver: a mistake in this crate, as a rule.
    #[error("the database refused a statement")]
    Driver(#[source] sqlx::Error),
}

impl Error {
    /// Whether the server ended a transaction so that others could go on: it may be tried again at once.
    pub(crate) fn is_deadlock(&self) -> bool {
        match self {
            Self::Unavailable(sqlx::Error::Database(error)) => {
                error.code().is_some_and(|code| code.starts_with("40"))
            }
            _ => false,
        }
    }

    /// Whether asking again later may help.
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

/// Whether the connection that gave this error must not be used again.
pub(crate) fn breaks_connection(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| is_ending(&code)),
        _ => false,
    }
}

/// Whether a statement that met this error was undone, and may find on a second run what others did meanwhile: a row that
/// it refers to went away (a merge or an erasure took a user's), or it waited for one that waited for it. Or it never
/// began: its connection had been closed for idleness, or was to a server that has become a replica.
///
/// Source: PostgreSQL documentation, appendix A. 23503: foreign key violation; 40001: serialization failure; 40P01:
/// deadlock; 25006: a write on a replica; 57P05: idle session timeout.
pub(crate) fn is_worth_repeating(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| matches!(&*code, "23503" | "40001" | "40P01" | "25006" | "57P05"))
}

/// Whether the server would not let this user in with this password.
///
/// Source: PostgreSQL documentation, appendix A. 28: invalid authorization specification.
pub(crate) fn is_refused_login(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code.starts_with("28"))
}

/// Whether a server that gave this error to a new connection may soon accept one: nobody listens, or it is starting.
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
        sqlx::Error::Database(error) => error
            .code()
            .is_some_and(|code| is_ending(&code) || code.starts_with("53")),
        _ => false,
    }
}

fn is_unavailable(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed)
        || breaks_connection(error)
        || is_refused_login(error)
        || error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code)
            .is_some_and(|code| is_passing(&code))
}

/// The server ends the session, or is no longer the one that may be written to.
///
/// Source: PostgreSQL documentation, appendix A. 08: connection exceptions; 57P01 to 57P05: shut down, starting, database
/// dropped, idle for too long; 25P03 and 25P04: a transaction idle, or open, for too long; 25006: a write on a server that
/// has become a replica.
fn is_ending(code: &str) -> bool {
    code.starts_with("08") || code.starts_with("57P") || matches!(code, "25P03" | "25P04" | "25006")
}

/// The server cannot do it now. 53: no resources, as too many connections; 40: deadlock or serialization failure;
/// 55P03: lock not available; 57014: statement cancelled by a timeout.
fn is_passing(code: &str) -> bool {
    code.starts_with("53") || code.starts_with("40") || matches!(code, "55P03" | "57014")
}
