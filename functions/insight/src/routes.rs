//! The table: every path of this function, and the file that answers it.

use utoipa::OpenApi;
use verse_http::Routes;

use crate::{history, insights};

/// What this function answers.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .post("/api/insights", insights::write_insight)
        .get("/api/insights/history", history::list_insights)
        .delete("/api/insights/history", history::clear_insights)
}

/// The same table for OpenAPI.
#[derive(Debug, OpenApi)]
#[openapi(paths(
    insights::write_insight,
    history::list_insights,
    history::clear_insights,
))]
pub struct Documentation;
