//! Every migration on a database that is in use: rows of all earlier ones stay as they are.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says why and fails"
)]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sqlx::{
    AssertSqlSafe,
    migrate::{Migration, Migrator},
};
use verse_tests::{Database, Function};

/// Rows for the tables that each migration makes.
const ROWS: [(i64, &str); 11] = [
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
];

async fn migrations() -> Vec<Migration> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations");
    let migrator = Migrator::new(std::path::Path::new(folder)).await;
    migrator
        .expect("migrations/ holds migrations")
        .migrations
        .to_vec()
}

/// Applies these and no others; those that were applied before must be among them.
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

/// Whether `after` says everything that `before` says.
fn keeps(after: &Value, before: &Value) -> bool {
    let members = before.as_object().unwrap();
    members
        .iter()
        .all(|(name, value)| after.get(name) == Some(value))
}

#[tokio::test]
async fn each_migration_leaves_the_rows_of_the_earlier_ones_as_they_are() {
    let database = Database::empty().await;
    let all = migrations().await;
    for (index, migration) in all.iter().enumerate() {
        let before = rows(&database).await;
        apply(&database, &all[..=index]).await;
        let after = rows(&database).await;
        for (table, before) in &before {
            assert!(
                !before.is_empty(),
                "{table} had no row before {}",
                migration.version
            );
            for row in before {
                let kept = after[table].iter().any(|after| keeps(after, row));
                assert!(
                    kept,
                    "migration {} lost {row} of {table}",
                    migration.version
                );
            }
        }
        insert_rows(&database, migration.version).await;
    }
    for (table, rows) in rows(&database).await {
        assert!(!rows.is_empty(), "{table} has no row in this test: add one");
    }
    let unchecked: i64 = database
        .value("SELECT count(*) FROM pg_constraint WHERE NOT convalidated")
        .await;
    assert_eq!(unchecked, 0, "every row was checked by every constraint");
    println!("{} migrations on a database in use", all.len());
}

#[tokio::test]
async fn the_function_brings_a_database_of_any_age_up_to_date() {
    let all = migrations().await;
    for age in 1..all.len() {
        let database = Database::empty().await;
        apply(&database, &all[..age]).await;
        for migration in &all[..age] {
            insert_rows(&database, migration.version).await;
        }
        let before = rows(&database).await;
        let migrate = Function::builder("migrate").env("DATABASE_URL", database.url());
        let report = migrate
            .start()
            .await
            .run(&json!({}))
            .await
            .expect("a report");
        assert_eq!(
            report["applied"].as_array().unwrap().len(),
            all.len() - age,
            "{report}"
        );
        let after = rows(&database).await;
        for (table, before) in &before {
            assert_eq!(
                after[table].len(),
                before.len(),
                "{table}, from migration {age}"
            );
        }
    }
}

/// Their users would go a day after their first visit, if nobody knew better.
#[tokio::test]
async fn cookies_from_before_returns_were_stored_count_as_returned() {
    let database = Database::empty().await;
    let all = migrations().await;
    let before = all.iter().take_while(|migration| migration.version < 7);
    let before: Vec<_> = before.cloned().collect();
    apply(&database, &before).await;
    for migration in &before {
        insert_rows(&database, migration.version).await;
    }
    apply(&database, &all).await;
    // As a function of the version before does, which runs beside the new one for a while.
    database
        .execute(
            "INSERT INTO devices (user_id, token_hash, device_type, created_at, last_active, cookie_sent_at)
             SELECT min(id), sha256('old'), 'unknown', now(), now(), now() FROM users",
        )
        .await;
    let devices: i64 = database.value("SELECT count(*) FROM devices").await;
    let returned: i64 = database
        .value("SELECT count(*) FROM devices WHERE returned")
        .await;
    assert_eq!((devices, returned), (4, 4));
}

/// Without one, erasing a user reads the whole table for each row that goes.
#[tokio::test]
async fn every_foreign_key_has_an_index() {
    let database = Database::fresh().await;
    // An index serves if the key's column leads it and it leaves out nothing but nulls.
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
