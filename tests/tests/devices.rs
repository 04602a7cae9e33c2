//! A user's devices: `GET /api/user/devices`, `DELETE /api/user/devices/{device_id}`.

use futures_util::future::join_all;
use serde_json::{Value, json};
use verse_tests::{Client, Database, Function};

const COOKIE: &str = "verse_user_id";
const SESSION: &str = "/api/user/session";
const DEVICES: &str = "/api/user/devices";
const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36";

async fn function(name: &str, database: &Database) -> Function {
    Function::builder(name)
        .env("DATABASE_URL", database.url())
        .env("VERSE_ENV", "development")
        .processes(4)
        .start()
        .await
}

async fn site(database: &Database) -> Client {
    let (user, link) = tokio::join!(
        function("user", database),
        function("device-link", database)
    );
    Client::routed([
        ("/", &user),
        ("/api/user/link", &link),
        ("/api/user/devices", &link),
    ])
}

/// So many browsers of one user.
async fn browsers(site: &Client, count: usize) -> Vec<Client> {
    let first = site.another();
    first.get(SESSION).await.expect_status(200);
    let mut browsers = vec![first.clone()];
    while browsers.len() < count {
        let code = first.post("/api/user/link/generate").await.json();
        let next = site.another();
        next.get(SESSION).await.expect_status(200);
        let body = json!({"code": code.get("display_code")});
        next.post("/api/user/link/accept")
            .json(&body)
            .await
            .expect_status(200);
        browsers.push(next);
    }
    browsers
}

async fn devices(client: &Client) -> Vec<Value> {
    client.get(DEVICES).await.expect_status(200).parse()
}

/// The id of the device that asks; 0 when it is nobody's.
async fn current(client: &Client) -> i64 {
    let devices = devices(client).await;
    let id = devices.iter().find_map(|device| {
        let is_current = device.get("is_current")?.as_bool()?;
        is_current.then_some(device.get("id")?.as_i64()).flatten()
    });
    id.unwrap_or_default()
}

fn of(device: i64) -> String {
    format!("{DEVICES}/{device}")
}

#[tokio::test]
async fn an_unknown_caller_has_no_devices_and_none_is_made() {
    let database = Database::fresh().await;
    let site = site(&database).await;
    let garbage = site.another();
    garbage.set_cookie(COOKIE, &"A".repeat(43));
    for unknown in [site.another(), garbage] {
        let response = unknown.get(DEVICES).await.expect_status(200);
        assert_eq!(response.json(), json!([]));
        assert!(response.cookie(COOKIE).is_none());
        assert_eq!(response.header("cache-control"), Some("no-store"));
        let response = unknown.delete(&of(1)).await.expect_status(404);
        assert!(response.cookie(COOKIE).is_none());
    }
    assert_eq!(database.value::<i64>("SELECT count(*) FROM users").await, 0);
}

#[tokio::test]
async fn a_device_is_told_with_its_name_and_times() {
    let database = Database::fresh().await;
    let client = site(&database).await.with_header("User-Agent", CHROME);
    client.get(SESSION).await.expect_status(200);
    let devices = devices(&client).await;
    let device = &devices[0];
    let mut members: Vec<_> = device.as_object().unwrap().keys().cloned().collect();
    members.sort();
    assert_eq!(
        members,
        [
            "created_at",
            "device_name",
            "device_type",
            "id",
            "is_current",
            "last_active",
            "user_agent"
        ]
    );
    assert_eq!(device["device_name"], "Chrome on Windows");
    assert_eq!(device["device_type"], "desktop");
    assert_eq!(device["user_agent"], CHROME);
    assert_eq!((devices.len(), &device["is_current"]), (1, &json!(true)));
    for time in ["created_at", "last_active"] {
        let text = device[time].as_str().unwrap();
        assert!(text.contains('T') && text.ends_with('Z'), "{text}");
    }
}

#[tokio::test]
async fn an_absurd_user_agent_gives_no_name() {
    let database = Database::fresh().await;
    let site = site(&database).await;
    for user_agent in [
        "",
        "x",
        "curl/8.5.0",
        &"(".repeat(2000),
        &format!("{CHROME}{CHROME}").repeat(20),
    ] {
        let client = site.another().with_header("User-Agent", user_agent);
        client.get(SESSION).await.expect_status(200);
        let device = devices(&client).await.remove(0);
        if !user_agent.starts_with("Mozilla") {
            assert_eq!(device["device_name"], Value::Null, "{user_agent:.20}");
            assert_eq!(device["device_type"], "unknown");
        }
        let kept = device["user_agent"].as_str().unwrap_or_default();
        assert!(kept.chars().count() <= 500);
    }
}

#[tokio::test]
async fn the_last_active_device_is_listed_first() {
    let database = Database::fresh().await;
    let all = browsers(&site(&database).await, 3).await;
    database
        .execute("UPDATE devices SET last_active = now() - id * interval '1 hour'")
        .await;
    all[1].get(SESSION).await.expect_status(200);
    let listed: Vec<_> = devices(&all[0])
        .await
        .iter()
        .map(|d| d["id"].as_i64().unwrap())
        .collect();
    let expected = [
        current(&all[1]).await,
        current(&all[0]).await,
        current(&all[2]).await,
    ];
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn an_unlinked_device_is_shut_out_at_once() {
    let database = Database::fresh().await;
    let site = site(&database).await;
    let all = browsers(&site, 2).await;
    let (here, there) = (&all[0], &all[1]);
    let answer = here
        .delete(&of(current(there).await))
        .await
        .expect_status(200);
    assert!(
        answer.cookie(COOKIE).is_none(),
        "the other's cookie, not this one's"
    );
    assert_eq!(
        answer.json(),
        json!({
            "device_count": 1, "data_deleted": false, "should_clear_cookie": false,
            "message": "Device unlinked successfully",
        })
    );
    assert_eq!(devices(there).await, Vec::<Value>::new());
    there
        .delete(&of(current(here).await))
        .await
        .expect_status(404);
    let stranger = there.get(SESSION).await.expect_status(200);
    assert!(stranger.cookie(COOKIE).is_some(), "it is somebody new");
    assert_ne!(
        stranger.json()["anonymous_id"],
        here.get(SESSION).await.json()["anonymous_id"]
    );
    assert_eq!(devices(here).await.len(), 1);
}

#[tokio::test]
async fn unlinking_the_calling_device_clears_its_cookie() {
    let database = Database::fresh().await;
    let all = browsers(&site(&database).await, 2).await;
    let answer = all[0]
        .delete(&of(current(&all[0]).await))
        .await
        .expect_status(200);
    let cookie = answer.cookie(COOKIE).expect("a cookie that ends");
    assert_eq!(cookie.max_age().unwrap().whole_seconds(), 0);
    assert_eq!((cookie.path(), cookie.value()), (Some("/"), ""));
    assert_eq!(answer.json()["should_clear_cookie"], true);
    assert_eq!(answer.json()["device_count"], 1);
    assert!(all[0].cookies().value(COOKIE).is_none());
    assert_eq!(devices(&all[1]).await.len(), 1);
}

#[tokio::test]
async fn the_last_device_takes_the_user_and_everything_of_theirs_with_it() {
    let database = Database::fresh().await;
    let site = site(&database).await;
    let client = browsers(&site, 1).await.remove(0);
    client
        .post("/api/user/link/generate")
        .await
        .expect_status(200);
    database
        .run_script(
            "INSERT INTO daily_usage SELECT id, '2026-01-01', 3 FROM users;
             INSERT INTO conversations (user_id, title, created_at, updated_at)
                 SELECT id, 'a chat', now(), now() FROM users;
             INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
                 SELECT id, user_id, 'user', 'complete', 'hello', now() FROM conversations;",
        )
        .await;
    let answer = client
        .delete(&of(current(&client).await))
        .await
        .expect_status(200);
    assert!(answer.cookie(COOKIE).is_some());
    let answer = answer.json();
    assert_eq!(
        (&answer["device_count"], &answer["data_deleted"]),
        (&json!(0), &json!(true))
    );
    assert_eq!(answer["should_clear_cookie"], true);
    for table in [
        "users",
        "devices",
        "daily_usage",
        "link_codes",
        "conversations",
        "messages",
    ] {
        let count = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        assert_eq!(database.value::<i64>(count).await, 0, "{table}");
    }
}

#[tokio::test]
async fn a_device_that_is_not_the_callers_is_a_404() {
    let database = Database::fresh().await;
    let site = site(&database).await;
    let (mine, foreign) = (browsers(&site, 1).await, browsers(&site, 1).await);
    let foreign_id = current(&foreign[0]).await.to_string();
    let mut details = Vec::new();
    for id in [
        foreign_id.as_str(),
        "99999999999999",
        "0",
        "-1",
        "abc",
        "99999999999999999999",
        "1%00",
    ] {
        let response = mine[0].delete(&format!("{DEVICES}/{id}")).await;
        details.push(response.expect_status(404).problem().detail);
    }
    details.dedup();
    assert_eq!(details, ["There is no such device."]);
    assert_eq!(devices(&foreign[0]).await.len(), 1);
}

#[tokio::test]
async fn the_last_two_unlinked_at_once_leave_no_user() {
    let database = Database::fresh().await;
    let site = site(&database).await;
    for _ in 0..5 {
        let all = browsers(&site, 2).await;
        let targets = [current(&all[0]).await, current(&all[1]).await];
        let calls = all
            .iter()
            .zip(targets)
            .map(|(client, id)| client.delete(&of(id)).into_future());
        let mut left: Vec<_> = join_all(calls)
            .await
            .into_iter()
            .map(|response| response.expect_status(200).json()["device_count"].clone())
            .collect();
        left.sort_by_key(Value::as_i64);
        assert_eq!(left, [0, 1]);
        assert_eq!(database.value::<i64>("SELECT count(*) FROM users").await, 0);
    }
}

#[tokio::test]
async fn a_wrong_method_is_a_405() {
    let database = Database::fresh().await;
    let site = site(&database).await;
    site.post(DEVICES).await.expect_status(405);
    site.get("/api/user/link/generate").await.expect_status(405);
    site.get("/api/user/link/codes").await.expect_status(405);
}
