//! The table of routes: each path, and its handler in the file of that name.

use utoipa::OpenApi;
use verse_http::Routes;

use crate::{history, insights};

/// The routes of this function.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .post("/api/insights", insights::write_insight)
        .get("/api/insights/history", history::list_insights)
        .delete("/api/insights/history", history::clear_insights)
}

/// The same table, for OpenAPI.
#[derive(Debug, OpenApi)]
#[openapi(paths(
    insights::write_insight,
    history::list_insights,
    history::clear_insights,
))]
pub struct Documentation;
