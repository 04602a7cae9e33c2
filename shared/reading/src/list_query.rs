//! The part of a list of results that a request names.

use utoipa::IntoParams;
use verse_http::{Fields, FromFields};

/// How many results a request may have.
const MOST: u32 = 100;

/// The most results of an answer.
#[derive(Clone, Copy, Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LimitQuery {
    /// The most results.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

impl FromFields for LimitQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let limit = fields.optional_number("limit", 1);
        if limit.is_some_and(|limit| limit > MOST) {
            fields.add_error("limit", format!("must be {MOST} or less"));
        }
        Some(Self { limit })
    }
}

impl LimitQuery {
    /// The limit; `default` when the request has none.
    #[must_use]
    pub fn or(self, default: usize) -> usize {
        let limit = self.limit.and_then(|limit| usize::try_from(limit).ok());
        limit.unwrap_or(default)
    }
}

/// The results before those of the answer.
#[derive(Clone, Copy, Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OffsetQuery {
    /// How many results to skip. Past the last one, the list is empty.
    #[param(minimum = 0, required = false, default = 0)]
    offset: u32,
}

impl FromFields for OffsetQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            offset: fields.optional_number("offset", 0).unwrap_or(0),
        })
    }
}

impl OffsetQuery {
    /// How many results to skip.
    #[must_use]
    pub fn skipped(self) -> usize {
        usize::try_from(self.offset).unwrap_or(usize::MAX)
    }
}
