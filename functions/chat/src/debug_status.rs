//! `GET /api/debug/rag-status`: how many messages the caller has, and how memory finds them. In development only.

use axum::{Extension, Json, extract::State, http::Uri};
use serde::Serialize;
use utoipa::ToSchema;
use verse_data::{MemoryStatus, memory_status};
use verse_http::{App, Caller, NotFound, Problem, Unavailable};

use crate::{assistant::Assistant, message_embedder::MessageEmbedder};

/// The caller's memory.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemoryAnswer {
    /// Messages of the caller's conversations, answers included.
    #[schema(example = 12)]
    messages: i64,
    /// Those that can be found by their meaning.
    #[schema(example = 10)]
    with_embeddings: i64,
    #[schema(example = 2)]
    without_embeddings: i64,
    /// `words`, or `words and meaning`.
    #[schema(example = "words")]
    search: &'static str,
    /// What turns messages into vectors, if anything does.
    embedder: Option<String>,
}

/// How memory stands (development only)
#[utoipa::path(get, path = "/api/debug/rag-status", tag = "debug",
    responses(
        (status = 200, description = "The counts; of nothing for an unknown caller", body = MemoryAnswer),
        NotFound,
        Unavailable,
    ))]
pub async fn show_memory_status(
    State(app): State<App>,
    Extension(assistant): Extension<Assistant>,
    caller: Caller,
    uri: Uri,
) -> Result<Json<MemoryAnswer>, Problem> {
    development_only(&app, &uri)?;
    let embedder = assistant.embedder.as_ref().map(MessageEmbedder::name);
    let status = match caller.token_hash() {
        Some(token) => memory_status(app.database()?, token, embedder.unwrap_or_default()).await?,
        None => MemoryStatus::default(),
    };
    Ok(Json(MemoryAnswer {
        messages: status.messages,
        with_embeddings: status.embedded,
        without_embeddings: status.messages - status.embedded,
        search: if embedder.is_some() {
            "words and meaning"
        } else {
            "words"
        },
        embedder: embedder.map(str::to_owned),
    }))
}

/// Elsewhere there is nothing here.
pub(crate) fn development_only(app: &App, uri: &Uri) -> Result<(), Problem> {
    if app.settings.development {
        return Ok(());
    }
    Err(Problem::not_found(format!(
        "There is nothing at {}.",
        uri.path()
    )))
}
