//! The function `migrate`.

use serde_json::json;
use verse_tests::{Database, Function};

async fn migrate(database_url: &str) -> Function {
    Function::builder("migrate")
        .env("DATABASE_URL", database_url)
        .start()
        .await
}

#[tokio::test]
async fn a_first_call_applies_the_migrations_and_a_second_reports_none() {
    let database = Database::empty().await;
    let migrate = migrate(&database.url()).await;
    let first = migrate.run(&json!({})).await.expect("a report");
    let applied = first["applied"].as_array().unwrap();
    assert_eq!(
        applied[0],
        json!({"version": 1, "description": "users and devices"})
    );
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations")).unwrap();
    assert_eq!(applied.len(), files.count());
    let tables: i64 = database.value("SELECT count(*) FROM users").await;
    assert_eq!(tables, 0);

    let second = migrate
        .run(&json!({"any": ["event", "will", "do"]}))
        .await
        .expect("a report");
    assert_eq!(second, json!({"applied": []}));
}

#[tokio::test]
async fn a_newer_schema_than_the_builds_own_is_left_as_it_is() {
    let database = Database::fresh().await;
    database
        .run_script(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'of a later build', TRUE, sha256('later'), 0)",
        )
        .await;
    let migrate = migrate(&database.url()).await;
    let report = migrate.run(&json!({})).await.expect("a report");
    assert_eq!(report, json!({"applied": []}));
    // What this build knows is still compared.
    database
        .run_script("UPDATE _sqlx_migrations SET checksum = sha256('changed') WHERE version = 1")
        .await;
    let failure = migrate.run(&json!({})).await.expect_err("a failure");
    assert!(format!("{failure:?}").contains("migration"), "{failure:?}");
}

#[tokio::test]
async fn a_failing_migration_fails_the_invocation() {
    let database = Database::empty().await;
    database
        .run_script("CREATE TABLE devices (odd INTEGER)")
        .await;
    let migrate = migrate(&database.url()).await;
    let failure = migrate.run(&json!({})).await.expect_err("a failure");
    assert!(format!("{failure:?}").contains("devices"), "{failure:?}");
    let users: bool = database.value("SELECT to_regclass('users') IS NULL").await;
    assert!(users, "a migration that failed leaves nothing");
}

#[tokio::test]
async fn without_a_database_the_invocation_fails_and_says_why() {
    let migrate = Function::builder("migrate").start().await;
    let failure = migrate.run(&json!({})).await.expect_err("a failure");
    assert!(
        format!("{failure:?}").contains("DATABASE_URL is not set"),
        "{failure:?}"
    );
}
