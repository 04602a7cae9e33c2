//! The table of routes: each path, and its handler in the file of that name.

use utoipa::OpenApi;
use verse_http::Routes;

use crate::{data, export, import, ready, session};

/// The routes of this function.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/user/session", session::get_session)
        .delete("/api/user/data", data::erase_user)
        .get_streaming("/api/user/export", export::export_user)
        .post("/api/user/import", import::import_user)
        .get("/api/health/ready", ready::get_ready)
}

/// The same table, for OpenAPI.
#[derive(Debug, OpenApi)]
#[openapi(paths(
    session::get_session,
    data::erase_user,
    export::export_user,
    import::import_user,
    ready::get_ready,
))]
pub struct Documentation;
