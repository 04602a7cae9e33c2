//! `POST /api/user/import`: adds what an export holds and the caller's user has not. A body of 6 MB; at most 1,000
//! insights, 1,000 definitions and 500 chats. All or nothing. An unknown caller becomes a user with its first device.
//! Eight round trips at most, in one transaction.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use verse_data::import_user_data;
use verse_http::{App, BadRequest, Caller, Invalid, JsonText, Problem, Unavailable, with_user};

use crate::archive::Archive;

mod reader;
mod shape;

/// What to import.
#[derive(Debug, ToSchema)]
pub struct ImportBody {
    /// An export. Lists that are absent are empty.
    #[expect(dead_code, reason = "the shape, for OpenAPI: `reader` reads it")]
    data: Archive,
}

/// What was imported.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportAnswer {
    #[schema(example = "User data imported successfully")]
    message: &'static str,
    /// How much of each was new.
    imported: ImportedAnswer,
}

/// How much was new.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportedAnswer {
    /// Insights.
    #[schema(example = 12)]
    insights: u64,
    /// Definitions.
    #[schema(example = 3)]
    definitions: u64,
    /// Messages, on insights and in standalone chats.
    #[schema(example = 40)]
    chat_messages: u64,
    /// Standalone chats.
    #[schema(example = 2)]
    standalone_chats: u64,
}

/// Import an export
///
/// What is there already stays as it is: a second import of a file changes nothing. A record that breaks a bound is a
/// `400` that names it, as `insights[417].passage_text`, and nothing is imported.
#[utoipa::path(post, path = "/api/user/import", tag = "user", request_body = ImportBody,
    responses(
        (status = 200, description = "Everything in the file is there", body = ImportAnswer,
         headers(("Set-Cookie" = String, description = "`verse_user_id`, for a new device"))),
        BadRequest,
        Invalid,
        Unavailable,
    ))]
pub async fn import_user(
    State(app): State<App>,
    caller: Caller,
    JsonText(body): JsonText,
) -> Result<Json<ImportAnswer>, Problem> {
    let data = Arc::new(reader::read(&body)?);
    drop(body);
    let imported = with_user(&app, &caller, |database, token| {
        let data = Arc::clone(&data);
        async move { import_user_data(&database, token, &data).await }
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
