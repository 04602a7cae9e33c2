//! `GET /api/health`: whether this function answers. Asks nothing of the database.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// How the function is.
#[derive(Debug, Serialize, ToSchema)]
pub struct HealthAnswer {
    /// Always `healthy`: a function that is not does not answer.
    #[schema(example = "healthy")]
    status: &'static str,
}

/// Whether the service answers
#[utoipa::path(get, path = "/api/health", tag = "health",
    responses((status = 200, description = "It does", body = HealthAnswer)))]
pub async fn get_health() -> Json<HealthAnswer> {
    Json(HealthAnswer { status: "healthy" })
}
