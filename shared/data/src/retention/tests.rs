//! Tests of each job with rows that it must change and rows that it must keep.

use sqlx::PgPool;

use super::{users::*, *};
use crate::fixture::{at, at_once, connect, count, texts};

const NOW: &str = "2026-06-01T12:00:00Z";

fn now() -> DateTime<Utc> {
    at(NOW)
}

async fn script(database: &Database, sql: &'static str) {
    sqlx::raw_sql(sql).execute(database.once()).await.unwrap();
}

/// Runs the job to its end, and returns the number of changed rows.
async fn run(database: &Database, job: &str) -> u64 {
    let job = RETENTION.iter().find(|line| line.job == job).unwrap();
    let (mut changed, mut cursor) = (0, None);
    loop {
        let batch = job.run_batch(database, now(), cursor).await.unwrap();
        changed += batch.changed;
        cursor = batch.next;
        if cursor.is_none() {
            return changed;
        }
    }
}

/// Users 1 and 2, for rows that need one.
const USERS: &str = "
    INSERT INTO users (anonymous_id, created_at)
    SELECT gen_random_uuid(), '2020-01-01' FROM generate_series(1, 2)";

const CODES: &str = "
    INSERT INTO link_codes (user_id, code_hash, status, slot, created_at, expires_at)
    VALUES (1, sha256('due'), 'pending', 1, '2026-06-01', '2026-06-01T12:00:00Z'),
           (1, sha256('long due'), 'pending', 2, '2026-05-01', '2026-05-01'),
           (1, sha256('young'), 'pending', 3, '2026-06-01', '2026-06-01T12:00:01Z'),
           (1, sha256('used'), 'used', 1, '2026-05-31', '2026-05-31T11:59:59Z'),
           (1, sha256('revoked'), 'revoked', 1, '2026-05-31', '2026-05-31T12:00:01Z')";

#[sqlx::test(migrations = "../../migrations")]
async fn overdue_codes_expire_and_are_deleted_a_day_later(pool: PgPool) {
    let database = connect(&pool);
    let statuses = "SELECT status FROM link_codes ORDER BY id";
    for sql in [USERS, CODES] {
        sqlx::query(sql).execute(database.once()).await.unwrap();
    }
    assert_eq!(run(&database, "expire_link_codes").await, 2);
    let expired = ["expired", "expired", "pending", "used", "revoked"];
    assert_eq!(texts(&database, statuses).await, expired);
    assert_eq!(run(&database, "expire_link_codes").await, 0);

    assert_eq!(run(&database, "delete_link_codes").await, 2);
    let left = ["expired", "pending", "revoked"];
    assert_eq!(texts(&database, statuses).await, left);
}

#[sqlx::test(migrations = "../../migrations")]
async fn rate_buckets_are_deleted_after_a_day_and_usage_after_400(pool: PgPool) {
    let database = connect(&pool);
    for sql in [
        USERS,
        "INSERT INTO rate_buckets (bucket, user_id, address_hash, window_start, taken)
         VALUES ('chat', 1, NULL, '2026-05-31T11:59:59Z', 1),
                ('chat', 2, NULL, '2026-05-31T12:00:00Z', 2),
                ('address', NULL, sha256('a'), '2026-05-01', 3)",
        "INSERT INTO store_buckets
         VALUES (sha256('a'), '2026-05-31T11:59:59Z', 1), (sha256('b'), '2026-05-31T12:00:00Z', 2)",
        "INSERT INTO daily_usage (user_id, day, calls)
         VALUES (1, '2025-04-26', 1), (1, '2025-04-27', 2), (2, '2024-01-01', 3)",
    ] {
        sqlx::query(sql).execute(database.once()).await.unwrap();
    }
    assert_eq!(run(&database, "delete_rate_buckets").await, 3);
    assert_eq!(run(&database, "delete_usage").await, 2);
    let left = "SELECT taken::text FROM rate_buckets UNION ALL SELECT calls::text FROM daily_usage
                UNION ALL SELECT taken::text FROM store_buckets";
    assert_eq!(texts(&database, left).await, ["2", "2", "2"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn claims_are_deleted_an_hour_after_their_lease(pool: PgPool) {
    let database = connect(&pool);
    let sql = "INSERT INTO generations (kind, subject_hash, holder, lease_until)
               VALUES ('insight', sha256('a'), gen_random_uuid(), '2026-06-01T10:59:59Z'),
                      ('insight', sha256('b'), gen_random_uuid(), '2026-06-01T11:00:00Z'),
                      ('definition', sha256('a'), gen_random_uuid(), '2026-06-01T12:00:30Z')";
    sqlx::query(sql).execute(database.once()).await.unwrap();
    assert_eq!(run(&database, "delete_generations").await, 1);
    assert_eq!(run(&database, "delete_generations").await, 0);
    assert_eq!(count(&database, "generations").await, 2);
}

#[sqlx::test(migrations = "../../migrations")]
async fn passages_are_deleted_400_days_after_they_were_last_saved(pool: PgPool) {
    let database = connect(&pool);
    let sql = "INSERT INTO saved_passages (translation, reference, text, created_at)
               VALUES ('WEB', 'John 3:16', 't', '2025-04-27T11:59:59Z'),
                      ('KJV', 'John 3:16', 't', '2025-04-27T12:00:00Z')";
    sqlx::query(sql).execute(database.once()).await.unwrap();
    assert_eq!(run(&database, "delete_passages").await, 1);
    assert_eq!(run(&database, "delete_passages").await, 0);
    let left = texts(&database, "SELECT translation FROM saved_passages").await;
    assert_eq!(left, ["KJV"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_reply_pending_for_15_minutes_is_interrupted(pool: PgPool) {
    let database = connect(&pool);
    for sql in [
        USERS,
        "INSERT INTO conversations (user_id, title, created_at, updated_at)
         VALUES (1, 'Light', '2026-06-01', '2026-06-01')",
        "INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
         VALUES (1, 1, 'user', 'complete', 'q', '2026-06-01T11:44:59Z'),
                (1, 1, 'assistant', 'pending', 'a', '2026-06-01T11:44:59Z'),
                (1, 1, 'assistant', 'truncated', 'a', '2026-05-01'),
                (1, 1, 'assistant', 'pending', 'a', '2026-06-01T11:45:00Z')",
    ] {
        sqlx::query(sql).execute(database.once()).await.unwrap();
    }
    assert_eq!(run(&database, "interrupt_messages").await, 1);
    let states = texts(&database, "SELECT state FROM messages ORDER BY id").await;
    assert_eq!(states, ["complete", "interrupted", "truncated", "pending"]);
}

/// One user for each reason to be kept, and two without one.
const USERS_FOR_EMPTY_JOB: &str = "
    INSERT INTO users (anonymous_id, is_pro, created_at)
    SELECT gen_random_uuid(), n = 8, CASE n WHEN 3 THEN timestamptz '2026-05-01' ELSE '2020-01-01' END
    FROM generate_series(1, 9) AS n;
    -- 1: no device, no data. 2: its last request is old. 3: young. 4: one of two devices has a recent request.
    INSERT INTO devices (user_id, token_hash, device_type, created_at, last_active, cookie_sent_at)
    SELECT n, sha256(n::text::bytea), 'unknown', '2020-01-01', '2025-04-27T11:59:59Z', '2020-01-01'
    FROM generate_series(2, 9) AS n WHERE n <> 3;
    INSERT INTO devices (user_id, token_hash, device_type, created_at, last_active, cookie_sent_at)
    VALUES (4, sha256('seen'), 'unknown', '2020-01-01', '2025-04-27T12:00:00Z', '2020-01-01');
    -- 5: an insight. 6: a chat. 7: an unlinked import. 8: pro. 9: a definition.
    INSERT INTO insights (owner_id, subject_hash, content_hash, passage_reference, passage_text,
                          historical_context, theological_significance, practical_application, created_at)
    VALUES (NULL, sha256('s'), sha256('c'), 'John 3', 't', 'h', 't', 'p', '2020-01-01'),
           (7, sha256('s'), sha256('c'), 'John 3', 't', 'h', 't', 'p', '2020-01-01');
    INSERT INTO user_insights VALUES (5, 1, '2020-01-01');
    INSERT INTO conversations (user_id, title, created_at, updated_at)
    VALUES (6, 'Light', '2020-01-01', '2020-01-01');
    INSERT INTO definitions (subject_hash, content_hash, word, passage_reference, verse_text, definition,
                             biblical_usage, original_language, created_at)
    VALUES (sha256('s'), sha256('c'), 'w', 'John 3', 't', 'd', 'b', 'o', '2020-01-01');
    INSERT INTO user_definitions VALUES (9, 1, '2020-01-01')";

#[sqlx::test(migrations = "../../migrations")]
async fn only_users_without_data_and_recent_requests_are_deleted(pool: PgPool) {
    let database = connect(&pool);
    script(&database, USERS_FOR_EMPTY_JOB).await;
    assert_eq!(run(&database, "delete_empty_users").await, 2);
    let left = texts(&database, "SELECT id::text FROM users ORDER BY id").await;
    assert_eq!(left, ["3", "4", "5", "6", "7", "8", "9"]);
    assert_eq!(run(&database, "delete_empty_users").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_user_with_data_written_meanwhile_is_not_deleted(pool: PgPool) {
    let database = connect(&pool);
    sqlx::query(USERS).execute(database.once()).await.unwrap();
    let before = now() - Duration::days(400);
    // The job has found both users; then the first one writes a row.
    sqlx::query(
        "INSERT INTO conversations (user_id, title, created_at, updated_at)
         VALUES (1, 'Light', '2026-06-01', '2026-06-01')",
    )
    .execute(database.once())
    .await
    .unwrap();
    let deleted = delete_if_still_unused(&database, &[1, 2], before).await;
    assert_eq!(deleted.unwrap(), 1);
    let left = texts(&database, "SELECT id::text FROM users").await;
    assert_eq!(left, ["1"]);
}

/// One user for each reason to be kept, and two without one.
const USERS_FOR_UNRETURNED_JOB: &str = "
    INSERT INTO users (anonymous_id, is_pro, created_at)
    SELECT gen_random_uuid(), n = 8, CASE n WHEN 3 THEN timestamptz '2026-06-01' ELSE '2026-05-31' END
    FROM generate_series(1, 9) AS n;
    -- 1 and 2: their cookie never came back. 3: young. 4: one of two cookies came back. 9: no device.
    INSERT INTO devices (user_id, token_hash, device_type, created_at, last_active, cookie_sent_at, returned)
    SELECT id, sha256(id::text::bytea), 'unknown', created_at, created_at, created_at, FALSE
    FROM users WHERE id <> 9;
    INSERT INTO devices (user_id, token_hash, device_type, created_at, last_active, cookie_sent_at)
    VALUES (4, sha256('back'), 'unknown', '2026-05-31', '2026-05-31', '2026-05-31');
    -- 5: daily usage. 6: a link code. 7: a chat. 8: pro.
    INSERT INTO daily_usage VALUES (5, '2026-05-31', 0);
    INSERT INTO link_codes (user_id, code_hash, status, slot, created_at, expires_at)
    VALUES (6, sha256('c'), 'expired', 1, '2026-05-31', '2026-05-31');
    INSERT INTO conversations (user_id, title, created_at, updated_at)
    VALUES (7, 'Light', '2026-05-31', '2026-05-31')";

#[sqlx::test(migrations = "../../migrations")]
async fn only_users_without_data_whose_cookie_never_came_back_are_deleted_after_a_day(
    pool: PgPool,
) {
    let database = connect(&pool);
    script(&database, USERS_FOR_UNRETURNED_JOB).await;
    assert_eq!(run(&database, "delete_unreturned_users").await, 2);
    let left = texts(&database, "SELECT id::text FROM users ORDER BY id").await;
    assert_eq!(left, ["3", "4", "5", "6", "7", "8", "9"]);
    assert_eq!(run(&database, "delete_unreturned_users").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_cookie_that_comes_back_meanwhile_keeps_its_user(pool: PgPool) {
    let database = connect(&pool);
    script(&database, USERS_FOR_UNRETURNED_JOB).await;
    // The job has found both users; then the cookie of the second comes back.
    sqlx::query("UPDATE devices SET returned = TRUE WHERE user_id = 2")
        .execute(database.once())
        .await
        .unwrap();
    let before = now() - Duration::days(1);
    let deleted = delete_if_still_unreturned(&database, &[1, 2], before).await;
    assert_eq!(deleted.unwrap(), 1);
    let left = texts(&database, "SELECT id::text FROM users WHERE id < 3").await;
    assert_eq!(left, ["2"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn twenty_simultaneous_runs_share_batches_of_a_thousand(pool: PgPool) {
    let database = connect(&pool);
    for sql in [
        "INSERT INTO users (anonymous_id, created_at)
         SELECT gen_random_uuid(), '2020-01-01' FROM generate_series(1, 3500)",
        "INSERT INTO daily_usage SELECT id, '2020-01-01', 1 FROM users",
        "INSERT INTO users (anonymous_id, created_at)
         SELECT gen_random_uuid(), '2026-05-01' FROM generate_series(1, 3500)",
        "INSERT INTO devices (user_id, token_hash, device_type, created_at, last_active, cookie_sent_at, returned)
         SELECT id, sha256(id::text::bytea), 'unknown', created_at, created_at, created_at, FALSE
         FROM users
         WHERE created_at = '2026-05-01'",
    ] {
        sqlx::query(sql).execute(database.once()).await.unwrap();
    }
    let first = delete_usage(&database, now()).await.unwrap();
    assert_eq!((first.changed, first.next.is_some()), (1000, true));
    for (job, rows) in [
        ("delete_usage", 2500),
        ("delete_empty_users", 3500),
        ("delete_unreturned_users", 3500),
    ] {
        let changed = at_once(20, |_| {
            let database = database.clone();
            async move { run(&database, job).await }
        });
        let changed: u64 = changed.await.into_iter().sum();
        assert_eq!(changed, rows, "{job}: every row once");
    }
}
