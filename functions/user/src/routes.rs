//! The table: every path of this function, and the file that answers it.

use utoipa::OpenApi;
use verse_http::Routes;

use crate::session;

/// What this function answers.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().get("/api/user/session", session::get_session)
}

/// The same table for OpenAPI.
#[derive(Debug, OpenApi)]
#[openapi(paths(session::get_session))]
pub struct Documentation;
