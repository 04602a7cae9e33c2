//! Conversations and messages of an import: one statement each, which takes all records as arrays.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Place, stored, texts};
use crate::{ChatRecord, Error, MessageRecord};

/// The conversations about these insights, by insight; begun if there was none. `spans`: first and last message.
pub(super) async fn open_conversations(
    connection: &mut PgConnection,
    user: i64,
    spans: &BTreeMap<i64, (DateTime<Utc>, DateTime<Utc>)>,
) -> Result<HashMap<i64, i64>, Error> {
    if spans.is_empty() {
        return Ok(HashMap::new());
    }
    let insights: Vec<i64> = spans.keys().copied().collect();
    let first: Vec<_> = spans.values().map(|(first, _)| stored(*first)).collect();
    let last: Vec<_> = spans.values().map(|(_, last)| stored(*last)).collect();
    let rows = sqlx::query!(
        r#"
        INSERT INTO conversations (user_id, insight_id, created_at, updated_at)
        SELECT $1, insight_id, first, last
        FROM unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[])
             AS given (insight_id, first, last)
        ON CONFLICT (user_id, insight_id) WHERE insight_id IS NOT NULL
        DO UPDATE SET updated_at = greatest(conversations.updated_at, excluded.updated_at)
        RETURNING id, insight_id AS "insight_id!"
        "#,
        user,
        &insights,
        &first,
        &last,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.insight_id, row.id))
        .collect())
}

/// Chats that the user lacks. The second of two that began the same in the file is the second such one of the user.
pub(super) async fn insert_chats(
    connection: &mut PgConnection,
    user: i64,
    chats: &[(ChatRecord, Vec<MessageRecord>)],
) -> Result<Vec<Place>, Error> {
    if chats.is_empty() {
        return Ok(Vec::new());
    }
    let records: Vec<&ChatRecord> = chats.iter().map(|(chat, _)| chat).collect();
    let references: Vec<_> = records
        .iter()
        .map(|r| r.passage_reference.as_deref())
        .collect();
    let passages: Vec<_> = records.iter().map(|r| r.passage_text.as_deref()).collect();
    let created: Vec<_> = records.iter().map(|r| stored(r.created_at)).collect();
    let updated: Vec<_> = records.iter().map(|r| stored(r.updated_at)).collect();
    // Numbers are given in the order of insertion: that is how a new row is matched with its record.
    let rows = sqlx::query!(
        r#"
        WITH given AS (
            SELECT *, row_number() OVER (PARTITION BY title, passage_reference, passage_text,
                                                      created_at ORDER BY place) AS nth
            FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
                 WITH ORDINALITY AS given (title, passage_reference, passage_text, created_at,
                                           updated_at, place)
        ), held AS (
            SELECT id, title, passage_reference, passage_text, created_at,
                   row_number() OVER (PARTITION BY title, passage_reference, passage_text,
                                                   created_at ORDER BY id) AS nth
            FROM conversations
            WHERE user_id = $1 AND insight_id IS NULL AND created_at = ANY($5)
        ), known AS (
            SELECT given.place, held.id, given.updated_at
            FROM given
            JOIN held ON held.title = given.title
                     AND held.created_at = given.created_at
                     AND held.nth = given.nth
                     AND held.passage_reference IS NOT DISTINCT FROM given.passage_reference
                     AND held.passage_text IS NOT DISTINCT FROM given.passage_text
        ), used AS (
            UPDATE conversations
            SET updated_at = known.updated_at
            FROM known
            WHERE conversations.id = known.id AND conversations.updated_at < known.updated_at
        ), missing AS (
            SELECT *, row_number() OVER (ORDER BY place) AS turn
            FROM given
            WHERE place NOT IN (SELECT place FROM known)
        ), added AS (
            INSERT INTO conversations (user_id, title, passage_reference, passage_text,
                                       created_at, updated_at)
            SELECT $1::bigint, title, passage_reference, passage_text, created_at, updated_at
            FROM missing
            ORDER BY turn
            RETURNING id
        ), numbered AS (
            SELECT id, row_number() OVER (ORDER BY id) AS turn FROM added
        )
        SELECT place AS "place!", id AS "id!", FALSE AS "is_new!" FROM known
        UNION ALL
        SELECT missing.place, numbered.id, TRUE FROM missing JOIN numbered USING (turn)
        "#,
        user,
        texts(&records, |r| &r.title) as Vec<&str>,
        references as Vec<Option<&str>>,
        passages as Vec<Option<&str>>,
        &created,
        &updated,
    )
    .fetch_all(connection)
    .await?;
    let places = rows
        .into_iter()
        .map(|row| Place::new(row.place, row.id, row.is_new));
    Ok(places.collect())
}

/// Messages that their conversations lack; how many those were.
pub(super) async fn insert_messages(
    connection: &mut PgConnection,
    user: i64,
    messages: Vec<(i64, &MessageRecord)>,
) -> Result<u64, Error> {
    if messages.is_empty() {
        return Ok(0);
    }
    let conversations: Vec<i64> = messages.iter().map(|(id, _)| *id).collect();
    let times: Vec<_> = messages.iter().map(|(_, m)| stored(m.created_at)).collect();
    // Sorted together and not joined: a join of two long lists of which the planner knows nothing may take forever.
    // Among what is the same, the held ones stand first; of the given ones, as many as are held are known.
    let done = sqlx::query!(
        r#"
        WITH given AS (
            SELECT *
            FROM unnest($2::bigint[], $3::text[], $4::text[], $5::timestamptz[])
                 WITH ORDINALITY AS given (conversation_id, role, content, created_at, place)
        ), held AS (
            SELECT conversation_id, role, content, created_at
            FROM messages
            WHERE state <> 'pending'
              AND (conversation_id, created_at) IN (SELECT conversation_id, created_at FROM given)
        ), counted AS (
            SELECT *, row_number() OVER (same ORDER BY place NULLS FIRST) AS nth,
                   count(*) FILTER (WHERE place IS NULL) OVER same AS held
            FROM (SELECT * FROM given UNION ALL SELECT *, NULL FROM held) AS both_lists
            WINDOW same AS (PARTITION BY conversation_id, created_at, role, content)
        )
        INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
        SELECT conversation_id, $1, role, 'complete', content, created_at
        FROM counted
        WHERE place IS NOT NULL AND nth > 2 * held
        ORDER BY place
        "#,
        user,
        &conversations,
        texts(&messages, |(_, m)| m.role.as_str()) as Vec<&str>,
        texts(&messages, |(_, m)| &m.content) as Vec<&str>,
        &times,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}
