//! `DELETE /api/user/data`: erases the caller's user with all its data and devices, and clears the session cookie. One
//! round trip; none for a caller without a cookie.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use verse_data::{ErasedCounts, clear_user_data};
use verse_http::{App, Caller, Problem, Unavailable};

/// The erasure.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErasedAnswer {
    #[schema(example = "User data cleared successfully")]
    message: &'static str,
    /// The number of erased items.
    deleted: DeletedAnswer,
}

/// The number of erased items.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeletedAnswer {
    /// Insights in the history.
    #[schema(example = 12)]
    insights: i64,
    /// Definitions in the history.
    #[schema(example = 3)]
    definitions: i64,
    /// Messages about insights and in standalone chats.
    #[schema(example = 40)]
    chat_messages: i64,
    /// Standalone chats.
    #[schema(example = 2)]
    standalone_chats: i64,
}

/// Erase the user
///
/// All devices of the user become unknown. For an unknown caller nothing is deleted.
#[utoipa::path(delete, path = "/api/user/data", tag = "user", responses(
    (status = 200, description = "The user is erased", body = ErasedAnswer,
     headers(("Set-Cookie" = String, description = "Clears `verse_user_id`, if the caller sent one"))),
    Unavailable))]
pub async fn erase_user(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<ErasedAnswer>, Problem> {
    let erased = match caller.token_hash() {
        Some(token) => clear_user_data(app.database()?, token).await?,
        None => ErasedCounts::default(),
    };
    if caller.token.is_some() {
        caller.clear_cookie(&app.settings);
    }
    Ok(Json(ErasedAnswer {
        message: "User data cleared successfully",
        deleted: DeletedAnswer {
            insights: erased.insights,
            definitions: erased.definitions,
            chat_messages: erased.chat_messages,
            standalone_chats: erased.standalone_chats,
        },
    }))
}
