//! The page of a list, and the id in a path.

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use utoipa::IntoParams;
use verse_data::Page;

use crate::{Fields, FromFields, Problem};

/// A page of a list, newest first.
#[derive(Clone, Copy, Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The most items on the page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// The id of the previous page's last item: this page begins after it.
    #[param(minimum = 1)]
    before: Option<i64>,
}

impl FromFields for PageQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let limit = fields.optional_number("limit", 1);
        if limit.is_some_and(|limit| limit > 200) {
            fields.add_error("limit", "must be 200 or less");
        }
        Some(Self {
            limit,
            before: fields.optional_id("before"),
        })
    }
}

impl PageQuery {
    /// The page for the data crate.
    #[must_use]
    pub fn page(self) -> Page {
        Page {
            limit: i64::from(self.limit.unwrap_or(50)),
            before: self.before,
        }
    }
}

/// The id in a path with one variable. A text that is not an id is answered like an unknown id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = RawPathParams::from_request_parts(parts, state).await;
        let path = path.map_err(|_| Problem::bad_request("The path cannot be read."))?;
        let id = path.iter().next().and_then(|(_, text)| read_id(text));
        Ok(Self(id.unwrap_or(UNKNOWN)))
    }
}

/// No row has this id: ids begin at 1.
const UNKNOWN: i64 = 0;

/// Digits only, and in range.
fn read_id(text: &str) -> Option<i64> {
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_not_an_id_is_refused() {
        assert_eq!(read_id("12"), Some(12));
        for text in [
            "abc",
            "-1",
            "+1",
            "1.5",
            "99999999999999999999",
            "é",
            " 1",
            "",
        ] {
            assert_eq!(read_id(text), None, "{text}");
        }
    }
}
