//! `/api/insights/history`: the caller's insights. `GET` lists them, newest first, 1 to 200 a page (default 50). `DELETE`
//! empties the history. One round trip, two when it is empty; none for a caller without a cookie.

use axum::{Json, extract::State};
use chrono::serde::ts_milliseconds;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use verse_data::{Insight, clear_user_insights, get_user_insights};
use verse_http::{App, Caller, Invalid, PageQuery, Problem, Query, SizedJsonArray, Unavailable};

use crate::insights::InsightTexts;

/// An insight in the history.
#[derive(Debug, Serialize, ToSchema)]
pub struct InsightInHistory {
    /// The id, as digits.
    #[schema(example = "12")]
    id: String,
    /// As the caller sent it.
    #[schema(example = "John 3:16 (KJV)")]
    reference: String,
    /// The text of the passage, as the caller sent it.
    text: String,
    insight: InsightTexts,
    /// When it was added to the history, in milliseconds since 1970.
    #[serde(with = "ts_milliseconds")]
    #[schema(value_type = i64, example = 1_767_225_600_000_i64)]
    timestamp: DateTime<Utc>,
}

/// The number of removed items, in a sentence.
#[derive(Debug, Serialize, ToSchema)]
pub struct InsightsCleared {
    #[schema(example = "Cleared 3 insights from history")]
    message: String,
}

/// List the caller's insights
///
/// Newest first. A page has fewer items than `limit` when the response is full, so the list ends with an empty page.
#[utoipa::path(get, path = "/api/insights/history", tag = "insight", params(PageQuery), responses(
    (status = 200, description = "The insights; none for an unknown caller", body = [InsightInHistory]),
    Invalid, Unavailable))]
pub async fn list_insights(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<SizedJsonArray, Problem> {
    let insights = match caller.token_hash() {
        Some(token) => get_user_insights(app.database()?, token, page.page()).await?,
        None => Vec::new(),
    };
    SizedJsonArray::of_first(insights.into_iter().map(InsightInHistory::from))
}

/// Empty the caller's history of insights
///
/// Other callers keep the insights that they share with this one.
#[utoipa::path(delete, path = "/api/insights/history", tag = "insight", responses(
    (status = 200, description = "The number of insights that were removed", body = InsightsCleared),
    Unavailable))]
pub async fn clear_insights(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<InsightsCleared>, Problem> {
    let cleared = match caller.token_hash() {
        Some(token) => clear_user_insights(app.database()?, token).await?,
        None => 0,
    };
    let message = format!("Cleared {cleared} insights from history");
    Ok(Json(InsightsCleared { message }))
}

impl From<Insight> for InsightInHistory {
    fn from(insight: Insight) -> Self {
        Self {
            id: insight.id.0.to_string(),
            reference: insight.passage_reference,
            text: insight.passage_text,
            insight: insight.content.into(),
            timestamp: insight.linked_at,
        }
    }
}
