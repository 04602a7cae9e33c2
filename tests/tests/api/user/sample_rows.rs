//! Rows that tests insert for a user.

use sqlx::AssertSqlSafe;
use verse_tests::Database;

/// One row at least in every table that can name a user.
pub(super) async fn insert_in_every_table(database: &Database, user: i64) {
    let rows = format!(
        "WITH insight AS (
             INSERT INTO insights (owner_id, subject_hash, content_hash, passage_reference, passage_text,
                                   historical_context, theological_significance, practical_application, created_at)
             VALUES ({user}, sha256('s'), sha256('c'), 'John 3', 'For God', '', '', '', now())
             RETURNING id
         ), insight_link AS (
             INSERT INTO user_insights SELECT {user}, id, now() FROM insight
         ), definition AS (
             INSERT INTO definitions (owner_id, subject_hash, content_hash, word, passage_reference, verse_text,
                                      definition, biblical_usage, original_language, created_at)
             VALUES ({user}, sha256('s'), sha256('c'), 'God', 'John 3', 'For God', '', '', '', now())
             RETURNING id
         ), definition_link AS (
             INSERT INTO user_definitions SELECT {user}, id, now() FROM definition
         ), conversation AS (
             INSERT INTO conversations (user_id, insight_id, title, created_at, updated_at)
             SELECT {user}, id, NULL, now(), now() FROM insight
             UNION ALL SELECT {user}, NULL, 'A chat', now(), now()
             RETURNING id
         ), message AS (
             INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
             SELECT id, {user}, 'user', 'complete', 'why?', now() FROM conversation
             RETURNING id
         ), meaning AS (
             INSERT INTO message_embeddings (message_id, model, embedding)
             SELECT id, 'a model', array_fill(0, ARRAY[1024])::vector FROM message
         ), code AS (
             INSERT INTO link_codes (user_id, code_hash, status, slot, created_at, expires_at)
             VALUES ({user}, sha256('{user}'), 'pending', 1, now(), now())
         ), usage AS (
             INSERT INTO daily_usage VALUES ({user}, now(), 3)
         )
         INSERT INTO rate_buckets (bucket, user_id, window_start, taken) VALUES ('chat', {user}, now(), 1)"
    );
    database.execute(AssertSqlSafe(rows)).await;
}

/// The product's hash of texts: SHA-256 of each text after its length, which is eight bytes, little-endian.
const HASH_PARTS: &str = r"
    CREATE OR REPLACE FUNCTION hash_parts(VARIADIC parts text[]) RETURNS bytea LANGUAGE sql AS $$
        SELECT sha256(string_agg(
            set_byte(set_byte('\x0000000000000000', 0, octet_length(part) & 255), 1, octet_length(part) >> 8)
            || convert_to(part, 'UTF8'), '' ORDER BY place))
        FROM unnest(parts) WITH ORDINALITY AS given (part, place)
    $$";

/// Histories and conversations, every text marked with `mark`: shared and owned insights, messages in every state, line
/// breaks, quotes, and multibyte characters.
pub(super) async fn insert_history(database: &Database, user: i64, mark: &str) {
    database.run_script(HASH_PARTS).await;
    let text = format!("{mark} \"quoted\"\n  and broken \\ λόγος 🕊");
    let rows = format!(
        "WITH insight AS (
             INSERT INTO insights (owner_id, subject_hash, content_hash, passage_reference, passage_text,
                                   historical_context, theological_significance, practical_application, created_at)
             SELECT CASE WHEN n % 2 = 0 THEN {user} END, hash_parts('{mark} ' || n, $${text}$$ || n),
                    hash_parts('{mark} h', '{mark} t', '{mark} p'), '{mark} ' || n, $${text}$$ || n, '{mark} h', '{mark} t', '{mark} p', now()
             FROM generate_series(1, 5) AS n
             RETURNING id, passage_reference
         ), insight_link AS (
             INSERT INTO user_insights
             SELECT {user}, id, '2026-01-01 00:00:00.123456Z'::timestamptz + right(passage_reference, 1)::int * '1 day'::interval
             FROM insight
         ), definition AS (
             INSERT INTO definitions (owner_id, subject_hash, content_hash, word, passage_reference, verse_text,
                                      definition, biblical_usage, original_language, created_at)
             SELECT NULL, hash_parts('{mark}' || n, '{mark}', $${text}$$ || n),
                    hash_parts('{mark} d', '{mark} b', '{mark} o'), '{mark}' || n, '{mark}', $${text}$$ || n,
                    '{mark} d', '{mark} b', '{mark} o', now()
             FROM generate_series(1, 3) AS n
             RETURNING id
         ), definition_link AS (
             INSERT INTO user_definitions SELECT {user}, id, '2026-02-01 00:00:00.000001Z' FROM definition
         ), conversation AS (
             INSERT INTO conversations (user_id, insight_id, title, passage_reference, passage_text, created_at, updated_at)
             SELECT {user}, id, NULL, NULL, NULL, now(), now() FROM insight WHERE passage_reference < '{mark} 3'
             UNION ALL
             SELECT {user}, NULL, $${text}$$, '{mark}', $${text}$$, '2026-03-01', '2026-03-02' FROM generate_series(1, 2)
             UNION ALL
             SELECT {user}, NULL, '{mark} empty', NULL, NULL, '2026-03-03', '2026-03-03'
             RETURNING id, title
         )
         INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
         SELECT id, {user}, role, state, $${text}$$ || at, at::timestamptz
         FROM conversation, (VALUES ('user', 'complete', '2026-03-01 10:00:00.5Z'), ('assistant', 'complete', '2026-03-01 10:00:00.5Z'),
                                    ('user', 'complete', '2026-03-01 10:01:00Z'), ('assistant', 'interrupted', '2026-03-01 10:01:00Z'),
                                    ('user', 'complete', '2026-03-01 10:02:00Z'), ('assistant', 'pending', '2026-03-01 10:02:00Z'))
              AS message (role, state, at)
         WHERE title IS NULL OR title NOT LIKE '%empty'
         ORDER BY id, at, role DESC"
    );
    database.execute(AssertSqlSafe(rows)).await;
}

/// Insights of 50,000 characters, each with 500 messages: two megabytes an insight.
pub(super) async fn insert_megabytes(database: &Database, user: i64, megabytes: u32) {
    let insights = megabytes / 2;
    let rows = format!(
        "WITH insight AS (
             INSERT INTO insights (owner_id, subject_hash, content_hash, passage_reference, passage_text,
                                   historical_context, theological_significance, practical_application, created_at)
             SELECT {user}, sha256(n::text::bytea), sha256('c'), 'John ' || n, repeat('In the beginning ', 2900), '', '', '', now()
             FROM generate_series(1, {insights}) AS n
             RETURNING id
         ), link AS (
             INSERT INTO user_insights SELECT {user}, id, now() FROM insight
         ), conversation AS (
             INSERT INTO conversations (user_id, insight_id, created_at, updated_at)
             SELECT {user}, id, now(), now() FROM insight
             RETURNING id
         )
         INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
         SELECT id, {user}, 'user', 'complete', repeat('was the Word ', 300), now() FROM conversation, generate_series(1, 500)"
    );
    database.execute(AssertSqlSafe(rows)).await;
}
