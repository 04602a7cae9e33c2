//! `GET /api/health` and `GET /api/health/ready`

use std::time::Duration;

use serde_json::json;
use verse_tests::{Client, Database, Function, Proxy, paths};

use crate::database_calls;

/// Contract: health: "health needs no database"
#[tokio::test]
async fn health_needs_no_database() {
    let bible = Client::new(&Function::start_without_database("bible").await);
    let health = bible.get(paths::HEALTH).await.expect_status(200);
    assert_eq!(health.json(), json!({"status": "healthy"}));
}

/// Contract: health: "ready is 200 when the database answers"
#[tokio::test]
async fn ready_is_200_while_the_database_answers() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let client = Client::new(&Function::start("user", &proxy).await);
    let ready = client
        .get(paths::READY)
        .await
        .expect_status(200)
        .expect_header("cache-control", "no-store");
    assert_eq!(ready.json(), json!({"status": "ready"}));
    assert!(ready.cookies().is_empty());

    client.get(paths::READY).await.expect_status(200);
    proxy.reset();
    client.get(paths::READY).await.expect_status(200);
    assert_eq!(database_calls(&proxy), (1, 1, 0));

    proxy.refuse_connections().await;
    let down = client
        .get(paths::READY)
        .await
        .expect_status(503)
        .expect_header("retry-after", "2");
    assert_eq!(down.problem().status, 503);
    proxy.restore().await;
    client.get(paths::READY).await.expect_status(200);
}

/// Contract: health: "ready is 503 otherwise"
#[tokio::test]
async fn ready_is_503_while_the_database_hangs() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let client = Client::new(&Function::start("user", &proxy).await);
    client.get(paths::READY).await.expect_status(200);
    proxy.hang();
    let down = client.get(paths::READY).await.expect_status(503);
    assert!(down.header("retry-after").is_some());
    assert!(
        down.duration < Duration::from_secs(4),
        "{:?}",
        down.duration
    );
}

/// Contract: health: "ready is 503 otherwise"
#[tokio::test]
async fn ready_is_503_without_a_database_url() {
    let client = Client::new(&Function::start_without_database("user").await);
    client
        .get(paths::READY)
        .await
        .expect_status(503)
        .expect_header("retry-after", "2");
}
