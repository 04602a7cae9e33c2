//! Every migration on a database with rows: those of all earlier migrations are kept.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sqlx::{
    AssertSqlSafe,
    migrate::{Migration, Migrator},
};
use verse_tests::{Database, Function};

/// Rows for the tables that each migration creates.
const ROWS: [(i64, &str); 18] = [
    (
        1,
        "INSERT INTO users (anonymous_id, is_pro, created_at)
         SELECT gen_random_uuid(), n = 2, now() FROM generate_series(1, 3) AS n;
         INSERT INTO devices (user_id, token_hash, device_name, device_type, user_agent,
                              created_at, last_active, cookie_sent_at)
         SELECT id, sha256(id::text::bytea), 'Chrome on Windows', 'desktop', 'Mozilla/5.0', now(), now(), now()
         FROM users",
    ),
    (2, "INSERT INTO daily_usage SELECT id, current_date, 7 FROM users"),
    (
        3,
        "INSERT INTO saved_passages (translation, reference, text, created_at)
         VALUES ('WEB', 'John 3:16', 'For God so loved the world', now())",
    ),
    (
        4,
        "INSERT INTO insights (owner_id, subject_hash, content_hash, passage_reference, passage_text,
                               historical_context, theological_significance, practical_application, created_at)
         SELECT NULLIF(n, 0), sha256('s'), sha256('c'), 'John 3', 'Text', 'h', 't', 'p', now()
         FROM generate_series(0, 2) AS n;
         INSERT INTO user_insights SELECT users.id, 1, now() FROM users;
         INSERT INTO definitions (owner_id, subject_hash, content_hash, word, passage_reference, verse_text,
                                  definition, biblical_usage, original_language, created_at)
         SELECT NULLIF(n, 0), sha256('s'), sha256('c'), 'word', 'John 1', 'Text', 'd', 'b', 'o', now()
         FROM generate_series(0, 2) AS n;
         INSERT INTO user_definitions SELECT users.id, 1, now() FROM users",
    ),
    (
        5,
        "INSERT INTO conversations (user_id, insight_id, title, summary, summarised_through, created_at, updated_at)
         SELECT id, CASE id WHEN 1 THEN 1 END, CASE id WHEN 1 THEN NULL ELSE 'Light' END,
                CASE id WHEN 2 THEN 'About light' END, CASE id WHEN 2 THEN 1 END, now(), now()
         FROM users;
         INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
         SELECT id, user_id, 'assistant', 'complete', 'Text', now() FROM conversations",
    ),
    (
        6,
        "INSERT INTO link_codes (user_id, code_hash, status, slot, created_at, expires_at)
         SELECT id, sha256(id::text::bytea), 'pending', 1, now(), now() FROM users;
         INSERT INTO rate_buckets (bucket, user_id, window_start, taken) SELECT 'chat', id, now(), 1 FROM users",
    ),
    (
        7,
        "INSERT INTO devices (user_id, token_hash, device_type, created_at, last_active, cookie_sent_at, returned)
         SELECT id, sha256('unreturned'), 'unknown', now(), now(), now(), FALSE FROM users LIMIT 1",
    ),
    (
        8,
        "INSERT INTO generations VALUES ('insight', sha256('s'), gen_random_uuid(), now())",
    ),
    (
        9,
        "INSERT INTO message_embeddings
         SELECT id, 'a model', array_fill(0.1::real, ARRAY[1024])::vector FROM messages",
    ),
    (10, "SELECT 'no table is new'"),
    (11, "SELECT 'no table is new'"),
    (12, "SELECT 'no table is new'"),
    (13, "SELECT 'no table is new'"),
    (14, "INSERT INTO store_buckets VALUES (sha256('address'), now(), 1)"),
    (15, "SELECT 'no table is new'"),
    (16, "SELECT 'no table is new'"),
    (17, "SELECT 'no table is new'"),
    (18, "SELECT 'no table is new'"),
];

async fn migrations() -> Vec<Migration> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations");
    let migrator = Migrator::new(std::path::Path::new(folder)).await;
    migrator
        .expect("migrations/ holds migrations")
        .migrations
        .to_vec()
}

/// Applies these migrations; those that were applied before must be among them.
async fn apply(database: &Database, migrations: &[Migration]) {
    let migrator = Migrator::with_migrations(migrations.to_vec());
    migrator
        .run(database.pool())
        .await
        .expect("the migrations apply");
}

async fn insert_rows(database: &Database, version: i64) {
    let rows = ROWS.iter().find(|(of, _)| *of == version);
    let (_, rows) =
        rows.unwrap_or_else(|| panic!("migration {version} has no rows in this test: add some"));
    database.run_script(*rows).await;
}

/// Applies these migrations, then inserts the rows of each.
async fn apply_with_rows(database: &Database, migrations: &[Migration]) {
    apply(database, migrations).await;
    for migration in migrations {
        insert_rows(database, migration.version).await;
    }
}

async fn tables(database: &Database) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT table_name::text FROM information_schema.tables
         WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
           AND table_name NOT IN ('_sqlx_migrations', 'migration_lock')
         ORDER BY table_name",
    )
    .fetch_all(database.pool())
    .await
    .unwrap()
}

/// Every row of every table.
async fn rows(database: &Database) -> BTreeMap<String, Vec<Value>> {
    let mut all = BTreeMap::new();
    for table in tables(database).await {
        let sql = format!("SELECT to_jsonb(t) FROM {table} AS t ORDER BY to_jsonb(t)::text");
        let rows = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_all(database.pool())
            .await;
        all.insert(table, rows.unwrap());
    }
    all
}

/// Whether `after` has every member of `before`. A count of the user's rows may change.
fn keeps(after: &Value, before: &Value) -> bool {
    let members = before.as_object().unwrap();
    members
        .iter()
        .filter(|(name, _)| *name != "stored_bytes")
        .all(|(name, value)| after.get(name) == Some(value))
}

#[tokio::test]
async fn each_migration_keeps_the_rows_of_the_earlier_ones() {
    let database = Database::empty().await;
    let all = migrations().await;
    for (index, migration) in all.iter().enumerate() {
        let before = rows(&database).await;
        apply(&database, &all[..=index]).await;
        let after = rows(&database).await;
        for (table, before) in &before {
            let version = migration.version;
            assert!(!before.is_empty(), "{table} had no row before {version}");
            for row in before {
                let kept = after[table].iter().any(|after| keeps(after, row));
                assert!(kept, "migration {version} lost {row} of {table}");
            }
        }
        insert_rows(&database, migration.version).await;
    }
    for (table, rows) in rows(&database).await {
        assert!(!rows.is_empty(), "{table} has no row in this test: add one");
    }
    // Every constraint has checked every row.
    let unchecked = database.count("pg_constraint WHERE NOT convalidated").await;
    assert_eq!(unchecked, 0);
}

#[tokio::test]
async fn the_function_updates_a_database_of_any_age() {
    let all = migrations().await;
    for age in 1..all.len() {
        let database = Database::empty().await;
        apply_with_rows(&database, &all[..age]).await;
        let before = rows(&database).await;
        let migrate = Function::start("migrate", &database).await;
        let report = migrate.run(&json!({})).await.expect("a report");
        let applied = report["applied"].as_array().unwrap();
        assert_eq!(applied.len(), all.len() - age, "{report}");
        let after = rows(&database).await;
        for (table, before) in &before {
            let rows = after[table].len();
            assert_eq!(rows, before.len(), "{table}, from migration {age}");
        }
    }
}

/// Otherwise `cleanup` would delete their users a day after the first visit.
#[tokio::test]
async fn devices_from_before_the_column_returned_count_as_returned() {
    let database = Database::empty().await;
    let all = migrations().await;
    let before = all.iter().take_while(|migration| migration.version < 7);
    let before: Vec<_> = before.cloned().collect();
    apply_with_rows(&database, &before).await;
    apply(&database, &all).await;
    // Functions of the previous version run beside the new ones during a deployment.
    database
        .execute(
            "INSERT INTO devices (user_id, token_hash, device_type, created_at, last_active, cookie_sent_at)
             SELECT min(id), sha256('old'), 'unknown', now(), now(), now() FROM users",
        )
        .await;
    assert_eq!(database.count("devices").await, 4);
    assert_eq!(database.count("devices WHERE returned").await, 4);
}

/// Without an index, erasing a user reads the whole table for each deleted row.
#[tokio::test]
async fn every_foreign_key_has_an_index() {
    let database = Database::fresh().await;
    // An index is usable if the key's column is its first, and it omits only nulls.
    let bare: Vec<String> = sqlx::query_scalar(
        "SELECT conrelid::regclass || '.' || attname
         FROM pg_constraint
         JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
         WHERE contype = 'f'
           AND NOT EXISTS (
               SELECT FROM pg_index
               WHERE indrelid = conrelid AND indkey[0] = conkey[1]
                 AND (indpred IS NULL
                      OR pg_get_expr(indpred, indrelid) = '(' || quote_ident(attname) || ' IS NOT NULL)')
           )
         ORDER BY 1",
    )
    .fetch_all(database.pool())
    .await
    .unwrap();
    assert!(bare.is_empty(), "no index for {bare:?}");
}
