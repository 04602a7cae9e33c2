//! `POST /api/user/link/generate`: a code that links another device to the caller's user, valid five minutes, three
//! pending at most. An unknown caller becomes a user with its first device. One round trip for a known caller.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use verse_data::{LinkCode, generate_link_code};
use verse_http::{App, BadRequest, Caller, Problem, Unavailable, with_user};

/// A new code.
#[derive(Serialize, ToSchema)]
pub struct CodeAnswer {
    /// The code, to be entered on the other device.
    #[schema(example = "7KQM-3XWP-9RTA")]
    display_code: String,
    /// When it ends.
    expires_at: DateTime<Utc>,
    /// What a QR code is to hold: the code.
    #[schema(example = "7KQM-3XWP-9RTA")]
    qr_data: String,
}

/// Make a link code
///
/// Whoever enters it on another device within five minutes shares one history with the caller from then on.
#[utoipa::path(post, path = "/api/user/link/generate", tag = "device",
    responses(
        (status = 200, description = "The code", body = CodeAnswer),
        BadRequest,
        Unavailable,
    ))]
pub async fn generate_code(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<CodeAnswer>, Problem> {
    let (code, now) = (LinkCode::generate(&app.random), app.clock.now());
    let hash = code.hash();
    let made = with_user(&app, &caller, |database, token| async move {
        generate_link_code(&database, token, hash, now).await
    })
    .await?;
    let expires_at = made.ok_or_else(|| Problem::bad_request(TOO_MANY))?;
    Ok(Json(CodeAnswer {
        display_code: code.expose(),
        expires_at,
        qr_data: code.expose(),
    }))
}

const TOO_MANY: &str = "Too many active link codes. Maximum 3 allowed.";
