//! `GET /api/health/ready`: whether the database answers. For alarms, not for load balancing. One round trip.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use verse_http::{App, Problem, Unavailable};

/// That it does.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadyAnswer {
    #[schema(example = "ready")]
    status: &'static str,
}

/// Whether the service can do what needs the database
#[utoipa::path(get, path = "/api/health/ready", tag = "health",
    responses(
        (status = 200, description = "It can", body = ReadyAnswer),
        Unavailable,
    ))]
pub async fn get_ready(State(app): State<App>) -> Result<Json<ReadyAnswer>, Problem> {
    app.database()?.ping().await?;
    Ok(Json(ReadyAnswer { status: "ready" }))
}
