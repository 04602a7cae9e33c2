//! `POST /api/user/import`: adds the records of an export that the caller's user does not have. All or nothing. Limits: 6 MB,
//! and 5,000 insights, definitions and chats each; per address and minute sixty; per user 100 MB. Creates a user for an
//! unknown caller. Eight round trips at most.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use verse_data::{consume_store_limit, import_user_data};
use verse_http::{
    App, BadRequest, Caller, Invalid, JsonText, Problem, TooMany, TooMuchData, Unavailable,
    with_user,
};

use crate::export_file::ExportFile;

mod reader;

/// The body of an import.
#[derive(Debug, ToSchema)]
pub struct ImportBody {
    /// The file of an export. Lists may be absent.
    #[expect(dead_code, reason = "for OpenAPI; `reader` reads the body")]
    data: ExportFile,
}

/// What an import counts against the limit of its address.
const COST: i32 = 20;

/// The import.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportAnswer {
    #[schema(example = "User data imported successfully")]
    message: &'static str,
    /// The number of new items.
    imported: ImportedAnswer,
}

/// The number of new items.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportedAnswer {
    /// Insights.
    #[schema(example = 12)]
    insights: u64,
    /// Definitions.
    #[schema(example = 3)]
    definitions: u64,
    /// Messages about insights and in standalone chats.
    #[schema(example = 40)]
    chat_messages: u64,
    /// Standalone chats.
    #[schema(example = 2)]
    standalone_chats: u64,
}

/// Import an export
///
/// Existing records stay as they are: a second import of a file changes nothing. A record that breaks a bound is a `400` that
/// names it, such as `insights[417].passage_text`, and nothing is imported.
#[utoipa::path(post, path = "/api/user/import", tag = "user", request_body = ImportBody, responses(
    (status = 200, description = "The file is imported", body = ImportAnswer,
     headers(("Set-Cookie" = String, description = "`verse_user_id`, for a new device"))),
    BadRequest, Invalid, TooMany, TooMuchData, Unavailable))]
pub async fn import_user(
    State(app): State<App>,
    caller: Caller,
    JsonText(body): JsonText,
) -> Result<Json<ImportAnswer>, Problem> {
    let now = app.clock.now();
    let data = Arc::new(reader::read(&body, now)?);
    drop(body);
    let caller = caller.counting(COST);
    // For a new user, the statement that creates it counts.
    if caller.token.is_some() {
        consume_store_limit(app.database()?, caller.store_limit(&app), now).await?;
    }
    let most_bytes = app.settings.most_user_bytes();
    let imported = with_user(&app, &caller, |database, token| {
        let data = Arc::clone(&data);
        async move { import_user_data(&database, token, &data, most_bytes, now).await }
    })
    .await?;
    Ok(Json(ImportAnswer {
        message: "User data imported successfully",
        imported: ImportedAnswer {
            insights: imported.insights,
            definitions: imported.definitions,
            chat_messages: imported.chat_messages,
            standalone_chats: imported.standalone_chats,
        },
    }))
}
