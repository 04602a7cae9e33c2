//! A browser's first requests leave at once, before it has a cookie: whatever comes of them, one user is left.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use verse_tests::{Client, Database, Function};

const SESSION: &str = "/api/user/session";

/// What a page asks for when it opens. Of these the session alone makes a user.
const FIRST: [&str; 6] = [
    SESSION,
    "/api/insights/history",
    "/api/definitions/history",
    "/api/standalone-chat",
    "/api/user/devices",
    "/api/books",
];
const TASKS: usize = 50;
const REPETITIONS: usize = 20;

/// Two days go by.
const AGE: &str = "
    UPDATE users SET created_at = created_at - interval '2 days';
    UPDATE devices SET created_at = created_at - interval '2 days', last_active = last_active - interval '2 days'";

async fn start(name: &str, database: &Database) -> Function {
    Function::builder(name)
        .env("DATABASE_URL", database.url())
        .processes(2)
        // More than `cleanup` wants to have left before it begins anything.
        .deadline(Duration::from_secs(30))
        .start()
        .await
}

async fn users(database: &Database) -> usize {
    let users: i64 = database.value("SELECT count(*) FROM users").await;
    usize::try_from(users).unwrap_or_default()
}

#[tokio::test]
async fn of_fifty_first_requests_of_one_browser_at_once_one_user_is_left() {
    let database = Database::fresh().await;
    let user = start("user", &database).await;
    let insight = start("insight", &database).await;
    let definition = start("definition", &database).await;
    let chat = start("chat", &database).await;
    let devices = start("device-link", &database).await;
    let bible = start("bible", &database).await;
    let cleanup = start("cleanup", &database).await;
    let site = Client::routed([
        (SESSION, &user),
        ("/api/insights", &insight),
        ("/api/definitions", &definition),
        ("/api/standalone-chat", &chat),
        ("/api/user/devices", &devices),
        ("/api/books", &bible),
    ]);
    let sessions = FIRST
        .iter()
        .cycle()
        .take(TASKS)
        .filter(|path| **path == SESSION);
    let sessions = sessions.count();
    for repetition in 0..REPETITIONS {
        let browser = site.another();
        let first = FIRST
            .iter()
            .cycle()
            .take(TASKS)
            .map(|path| browser.get(path).into_future());
        for answer in join_all(first).await {
            answer.expect_status(200);
        }
        assert_eq!(
            users(&database).await - repetition,
            sessions,
            "only sessions make a user"
        );
        let kept = browser.get(SESSION).await.expect_status(200);
        assert!(
            kept.cookie("verse_user_id").is_none(),
            "the last cookie is good"
        );
        let kept: Value = kept.json();

        database.run_script(AGE).await;
        cleanup.run(&Value::Null).await.expect("a report");
        assert_eq!(users(&database).await, repetition + 1, "one a browser");
        let again = browser.get(SESSION).await.expect_status(200).json();
        assert_eq!(again["anonymous_id"], kept["anonymous_id"]);
    }
}

#[tokio::test]
async fn whoever_never_sends_a_cookie_back_leaves_nothing() {
    let database = Database::fresh().await;
    let user = start("user", &database).await;
    let cleanup = start("cleanup", &database).await;
    let crawler = Client::of(&user);
    for _ in 0..50 {
        crawler.get(SESSION).await.expect_status(200);
        crawler.forget_cookies();
    }
    cleanup.run(&Value::Null).await.expect("a report");
    assert_eq!(
        users(&database).await,
        50,
        "within a day they might come back"
    );
    database.run_script(AGE).await;
    cleanup.run(&Value::Null).await.expect("a report");
    assert_eq!(users(&database).await, 0);
}
