//! The shared insights: found, stored, and linked to who asked. Who has uploaded one that says the same keeps that instead, so
//! that a history shows it once.

use chrono::{DateTime, Utc};

use super::{Insight, InsightId, InsightRow, InsightSubject, NewInsight};
use crate::{Database, Error, TokenHash};

/// The shared insight on this passage, if there is one: the caller has it from `now` on. One round trip.
///
/// # Errors
///
/// [`Error::UnknownCaller`] when the token is no device's; [`Error::Unavailable`] when the database does not answer.
pub async fn find_saved_insight(
    database: &Database,
    token: TokenHash,
    subject: InsightSubject<'_>,
    now: DateTime<Utc>,
) -> Result<Option<Insight>, Error> {
    let row = sqlx::query_as!(
        InsightRow,
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), found AS (
            SELECT coalesce(own.id, shared.id) AS id, shared.passage_reference, shared.passage_text, shared.historical_context,
                   shared.theological_significance, shared.practical_application, shared.source
            FROM insights AS shared
            LEFT JOIN insights AS own ON own.owner_id = (SELECT user_id FROM caller)
                                AND own.subject_hash = shared.subject_hash
                                AND own.content_hash = shared.content_hash
            WHERE shared.subject_hash = $2 AND shared.owner_id IS NULL
        ), linked AS (
            INSERT INTO user_insights (user_id, insight_id, linked_at)
            SELECT caller.user_id, found.id, $3
            FROM caller, found
            ON CONFLICT (user_id, insight_id) DO UPDATE
            SET linked_at = greatest(user_insights.linked_at, excluded.linked_at)
            RETURNING insight_id, linked_at
        )
        SELECT found.id AS "id?", found.passage_reference AS "passage_reference?",
               found.passage_text AS "passage_text?",
               found.historical_context AS "historical_context?",
               found.theological_significance AS "theological_significance?",
               found.practical_application AS "practical_application?", found.source,
               linked.linked_at AS "linked_at?"
        FROM caller
        LEFT JOIN found ON TRUE
        LEFT JOIN linked ON TRUE
        "#,
        token.as_bytes(),
        &subject.hash(),
        now,
    )
    .fetch_optional(database.repeatable())
    .await?
    .ok_or(Error::UnknownCaller)?;
    Ok(row.into_insight())
}

/// Stores a shared insight, and the caller has it from `now` on. Gives the one that is stored: another's, when another
/// stored one on the same subject first. One round trip.
///
/// # Errors
///
/// [`Error::UnknownCaller`] when the token is no device's; [`Error::Unavailable`] when the database does not answer.
pub async fn save_insight(
    database: &Database,
    token: TokenHash,
    new: NewInsight<'_>,
    now: DateTime<Utc>,
) -> Result<Insight, Error> {
    // An update that changes nothing, because `DO NOTHING` gives no row, and a row that another committed after this
    // statement began can be read in no other way.
    sqlx::query_as!(
        InsightRow,
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), stored AS (
            INSERT INTO insights (subject_hash, content_hash, passage_reference, passage_text,
                                  historical_context, theological_significance,
                                  practical_application, source, created_at)
            SELECT $2, $3, $4, $5, $6, $7, $8, $9, $10
            FROM caller
            ON CONFLICT (subject_hash) WHERE owner_id IS NULL DO UPDATE
            SET subject_hash = insights.subject_hash
            RETURNING id, subject_hash, content_hash, passage_reference, passage_text, historical_context,
                      theological_significance, practical_application, source
        ), had AS (
            SELECT coalesce(own.id, stored.id) AS id
            FROM stored
            LEFT JOIN insights AS own ON own.owner_id = (SELECT user_id FROM caller)
                                AND own.subject_hash = stored.subject_hash
                                AND own.content_hash = stored.content_hash
        ), linked AS (
            INSERT INTO user_insights (user_id, insight_id, linked_at)
            SELECT caller.user_id, had.id, $10
            FROM caller, had
            ON CONFLICT (user_id, insight_id) DO UPDATE
            SET linked_at = greatest(user_insights.linked_at, excluded.linked_at)
            RETURNING linked_at
        )
        SELECT had.id, stored.passage_reference, stored.passage_text,
               stored.historical_context, stored.theological_significance,
               stored.practical_application, stored.source, linked.linked_at
        FROM stored, had, linked
        "#,
        token.as_bytes(),
        &new.subject.hash(),
        &new.content.hash(),
        new.subject.passage_reference,
        new.subject.passage_text,
        new.content.historical_context,
        new.content.theological_significance,
        new.content.practical_application,
        new.source,
        now,
    )
    .fetch_optional(database.repeatable())
    .await?
    .and_then(InsightRow::into_insight)
    .ok_or(Error::UnknownCaller)
}

/// The caller has the insight from `now` on: a shared one, or one of the caller's own. One round trip.
///
/// # Errors
///
/// [`Error::UnknownCaller`] when the token is no device's, [`Error::NotFound`] when there is no such insight, and
/// [`Error::Unavailable`] when the database does not answer.
pub async fn link_insight_to_user(
    database: &Database,
    token: TokenHash,
    insight: InsightId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let is_linked = sqlx::query_scalar!(
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), linked AS (
            INSERT INTO user_insights (user_id, insight_id, linked_at)
            SELECT caller.user_id, coalesce(own.id, insights.id), $3
            FROM caller
            JOIN insights ON insights.id = $2
                         AND (insights.owner_id IS NULL OR insights.owner_id = caller.user_id)
            LEFT JOIN insights AS own ON insights.owner_id IS NULL
                                AND own.owner_id = caller.user_id
                                AND own.subject_hash = insights.subject_hash
                                AND own.content_hash = insights.content_hash
            ON CONFLICT (user_id, insight_id) DO UPDATE
            SET linked_at = greatest(user_insights.linked_at, excluded.linked_at)
            RETURNING insight_id
        )
        SELECT EXISTS (SELECT FROM linked) AS "is_linked!" FROM caller
        "#,
        token.as_bytes(),
        insight.0,
        now,
    )
    .fetch_optional(database.repeatable())
    .await?
    .ok_or(Error::UnknownCaller)?;
    is_linked.then_some(()).ok_or(Error::NotFound("insight"))
}
