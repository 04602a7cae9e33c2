//! `/api/definitions/history`: the caller's definitions. `GET` lists them, newest first, 1 to 200 a page (default 50). `DELETE`
//! empties the history. One round trip, two when it is empty; none for a caller without a cookie.

use axum::{Json, extract::State};
use chrono::serde::ts_milliseconds;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use verse_data::{Definition, clear_user_definitions, get_user_definitions};
use verse_http::{App, Caller, Invalid, PageQuery, Problem, Query, SizedJsonArray, Unavailable};

use crate::definitions::DefinitionTexts;

/// A definition in the history.
#[derive(Debug, Serialize, ToSchema)]
pub struct DefinitionInHistory {
    /// The id, as digits.
    #[schema(example = "3")]
    id: String,
    /// As the caller sent it.
    #[schema(example = "loved")]
    word: String,
    /// As the caller sent it.
    #[schema(example = "John 3 (KJV)")]
    passage_reference: String,
    /// As the caller sent it.
    verse_text: String,
    definition: DefinitionTexts,
    /// When it was added to the history, in milliseconds since 1970.
    #[serde(with = "ts_milliseconds")]
    #[schema(value_type = i64, example = 1_767_225_600_000_i64)]
    timestamp: DateTime<Utc>,
}

/// The number of removed items, in a sentence.
#[derive(Debug, Serialize, ToSchema)]
pub struct DefinitionsCleared {
    #[schema(example = "Cleared 2 definitions from history")]
    message: String,
}

/// List the caller's definitions
///
/// Newest first. A page has fewer items than `limit` when the response is full, so the list ends with an empty page.
#[utoipa::path(get, path = "/api/definitions/history", tag = "definition", params(PageQuery), responses(
    (status = 200, description = "The definitions; none for an unknown caller", body = [DefinitionInHistory]),
    Invalid, Unavailable))]
pub async fn list_definitions(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<SizedJsonArray, Problem> {
    let definitions = match caller.token_hash() {
        Some(token) => get_user_definitions(app.database()?, token, page.page()).await?,
        None => Vec::new(),
    };
    SizedJsonArray::of_first(definitions.into_iter().map(DefinitionInHistory::from))
}

/// Empty the caller's history of definitions
///
/// Other callers keep the definitions that they share with this one.
#[utoipa::path(delete, path = "/api/definitions/history", tag = "definition", responses(
    (status = 200, description = "The number of definitions that were removed", body = DefinitionsCleared),
    Unavailable))]
pub async fn clear_definitions(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<DefinitionsCleared>, Problem> {
    let cleared = match caller.token_hash() {
        Some(token) => clear_user_definitions(app.database()?, token).await?,
        None => 0,
    };
    let message = format!("Cleared {cleared} definitions from history");
    Ok(Json(DefinitionsCleared { message }))
}

impl From<Definition> for DefinitionInHistory {
    fn from(definition: Definition) -> Self {
        Self {
            id: definition.id.0.to_string(),
            word: definition.word,
            passage_reference: definition.passage_reference,
            verse_text: definition.verse_text,
            definition: definition.content.into(),
            timestamp: definition.linked_at,
        }
    }
}
