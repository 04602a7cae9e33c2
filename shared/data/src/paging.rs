//! Pages of a list.

/// A page of a list, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The most items of the page.
    pub limit: i64,
    /// The id of the item before the page. `None` is the first page. If no such item exists, the page is empty.
    pub before: Option<i64>,
}
