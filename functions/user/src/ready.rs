//! `GET /api/health/ready`: whether the database answers. For alarms, not for load balancers. One round trip.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use verse_http::{App, Problem, Unavailable};

/// The database answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadyAnswer {
    #[schema(example = "ready")]
    status: &'static str,
}

/// Whether the database answers
#[utoipa::path(get, path = "/api/health/ready", tag = "health", responses(
    (status = 200, description = "The database answers", body = ReadyAnswer),
    Unavailable))]
pub async fn get_ready(State(app): State<App>) -> Result<Json<ReadyAnswer>, Problem> {
    app.database()?.ping().await?;
    Ok(Json(ReadyAnswer { status: "ready" }))
}
