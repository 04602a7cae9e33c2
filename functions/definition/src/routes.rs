//! The table of routes: each path, and its handler in the file of that name.

use utoipa::OpenApi;
use verse_http::Routes;

use crate::{definitions, history};

/// The routes of this function.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .post("/api/definitions", definitions::write_definition)
        .get("/api/definitions/history", history::list_definitions)
        .delete("/api/definitions/history", history::clear_definitions)
}

/// The same table, for OpenAPI.
#[derive(Debug, OpenApi)]
#[openapi(paths(
    definitions::write_definition,
    history::list_definitions,
    history::clear_definitions,
))]
pub struct Documentation;
