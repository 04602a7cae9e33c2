//! Pages of a list.

/// Which part of a list to give, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// At most so many.
    pub limit: i64,
    /// Only what stands behind the item of this id; from the start when absent, nothing when there is no such item.
    pub before: Option<i64>,
}
