//! Shared insights: found or stored by subject, and linked to the caller. If the caller has imported a copy with the
//! same texts, the copy is linked instead, so that the history has it once.

use chrono::{DateTime, Utc};

use super::{Insight, InsightId, InsightRow, InsightSubject, NewInsight};
use crate::{
    Claim, ClaimOutcome, Database, Error, TokenHash, generations::QuotaState,
    text_hash::without_nul,
};

/// Finds the shared insight on this passage, and links it to the caller at `now`. When there is none, claims its
/// generation for the caller and counts it. One round trip; one more when concurrent calls use the quota up.
///
/// # Errors
/// [`Error::UnknownCaller`] when the token belongs to no device; [`Error::TooMuchData`] when the user has no room for the
/// text, or for the longest one that may be generated. After [`Error::Unavailable`] the claim must be
/// [abandoned](crate::abandon_generation): the statement may have claimed.
#[expect(clippy::too_many_lines, reason = "most of them are one statement")]
pub async fn begin_insight(
    database: &Database,
    token: TokenHash,
    subject: InsightSubject<'_>,
    claim: Claim,
    now: DateTime<Utc>,
) -> Result<ClaimOutcome<Insight>, Error> {
    // The statement checks the quota before it claims: a user without quota must not block other users. It checks
    // again, under the lock of the day's row, when it counts. The user is locked first, as in all statements that change
    // its stored bytes.
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
            SELECT shared.*, coalesce(own.id, shared.id) AS found_id,
                   200 + CASE WHEN own.id IS NULL
                         THEN insight_bytes(shared.passage_reference, shared.passage_text, shared.historical_context,
                                      shared.theological_significance, shared.practical_application)
                         ELSE 0 END AS bytes
            FROM insights AS shared
            LEFT JOIN insights AS own ON own.owner_id = (SELECT id FROM caller)
                                AND own.subject_hash = shared.subject_hash
                                AND own.content_hash = shared.content_hash
            WHERE shared.subject_hash = $2 AND shared.owner_id IS NULL
        ), room AS (
            SELECT stored_bytes + coalesce((SELECT bytes FROM found), $8) <= $9
                   OR EXISTS (
                       SELECT FROM user_insights
                       WHERE user_id = users.id
                         AND insight_id = (SELECT found_id FROM found)) AS is_enough
            FROM users
            WHERE id = (SELECT id FROM caller)
            FOR NO KEY UPDATE OF users
        ), linked AS (
            INSERT INTO user_insights (user_id, insight_id, linked_at)
            SELECT caller.id, found_id, $3
            FROM caller, found
            WHERE (SELECT is_enough FROM room) IS NOT FALSE
            ON CONFLICT (user_id, insight_id) DO UPDATE
            SET linked_at = greatest(user_insights.linked_at, excluded.linked_at)
            RETURNING linked_at
        ), claimed AS (
            INSERT INTO generations AS old (kind, subject_hash, holder, lease_until)
            SELECT 'insight', $2, $6, $7
            FROM caller
            WHERE NOT EXISTS (SELECT FROM found)
              AND (is_pro OR (SELECT calls FROM used) < $5)
              AND (SELECT is_enough FROM room) IS NOT FALSE
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
        SELECT found_id AS "id?", found.passage_reference AS "passage_reference?",
               found.passage_text AS "passage_text?",
               found.historical_context AS "historical_context?",
               found.theological_significance AS "theological_significance?",
               found.practical_application AS "practical_application?", found.source,
               linked.linked_at AS "linked_at?",
               (SELECT is_enough FROM room) IS NOT FALSE AS "has_room!",
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
        subject.bytes_with_longest_texts(),
        claim.most_bytes,
    )
    .fetch_optional(database.once())
    .await?
    .ok_or(Error::UnknownCaller)?;
    if !row.has_room {
        return Err(Error::TooMuchData);
    }
    let quota = QuotaState {
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
        None => quota.outcome(database, claim).await,
    }
}

/// Stores a shared insight, links it to the caller at `now`, and returns the stored one: the first, when another call
/// stored one on the same subject before. One round trip.
///
/// # Errors
/// [`Error::UnknownCaller`] when the token belongs to no device.
pub async fn save_insight(
    database: &Database,
    token: TokenHash,
    new: NewInsight<'_>,
    now: DateTime<Utc>,
) -> Result<Insight, Error> {
    // The update changes nothing. `DO NOTHING` would return no row, and no other clause reads a row that another
    // transaction committed after this statement began.
    sqlx::query_as!(
        InsightRow,
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), locked AS (
            SELECT id FROM users WHERE id = (SELECT user_id FROM caller) FOR NO KEY UPDATE
        ), stored AS (
            INSERT INTO insights (subject_hash, content_hash, passage_reference, passage_text,
                                  historical_context, theological_significance,
                                  practical_application, source, created_at, is_scripture)
            SELECT $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
            FROM caller
            WHERE (SELECT count(*) FROM locked) >= 0
            ON CONFLICT (subject_hash) WHERE owner_id IS NULL DO UPDATE
            SET subject_hash = insights.subject_hash
            RETURNING *
        ), chosen AS (
            SELECT coalesce(own.id, stored.id) AS id
            FROM stored
            LEFT JOIN insights AS own ON own.owner_id = (SELECT user_id FROM caller)
                                AND own.subject_hash = stored.subject_hash
                                AND own.content_hash = stored.content_hash
        ), linked AS (
            INSERT INTO user_insights (user_id, insight_id, linked_at)
            SELECT caller.user_id, chosen.id, $10
            FROM caller, chosen
            ON CONFLICT (user_id, insight_id) DO UPDATE
            SET linked_at = greatest(user_insights.linked_at, excluded.linked_at)
            RETURNING linked_at
        )
        SELECT chosen.id, stored.passage_reference, stored.passage_text,
               stored.historical_context, stored.theological_significance,
               stored.practical_application, stored.source, linked.linked_at
        FROM stored, chosen, linked
        "#,
        token.as_bytes(),
        &new.subject.hash(),
        &new.content.hash(),
        new.subject.passage_reference,
        new.subject.passage_text,
        &*without_nul(&new.content.historical_context),
        &*without_nul(&new.content.theological_significance),
        &*without_nul(&new.content.practical_application),
        new.source,
        now,
        new.is_scripture,
    )
    .fetch_optional(database.repeatable())
    .await?
    .and_then(InsightRow::into_insight)
    .ok_or(Error::UnknownCaller)
}

/// Links an insight to the caller at `now`: a shared one, or one of the caller's own. One round trip.
///
/// # Errors
/// [`Error::UnknownCaller`] when the token belongs to no device; [`Error::NotFound`] when there is no such insight;
/// [`Error::TooMuchData`] when the user's data would have more than `most_bytes`.
pub async fn link_insight_to_user(
    database: &Database,
    token: TokenHash,
    insight: InsightId,
    most_bytes: i64,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let row = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), target AS (
            SELECT coalesce(own.id, insights.id) AS id,
                   200 + CASE WHEN own.id IS NULL AND insights.owner_id IS NULL
                         THEN insight_bytes(insights.passage_reference, insights.passage_text, insights.historical_context,
                                      insights.theological_significance, insights.practical_application)
                         ELSE 0 END AS bytes
            FROM caller
            JOIN insights ON insights.id = $2
                         AND (insights.owner_id IS NULL OR insights.owner_id = caller.user_id)
            LEFT JOIN insights AS own ON insights.owner_id IS NULL
                                AND own.owner_id = caller.user_id
                                AND own.subject_hash = insights.subject_hash
                                AND own.content_hash = insights.content_hash
        ), room AS (
            SELECT stored_bytes + (SELECT bytes FROM target) <= $4
                   OR EXISTS (
                       SELECT FROM user_insights
                       WHERE user_id = users.id
                         AND insight_id = (SELECT id FROM target)) AS is_enough
            FROM users
            WHERE id = (SELECT user_id FROM caller)
            FOR NO KEY UPDATE OF users
        ), linked AS (
            INSERT INTO user_insights (user_id, insight_id, linked_at)
            SELECT caller.user_id, target.id, $3
            FROM caller, target
            WHERE (SELECT is_enough FROM room) IS NOT FALSE
            ON CONFLICT (user_id, insight_id) DO UPDATE
            SET linked_at = greatest(user_insights.linked_at, excluded.linked_at)
            RETURNING insight_id
        )
        SELECT EXISTS (SELECT FROM target) AS "is_found!", EXISTS (SELECT FROM linked) AS "is_linked!"
        FROM caller
        "#,
        token.as_bytes(),
        insight.0,
        now,
        most_bytes,
    )
    .fetch_optional(database.repeatable())
    .await?
    .ok_or(Error::UnknownCaller)?;
    match (row.is_found, row.is_linked) {
        (false, _) => Err(Error::NotFound("insight")),
        (true, false) => Err(Error::TooMuchData),
        (true, true) => Ok(()),
    }
}
