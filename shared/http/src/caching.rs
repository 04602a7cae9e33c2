//! Public responses: the same for every caller, with a strong `ETag`, and `304` for a caller that has the response cached.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::Problem;

/// Caches keep a response for a day, and for a week more while they fetch a new one: only a deployment changes the texts.
const PUBLIC: HeaderValue =
    HeaderValue::from_static("public, max-age=86400, stale-while-revalidate=604800");

/// Cacheable JSON with an `ETag`; answers `304` to a matching `If-None-Match`.
#[derive(Clone, Debug)]
pub struct Cacheable {
    if_none_match: Vec<HeaderValue>,
}

impl<S: Sync> FromRequestParts<S> for Cacheable {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::from_headers(&parts.headers))
    }
}

impl Cacheable {
    fn from_headers(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::IF_NONE_MATCH).iter();
        Self {
            if_none_match: values.cloned().collect(),
        }
    }

    /// The answer as JSON, or `304` when the caller has it cached.
    ///
    /// The tag is a hash of the body: it changes when, and only when, the body does.
    ///
    /// # Errors
    /// A `500` when the answer cannot be written as JSON.
    pub fn json<T: Serialize>(&self, answer: &T) -> Result<Response, Problem> {
        self.json_for(answer, PUBLIC)
    }

    /// Like [`Cacheable::json`], for an answer that is another one after `seconds`: no cache keeps it longer.
    ///
    /// # Errors
    /// A `500` when the answer cannot be written as JSON.
    pub fn json_until<T: Serialize>(&self, answer: &T, seconds: u32) -> Result<Response, Problem> {
        let caching = HeaderValue::try_from(format!("public, max-age={seconds}"));
        self.json_for(answer, caching.map_err(Problem::internal)?)
    }

    fn json_for<T: Serialize>(
        &self,
        answer: &T,
        caching: HeaderValue,
    ) -> Result<Response, Problem> {
        let body = serde_json::to_vec(answer).map_err(Problem::internal)?;
        let json = HeaderValue::from_static("application/json");
        Ok(self.body(body, json, caching))
    }

    /// A body of another type than JSON, cacheable in the same way.
    #[must_use]
    pub fn text(&self, content_type: &'static str, body: impl Into<Bytes>) -> Response {
        self.body(body, HeaderValue::from_static(content_type), PUBLIC)
    }

    fn body(&self, body: impl Into<Bytes>, kind: HeaderValue, caching: HeaderValue) -> Response {
        let body = body.into();
        let tag = entity_tag(&body);
        let headers = [
            (header::CACHE_CONTROL, caching),
            (header::ETAG, tag.clone()),
        ];
        if self.matches(&tag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        (headers, [(header::CONTENT_TYPE, kind)], body).into_response()
    }

    /// Whether `If-None-Match` holds the tag, or `*`. Tags are compared weakly, as bytes. Source: RFC 9110, sections 8.8.3 and
    /// 13.1.2.
    fn matches(&self, tag: &HeaderValue) -> bool {
        let values = self.if_none_match.iter();
        let mut tags = values
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .map(<[u8]>::trim_ascii);
        tags.any(|known| {
            known == b"*" || known.strip_prefix(b"W/").unwrap_or(known) == tag.as_bytes()
        })
    }
}

/// The first 128 bits of the body's SHA-256, in quotes.
fn entity_tag(body: &[u8]) -> HeaderValue {
    let bits = Sha256::digest(body)
        .iter()
        .take(16)
        .fold(0, |bits, byte| bits << 8 | u128::from(*byte));
    HeaderValue::from_str(&format!("\"{bits:032x}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(if_none_match: &[&str]) -> Response {
        let mut headers = HeaderMap::new();
        for value in if_none_match {
            headers.append(header::IF_NONE_MATCH, HeaderValue::from_str(value).unwrap());
        }
        Cacheable::from_headers(&headers)
            .json(&"In the beginning")
            .unwrap()
    }

    #[test]
    fn a_cached_answer_is_not_sent_again() {
        let first = answer(&[]);
        assert_eq!(first.status(), 200);
        let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        assert_eq!(tag.len(), 34);
        for known in ["*", &format!("\"x\", W/{tag}"), &format!("\"Zoë\", {tag}")] {
            let again = answer(&["\"y\"", known]);
            assert_eq!(again.status(), 304);
            assert_eq!(again.headers()[header::ETAG], *tag);
        }
        assert_eq!(answer(&["\"y\"", "garbage, ,"]).status(), 200);
    }
}
