//! The table: every path of this function, and the file that answers it.

use utoipa::OpenApi;
use verse_http::Routes;

/// What this function answers.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
}

/// The same table for OpenAPI.
#[derive(Debug, OpenApi)]
#[openapi(paths())]
pub struct Documentation;
