//! What holds for every route of a user's: headers, caching, what an error says, and the limits that can be set.

use serde_json::json;
use verse_tests::{Client, Database, Event, Function, openapi};

const SESSION: &str = "/api/user/session";
const ACCEPT: &str = "/api/user/link/accept";

async fn start(name: &str, database: &Database) -> Function {
    let function = Function::builder(name).env("DATABASE_URL", database.url());
    function.start().await
}

/// Each route of each function that has users, as an event.
fn events(routes: &[verse_http::Route]) -> Vec<Event> {
    let events = routes.iter().map(|route| {
        let parts = route.path.split('/');
        let path: Vec<_> = parts
            .map(|part| {
                if part.starts_with('{') {
                    "99999999999999"
                } else {
                    part
                }
            })
            .collect();
        let event = Event::new(route.method, &path.join("/"));
        if route.method == "POST" {
            event.json(&json!({}))
        } else {
            event
        }
    });
    events.collect()
}

#[tokio::test]
async fn whatever_depends_on_the_caller_is_kept_by_no_cache() {
    let database = Database::fresh().await;
    let mut asked = 0;
    for api in openapi::functions() {
        if api.name == "bible" {
            continue;
        }
        let function = start(api.name, &database).await;
        let known = Client::of(&start("user", &database).await);
        known.get(SESSION).await.expect_status(200);
        let token = known
            .cookies()
            .value("verse_user_id")
            .unwrap_or_default()
            .to_owned();
        for event in events(api.routes.table()) {
            let client = Client::of(&function);
            client.set_cookie("verse_user_id", &token);
            let answer = client.request(event).await;
            let caching = answer.header("cache-control").unwrap_or_default();
            let streams = answer.header("content-type") == Some("text/event-stream");
            assert!(
                caching == "no-store" || (streams && caching == "no-cache"),
                "{answer:?}"
            );
            for header in [
                "x-request-id",
                "x-content-type-options",
                "content-security-policy",
            ] {
                assert!(answer.header(header).is_some(), "{header}: {answer:?}");
            }
            asked += 1;
        }
    }
    assert!(asked >= 19, "{asked} routes");
}

#[tokio::test]
async fn no_error_tells_of_the_database() {
    let database = Database::fresh().await;
    database
        .run_script("ALTER SCHEMA public RENAME TO hidden; CREATE SCHEMA public")
        .await;
    for api in openapi::functions() {
        let function = start(api.name, &database).await;
        for event in events(api.routes.table()) {
            let client = Client::of(&function);
            client.set_cookie("verse_user_id", &"A".repeat(43));
            let answer = client.request(event).await;
            let body = String::from_utf8_lossy(&answer.body).to_lowercase();
            for word in [
                "select",
                "relation",
                "devices\"",
                "sqlx",
                "postgres",
                ".rs:",
            ] {
                assert!(!body.contains(word), "{word}: {body}");
            }
            if answer.status.is_server_error() {
                let problem = answer.problem();
                assert!(!problem.detail.is_empty(), "{problem:?}");
            }
        }
    }
}

#[tokio::test]
async fn fields_that_nobody_knows_are_ignored() {
    let database = Database::fresh().await;
    let client = Client::of(&start("device-link", &database).await);
    let body = json!({"code": "7KQM-3XWP-9RTA", "unknown": {"deep": [1, null]}});
    let refused = client.post(ACCEPT).json(&body).await.expect_status(400);
    assert_eq!(refused.problem().detail, "Invalid link code");
}

#[tokio::test]
async fn a_body_over_six_megabytes_is_a_413() {
    let database = Database::fresh().await;
    let client = Client::of(&start("device-link", &database).await);
    let body = json!({"code": "x", "unknown": "y".repeat(6 * 1024 * 1024)});
    client.post(ACCEPT).json(&body).await.expect_status(413);
}

#[tokio::test]
async fn how_many_wrong_codes_are_answered_is_a_setting() {
    let database = Database::fresh().await;
    let function = Function::builder("device-link")
        .env("DATABASE_URL", database.url())
        .env("WRONG_CODES", "2")
        .env("WRONG_CODES_MINUTES", "60");
    let client = Client::of(&function.start().await);
    let enter = || client.post(ACCEPT).json(&json!({"code": "7KQM-3XWP-9RTA"}));
    enter().await.expect_status(400);
    enter().await.expect_status(400);
    let blocked = enter().await.expect_status(429);
    let wait: u32 = blocked
        .header("retry-after")
        .unwrap_or_default()
        .parse()
        .unwrap_or_default();
    assert!((3500..=3601).contains(&wait), "{wait} s");
}

#[tokio::test]
async fn the_daily_limit_is_a_setting_and_pro_has_none() {
    let database = Database::fresh().await;
    let function = Function::builder("user")
        .env("DATABASE_URL", database.url())
        .env("DAILY_LIMIT", "3");
    let client = Client::of(&function.start().await);
    let fresh = client.get(SESSION).await.expect_status(200).json();
    let usage = json!({"is_pro": false, "daily_limit": 3, "calls_today": 0, "remaining": 3});
    assert_eq!(fresh["usage"], usage);
    let sql = "INSERT INTO daily_usage SELECT id, (now() AT TIME ZONE 'UTC')::date, 2 FROM users";
    database.execute(sql).await;
    let used = client.get(SESSION).await.expect_status(200).json();
    let usage = json!({"is_pro": false, "daily_limit": 3, "calls_today": 2, "remaining": 1});
    assert_eq!(used["usage"], usage);
    database.execute("UPDATE users SET is_pro = TRUE").await;
    let pro = client.get(SESSION).await.expect_status(200).json();
    let usage = json!({"is_pro": true, "daily_limit": 0, "calls_today": 2, "remaining": -1});
    assert_eq!(pro["usage"], usage);
}

#[tokio::test]
async fn a_delete_of_a_chat_that_is_not_there_is_a_404_and_a_history_of_it_is_empty() {
    let database = Database::fresh().await;
    let chat = start("chat", &database).await;
    let client = Client::of(&chat);
    for id in ["1", "0", "99999999999999", "9223372036854775807"] {
        let path = format!("/api/standalone-chat/{id}");
        client.delete(&path).await.expect_status(404);
        let messages = client
            .get(&format!("{path}/messages"))
            .await
            .expect_status(200);
        assert_eq!(messages.json(), json!([]), "{id}");
    }
}

#[tokio::test]
async fn health_asks_for_no_database() {
    let bible = Function::builder("bible").start().await;
    let health = Client::of(&bible)
        .get("/api/health")
        .await
        .expect_status(200);
    assert_eq!(health.json(), json!({"status": "healthy"}));
}
