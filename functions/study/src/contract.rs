//! `GET /api/openapi.json`: the contract of all functions, as `openapi.json` has it. Publicly cacheable.

use axum::response::Response;
use verse_http::Cacheable;

const CONTRACT: &[u8] = include_bytes!("../../../openapi.json");

/// Read the contract
///
/// An OpenAPI document of all calls.
#[utoipa::path(get, path = "/api/openapi.json", tag = "documentation",
    responses(
        (status = 200, description = "The document", content_type = "application/json", body = Object),
        (status = 304, description = "The caller has it cached"),
    ))]
pub async fn get_contract(cacheable: Cacheable) -> Response {
    cacheable.text("application/json", CONTRACT)
}
