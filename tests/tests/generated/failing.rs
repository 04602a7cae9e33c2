//! When the model fails, or the database does: nothing is stored, nothing is counted, and the caller is told what to do.

use std::time::Duration;

use serde_json::Value;
use verse_tests::{Database, Gate, Proxy, Reader, Script, ScriptedProvider, eventually};

use super::{DEFINITION, INSIGHT, KINDS, Kind, counted};

/// A function's deadline; four seconds less is the model's.
const SHORT: Duration = Duration::from_millis(5500);

/// What the provider does, and what the caller is told: status and `error_type`.
fn failures() -> Vec<(Script, u16, Option<&'static str>)> {
    let some = ["{\"histori"];
    vec![
        (Script::refuses(401), 503, Some("auth_error")),
        (Script::refuses(403), 503, Some("auth_error")),
        (Script::refuses(402), 503, Some("auth_error")),
        (Script::refuses(429), 503, Some("overloaded")),
        (Script::refuses(529), 503, Some("overloaded")),
        (Script::refuses(500), 502, None),
        (Script::hangs(), 503, Some("timeout")),
        (Script::says(some).then_hangs(), 503, Some("timeout")),
        (Script::says(some).then_hangs_up(), 502, Some("interrupted")),
        (
            Script::says(some).then_ends_early(),
            502,
            Some("interrupted"),
        ),
        (Script::says(some), 502, None),
        (Script::answers().cut_by_max_tokens(), 502, None),
        (Script::says_nothing(), 502, None),
        (Script::talks_garbage(), 502, None),
    ]
}

#[tokio::test]
async fn each_failure_of_an_insights_model_is_told_and_costs_nothing() {
    each_failure_is_told(INSIGHT).await;
}

#[tokio::test]
async fn each_failure_of_a_definitions_model_is_told_and_costs_nothing() {
    each_failure_is_told(DEFINITION).await;
}

async fn each_failure_is_told(kind: Kind) {
    let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
    let builder = kind.builder(&database.url(), &provider);
    let function = builder.env("GENERATE_PER_MINUTE", "1000").start().await;
    let client = Reader::of(&database).await.on(&function);
    for (n, (script, status, error_type)) in failures().into_iter().enumerate() {
        let what = format!("{script:?}");
        provider.always(script);
        let body = kind.body(&format!("text {n}"), n % 2 == 0);
        let request = client.post(kind.path).json(&body).within(SHORT);
        let response = request.await;
        assert_eq!(response.status, status, "{what}: {}", response.text());
        assert!(response.header("retry-after").is_some(), "{what}");
        let _ = response.problem();
        let problem = response.json();
        assert_eq!(problem["error_type"].as_str(), error_type, "{what}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.ends_with('.') && !detail.contains("script"),
            "{what}: {detail}"
        );
        assert_eq!(counted(&database).await, 0, "{what}");
        assert_eq!(kind.stored(&database).await, 0, "{what}");
        let claims: i64 = database.value("SELECT count(*) FROM generations").await;
        assert_eq!(claims, 0, "{what}");
    }
    provider.always(Script::answers());
    let answer = client
        .post(kind.path)
        .json(&kind.body("text 0", true))
        .await;
    assert_eq!(answer.expect_status(200).json()["cached"], false);
}

/// Asks, and does `meanwhile` while the model writes.
async fn asking_while(kind: Kind, meanwhile: impl AsyncFnOnce(&Proxy)) -> (u16, Value, Database) {
    let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
    let proxy = Proxy::to(&database.url()).await;
    let gate = Gate::closed();
    provider.next(Script::answers().gated(&gate));
    let builder = kind.builder(proxy.url(), &provider);
    let client = Reader::of(&database).await.on(&builder.start().await);
    let asking = {
        let request = client.post(kind.path).json(&kind.body("text", true));
        tokio::spawn(async move { request.await })
    };
    eventually("the provider is asked", async || {
        (provider.count() == 1).then_some(())
    })
    .await;
    meanwhile(&proxy).await;
    gate.open();
    let response = asking.await.unwrap();
    (response.status.as_u16(), response.json(), database)
}

#[tokio::test]
async fn a_connection_that_breaks_while_the_model_writes_is_replaced() {
    for kind in KINDS {
        let (status, answer, database) = asking_while(kind, async |proxy| proxy.cut().await).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(kind.stored(&database).await, 1);
        assert_eq!(counted(&database).await, 1);
    }
}

#[tokio::test]
async fn what_cannot_be_stored_is_not_told_as_saved() {
    let (status, problem, database) =
        asking_while(INSIGHT, async |proxy| proxy.refuse().await).await;
    assert_eq!(status, 503, "{problem}");
    assert_eq!(INSIGHT.stored(&database).await, 0);
    // Nor could it be given back: the database is away.
    assert_eq!(counted(&database).await, 1);
}

#[tokio::test]
async fn a_database_that_is_away_is_told_before_anything_is_asked() {
    for kind in KINDS {
        let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
        let proxy = Proxy::to(&database.url()).await;
        let builder = kind.builder(proxy.url(), &provider);
        let client = Reader::of(&database).await.on(&builder.start().await);
        proxy.refuse().await;
        let response = client.post(kind.path).json(&kind.body("text", true)).await;
        assert!(response.expect_status(503).header("retry-after").is_some());
        assert_eq!((provider.count(), counted(&database).await), (0, 0));
    }
}
