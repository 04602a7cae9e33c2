//! A JSON array with as many items as a response may hold.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use serde::Serialize;

use crate::Problem;

/// Lambda accepts a response of 6 MB, which holds the body as a JSON string; the rest is for the headers. Source: AWS Lambda
/// developer guide, quotas.
const ROOM: usize = 5_500_000;

/// A JSON array that omits items when the response is full: fifty passages of 50,000 characters would not fit. The next page
/// of a list continues after the last item. A conversation omits its oldest messages; an export has all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SizedJsonArray(Vec<u8>);

impl SizedJsonArray {
    /// The first items that fit.
    ///
    /// # Errors
    /// A `500` when an item cannot be written as JSON.
    pub fn of_first<T: Serialize>(items: impl IntoIterator<Item = T>) -> Result<Self, Problem> {
        Ok(Self::of(&fitting(items)?))
    }

    /// The last items that fit, in their order.
    ///
    /// # Errors
    /// A `500` when an item cannot be written as JSON.
    pub fn of_last<T: Serialize>(
        items: impl IntoIterator<Item = T, IntoIter: DoubleEndedIterator>,
    ) -> Result<Self, Problem> {
        let mut texts = fitting(items.into_iter().rev())?;
        texts.reverse();
        Ok(Self::of(&texts))
    }

    fn of(texts: &[Vec<u8>]) -> Self {
        Self([b"[", &*texts.join(&b","[..]), b"]"].concat())
    }
}

impl IntoResponse for SizedJsonArray {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_static("application/json");
        ([(header::CONTENT_TYPE, kind)], Body::from(self.0)).into_response()
    }
}

fn fitting<T: Serialize>(items: impl IntoIterator<Item = T>) -> Result<Vec<Vec<u8>>, Problem> {
    let (mut texts, mut room) = (Vec::new(), ROOM);
    for item in items {
        let text = serde_json::to_vec(&item).map_err(Problem::internal)?;
        match room.checked_sub(length_as_string(&text)) {
            Some(left) => room = left,
            None => break,
        }
        texts.push(text);
    }
    Ok(texts)
}

/// The bytes of `json` and the comma after it within a JSON string.
fn length_as_string(json: &[u8]) -> usize {
    let escaped = json.iter().filter(|byte| matches!(byte, b'"' | b'\\'));
    json.len() + escaped.count() + 1
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn read(list: &SizedJsonArray) -> Vec<String> {
        serde_json::from_slice(&list.0).unwrap()
    }

    #[test]
    fn items_that_fit_are_all_kept() {
        assert_eq!(read(&SizedJsonArray::of_first([""; 0]).unwrap()), [""; 0]);
        for list in [
            SizedJsonArray::of_first(["a", "b"]),
            SizedJsonArray::of_last(["a", "b"]),
        ] {
            assert_eq!(read(&list.unwrap()), ["a", "b"]);
        }
    }

    #[test]
    fn items_that_do_not_fit_are_omitted_at_one_end() {
        let texts: Vec<_> = (0..10)
            .map(|n| format!("{n}{}", "\"".repeat(300_000)))
            .collect();
        for (list, first) in [
            (SizedJsonArray::of_first(&texts), "0"),
            (SizedJsonArray::of_last(&texts), "6"),
        ] {
            let list = list.unwrap();
            let body = Value::String(String::from_utf8(list.0.clone()).unwrap());
            assert!(body.to_string().len() < 6_000_000);
            let read = read(&list);
            assert_eq!(read.len(), 4);
            assert!(read[0].starts_with(first));
        }
    }
}
