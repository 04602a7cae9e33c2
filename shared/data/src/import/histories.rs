//! Insights and definitions of an import: one statement each, which takes all records as arrays.

use sqlx::PgConnection;

use super::{Place, stored, texts};
use crate::{DefinitionRecord, Error, InsightRecord, MessageRecord, text_hash::hash_parts};

/// Insights that the history lacks, as the user's own.
pub(super) async fn insert_insights(
    connection: &mut PgConnection,
    user: i64,
    insights: &[(InsightRecord, Vec<MessageRecord>)],
) -> Result<Vec<Place>, Error> {
    if insights.is_empty() {
        return Ok(Vec::new());
    }
    let records: Vec<&InsightRecord> = insights.iter().map(|(insight, _)| insight).collect();
    let subjects: Vec<_> = records
        .iter()
        .map(|r| hash_parts(&[&r.passage_reference, &r.passage_text]).to_vec())
        .collect();
    let contents: Vec<_> = records
        .iter()
        .map(|r| {
            let significance = &r.theological_significance;
            hash_parts(&[
                &r.historical_context,
                significance,
                &r.practical_application,
            ])
            .to_vec()
        })
        .collect();
    let times: Vec<_> = records.iter().map(|r| stored(r.created_at)).collect();
    // A record that is there twice is inserted once: the first. The unique key of owned insights finds one that is
    // there but not in the history.
    let rows = sqlx::query!(
        r#"
        WITH given AS (
            SELECT *
            FROM unnest($2::bytea[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::text[],
                        $8::text[], $9::timestamptz[])
                 WITH ORDINALITY AS given (subject_hash, content_hash, passage_reference,
                                           passage_text, historical_context,
                                           theological_significance, practical_application,
                                           created_at, place)
        ), shared AS (
            -- In the history, or out of it and talked about.
            SELECT given.place, insights.id, given.created_at
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
        ), wanted AS (
            SELECT DISTINCT ON (subject_hash, content_hash) *
            FROM given
            WHERE place NOT IN (SELECT place FROM shared)
            ORDER BY subject_hash, content_hash, place
        ), own AS (
            INSERT INTO insights (owner_id, subject_hash, content_hash, passage_reference,
                                  passage_text, historical_context, theological_significance,
                                  practical_application, created_at)
            SELECT $1::bigint, subject_hash, content_hash, passage_reference, passage_text,
                   historical_context, theological_significance, practical_application, created_at
            FROM wanted
            ORDER BY place
            ON CONFLICT (owner_id, subject_hash, content_hash) WHERE owner_id IS NOT NULL
            DO UPDATE SET created_at = insights.created_at
            RETURNING id, subject_hash, content_hash
        ), placed AS (
            SELECT given.place, own.id, given.created_at
            FROM own
            JOIN given USING (subject_hash, content_hash)
            UNION ALL
            SELECT place, id, created_at FROM shared
        ), linked AS (
            INSERT INTO user_insights (user_id, insight_id, linked_at)
            SELECT DISTINCT ON (id) $1, id, created_at
            FROM placed
            ORDER BY id, place
            ON CONFLICT (user_id, insight_id) DO NOTHING
            RETURNING insight_id
        )
        SELECT place AS "place!", id AS "id!",
               id IN (SELECT insight_id FROM linked) AS "is_new!"
        FROM placed
        "#,
        user,
        &subjects,
        &contents,
        texts(&records, |r| &r.passage_reference) as Vec<&str>,
        texts(&records, |r| &r.passage_text) as Vec<&str>,
        texts(&records, |r| &r.historical_context) as Vec<&str>,
        texts(&records, |r| &r.theological_significance) as Vec<&str>,
        texts(&records, |r| &r.practical_application) as Vec<&str>,
        &times,
    )
    .fetch_all(connection)
    .await?;
    let places = rows
        .into_iter()
        .map(|row| Place::new(row.place, row.id, row.is_new));
    Ok(places.collect())
}

/// Definitions that the history lacks, as the user's own; how many those were.
pub(super) async fn insert_definitions(
    connection: &mut PgConnection,
    user: i64,
    records: &[DefinitionRecord],
) -> Result<u64, Error> {
    if records.is_empty() {
        return Ok(0);
    }
    let subjects: Vec<_> = records
        .iter()
        .map(|r| hash_parts(&[&r.word, &r.passage_reference, &r.verse_text]).to_vec())
        .collect();
    let contents: Vec<_> = records
        .iter()
        .map(|r| hash_parts(&[&r.definition, &r.biblical_usage, &r.original_language]).to_vec())
        .collect();
    let times: Vec<_> = records.iter().map(|r| stored(r.created_at)).collect();
    let done = sqlx::query!(
        r#"
        WITH given AS (
            SELECT *
            FROM unnest($2::bytea[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::text[],
                        $8::text[], $9::text[], $10::timestamptz[])
                 WITH ORDINALITY AS given (subject_hash, content_hash, word, passage_reference,
                                           verse_text, definition, biblical_usage,
                                           original_language, created_at, place)
        ), shared AS (
            SELECT given.place
            FROM given
            JOIN definitions ON definitions.owner_id IS NULL
                            AND definitions.subject_hash = given.subject_hash
                            AND definitions.content_hash = given.content_hash
            JOIN user_definitions ON user_definitions.user_id = $1
                                 AND user_definitions.definition_id = definitions.id
        ), wanted AS (
            SELECT DISTINCT ON (subject_hash, content_hash) *
            FROM given
            WHERE place NOT IN (SELECT place FROM shared)
            ORDER BY subject_hash, content_hash, place
        ), own AS (
            INSERT INTO definitions (owner_id, subject_hash, content_hash, word, passage_reference,
                                     verse_text, definition, biblical_usage, original_language,
                                     created_at)
            SELECT $1::bigint, subject_hash, content_hash, word, passage_reference, verse_text,
                   definition, biblical_usage, original_language, created_at
            FROM wanted
            ORDER BY place
            ON CONFLICT (owner_id, subject_hash, content_hash) WHERE owner_id IS NOT NULL
            DO UPDATE SET created_at = definitions.created_at
            RETURNING id, subject_hash, content_hash
        )
        INSERT INTO user_definitions (user_id, definition_id, linked_at)
        SELECT $1, own.id, wanted.created_at
        FROM own
        JOIN wanted USING (subject_hash, content_hash)
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
        &times,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}
