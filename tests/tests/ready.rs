//! `GET /api/health/ready`: whether the database answers.

use serde_json::json;
use verse_tests::{Client, Database, Function, Proxy};

const READY: &str = "/api/health/ready";

#[tokio::test]
async fn it_is_ready_while_the_database_answers() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let function = Function::builder("user")
        .env("DATABASE_URL", proxy.url())
        .start()
        .await;
    let client = Client::of(&function);
    let ready = client
        .get(READY)
        .await
        .expect_status(200)
        .expect_header("cache-control", "no-store");
    assert_eq!(ready.json(), json!({"status": "ready"}));
    assert!(ready.cookies().is_empty());

    client.get(READY).await.expect_status(200);
    proxy.reset();
    client.get(READY).await.expect_status(200);
    let counts = proxy.counts();
    println!("GET {READY}: {counts:?}");
    assert_eq!(
        (counts.statements, counts.round_trips, counts.pings),
        (1, 1, 0)
    );

    proxy.refuse().await;
    let down = client
        .get(READY)
        .await
        .expect_status(503)
        .expect_header("retry-after", "2");
    assert_eq!(down.problem().status, 503);
    proxy.restore().await;
    client.get(READY).await.expect_status(200);
}

#[tokio::test]
async fn it_is_not_ready_while_the_database_hangs() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let function = Function::builder("user")
        .env("DATABASE_URL", proxy.url())
        .start()
        .await;
    let client = Client::of(&function);
    client.get(READY).await.expect_status(200);
    proxy.hang();
    let down = client.get(READY).await.expect_status(503);
    assert!(down.header("retry-after").is_some());
    assert!(down.duration.as_secs_f64() < 4.0, "{:?}", down.duration);
}

#[tokio::test]
async fn it_is_not_ready_without_a_database_url() {
    let function = Function::builder("user").start().await;
    let client = Client::of(&function);
    client
        .get(READY)
        .await
        .expect_status(503)
        .expect_header("retry-after", "2");
}
