//! Who the caller is: `GET /api/user/session`, and the cookie it sets.

use futures_util::future::join_all;
use verse_tests::{Client, Database, Dress, Function, Proxy, SameSite};

const COOKIE: &str = "verse_user_id";
const SESSION: &str = "/api/user/session";

async fn user(database_url: &str) -> Function {
    Function::builder("user")
        .env("DATABASE_URL", database_url)
        .env("VERSE_ENV", "development")
        .processes(4)
        .start()
        .await
}

#[tokio::test]
async fn a_first_visit_makes_a_user_and_the_next_finds_it() {
    let database = Database::fresh().await;
    let client = Client::of(&user(&database.url()).await);
    let first = client.get(SESSION).await.expect_status(200);
    let cookie = first.cookie(COOKIE).expect("a cookie for a new user");
    assert_eq!((cookie.path(), cookie.http_only()), (Some("/"), Some(true)));
    assert_eq!(cookie.same_site(), Some(SameSite::Lax));
    let age = cookie.max_age().expect("an age");
    assert_eq!(age.whole_seconds(), 34_560_000);
    assert_eq!(first.header("cache-control"), Some("no-store"));

    let second = client.get(SESSION).await.expect_status(200);
    assert_eq!(second.json()["anonymous_id"], first.json()["anonymous_id"]);
    assert!(
        second.cookie(COOKIE).is_none(),
        "a young cookie is not sent again"
    );
}

#[tokio::test]
async fn a_session_is_the_same_in_every_dress() {
    let database = Database::fresh().await;
    let client = Client::of(&user(&database.url()).await);
    let first = client.get(SESSION).await.expect_status(200).json();
    for dress in Dress::ALL {
        let again = client
            .clone()
            .dressed(dress)
            .get(SESSION)
            .await
            .expect_status(200)
            .json();
        assert_eq!(again["anonymous_id"], first["anonymous_id"], "{dress:?}");
    }
}

#[tokio::test]
async fn a_cookie_that_is_garbage_is_an_unknown_caller() {
    let database = Database::fresh().await;
    let user = user(&database.url()).await;
    for garbage in [
        "",
        "garbage",
        "%00",
        "'; DROP TABLE users; --",
        &"a".repeat(4000),
    ] {
        let client = Client::of(&user);
        client.set_cookie(COOKIE, garbage);
        let response = client.get(SESSION).await.expect_status(200);
        assert!(response.cookie(COOKIE).is_some(), "{garbage}");
    }
}

#[tokio::test]
async fn twenty_visits_at_once_with_one_cookie_are_one_user() {
    let database = Database::fresh().await;
    let client = Client::of(&user(&database.url()).await);
    let known = client.get(SESSION).await.expect_status(200).json();
    let visits = join_all((0..20).map(|_| client.get(SESSION).into_future())).await;
    for visit in visits {
        assert_eq!(
            visit.expect_status(200).json()["anonymous_id"],
            known["anonymous_id"]
        );
    }
}

#[tokio::test]
async fn a_warm_session_is_one_statement_and_one_round_trip() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let client = Client::of(&user(proxy.url()).await);
    for _ in 0..2 {
        client.get(SESSION).await.expect_status(200);
    }
    proxy.reset();
    client.get(SESSION).await.expect_status(200);
    let counts = proxy.counts();
    assert_eq!(
        (
            counts.connections,
            counts.statements,
            counts.round_trips,
            counts.pings
        ),
        (0, 1, 1, 0)
    );
}

#[tokio::test]
async fn a_database_that_is_down_is_a_503_and_is_found_again() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let client = Client::of(&user(proxy.url()).await);
    client.get(SESSION).await.expect_status(200);

    proxy.refuse().await;
    let down = client.get(SESSION).await.expect_status(503);
    assert!(down.header("retry-after").is_some());
    let _ = down.problem();

    proxy.restore().await;
    client.get(SESSION).await.expect_status(200);
}

#[tokio::test]
async fn a_function_that_slept_through_the_end_of_its_connections_answers() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let function = user(proxy.url()).await;
    let client = Client::of(&function);
    let before = client.get(SESSION).await.expect_status(200).json();

    function.idle().await;
    function.freeze();
    proxy.cut().await;
    function.thaw();

    let after = client.get(SESSION).await.expect_status(200).json();
    assert_eq!(after["anonymous_id"], before["anonymous_id"]);
}

#[tokio::test]
async fn the_cookie_is_not_in_the_log() {
    let database = Database::fresh().await;
    let function = user(&database.url()).await;
    let client = Client::of(&function);
    client.get(SESSION).await.expect_status(200);
    client.get(SESSION).await.expect_status(200);
    let cookies = client.cookies();
    function.terminate().await;
    function
        .log()
        .expect_without(cookies.value(COOKIE).expect("a cookie"));
}

#[tokio::test]
async fn a_database_that_never_answers_is_a_503_within_four_seconds() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let client = Client::of(&user(proxy.url()).await);
    client.get(SESSION).await.expect_status(200);

    proxy.hang();
    let started = std::time::Instant::now();
    client
        .get(SESSION)
        .await
        .expect_status(503)
        .expect_header("retry-after", "2");
    let waited = started.elapsed();
    assert!(waited.as_secs_f64() < 4.0, "{waited:?}");

    proxy.restore().await;
    client.get(SESSION).await.expect_status(200);
}

#[tokio::test]
async fn a_cookie_with_less_than_370_days_left_is_sent_again_as_it_is() {
    let database = Database::fresh().await;
    let client = Client::of(&user(&database.url()).await);
    let first = client.get(SESSION).await.expect_status(200);
    let token = first.cookie(COOKIE).expect("a cookie").value().to_owned();
    database
        .execute("UPDATE devices SET cookie_sent_at = now() - interval '31 days'")
        .await;

    let again = client.get(SESSION).await.expect_status(200);
    assert_eq!(
        again.cookie(COOKIE).expect("the cookie again").value(),
        token
    );
    assert!(client.get(SESSION).await.cookie(COOKIE).is_none());
}

#[tokio::test]
async fn the_cookie_is_secure_in_production() {
    let database = Database::fresh().await;
    let function = Function::builder("user")
        .env("DATABASE_URL", database.url())
        .start()
        .await;
    let response = Client::of(&function).get(SESSION).await.expect_status(200);
    assert_eq!(
        response.cookie(COOKIE).expect("a cookie").secure(),
        Some(true)
    );
    assert!(response.header("strict-transport-security").is_some());
}

#[tokio::test]
async fn only_the_hash_of_the_token_is_kept() {
    let database = Database::fresh().await;
    let client = Client::of(&user(&database.url()).await);
    let token = client
        .get(SESSION)
        .await
        .cookie(COOKIE)
        .expect("a cookie")
        .value()
        .to_owned();
    let device: String = database
        .value("SELECT row_to_json(devices)::text FROM devices")
        .await;
    assert!(
        !device.contains(&token) && device.contains("token_hash"),
        "{device}"
    );
}

#[tokio::test]
async fn without_a_database_url_the_session_is_a_503_and_the_log_says_why() {
    let function = Function::builder("user").start().await;
    Client::of(&function).get(SESSION).await.expect_status(503);
    function.terminate().await;
    let lines = function.log().records();
    assert!(
        lines
            .iter()
            .any(|line| line["cause"] == "DATABASE_URL is not set"),
        "{lines:?}"
    );
}
