//! `POST /api/user/link/accept`

use futures_util::future::join_all;
use serde_json::json;
use verse_tests::{Client, Database, EventFormat, Function, Response, SESSION_COOKIE, paths};

use super::{WRONG_CODE, accept_code, devices, generate_code, own_device, site};
use crate::{session, user::CHROME};

async fn refusal(client: &Client, code: &str) -> String {
    let refused = accept_code(client, code).await.expect_status(400);
    refused.problem().detail
}

fn retry_after(response: &Response) -> u32 {
    response.header("retry-after").unwrap().parse().unwrap()
}

/// Contract: caller: "each device has its own token, and several devices may belong to one user"
/// Contract: devices and linking: "accept returns success, `new_anonymous_id`, message"
/// Contract: devices and linking: "merging keeps everything of both users, and both cookies work"
#[tokio::test]
async fn two_devices_become_one_user_and_keep_their_cookies() {
    let (database, older) = site().await;
    let newer = older.another();
    session(&older).await;
    let id = session(&newer).await["anonymous_id"].clone();
    let usage = "INSERT INTO daily_usage SELECT id, (now() AT TIME ZONE 'UTC')::DATE, 2 FROM users";
    database.execute(usage).await;
    let pro = "UPDATE users SET is_pro = id = (SELECT min(id) FROM users)";
    database.execute(pro).await;
    let code = generate_code(&older).await;
    let response = accept_code(&newer, &code).await.expect_status(200);
    assert!(response.cookie(SESSION_COOKIE).is_none());
    let message = "Devices linked successfully";
    let expected = json!({"success": true, "new_anonymous_id": id, "message": message});
    assert_eq!(response.json(), expected);
    for client in [&older, &newer] {
        let response = client.get(paths::SESSION).await.expect_status(200);
        assert!(response.cookie(SESSION_COOKIE).is_none());
        let session = response.json();
        assert_eq!(session["anonymous_id"], id);
        // The sum of both, and pro because one of them was.
        assert_eq!(session["usage"]["calls_today"], 4);
        assert_eq!(session["usage"]["is_pro"], true);
        assert_eq!(devices(client).await.len(), 2);
    }
    assert_eq!(database.count("users").await, 1);
}

/// Contract: devices and linking: "a code is accepted in any case, with or without hyphens and spaces"
#[tokio::test]
async fn a_code_is_entered_in_any_case_with_or_without_hyphens_and_spaces() {
    let (_database, client) = site().await;
    for (n, event_format) in EventFormat::ALL.into_iter().enumerate() {
        let code = generate_code(&client).await;
        let typed = match n % 3 {
            0 => code.to_lowercase(),
            1 => code.replace('-', ""),
            _ => format!("  {}\n", code.replace('-', " ").to_lowercase()),
        };
        let guest = client.another().in_format(event_format);
        session(&guest).await;
        accept_code(&guest, &typed).await.expect_status(200);
    }
}

/// Contract: caller: "a write by an unknown caller creates user and device and sets the cookie"
#[tokio::test]
async fn a_caller_without_a_cookie_joins_the_user_of_the_code() {
    let (database, host) = site().await;
    let second = host.another();
    session(&host).await;
    let code = generate_code(&host).await;
    accept_code(&second, &code).await.expect_status(200);
    let id = session(&host).await["anonymous_id"].clone();

    let guest = host.another();
    let code = generate_code(&host).await;
    let response = accept_code(&guest, &code).await.expect_status(200);
    assert!(response.cookie(SESSION_COOKIE).is_some());
    assert_eq!(response.json()["new_anonymous_id"], id);
    assert_eq!(session(&guest).await["anonymous_id"], id);
    assert_eq!(database.count("users").await, 1);
    assert_eq!(database.count("devices").await, 3);
}

/// Contract: devices and linking: "a code is used once"
/// Contract: devices and linking: "refusals: invalid, own, expired, used, revoked"
/// Contract: devices and linking: "a code that is found expired is stored as expired"
#[tokio::test]
async fn every_refusal_says_why() {
    let (database, host) = site().await;
    let (guest, third) = (host.another(), host.another());
    session(&guest).await;
    for invalid in [WRONG_CODE, "nonsense", ""] {
        assert_eq!(refusal(&guest, invalid).await, "Invalid link code");
    }

    let code = generate_code(&host).await;
    assert_eq!(refusal(&host, &code).await, "Cannot link device to itself");

    host.delete(paths::LINK_CODES).await.expect_status(200);
    assert_eq!(refusal(&guest, &code).await, "This code has been revoked");

    let code = generate_code(&host).await;
    database
        .execute("UPDATE link_codes SET expires_at = now() WHERE status = 'pending'")
        .await;
    let expired = "This code has expired. Please generate a new one.";
    for _ in 0..2 {
        assert_eq!(refusal(&guest, &code).await, expired);
        let stored = database.count("link_codes WHERE status = 'expired'").await;
        assert_eq!(stored, 1);
    }

    let code = generate_code(&host).await;
    accept_code(&guest, &code).await.expect_status(200);
    let used = "This code has already been used";
    for client in [&host, &third] {
        assert_eq!(refusal(client, &code).await, used);
    }
}

/// Contract: devices and linking: "the device that has just used a code gets the same answer again"
#[tokio::test]
async fn a_device_whose_answer_was_lost_gets_it_again() {
    let (database, host) = site().await;
    let (guest, other) = (host.another(), host.another());
    session(&guest).await;
    let code = generate_code(&host).await;
    let first = accept_code(&guest, &code).await.expect_status(200).json();
    for _ in 0..2 {
        let again = accept_code(&guest, &code.to_lowercase()).await;
        assert_eq!(again.expect_status(200).json(), first);
    }
    assert_eq!(
        first["new_anonymous_id"],
        session(&host).await["anonymous_id"]
    );
    // The user that it belongs to now, after another link.
    let next = generate_code(&other).await;
    accept_code(&guest, &next).await.expect_status(200);
    let again = accept_code(&guest, &code).await.expect_status(200).json();
    assert_eq!(
        again["new_anonymous_id"],
        session(&other).await["anonymous_id"]
    );
    // Not another device, and not after the code's five minutes.
    let used = "This code has already been used";
    for client in [&host, &other, &host.another()] {
        assert_eq!(refusal(client, &code).await, used);
    }
    database
        .execute("UPDATE link_codes SET expires_at = now()")
        .await;
    assert_eq!(refusal(&guest, &code).await, used);
}

/// The code must not let it in again.
#[tokio::test]
async fn an_unlinked_device_cannot_use_its_code_again() {
    let (_database, host) = site().await;
    let guest = host.another();
    let code = generate_code(&host).await;
    accept_code(&guest, &code).await.expect_status(200);
    let device = own_device(&guest).await;
    host.delete(&device).await.expect_status(200);
    let used = "This code has already been used";
    assert_eq!(refusal(&guest, &code).await, used);
}

#[tokio::test]
async fn a_wrong_code_creates_no_user() {
    let (database, client) = site().await;
    let response = accept_code(&client, WRONG_CODE).await.expect_status(400);
    assert!(response.cookie(SESSION_COOKIE).is_none());
    assert_eq!(database.count("users").await, 0);
}

/// Contract: conventions: "a body that is not well-formed JSON, lone surrogates included, is a 400"
/// Contract: conventions: "a body that is not declared as JSON is a 415"
/// Contract: conventions: "a body that is JSON but no object is a 422"
/// Contract: conventions: "a field that is missing, of a wrong type or out of bounds is a 422"
/// Contract: conventions: "`device_name` has at most 100 characters"
/// Contract: conventions: "U+0000 in a string is a 422"
/// Contract: conventions: "a body over 6 MB is a 413"
#[tokio::test]
async fn each_kind_of_bad_body_has_its_status() {
    let (database, client) = site().await;
    let large = json!({"code": "x", "unknown": "y".repeat(6 * 1024 * 1024)}).to_string();
    let json = "application/json";
    for (content_type, body, status) in [
        ("text/plain", r#"{"code":"x"}"#, 415),
        (json, r#"{"code":"#, 400),
        (json, r#"{"code":"\ud800"}"#, 400),
        (json, "[1", 400),
        (json, &*large, 413),
    ] {
        let request = client.post(paths::ACCEPT_CODE).body(body.to_owned());
        let response = request.header("content-type", content_type).await;
        response.expect_status(status);
    }
    let long_name = "é".repeat(101);
    for (body, pointer) in [
        (json!([]), ""),
        (json!("code"), ""),
        (json!(7), ""),
        (json!(null), ""),
        (json!({}), "/code"),
        (json!({"code": null}), "/code"),
        (json!({"code": 7}), "/code"),
        (json!({"code": "A\u{0}"}), "/code"),
        (json!({"code": "A".repeat(1001)}), "/code"),
        (
            json!({"code": "A", "device_name": long_name}),
            "/device_name",
        ),
        (json!({"code": "A", "device_name": 7}), "/device_name"),
        (
            json!({"code": "A", "device_type": "fridge"}),
            "/device_type",
        ),
        (json!({"code": "A", "device_type": []}), "/device_type"),
    ] {
        let refused = client.post(paths::ACCEPT_CODE).json(&body).await;
        let problem = refused.expect_status(422).problem();
        assert_eq!(problem.pointers(), [pointer], "{body}");
    }
    let three_faults = json!({"device_type": "x", "device_name": 1});
    let refused = client.post(paths::ACCEPT_CODE).json(&three_faults).await;
    assert_eq!(refused.problem().errors.len(), 3);
    // The rate limit counts none of these.
    assert_eq!(database.count("rate_buckets").await, 0);
}

/// Contract: conventions: "unknown fields are ignored"
#[tokio::test]
async fn unknown_fields_are_ignored() {
    let (_database, client) = site().await;
    let body = json!({"code": WRONG_CODE, "unknown": {"deep": [1, null]}});
    let refused = client.post(paths::ACCEPT_CODE).json(&body).await;
    let problem = refused.expect_status(400).problem();
    assert_eq!(problem.detail, "Invalid link code");
}

/// Contract: devices and linking: "ten wrong codes in 15 minutes, then 429"
#[tokio::test]
async fn after_ten_wrong_codes_of_a_caller_even_a_right_one_is_a_429() {
    let (database, host) = site().await;
    let code = generate_code(&host).await;
    let guest = host.another().from_address("203.0.113.7");
    session(&guest).await;
    let attempts = join_all((0..30).map(|_| accept_code(&guest, WRONG_CODE))).await;
    let mut statuses: Vec<_> = attempts.iter().map(|r| r.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [[400].repeat(10), [429].repeat(20)].concat());
    let blocked = accept_code(&guest, &code).await.expect_status(429);
    let seconds = retry_after(&blocked);
    assert!((800..=900).contains(&seconds), "{seconds}");
    let _ = blocked.problem();

    // Another address does not evade the limit. Another caller at the address is not blocked.
    let moved = guest.clone().from_address("203.0.113.8");
    accept_code(&moved, &code).await.expect_status(429);
    let neighbour = host.another().from_address("203.0.113.7");
    accept_code(&neighbour, &code).await.expect_status(200);

    database
        .execute("UPDATE rate_buckets SET window_start = window_start - interval '15 minutes'")
        .await;
    let code = generate_code(&host).await;
    accept_code(&guest, &code).await.expect_status(200);
}

/// Contract: quota and rate limits: "the numbers are settings"
/// Contract: quota and rate limits: "a 429 has Retry-After"
#[tokio::test]
async fn the_limit_of_wrong_codes_is_a_setting() {
    let database = Database::fresh().await;
    let settings = [
        ("WRONG_CODES", "2"),
        ("WRONG_CODES_PER_ADDRESS", "5"),
        ("WRONG_CODES_MINUTES", "60"),
    ];
    let function = Function::with_database("device-link", &database).envs(settings);
    let site = Client::new(&function.start().await);
    let caller = site.another();
    generate_code(&caller).await;
    let wrong = async |client: &Client, status| {
        let refused = accept_code(client, WRONG_CODE).await;
        refused.expect_status(status)
    };
    for status in [400, 400] {
        wrong(&caller, status).await;
    }
    let blocked = wrong(&caller, 429).await;
    let seconds = retry_after(&blocked);
    assert!((3500..=3601).contains(&seconds), "{seconds}");

    // A caller without a cookie is counted by its address alone. The calls of a blocked caller count there, too.
    for status in [400, 400, 429] {
        wrong(&site.another(), status).await;
    }
    wrong(&site.another().from_address("203.0.113.8"), 400).await;
}

/// Contract: quota and rate limits: "no IP address is stored"
#[tokio::test]
async fn no_ip_address_is_stored() {
    let (database, client) = site().await;
    let client = client.from_address("203.0.113.7");
    accept_code(&client, "nonsense").await.expect_status(400);
    let row = "SELECT row_to_json(rate_buckets)::text FROM rate_buckets";
    let row: String = database.value(row).await;
    assert!(!row.contains("203.0.113"), "{row}");
}

/// Contract: devices and linking: "device name and type come from the request, else from the User-Agent"
#[tokio::test]
async fn the_device_name_comes_from_the_request_else_from_the_user_agent() {
    let (_database, site) = site().await;
    let host = site.another().with_header("User-Agent", CHROME);
    session(&host).await;
    let unnamed = host.another();
    let code = generate_code(&host).await;
    accept_code(&unnamed, &code).await.expect_status(200);
    let body = json!({
        "code": generate_code(&host).await, "device_name": " Kit\u{202e}chen\u{200b}\u{7f} ",
        "device_type": "tablet",
    });
    let named = site.another().post(paths::ACCEPT_CODE).json(&body).await;
    named.expect_status(200);
    let devices = devices(&host).await;
    let names = devices.iter().map(|device| {
        let name = ["device_name", "device_type"].map(|member| device[member].as_str());
        name.map(Option::unwrap)
    });
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    let chrome = ["Chrome on Windows", "desktop"];
    assert_eq!(names, [chrome, chrome, ["Kitchen", "tablet"]]);
}
