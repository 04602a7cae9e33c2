//! Insights and definitions of an import: one statement each, with all records as arrays.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{StoredRecord, texts, times, to_microseconds};
use crate::{DefinitionRecord, Error, InsightRecord, MessageRecord, text_hash::hash_parts};

/// Inserts the insights that the history does not have, as the user's own, and finds or creates the conversation about each
/// insight with messages.
pub(super) async fn insert_insights(
    connection: &mut PgConnection,
    user: i64,
    insights: &[(InsightRecord, Vec<MessageRecord>)],
) -> Result<Vec<StoredRecord>, Error> {
    if insights.is_empty() {
        return Ok(Vec::new());
    }
    let records: Vec<&InsightRecord> = insights.iter().map(|(insight, _)| insight).collect();
    let subjects = hashes(&records, |r| [&r.passage_reference, &r.passage_text]);
    let contents = hashes(&records, |r| {
        [
            &r.historical_context,
            &r.theological_significance,
            &r.practical_application,
        ]
    });
    let (first, last) = message_spans(insights);
    // Of two equal records, the statement inserts the first. The unique key of owned insights finds one that is stored
    // but not in the history.
    let stored = sqlx::query_as!(
        StoredRecord,
        r#"
        WITH given AS (
            SELECT *
            FROM unnest($2::bytea[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::text[],
                        $8::text[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[])
                 WITH ORDINALITY AS given (subject_hash, content_hash, passage_reference,
                                           passage_text, historical_context,
                                           theological_significance, practical_application,
                                           created_at, first_message, last_message, position)
        ), shared AS (
            -- In the history, or outside it with a conversation.
            SELECT given.position, insights.id, given.created_at, first_message, last_message
            FROM given
            JOIN insights ON insights.owner_id IS NULL
                         AND insights.subject_hash = given.subject_hash
                         AND insights.content_hash = given.content_hash
            WHERE EXISTS (
                      SELECT FROM user_insights
                      WHERE user_insights.user_id = $1
                        AND user_insights.insight_id = insights.id)
               OR EXISTS (
                      SELECT FROM conversations
                      WHERE conversations.user_id = $1
                        AND conversations.insight_id = insights.id)
        ), missing AS (
            SELECT DISTINCT ON (subject_hash, content_hash) *
            FROM given
            WHERE position NOT IN (SELECT position FROM shared)
            ORDER BY subject_hash, content_hash, position
        ), own AS (
            INSERT INTO insights (owner_id, subject_hash, content_hash, passage_reference,
                                  passage_text, historical_context, theological_significance,
                                  practical_application, created_at)
            SELECT $1::bigint, subject_hash, content_hash, passage_reference, passage_text,
                   historical_context, theological_significance, practical_application, created_at
            FROM missing
            ORDER BY position
            ON CONFLICT (owner_id, subject_hash, content_hash) WHERE owner_id IS NOT NULL
            DO UPDATE SET created_at = insights.created_at
            RETURNING id, subject_hash, content_hash
        ), stored AS (
            SELECT given.position, own.id, given.created_at, first_message, last_message
            FROM own
            JOIN given USING (subject_hash, content_hash)
            UNION ALL
            SELECT position, id, created_at, first_message, last_message FROM shared
        ), linked AS (
            INSERT INTO user_insights (user_id, insight_id, linked_at)
            SELECT DISTINCT ON (id) $1, id, created_at
            FROM stored
            ORDER BY id, position
            ON CONFLICT (user_id, insight_id) DO NOTHING
            RETURNING insight_id
        ), opened AS (
            INSERT INTO conversations (user_id, insight_id, created_at, updated_at)
            SELECT $1, id, min(first_message), max(last_message)
            FROM stored
            WHERE first_message IS NOT NULL
            GROUP BY id
            ON CONFLICT (user_id, insight_id) WHERE insight_id IS NOT NULL
            DO UPDATE SET updated_at = greatest(conversations.updated_at, excluded.updated_at)
            RETURNING id, insight_id
        )
        SELECT position AS "position!", stored.id AS "id!", opened.id AS "conversation?",
               stored.id IN (SELECT insight_id FROM linked) AS "is_new!"
        FROM stored
        LEFT JOIN opened ON opened.insight_id = stored.id
        "#,
        user,
        &subjects,
        &contents,
        texts(&records, |r| &r.passage_reference) as Vec<&str>,
        texts(&records, |r| &r.passage_text) as Vec<&str>,
        texts(&records, |r| &r.historical_context) as Vec<&str>,
        texts(&records, |r| &r.theological_significance) as Vec<&str>,
        texts(&records, |r| &r.practical_application) as Vec<&str>,
        &times(&records, |r| r.created_at),
        &first as &[Option<DateTime<Utc>>],
        &last as &[Option<DateTime<Utc>>],
    )
    .fetch_all(connection)
    .await?;
    Ok(stored)
}

/// Inserts the definitions that the history does not have, as the user's own, and returns how many.
pub(super) async fn insert_definitions(
    connection: &mut PgConnection,
    user: i64,
    records: &[DefinitionRecord],
) -> Result<u64, Error> {
    if records.is_empty() {
        return Ok(0);
    }
    let subjects = hashes(records, |r| [&r.word, &r.passage_reference, &r.verse_text]);
    let contents = hashes(records, |r| {
        [&r.definition, &r.biblical_usage, &r.original_language]
    });
    let done = sqlx::query!(
        r#"
        WITH given AS (
            SELECT *
            FROM unnest($2::bytea[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::text[],
                        $8::text[], $9::text[], $10::timestamptz[])
                 WITH ORDINALITY AS given (subject_hash, content_hash, word, passage_reference,
                                           verse_text, definition, biblical_usage,
                                           original_language, created_at, position)
        ), shared AS (
            SELECT given.position
            FROM given
            JOIN definitions ON definitions.owner_id IS NULL
                            AND definitions.subject_hash = given.subject_hash
                            AND definitions.content_hash = given.content_hash
            JOIN user_definitions ON user_definitions.user_id = $1
                                 AND user_definitions.definition_id = definitions.id
        ), missing AS (
            SELECT DISTINCT ON (subject_hash, content_hash) *
            FROM given
            WHERE position NOT IN (SELECT position FROM shared)
            ORDER BY subject_hash, content_hash, position
        ), own AS (
            INSERT INTO definitions (owner_id, subject_hash, content_hash, word, passage_reference,
                                     verse_text, definition, biblical_usage, original_language,
                                     created_at)
            SELECT $1::bigint, subject_hash, content_hash, word, passage_reference, verse_text,
                   definition, biblical_usage, original_language, created_at
            FROM missing
            ORDER BY position
            ON CONFLICT (owner_id, subject_hash, content_hash) WHERE owner_id IS NOT NULL
            DO UPDATE SET created_at = definitions.created_at
            RETURNING id, subject_hash, content_hash
        )
        INSERT INTO user_definitions (user_id, definition_id, linked_at)
        SELECT $1, own.id, missing.created_at
        FROM own
        JOIN missing USING (subject_hash, content_hash)
        ON CONFLICT (user_id, definition_id) DO NOTHING
        "#,
        user,
        &subjects,
        &contents,
        texts(records, |r| &r.word) as Vec<&str>,
        texts(records, |r| &r.passage_reference) as Vec<&str>,
        texts(records, |r| &r.verse_text) as Vec<&str>,
        texts(records, |r| &r.definition) as Vec<&str>,
        texts(records, |r| &r.biblical_usage) as Vec<&str>,
        texts(records, |r| &r.original_language) as Vec<&str>,
        &times(records, |r| r.created_at),
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// A column of times that may be absent.
type Times = Vec<Option<DateTime<Utc>>>;

/// The times of each insight's first and last message.
fn message_spans(insights: &[(InsightRecord, Vec<MessageRecord>)]) -> (Times, Times) {
    let spans = insights.iter().map(|(_, messages)| {
        let times = messages.iter().map(|m| to_microseconds(m.created_at));
        (times.clone().min(), times.max())
    });
    spans.unzip()
}

/// The hash of some texts of each record.
fn hashes<'r, R, const N: usize>(
    records: &'r [R],
    parts: impl Fn(&'r R) -> [&'r str; N],
) -> Vec<Vec<u8>> {
    let hashes = records.iter().map(|record| hash_parts(&parts(record)));
    hashes.map(|hash| hash.to_vec()).collect()
}
