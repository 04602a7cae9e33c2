//! The insights that one user has.

use super::{Insight, InsightRow};
use crate::{Database, Error, Page, TokenHash, merge::retry_if_nothing_found};

/// The caller's insights, newest first by when the caller got them; none for an unknown caller. One round trip.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn get_user_insights(
    database: &Database,
    token: TokenHash,
    page: Page,
) -> Result<Vec<Insight>, Error> {
    // The page's start is one row, so that its rows are one range of the index.
    let rows = sqlx::query_as!(
        InsightRow,
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        )
        SELECT insights.id, passage_reference, passage_text, historical_context,
               theological_significance, practical_application, source, linked_at
        FROM user_insights
        JOIN insights ON insights.id = user_insights.insight_id
        WHERE user_insights.user_id = (SELECT user_id FROM caller)
          AND (linked_at, insight_id) < (
              SELECT 'infinity'::TIMESTAMPTZ, 0::BIGINT
              WHERE $2::BIGINT IS NULL
              UNION ALL
              SELECT linked_at, insight_id
              FROM user_insights
              WHERE user_id = (SELECT user_id FROM caller) AND insight_id = $2)
        ORDER BY linked_at DESC, insight_id DESC
        LIMIT $3
        "#,
        token.as_bytes(),
        page.before,
        page.limit,
    )
    .fetch_all(database.repeatable())
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(InsightRow::into_insight)
        .collect())
}

/// Empties the caller's history, and tells how many insights were in it. One round trip, two where
/// there was none.
///
/// What was said about an insight stays, and is in an export. A shared insight stays for the others; an imported one goes
/// unless something was said about it: nobody could reach it any more.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn clear_user_insights(database: &Database, token: TokenHash) -> Result<u64, Error> {
    let cleared = retry_if_nothing_found(|| async move {
        let cleared = sqlx::query_scalar!(
            r#"
            WITH caller AS (
                SELECT user_id FROM devices WHERE token_hash = $1
            ), unlinked AS (
                DELETE FROM user_insights
                WHERE user_id = (SELECT user_id FROM caller)
                RETURNING user_id, insight_id
            ), removed AS (
                DELETE FROM insights
                USING unlinked
                WHERE insights.owner_id = unlinked.user_id
                  AND insights.id = unlinked.insight_id
                  AND NOT EXISTS (
                      SELECT FROM conversations WHERE conversations.insight_id = insights.id)
            )
            SELECT count(*) AS "cleared!" FROM unlinked
            "#,
            token.as_bytes(),
        )
        .fetch_one(database.once())
        .await?;
        Ok((cleared > 0).then_some(cleared.unsigned_abs()))
    });
    Ok(cleared.await?.unwrap_or(0))
}
