//! `POST /api/user/link/generate`: creates a code that links another device to the caller's user. It is valid for five
//! minutes; a user has three at most. Creates a user for an unknown caller. One round trip for a known caller.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use verse_data::{LinkCode, generate_link_code};
use verse_http::{App, BadRequest, Caller, Problem, TooMany, Unavailable, with_user};

/// A new code.
#[derive(Serialize, ToSchema)]
pub struct CodeAnswer {
    /// The code to enter on the other device.
    #[schema(example = "7KQM-3XWP-9RTA")]
    display_code: String,
    /// When the code expires.
    expires_at: DateTime<Utc>,
    /// The text for a QR code: the code.
    #[schema(example = "7KQM-3XWP-9RTA")]
    qr_data: String,
}

/// Create a link code
///
/// A device on which it is entered within five minutes shares the caller's user from then on.
#[utoipa::path(post, path = "/api/user/link/generate", tag = "device", responses(
    (status = 200, description = "The code", body = CodeAnswer),
    BadRequest, TooMany, Unavailable))]
pub async fn generate_code(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<CodeAnswer>, Problem> {
    let (code, now) = (LinkCode::generate(&app.random), app.clock.now());
    let hash = code.hash();
    let created = with_user(&app, &caller, |database, token| async move {
        generate_link_code(&database, token, hash, now).await
    })
    .await?;
    let expires_at = created.ok_or_else(|| Problem::bad_request(TOO_MANY))?;
    Ok(Json(CodeAnswer {
        display_code: code.expose(),
        expires_at,
        qr_data: code.expose(),
    }))
}

const TOO_MANY: &str = "Too many active link codes. Maximum 3 allowed.";
