//! The function `migrate`, called to migrate.

use serde_json::json;
use verse_tests::{Database, Function};

#[tokio::test]
async fn the_first_call_applies_the_migrations_and_the_second_none() {
    let database = Database::empty().await;
    let migrate = Function::start("migrate", &database).await;
    let first = migrate.run(&json!({})).await.expect("a report");
    let applied = first["applied"].as_array().unwrap();
    assert_eq!(
        applied[0],
        json!({"version": 1, "description": "users and devices"})
    );
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations")).unwrap();
    assert_eq!(applied.len(), files.count());
    let tables = database.count("users").await;
    assert_eq!(tables, 0);

    let second = migrate
        .run(&json!({"any": ["event", "will", "do"]}))
        .await
        .expect("a report");
    assert_eq!(second, json!({"applied": []}));
}

#[tokio::test]
async fn a_schema_newer_than_the_build_is_left_unchanged() {
    let database = Database::fresh().await;
    database
        .run_script(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'of a later build', TRUE, sha256('later'), 0)",
        )
        .await;
    let migrate = Function::start("migrate", &database).await;
    let report = migrate.run(&json!({})).await.expect("a report");
    assert_eq!(report, json!({"applied": []}));
    // The migrations that the build contains are still compared.
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
    let migrate = Function::start("migrate", &database).await;
    let failure = migrate.run(&json!({})).await.expect_err("a failure");
    assert!(format!("{failure:?}").contains("devices"), "{failure:?}");
    // A failed migration leaves no table.
    let is_absent: bool = database.value("SELECT to_regclass('users') IS NULL").await;
    assert!(is_absent);
}

#[tokio::test]
async fn without_a_database_url_the_invocation_fails_and_says_why() {
    let migrate = Function::start_without_database("migrate").await;
    let failure = migrate.run(&json!({})).await.expect_err("a failure");
    assert!(
        format!("{failure:?}").contains("DATABASE_URL is not set"),
        "{failure:?}"
    );
}
