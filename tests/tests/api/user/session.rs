//! `GET /api/user/session`, and the session cookie that it sets

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use verse_tests::{
    Client, Database, EventFormat, Function, Proxy, SESSION_COOKIE, SameSite, paths,
};

use super::{token, user, user_site};
use crate::session;

/// Contract: caller: "the session cookie says which device calls"
/// Contract: caller: "the cookie has Path, `HttpOnly`, `SameSite=Lax` and 400 days"
/// Contract: caller: "the session creates user and device"
/// Contract: user: "session has `anonymous_id` and `created_at`"
#[tokio::test]
async fn a_first_visit_makes_a_user_and_the_next_finds_it() {
    let (_database, client) = user_site().await;
    let first = client
        .get(paths::SESSION)
        .await
        .expect_status(200)
        .expect_header("cache-control", "no-store");
    let cookie = first.cookie(SESSION_COOKIE).expect("a cookie");
    assert_eq!((cookie.path(), cookie.http_only()), (Some("/"), Some(true)));
    assert_eq!(cookie.same_site(), Some(SameSite::Lax));
    let age = cookie.max_age().expect("an age");
    assert_eq!(age.whole_seconds(), 34_560_000);

    let second = client.get(paths::SESSION).await.expect_status(200);
    assert_eq!(second.json()["anonymous_id"], first.json()["anonymous_id"]);
    // A recent cookie is not sent again.
    assert!(second.cookie(SESSION_COOKIE).is_none());
}

#[tokio::test]
async fn a_session_is_the_same_in_every_event_format() {
    let (_database, client) = user_site().await;
    let first = session(&client).await;
    for event_format in EventFormat::ALL {
        let again = session(&client.clone().in_format(event_format)).await;
        assert_eq!(
            again["anonymous_id"], first["anonymous_id"],
            "{event_format:?}"
        );
    }
}

/// Contract: caller: "a cookie that matches no device or is garbage is an unknown caller"
#[tokio::test]
async fn a_cookie_that_is_garbage_is_an_unknown_caller() {
    let (_database, client) = user_site().await;
    for garbage in [
        "",
        "garbage",
        "%00",
        "'; DROP TABLE users; --",
        &"a".repeat(4000),
    ] {
        let client = client.another();
        client.set_session_cookie(garbage);
        let response = client.get(paths::SESSION).await.expect_status(200);
        assert!(response.cookie(SESSION_COOKIE).is_some(), "{garbage}");
    }
}

/// Contract: caller: "a foreign cookie changes nothing, and of several session cookies the known one counts"
#[tokio::test]
async fn a_foreign_cookie_does_not_cost_a_reader_the_history() {
    let (database, client) = user_site().await;
    let id = session(&client).await["anonymous_id"].take();
    let own = format!("{SESSION_COOKIE}={}", token(&client));
    let unknown = format!("{SESSION_COOKIE}={}", "A".repeat(43));
    for others in [
        "name=Zoë".to_owned(),
        "name=\u{1F980}; =; ;;x".to_owned(),
        "name=a\u{1}\tb\u{7f}".to_owned(),
        format!("theme={}", "x".repeat(5000)),
        format!("{SESSION_COOKIE}=Zoë; {SESSION_COOKIE}=\"\""),
        unknown.clone(),
        format!("name=Zoë; {unknown}; {unknown}"),
    ] {
        for cookie in [format!("{others}; {own}"), format!("{own}; {others}")] {
            for event_format in EventFormat::ALL {
                let reader = client.another().in_format(event_format);
                let request = reader.get(paths::SESSION).header("Cookie", &cookie);
                let response = request.await.expect_status(200);
                let what = format!("{event_format:?}: {cookie:.100}");
                assert_eq!(response.json()["anonymous_id"], id, "{what}");
                assert!(response.cookie(SESSION_COOKIE).is_none(), "{what}");
            }
        }
    }
    assert_eq!(database.count("users").await, 1);
}

#[tokio::test]
async fn the_known_session_cookie_is_found_for_reads_and_writes() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let site = super::link_site(&proxy).await;
    session(&site).await;
    let unknown = format!("{SESSION_COOKIE}={}", "A".repeat(43));
    let cookie = format!("{unknown}; {SESSION_COOKIE}={}", token(&site));
    let reader = site.another().with_header("Cookie", &cookie);
    let devices: Vec<Value> = reader.get(paths::DEVICES).await.expect_status(200).parse();
    assert_eq!(devices[0]["is_current"], true);
    let code = reader.post(paths::GENERATE_CODE).await.expect_status(200);
    assert!(code.cookie(SESSION_COOKIE).is_none());
    assert_eq!(database.count("users").await, 1);
    // One statement finds the known token; a request with one token needs none.
    for (client, statements) in [(&site, 1), (&reader, 2)] {
        proxy.reset();
        client.get(paths::DEVICES).await.expect_status(200);
        assert_eq!(crate::database_calls(&proxy), (statements, statements, 0));
    }
}

#[tokio::test]
async fn twenty_simultaneous_visits_with_one_cookie_are_one_user() {
    let (_database, client) = user_site().await;
    let first = session(&client).await;
    for visit in join_all((0..20).map(|_| session(&client))).await {
        assert_eq!(visit["anonymous_id"], first["anonymous_id"]);
    }
}

#[tokio::test]
async fn a_warm_session_is_one_statement_and_one_round_trip() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let client = Client::new(&user(&proxy).await);
    session(&client).await;
    session(&client).await;
    proxy.reset();
    session(&client).await;
    assert_eq!(crate::database_calls(&proxy), (1, 1, 0));
    assert_eq!(proxy.counts().connections, 0);
}

/// Contract: conventions: "a database failure is a 503 with Retry-After"
#[tokio::test]
async fn an_unreachable_database_is_a_503_until_it_returns() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let client = Client::new(&user(&proxy).await);
    session(&client).await;
    proxy.refuse_connections().await;
    let down = client.get(paths::SESSION).await.expect_status(503);
    assert!(down.header("retry-after").is_some());
    let _ = down.problem();
    proxy.restore().await;
    session(&client).await;
}

/// Contract: conventions: "no request hangs"
#[tokio::test]
async fn a_hanging_database_is_a_503_within_four_seconds() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let client = Client::new(&user(&proxy).await);
    session(&client).await;
    proxy.hang();
    let down = client
        .get(paths::SESSION)
        .await
        .expect_status(503)
        .expect_header("retry-after", "2");
    assert!(
        down.duration < Duration::from_secs(4),
        "{:?}",
        down.duration
    );
    proxy.restore().await;
    session(&client).await;
}

#[tokio::test]
async fn a_function_frozen_while_its_connections_were_cut_answers() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let function = user(&proxy).await;
    let client = Client::new(&function);
    let before = session(&client).await;
    function.idle().await;
    function.freeze();
    proxy.close_connections().await;
    function.thaw();
    let after = session(&client).await;
    assert_eq!(after["anonymous_id"], before["anonymous_id"]);
}

/// Contract: caller: "the cookie is sent again when fewer than 370 days are left"
#[tokio::test]
async fn a_cookie_with_fewer_than_370_days_left_is_sent_again_unchanged() {
    let (database, client) = user_site().await;
    session(&client).await;
    let token = token(&client);
    database
        .execute("UPDATE devices SET cookie_sent_at = now() - interval '31 days'")
        .await;
    let again = client.get(paths::SESSION).await.expect_status(200);
    let cookie = again.cookie(SESSION_COOKIE).expect("the cookie");
    assert_eq!(cookie.value(), token);
    let next = client.get(paths::SESSION).await;
    assert!(next.cookie(SESSION_COOKIE).is_none());
}

/// Contract: conventions: "production sends Strict-Transport-Security"
/// Contract: caller: "the cookie is Secure outside development"
#[tokio::test]
async fn the_cookie_is_secure_in_production() {
    let (_database, client) = user_site().await;
    let response = client.get(paths::SESSION).await.expect_status(200);
    let cookie = response.cookie(SESSION_COOKIE).expect("a cookie");
    assert_eq!(cookie.secure(), Some(true));
    assert!(response.header("strict-transport-security").is_some());
}

/// Contract: caller: "only the hash of the token is stored"
#[tokio::test]
async fn only_the_hash_of_the_token_is_stored() {
    let (database, client) = user_site().await;
    session(&client).await;
    let device = "SELECT row_to_json(devices)::text FROM devices";
    let device: String = database.value(device).await;
    assert!(
        !device.contains(&token(&client)) && device.contains("token_hash"),
        "{device}"
    );
}

#[tokio::test]
async fn the_cookie_is_not_in_the_log() {
    let database = Database::fresh().await;
    let function = user(&database).await;
    let client = Client::new(&function);
    session(&client).await;
    session(&client).await;
    function.terminate().await;
    function.log().expect_without(&token(&client));
}

#[tokio::test]
async fn without_a_database_url_the_session_is_a_503_and_the_log_says_why() {
    let function = Function::start_without_database("user").await;
    let refused = Client::new(&function).get(paths::SESSION).await;
    refused.expect_status(503);
    let line = function.log().wait_for_record(|line| line["status"] == 503);
    assert_eq!(line.await["cause"], "DATABASE_URL is not set");
}

/// Contract: user: "session has the usage of the day"
/// Contract: user: "session of a pro user has `daily_limit` 0 and remaining -1"
/// Contract: quota and rate limits: "ten a UTC day for a free user, no limit for pro"
/// Contract: quota and rate limits: "the numbers are settings"
#[tokio::test]
async fn the_daily_quota_is_a_setting_and_pro_has_none() {
    let database = Database::fresh().await;
    let function = Function::with_database("user", &database).env("DAILY_LIMIT", "3");
    let client = Client::new(&function.start().await);
    let expect_usage = async |is_pro: bool, daily_limit: i64, calls_today: i64, remaining: i64| {
        let usage: Value = json!({
            "is_pro": is_pro, "daily_limit": daily_limit, "calls_today": calls_today, "remaining": remaining,
        });
        assert_eq!(session(&client).await["usage"], usage);
    };
    expect_usage(false, 3, 0, 3).await;
    let sql = "INSERT INTO daily_usage SELECT id, (now() AT TIME ZONE 'UTC')::date, 2 FROM users";
    database.execute(sql).await;
    expect_usage(false, 3, 2, 1).await;
    database.execute("UPDATE users SET is_pro = TRUE").await;
    expect_usage(true, 0, 2, -1).await;
}
