//! `GET /api/health`: whether this function answers. Does not use the database.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// The function's state.
#[derive(Debug, Serialize, ToSchema)]
pub struct HealthAnswer {
    /// Always `healthy`.
    #[schema(example = "healthy")]
    status: &'static str,
}

/// Whether the service answers
#[utoipa::path(get, path = "/api/health", tag = "health",
    responses((status = 200, description = "The service answers", body = HealthAnswer)))]
pub async fn get_health() -> Json<HealthAnswer> {
    Json(HealthAnswer { status: "healthy" })
}
