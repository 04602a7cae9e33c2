//! `DELETE /api/user/link/codes`: revokes the caller's pending codes. One round trip; none for a caller without a token.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use verse_data::revoke_user_codes;
use verse_http::{App, Caller, Problem, Unavailable};

/// The number of revoked codes.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevokeAnswer {
    #[schema(example = "Revoked 2 pending link codes")]
    message: String,
    #[schema(example = 2)]
    count: i64,
}

/// Revoke the pending link codes
#[utoipa::path(delete, path = "/api/user/link/codes", tag = "device", responses(
    (status = 200, description = "The codes are revoked", body = RevokeAnswer),
    Unavailable))]
pub async fn revoke_codes(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<RevokeAnswer>, Problem> {
    let count = match caller.token_hash() {
        Some(token) => revoke_user_codes(app.database()?, token, app.clock.now()).await?,
        None => 0,
    };
    let message = format!("Revoked {count} pending link codes");
    Ok(Json(RevokeAnswer { message, count }))
}
