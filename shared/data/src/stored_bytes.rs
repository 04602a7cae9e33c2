//! The bytes that a user stores: the column `users.stored_bytes`, which triggers keep (migration 18).
//!
//! A row counts its texts and [`ROW_BYTES`]; a pending reply counts as the longest reply. The texts of an upload count for its
//! owner, those of a shared insight or definition for each user with a link. Statements that add rows lock the user, read the
//! column, and refuse what would exceed the user's limit. A generated answer is stored in any case: the room for it was checked
//! before its generation, and concurrent generations may together exceed the limit.

/// What a row counts beside its texts: its other columns and its index entries.
pub(crate) const ROW_BYTES: usize = 200;

/// The longest reply, and the longest text of an insight or a definition: 10,000 characters of four bytes.
pub(crate) const LONGEST_REPLY_BYTES: usize = 40_000;

/// The limits of a user's data and calls.
#[derive(Clone, Copy, Debug)]
pub struct UserLimits {
    /// The daily quota of a user who is not pro.
    pub daily_limit: i32,
    /// The bytes that the user may store.
    pub most_bytes: i64,
}

/// A number of bytes as a statement takes it.
pub(crate) fn to_bytes(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
