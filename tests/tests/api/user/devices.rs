//! `GET /api/user/devices` and `DELETE /api/user/devices/{device_id}`

use futures_util::future::join_all;
use serde_json::{Value, json};
use verse_tests::{Client, SESSION_COOKIE, paths};

use super::{CHROME, accept_code, devices, generate_code, link::site, own_device};
use crate::session;

/// So many browsers of one user.
async fn browsers(site: &Client, count: usize) -> Vec<Client> {
    let first = site.another();
    session(&first).await;
    let mut browsers = vec![first];
    while browsers.len() < count {
        let code = generate_code(&browsers[0]).await;
        let next = site.another();
        session(&next).await;
        accept_code(&next, &code).await.expect_status(200);
        browsers.push(next);
    }
    browsers
}

/// Contract: caller: "every other read by an unknown caller is answered as for a new user and writes nothing"
#[tokio::test]
async fn an_unknown_caller_has_no_devices_and_writes_nothing() {
    let (database, site) = site().await;
    for unknown in crate::unknown_callers(&site) {
        let response = unknown
            .get(paths::DEVICES)
            .await
            .expect_status(200)
            .expect_header("cache-control", "no-store");
        assert_eq!(response.json(), json!([]));
        let refused = unknown.delete(&paths::device(1)).await.expect_status(404);
        for response in [response, refused] {
            assert!(response.cookie(SESSION_COOKIE).is_none());
        }
    }
    assert_eq!(database.count("users").await, 0);
}

/// Contract: devices and linking: "a device has name, type, times and `is_current`; the calling one first, then the last active"
#[tokio::test]
async fn a_device_is_listed_with_its_name_and_times() {
    let (_database, site) = site().await;
    let client = site.with_header("User-Agent", CHROME);
    session(&client).await;
    let [mut device] = <[Value; 1]>::try_from(devices(&client).await).unwrap();
    for time in ["created_at", "last_active"] {
        let time = device[time].take();
        let text = time.as_str().unwrap();
        assert!(text.contains('T') && text.ends_with('Z'), "{text}");
    }
    assert!(device["id"].take().is_i64());
    let expected = json!({
        "id": null, "created_at": null, "last_active": null, "device_name": "Chrome on Windows",
        "device_type": "desktop", "user_agent": CHROME, "is_current": true,
    });
    assert_eq!(device, expected);
}

#[tokio::test]
async fn an_absurd_user_agent_gives_no_name() {
    let (_database, site) = site().await;
    for user_agent in [
        "",
        "x",
        "curl/8.5.0",
        &"(".repeat(2000),
        &format!("x\u{202e}\u{200b}Zoë {CHROME}"),
        &format!("{CHROME}{CHROME}").repeat(20),
    ] {
        let client = site.another().with_header("User-Agent", user_agent);
        session(&client).await;
        let device = devices(&client).await.remove(0);
        if !user_agent.contains("Mozilla") {
            assert_eq!(device["device_name"], Value::Null, "{user_agent:.20}");
            assert_eq!(device["device_type"], "unknown");
        }
        let stored = device["user_agent"].as_str().unwrap_or_default();
        assert!(stored.chars().count() <= 500);
        assert!(!stored.contains(['\u{202e}', '\u{200b}']));
        assert_eq!(stored.contains("Zoë"), user_agent.contains("Zoë"));
    }
}

/// Contract: devices and linking: "a device has name, type, times and `is_current`; the calling one first, then the last active"
#[tokio::test]
async fn the_calling_device_is_listed_first_and_then_the_last_active() {
    let (database, site) = site().await;
    let all = browsers(&site, 3).await;
    database
        .execute("UPDATE devices SET last_active = now() - id * interval '1 hour'")
        .await;
    session(&all[2]).await;
    let listed = devices(&all[1]).await;
    let listed: Vec<_> = listed
        .iter()
        .map(|device| paths::device(&device["id"]))
        .collect();
    let mut expected = Vec::new();
    for browser in [&all[1], &all[2], &all[0]] {
        expected.push(own_device(browser).await);
    }
    assert_eq!(listed, expected);
}

/// Contract: caller: "a cookie that matches no device or is garbage is an unknown caller"
/// Contract: devices and linking: "unlinking ends access at once"
#[tokio::test]
async fn an_unlinked_device_loses_access_at_once() {
    let (_database, site) = site().await;
    let all = browsers(&site, 2).await;
    let (here, there) = (&all[0], &all[1]);
    let unlinked = own_device(there).await;
    let answer = here.delete(&unlinked).await.expect_status(200);
    // The caller keeps its cookie: the other device was unlinked.
    assert!(answer.cookie(SESSION_COOKIE).is_none());
    assert_eq!(
        answer.json(),
        json!({
            "device_count": 1, "data_deleted": false, "should_clear_cookie": false,
            "message": "Device unlinked successfully",
        })
    );
    assert_eq!(devices(there).await, Vec::<Value>::new());
    let refused = there.delete(&own_device(here).await).await;
    refused.expect_status(404);
    // It becomes a new user.
    let next = there.get(paths::SESSION).await.expect_status(200);
    assert!(next.cookie(SESSION_COOKIE).is_some());
    assert_ne!(
        next.json()["anonymous_id"],
        session(here).await["anonymous_id"]
    );
    assert_eq!(devices(here).await.len(), 1);
}

/// Contract: devices and linking: "unlinking the calling device clears its cookie"
#[tokio::test]
async fn unlinking_the_calling_device_clears_its_cookie() {
    let (_database, site) = site().await;
    let all = browsers(&site, 2).await;
    let own = own_device(&all[0]).await;
    let answer = all[0].delete(&own).await.expect_status(200);
    let cookie = answer.cookie(SESSION_COOKIE).expect("a cleared cookie");
    assert_eq!(cookie.max_age().unwrap().whole_seconds(), 0);
    assert_eq!((cookie.path(), cookie.value()), (Some("/"), ""));
    assert_eq!(answer.json()["should_clear_cookie"], true);
    assert_eq!(answer.json()["device_count"], 1);
    assert!(all[0].cookies().value(SESSION_COOKIE).is_none());
    assert_eq!(devices(&all[1]).await.len(), 1);
}

/// Contract: devices and linking: "unlinking the last device deletes the user and all data"
#[tokio::test]
async fn unlinking_the_last_device_deletes_the_user_and_all_data() {
    let (database, site) = site().await;
    let client = browsers(&site, 1).await.remove(0);
    generate_code(&client).await;
    database
        .run_script(
            "INSERT INTO daily_usage SELECT id, '2026-01-01', 3 FROM users;
             INSERT INTO conversations (user_id, title, created_at, updated_at)
                 SELECT id, 'a chat', now(), now() FROM users;
             INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
                 SELECT id, user_id, 'user', 'complete', 'hello', now() FROM conversations;",
        )
        .await;
    let own = own_device(&client).await;
    let answer = client.delete(&own).await.expect_status(200);
    assert!(answer.cookie(SESSION_COOKIE).is_some());
    let answer = answer.json();
    assert_eq!(answer["device_count"], 0);
    assert_eq!(answer["data_deleted"], true);
    assert_eq!(answer["should_clear_cookie"], true);
    for table in [
        "users",
        "devices",
        "daily_usage",
        "link_codes",
        "conversations",
        "messages",
    ] {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
}

/// Contract: conventions: "an absent, a foreign and an absurd id get the same 404"
#[tokio::test]
async fn a_foreign_or_absurd_device_id_is_a_404() {
    let (_database, site) = site().await;
    let (mine, foreign) = (browsers(&site, 1).await, browsers(&site, 1).await);
    let absurd = [
        "99999999999999",
        "0",
        "-1",
        "abc",
        "99999999999999999999",
        "1%00",
    ];
    let absurd = absurd.map(paths::device);
    for path in absurd.iter().chain([&own_device(&foreign[0]).await]) {
        let refused = mine[0].delete(path).await.expect_status(404);
        assert_eq!(refused.problem().detail, "There is no such device.");
    }
    assert_eq!(devices(&foreign[0]).await.len(), 1);
}

/// Contract: devices and linking: "unlinking the last two devices at once leaves no user"
#[tokio::test]
async fn unlinking_the_last_two_devices_at_once_leaves_no_user() {
    let (database, site) = site().await;
    for _ in 0..5 {
        let all = browsers(&site, 2).await;
        let own = [own_device(&all[0]).await, own_device(&all[1]).await];
        let requests = all.iter().zip(&own);
        let requests = requests.map(|(client, path)| client.delete(path).into_future());
        let mut left = Vec::new();
        for response in join_all(requests).await {
            let answer = response.expect_status(200).json();
            left.push(answer["device_count"].as_i64().unwrap());
        }
        left.sort_unstable();
        assert_eq!(left, [0, 1]);
        assert_eq!(database.count("users").await, 0);
    }
}

#[tokio::test]
async fn a_wrong_method_is_a_405() {
    let (_database, site) = site().await;
    site.post(paths::DEVICES).await.expect_status(405);
    for path in [paths::GENERATE_CODE, paths::LINK_CODES] {
        site.get(path).await.expect_status(405);
    }
}
