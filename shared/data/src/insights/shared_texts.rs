//! The shared insights: found, stored, and linked to who asked. Who has uploaded one that says the same keeps that instead, so
//! that a history shows it once.

use chrono::{DateTime, Utc};

use super::{Insight, InsightId, InsightRow, InsightSubject, NewInsight};
use crate::{
    Claim, ClaimOutcome, Database, Error, TokenHash, generations::QuotaState, text_hash::storable,
};

/// The shared insight on this passage, if there is one: the caller has it from `now` on. Otherwise whether the caller is
/// to generate it: then the place is claimed and the answer counted. One round trip; one more when others use the
/// allowance up meanwhile.
///
/// # Errors
///
/// [`Error::UnknownCaller`] when the token is no device's; [`Error::Unavailable`] when the database does not answer:
/// the place may be claimed then, and is to be [abandoned](crate::abandon_generation).
pub async fn begin_insight(
    database: &Database,
    token: TokenHash,
    subject: InsightSubject<'_>,
    claim: Claim,
    now: DateTime<Utc>,
) -> Result<ClaimOutcome<Insight>, Error> {
    // Whether there is any allowance left is looked at before the place is claimed, and settled, under the lock of the
    // day's row, after: so that who may not generate keeps nobody who may from it.
    let row = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT users.id, users.is_pro
            FROM devices
            JOIN users ON users.id = devices.user_id
            WHERE devices.token_hash = $1
        ), used AS (
            SELECT coalesce(max(calls), 0) AS calls
            FROM daily_usage
            WHERE user_id = (SELECT id FROM caller) AND day = $4
        ), found AS (
            SELECT coalesce(own.id, shared.id) AS id, shared.passage_reference, shared.passage_text, shared.historical_context,
                   shared.theological_significance, shared.practical_application, shared.source
            FROM insights AS shared
            LEFT JOIN insights AS own ON own.owner_id = (SELECT id FROM caller)
                                AND own.subject_hash = shared.subject_hash
                                AND own.content_hash = shared.content_hash
            WHERE shared.subject_hash = $2 AND shared.owner_id IS NULL
        ), linked AS (
            INSERT INTO user_insights (user_id, insight_id, linked_at)
            SELECT caller.id, found.id, $3
            FROM caller, found
            ON CONFLICT (user_id, insight_id) DO UPDATE
            SET linked_at = greatest(user_insights.linked_at, excluded.linked_at)
            RETURNING linked_at
        ), claimed AS (
            INSERT INTO generations AS old (kind, subject_hash, holder, lease_until)
            SELECT 'insight', $2, $6, $7
            FROM caller
            WHERE NOT EXISTS (SELECT FROM found)
              AND (is_pro OR (SELECT calls FROM used) < $5)
            ON CONFLICT (kind, subject_hash) DO UPDATE
            SET holder = excluded.holder, lease_until = excluded.lease_until
            WHERE old.lease_until <= $3
            RETURNING holder
        ), counted AS (
            INSERT INTO daily_usage (user_id, day, calls)
            SELECT caller.id, $4, 1
            FROM caller, claimed
            ON CONFLICT (user_id, day) DO UPDATE
            SET calls = daily_usage.calls + 1
            WHERE daily_usage.calls < $5 OR (SELECT is_pro FROM caller)
            RETURNING calls
        )
        SELECT found.id AS "id?", found.passage_reference AS "passage_reference?",
               found.passage_text AS "passage_text?",
               found.historical_context AS "historical_context?",
               found.theological_significance AS "theological_significance?",
               found.practical_application AS "practical_application?", found.source,
               linked.linked_at AS "linked_at?",
               caller.is_pro, used.calls AS "calls!",
               EXISTS (SELECT FROM claimed) AS "is_claimed!", counted.calls AS "counted?"
        FROM caller
        CROSS JOIN used
        LEFT JOIN found ON TRUE
        LEFT JOIN linked ON TRUE
        LEFT JOIN counted ON TRUE
        "#,
        token.as_bytes(),
        &subject.hash(),
        now,
        now.date_naive(),
        claim.daily_limit,
        claim.id,
        claim.lease_until,
    )
    .fetch_optional(database.once())
    .await?
    .ok_or(Error::UnknownCaller)?;
    let standing = QuotaState {
        is_pro: row.is_pro,
        calls_today: row.calls,
        is_claimed: row.is_claimed,
        counted: row.counted,
    };
    let found = InsightRow {
        id: row.id,
        passage_reference: row.passage_reference,
        passage_text: row.passage_text,
        historical_context: row.historical_context,
        theological_significance: row.theological_significance,
        practical_application: row.practical_application,
        source: row.source,
        linked_at: row.linked_at,
    };
    match found.into_insight() {
        Some(insight) => Ok(ClaimOutcome::Found(insight)),
        None => standing.settle(database, claim).await,
    }
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
        &*storable(&new.content.historical_context),
        &*storable(&new.content.theological_significance),
        &*storable(&new.content.practical_application),
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
