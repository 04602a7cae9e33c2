//! Conversations and messages of an import: one statement each, with all records as arrays.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{StoredRecord, texts, times};
use crate::{ChatRecord, Error, MessageRecord};

/// Inserts the chats that the user does not have. The second of two equal chats in the file matches the user's second
/// one.
pub(super) async fn insert_chats(
    connection: &mut PgConnection,
    user: i64,
    chats: &[(ChatRecord, Vec<MessageRecord>)],
    now: DateTime<Utc>,
) -> Result<Vec<StoredRecord>, Error> {
    if chats.is_empty() {
        return Ok(Vec::new());
    }
    let records: Vec<&ChatRecord> = chats.iter().map(|(chat, _)| chat).collect();
    let references: Vec<_> = records
        .iter()
        .map(|r| r.passage_reference.as_deref())
        .collect();
    let passages: Vec<_> = records.iter().map(|r| r.passage_text.as_deref()).collect();
    // New rows get their ids in the order of insertion. So the statement matches each new row with its record by rank.
    let stored = sqlx::query_as!(
        StoredRecord,
        r#"
        WITH sent AS (
            SELECT *
            FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
                 WITH ORDINALITY AS sent (title, passage_reference, passage_text, created_at,
                                          updated_at, position)
        ), timed AS (
            -- A chat without a time, which has `now`, takes the time of an equal one.
            SELECT title, passage_reference, passage_text, updated_at, position,
                   coalesce(nullif(created_at, $7), min(known_at) OVER same, $7) AS created_at
            FROM (
                SELECT title, passage_reference, passage_text, updated_at, position, created_at,
                       NULL::timestamptz AS known_at
                FROM sent
                UNION ALL
                SELECT title, passage_reference, passage_text, updated_at, NULL, NULL, created_at
                FROM conversations
                WHERE user_id = $1 AND insight_id IS NULL AND $7 = ANY ($5)
            ) AS both_lists
            WINDOW same AS (PARTITION BY title, passage_reference, passage_text)
        ), given AS (
            SELECT *, row_number() OVER (PARTITION BY title, passage_reference, passage_text,
                                                      created_at ORDER BY position) AS nth
            FROM timed
            WHERE position IS NOT NULL
        ), existing AS (
            SELECT id, title, passage_reference, passage_text, created_at,
                   row_number() OVER (PARTITION BY title, passage_reference, passage_text,
                                                   created_at ORDER BY id) AS nth
            FROM conversations
            WHERE user_id = $1 AND insight_id IS NULL
              AND created_at = ANY (ARRAY(SELECT created_at FROM given))
        ), matched AS (
            SELECT given.position, existing.id, given.updated_at
            FROM given
            JOIN existing ON existing.title = given.title
                     AND existing.created_at = given.created_at
                     AND existing.nth = given.nth
                     AND existing.passage_reference IS NOT DISTINCT FROM given.passage_reference
                     AND existing.passage_text IS NOT DISTINCT FROM given.passage_text
        ), updated AS (
            UPDATE conversations
            SET updated_at = matched.updated_at
            FROM matched
            WHERE conversations.id = matched.id AND conversations.updated_at < matched.updated_at
        ), missing AS (
            SELECT *, row_number() OVER (ORDER BY position) AS rank
            FROM given
            WHERE position NOT IN (SELECT position FROM matched)
        ), added AS (
            INSERT INTO conversations (user_id, title, passage_reference, passage_text,
                                       created_at, updated_at)
            SELECT $1::bigint, title, passage_reference, passage_text, created_at, updated_at
            FROM missing
            ORDER BY rank
            RETURNING id
        ), numbered AS (
            SELECT id, row_number() OVER (ORDER BY id) AS rank FROM added
        )
        SELECT position AS "position!", id AS "id!", FALSE AS "is_new!", id AS conversation
        FROM matched
        UNION ALL
        SELECT missing.position, numbered.id, TRUE, numbered.id
        FROM missing
        JOIN numbered USING (rank)
        "#,
        user,
        texts(&records, |r| &r.title) as Vec<&str>,
        references as Vec<Option<&str>>,
        passages as Vec<Option<&str>>,
        &times(&records, |r| r.created_at),
        &times(&records, |r| r.updated_at),
        now,
    )
    .fetch_all(connection)
    .await?;
    Ok(stored)
}

/// Inserts the messages that their conversations do not have, and returns how many, and the user's stored bytes after it.
pub(super) async fn insert_messages(
    connection: &mut PgConnection,
    user: i64,
    messages: &[(i64, &MessageRecord)],
    now: DateTime<Utc>,
) -> Result<(u64, i64), Error> {
    let conversations: Vec<i64> = messages.iter().map(|(id, _)| *id).collect();
    let without_times = messages
        .iter()
        .filter(|(_, message)| message.created_at == now);
    let mut without_times: Vec<i64> = without_times.map(|(id, _)| *id).collect();
    without_times.dedup();
    // The statement sorts both lists together. The planner has no statistics on arrays, and a join of two long lists
    // may take very long. Among equal messages, existing ones come first, and as many given ones are left out.
    // Triggers count the new messages after the statement, so that it adds them to the column itself.
    let row = sqlx::query!(
        r#"
        WITH sent AS (
            SELECT *
            FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
                 WITH ORDINALITY AS sent (conversation_id, role, state, content, created_at,
                                          position)
        ), timed AS (
            -- A message without a time, which has `now`, takes the time of an equal one.
            SELECT conversation_id, role, state, content,
                   coalesce(nullif(created_at, $7), min(known_at) OVER same, $7) AS created_at,
                   position
            FROM (
                SELECT *, NULL::timestamptz AS known_at FROM sent
                UNION ALL
                SELECT conversation_id, role, state, content, NULL, NULL, created_at
                FROM messages
                WHERE conversation_id = ANY ($8) AND state <> 'pending'
            ) AS both_lists
            WINDOW same AS (PARTITION BY conversation_id, role, content)
        ), given AS (
            SELECT * FROM timed WHERE position IS NOT NULL
        ), existing AS (
            SELECT conversation_id, role, state, content, created_at
            FROM messages
            WHERE state <> 'pending'
              AND (conversation_id, created_at) IN (SELECT conversation_id, created_at FROM given)
        ), counted AS (
            SELECT *, row_number() OVER (same ORDER BY position NULLS FIRST) AS nth,
                   count(*) FILTER (WHERE position IS NULL) OVER same AS existing
            FROM (SELECT * FROM given UNION ALL SELECT *, NULL FROM existing) AS both_lists
            WINDOW same AS (PARTITION BY conversation_id, created_at, role, content)
        ), inserted AS (
            INSERT INTO messages (conversation_id, user_id, role, state, content, created_at,
                                  is_imported)
            SELECT conversation_id, $1, role, state, content, created_at, TRUE
            FROM counted
            WHERE position IS NOT NULL AND nth > 2 * existing
            ORDER BY position
            RETURNING message_bytes(state, content) AS bytes
        )
        SELECT (SELECT count(*) FROM inserted) AS "messages!",
               (coalesce((SELECT sum(bytes) FROM inserted), 0) + stored_bytes)::BIGINT AS "bytes!"
        FROM users
        WHERE id = $1
        "#,
        user,
        &conversations,
        texts(messages, |(_, m)| m.role.as_str()) as Vec<&str>,
        texts(messages, |(_, m)| m.state.as_str()) as Vec<&str>,
        texts(messages, |(_, m)| &m.content) as Vec<&str>,
        &times(messages, |(_, m)| m.created_at),
        now,
        &without_times,
    )
    .fetch_one(connection)
    .await?;
    Ok((row.messages.unsigned_abs(), row.bytes))
}
