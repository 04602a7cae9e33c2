//! The text in a path with one variable.

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;

use crate::Problem;

/// The most characters that are used: no name has as many.
const LONGEST: usize = 100;

/// The text in a path with one variable, decoded and trimmed, such as the name of a topic. Answers `400` when it cannot be
/// decoded.
#[derive(Clone, Debug)]
pub struct PathText(pub String);

impl<S: Send + Sync> FromRequestParts<S> for PathText {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = RawPathParams::from_request_parts(parts, state).await;
        let path = path.map_err(|_| Problem::bad_request("The path cannot be read."))?;
        let text = path.iter().next().map(|(_, text)| text).unwrap_or_default();
        Ok(Self(text.trim().chars().take(LONGEST).collect()))
    }
}
