//! The pages of an export: so many rows or so many bytes, whichever is less, and one row at least.
//!
//! `before` is how many bytes the rows in front of one have. `rows` counts what the limit let through: if all of them
//! are given and they are fewer than the limit, they are the last.

use chrono::{DateTime, Utc};

use super::ExportPart;

pub(super) mod conversations;
pub(super) mod histories;

/// The most rows of a page.
const ROWS: i64 = 200;
/// As many bytes as a page may hold and take one row more.
const BYTES: i64 = 512 * 1024;

/// The row that a page begins behind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keyset {
    at: Option<DateTime<Utc>>,
    id: i64,
}

/// A page, each part with the conversation that belongs to it.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) items: Vec<(ExportPart, Option<i64>)>,
    /// Where the next page begins; `None` after the last.
    pub(super) next: Option<Keyset>,
}

impl Keyset {
    /// Before every row.
    pub(super) const START: Self = Self { at: None, id: 0 };
}

/// Where the page behind this one begins.
fn next(given: usize, rows: Option<i64>, last: Option<(DateTime<Utc>, i64)>) -> Option<Keyset> {
    let rows = rows?;
    let all_are_given = i64::try_from(given).is_ok_and(|given| given == rows);
    let (at, id) = last.filter(|_| !all_are_given || rows == ROWS)?;
    Some(Keyset { at: Some(at), id })
}
