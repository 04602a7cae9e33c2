//! `DELETE /api/user/data`: clears what the caller's user wrote and kept. The user, its devices, its plan and today's usage
//! stay. One round trip; none for a caller without a cookie.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use verse_data::{ClearedCounts, clear_user_data};
use verse_http::{App, Caller, Problem, Unavailable};

/// The data is cleared.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClearedAnswer {
    #[schema(example = "User data cleared successfully")]
    message: &'static str,
    /// The number of deleted items.
    deleted: DeletedAnswer,
}

/// The number of deleted items.
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

/// Clear the user's data
///
/// Histories, conversations, memory and uploads are deleted. The user keeps its id, devices, plan and today's usage; unlinking
/// its last device erases it. For an unknown caller nothing is deleted.
#[utoipa::path(delete, path = "/api/user/data", tag = "user", responses(
    (status = 200, description = "The data is cleared", body = ClearedAnswer),
    Unavailable))]
pub async fn clear_data(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<ClearedAnswer>, Problem> {
    let cleared = match caller.token_hash() {
        Some(token) => clear_user_data(app.database()?, token, app.clock.now()).await?,
        None => ClearedCounts::default(),
    };
    Ok(Json(ClearedAnswer {
        message: "User data cleared successfully",
        deleted: DeletedAnswer {
            insights: cleared.insights,
            definitions: cleared.definitions,
            chat_messages: cleared.chat_messages,
            standalone_chats: cleared.standalone_chats,
        },
    }))
}
