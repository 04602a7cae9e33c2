//! `POST /api/user/link/generate` and `DELETE /api/user/link/codes`

use futures_util::future::join_all;
use serde_json::json;
use verse_tests::{Client, Database, Function, Proxy, SESSION_COOKIE, paths};

use super::{generate_code, site};
use crate::session;

/// Contract: devices and linking: "generate returns `display_code`, `expires_at`, `qr_data`"
/// Contract: devices and linking: "a code has twelve letters of the alphabet in three groups and is valid for five minutes"
#[tokio::test]
async fn a_code_is_twelve_letters_in_three_groups_for_five_minutes() {
    let (database, client) = site().await;
    let response = client
        .post(paths::GENERATE_CODE)
        .await
        .expect_status(200)
        .expect_header("cache-control", "no-store");
    // An unknown caller becomes a user.
    assert!(response.cookie(SESSION_COOKIE).is_some());
    let answer = response.json();
    let code = answer["display_code"].as_str().unwrap();
    let groups: Vec<_> = code.split('-').map(str::len).collect();
    assert_eq!(groups, [4, 4, 4], "{code}");
    let alphabet = "-23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    assert!(
        code.chars().all(|letter| alphabet.contains(letter)),
        "{code}"
    );
    assert_eq!(answer["qr_data"], code);
    let expires_at = answer["expires_at"].as_str().unwrap();
    let is_stored: bool = sqlx::query_scalar(
        "SELECT bool_and(expires_at = $1::TIMESTAMPTZ
                         AND expires_at = created_at + interval '5 minutes'
                         AND created_at > now() - interval '1 minute') FROM link_codes",
    )
    .bind(expires_at)
    .fetch_one(database.pool())
    .await
    .unwrap();
    assert!(is_stored, "{answer}");
}

/// Contract: devices and linking: "only the hash of a code is stored"
#[tokio::test]
async fn only_the_hash_of_a_code_is_stored() {
    let (database, client) = site().await;
    let code = generate_code(&client).await;
    let row = "SELECT row_to_json(link_codes)::text FROM link_codes";
    let row: String = database.value(row).await;
    for text in [code.clone(), code.replace('-', "")] {
        assert!(!row.contains(&text), "a code is stored");
        let hex = text.bytes().map(|byte| format!("{byte:02x}"));
        assert!(!row.contains(&hex.collect::<String>()), "a code is stored");
    }
    assert!(row.contains("code_hash"), "{row}");
}

/// Contract: devices and linking: "a fourth pending code is refused"
#[tokio::test]
async fn a_fourth_code_is_refused() {
    let (_database, client) = site().await;
    session(&client).await;
    let requests = (0..50).map(|_| client.post(paths::GENERATE_CODE).into_future());
    let mut refused = 0;
    for response in join_all(requests).await {
        if response.status != 200 {
            refused += 1;
            let problem = response.expect_status(400).problem();
            let detail = "Too many active link codes. Maximum 3 allowed.";
            assert_eq!(problem.detail, detail);
        }
    }
    assert_eq!(refused, 47);
    let revoked = client.delete(paths::LINK_CODES).await.expect_status(200);
    let message = "Revoked 3 pending link codes";
    assert_eq!(revoked.json(), json!({"message": message, "count": 3}));
    generate_code(&client).await;
}

#[tokio::test]
async fn a_code_whose_response_is_lost_is_created_once() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let client = Client::new(&Function::start("device-link", &proxy).await);
    generate_code(&client).await;
    proxy.drop_next_response();
    generate_code(&client).await;
    assert_eq!(database.count("link_codes").await, 2);
}

/// Contract: devices and linking: "revoking returns the count"
#[tokio::test]
async fn revoking_returns_the_number_of_pending_codes() {
    let (_database, host) = site().await;
    for pending in [2, 1, 0] {
        for _ in 0..pending {
            generate_code(&host).await;
        }
        let revoked = host.delete(paths::LINK_CODES).await.expect_status(200);
        let revoked = revoked.json();
        assert_eq!(revoked["count"], pending, "{revoked}");
        if pending != 1 {
            let message = format!("Revoked {pending} pending link codes");
            assert_eq!(revoked["message"], message);
        }
    }
}

#[tokio::test]
async fn revoking_for_an_unknown_caller_writes_nothing() {
    let (database, client) = site().await;
    for unknown in crate::unknown_callers(&client) {
        let response = unknown.delete(paths::LINK_CODES).await.expect_status(200);
        let message = "Revoked 0 pending link codes";
        assert_eq!(response.json(), json!({"message": message, "count": 0}));
        assert!(response.cookie(SESSION_COOKIE).is_none());
    }
    assert_eq!(database.count("users").await, 0);
}
