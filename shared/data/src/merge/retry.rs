//! Retries for statements that a merge interrupted: two users became one while the statement waited for a lock.

use std::io;

use crate::{Error, error::is_deadlock};

/// The most attempts of [`retry_after_merge`].
const ATTEMPTS: usize = 5;

/// Runs `attempt` until it gives a result.
///
/// An attempt gives `None` when the rows it waited for have moved to another user or are deleted. It runs again then, and
/// after a deadlock and [`Error::UserGone`], which undid it.
///
/// # Errors
/// Any other error of `attempt`, and [`Error::Unavailable`] after five attempts without a result.
pub(crate) async fn retry_after_merge<T, F>(attempt: impl Fn() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<Option<T>, Error>>,
{
    let mut cause = sqlx::Error::Io(io::Error::other("each attempt met a merge"));
    for _ in 0..ATTEMPTS {
        match attempt().await {
            Ok(Some(result)) => return Ok(result),
            Ok(None) => {}
            Err(Error::UserGone(source)) => cause = source,
            Err(Error::Unavailable(source)) if is_deadlock(&source) => cause = source,
            Err(error) => return Err(error),
        }
    }
    Err(Error::Unavailable(cause))
}

/// Runs a delete, and once more if it found nothing: a merge may have moved the rows to another user while it waited.
pub(crate) async fn retry_if_nothing_found<T, F>(delete: impl Fn() -> F) -> Result<Option<T>, Error>
where
    F: Future<Output = Result<Option<T>, Error>>,
{
    match delete().await? {
        None => delete().await,
        found => Ok(found),
    }
}
