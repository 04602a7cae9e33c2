//! `GET /`: leads to the API reference on a developer's machine; elsewhere an unknown path.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use http::Uri;
use verse_http::{App, NotFound, Problem};

/// Lead to the API reference
///
/// In development only.
#[utoipa::path(get, path = "/", tag = "documentation",
    responses(
        (status = 307, description = "To the API reference", headers(("Location" = String, description = "/api/docs"))),
        NotFound,
    ))]
pub async fn get_root(State(app): State<App>, uri: Uri) -> Result<Response, Problem> {
    if !app.settings.development {
        return Err(Problem::no_such_path(&uri));
    }
    Ok(Redirect::temporary("/api/docs").into_response())
}
