//! A browser sends its first requests at once, before it has a cookie: one user is left of them.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use verse_tests::{Client, Database, Function, SESSION_COOKIE, paths};

use crate::session;

/// The requests of a page that opens. Only the session creates a user.
const FIRST: [&str; 6] = [
    paths::SESSION,
    paths::INSIGHT_HISTORY,
    paths::DEFINITION_HISTORY,
    paths::CHATS,
    paths::DEVICES,
    paths::BOOKS,
];
const REQUESTS: usize = 50;
/// How many of them are for the session.
const SESSIONS: i64 = 9;
const BROWSERS: i64 = 20;

/// Makes all rows two days older.
const AGE: &str = "
    UPDATE users SET created_at = created_at - interval '2 days';
    UPDATE devices SET created_at = created_at - interval '2 days', last_active = last_active - interval '2 days'";

async fn start(name: &str, database: &Database) -> Function {
    Function::with_database(name, database)
        .processes(2)
        // The function `cleanup` starts no job with less than ten seconds left.
        .deadline(Duration::from_secs(30))
        .start()
        .await
}

/// Contract: caller: "simultaneous first requests of one browser leave one user"
#[tokio::test]
async fn fifty_simultaneous_first_requests_of_one_browser_leave_one_user() {
    let database = Database::fresh().await;
    let mut functions = Vec::new();
    for name in [
        "user",
        "insight",
        "definition",
        "chat",
        "device-link",
        "bible",
    ] {
        functions.push(start(name, &database).await);
    }
    let cleanup = start("cleanup", &database).await;
    let site = Client::with_routes(FIRST.into_iter().zip(&functions));
    for left in 0..BROWSERS {
        let browser = site.another();
        let requests = FIRST.iter().cycle().take(REQUESTS);
        let requests = requests.map(|path| browser.get(path).into_future());
        for response in join_all(requests).await {
            response.expect_status(200);
        }
        assert_eq!(database.count("users").await, left + SESSIONS);
        // The last cookie that the browser got is valid.
        let kept = browser.get(paths::SESSION).await.expect_status(200);
        assert!(kept.cookie(SESSION_COOKIE).is_none());

        database.run_script(AGE).await;
        cleanup.run(&Value::Null).await.expect("a report");
        assert_eq!(database.count("users").await, left + 1);
        let again = session(&browser).await;
        assert_eq!(again["anonymous_id"], kept.json()["anonymous_id"]);
    }
}

/// Contract: caller: "crawlers do not fill the database"
#[tokio::test]
async fn a_client_that_never_returns_its_cookie_leaves_no_rows() {
    let database = Database::fresh().await;
    let crawler = Client::new(&start("user", &database).await);
    let cleanup = start("cleanup", &database).await;
    for _ in 0..50 {
        session(&crawler).await;
        crawler.forget_cookies();
    }
    cleanup.run(&Value::Null).await.expect("a report");
    // They are kept for a day.
    assert_eq!(database.count("users").await, 50);
    database.run_script(AGE).await;
    cleanup.run(&Value::Null).await.expect("a report");
    assert_eq!(database.count("users").await, 0);
}
