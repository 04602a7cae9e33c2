//! `DELETE /api/user/data`: erases the caller's user with everything that names it, on all its devices. The cookie goes,
//! too: what it says is nobody's. The next visit is a new user's. One round trip; none without a cookie.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use verse_data::{ErasedCounts, clear_user_data};
use verse_http::{App, Caller, Problem, Unavailable};

/// What was erased.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErasedAnswer {
    #[schema(example = "User data cleared successfully")]
    message: &'static str,
    /// How much of each.
    deleted: DeletedAnswer,
}

/// How much was erased.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeletedAnswer {
    /// Insights of the history.
    #[schema(example = 12)]
    insights: i64,
    /// Definitions of the history.
    #[schema(example = 3)]
    definitions: i64,
    /// Messages of all conversations, on insights and in standalone chats.
    #[schema(example = 40)]
    chat_messages: i64,
    /// Standalone chats.
    #[schema(example = 2)]
    standalone_chats: i64,
}

/// Erase the caller
///
/// Every device of the user is unknown from then on. An unknown caller has nothing, and nothing is deleted.
#[utoipa::path(delete, path = "/api/user/data", tag = "user",
    responses(
        (status = 200, description = "Everything is erased", body = ErasedAnswer,
         headers(("Set-Cookie" = String, description = "ends `verse_user_id`, if one was sent"))),
        Unavailable,
    ))]
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
