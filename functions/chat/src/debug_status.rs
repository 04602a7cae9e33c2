//! `GET /api/debug/rag-status`: the number of the caller's messages, and how memory is searched. In development only. One
//! round trip; none for a caller without a cookie.

use axum::{Extension, Json, extract::State, http::Uri};
use serde::Serialize;
use utoipa::ToSchema;
use verse_data::{MemoryStatus, memory_status};
use verse_http::{App, Caller, NotFound, Problem, Unavailable};

use crate::{assistant::Assistant, message_embedder::MessageEmbedder};

/// The state of the caller's memory.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemoryAnswer {
    /// Messages of the caller's conversations, replies included.
    #[schema(example = 12)]
    messages: i64,
    /// Messages with a vector of the current embedding model.
    #[schema(example = 10)]
    with_embeddings: i64,
    #[schema(example = 2)]
    without_embeddings: i64,
    /// `words`, or `words and meaning`.
    #[schema(example = "words")]
    search: &'static str,
    /// The embedding model; null when none is configured.
    embedder: Option<String>,
}

/// Show the state of memory (development only)
#[utoipa::path(get, path = "/api/debug/rag-status", tag = "debug", responses(
    (status = 200, description = "The counts; 0 for an unknown caller", body = MemoryAnswer),
    NotFound, Unavailable))]
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

/// `404` outside development.
pub(crate) fn development_only(app: &App, uri: &Uri) -> Result<(), Problem> {
    if app.settings.development {
        return Ok(());
    }
    Err(Problem::no_such_path(uri))
}
