//! When the model fails, or the database does: always an event, also before the first token; what there is stays, and what
//! failed is not counted.

use std::time::Duration;

use serde_json::json;
use verse_tests::{Database, Gate, Proxy, Reader, Script, ScriptedProvider, eventually};

use super::{CHATS, about, builder, stage, told};

/// A function's deadline; four seconds less is the model's.
const SHORT: Duration = Duration::from_millis(5500);

/// What the provider does; `error_type`; what is kept of the answer.
fn failures() -> Vec<(Script, Option<&'static str>, &'static str)> {
    let half = || Script::says(["In the ", "begin"]);
    let kept = "In the begin";
    vec![
        (Script::refuses(401), Some("auth_error"), ""),
        (Script::refuses(402), Some("auth_error"), ""),
        (Script::refuses(403), Some("auth_error"), ""),
        (Script::refuses(429), Some("overloaded"), ""),
        (Script::refuses(529), Some("overloaded"), ""),
        (Script::refuses(500), None, ""),
        (Script::hangs(), Some("timeout"), ""),
        (Script::talks_garbage(), None, ""),
        (Script::says_nothing(), None, ""),
        (half().then_hangs(), Some("timeout"), kept),
        (half().then_hangs_up(), Some("interrupted"), kept),
        (half().then_ends_early(), Some("interrupted"), kept),
        (
            half().then_fails("overloaded_error"),
            Some("overloaded"),
            kept,
        ),
    ]
}

#[tokio::test]
async fn each_failure_is_an_event_and_costs_nothing() {
    let stage = stage().await;
    for (script, error_type, kept) in failures() {
        let what = format!("{script:?}");
        stage.provider.always(script);
        let request = stage.client.post(CHATS).json(&json!({"message": "Who?"}));
        let told = told(request.within(SHORT).stream().await).await;
        assert!(told.chat.is_some(), "{what}");
        assert_eq!(told.text(), kept, "{what}");
        let (name, data) = &told.end;
        assert_eq!(name, "error", "{what}");
        assert_eq!(data["error_type"].as_str(), error_type, "{what}: {data}");
        let sentence = data["error"].as_str().unwrap();
        assert!(
            sentence.ends_with('.') && !sentence.contains("script"),
            "{what}: {sentence}"
        );
        // Stored before it was told.
        let stored = super::last_answer(&stage.database).await;
        assert_eq!(
            stored,
            ("interrupted".to_owned(), kept.to_owned()),
            "{what}"
        );
        assert_eq!(stage.counted().await, 0, "{what}");
        stage.database.execute("DELETE FROM rate_buckets").await;
    }
}

#[tokio::test]
async fn tokens_reach_the_reader_while_the_database_is_away_and_are_not_claimed_to_be_stored() {
    let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
    let proxy = Proxy::to(&database.url()).await;
    let function = builder(proxy.url(), &provider).start().await;
    let client = Reader::of(&database).await.on(&function);
    let gate = Gate::closed();
    provider.next(Script::says(["one ", "two ", "three"]).gated(&gate));
    let request = client.post(CHATS).json(&json!({"message": "Who?"}));
    let mut stream = request.within(Duration::from_secs(30)).stream().await;
    gate.let_pass(1);
    while stream.next_event().await.unwrap().event != "token" {}
    proxy.refuse().await;
    gate.open();
    let told = super::read(&stream.events().await);
    assert_eq!(told.text(), "two three");
    assert_eq!(
        (&*told.end.0, &told.end.1["error_type"]),
        ("error", &json!("interrupted"))
    );
    assert_eq!(super::last_answer(&database).await.0, "pending");
    // Nobody is left who could give it back.
    assert_eq!(super::counted(&database).await, 1);
    // All is well again without a restart.
    proxy.restore().await;
    let again = client
        .post(CHATS)
        .json(&json!({"message": "Who?"}))
        .stream()
        .await;
    assert_eq!(super::told(again).await.end.0, "done");
}

#[tokio::test]
async fn a_connection_that_breaks_meanwhile_is_replaced() {
    let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
    let proxy = Proxy::to(&database.url()).await;
    let function = builder(proxy.url(), &provider).start().await;
    let client = Reader::of(&database).await.on(&function);
    let gate = Gate::closed();
    provider.next(Script::answers().gated(&gate));
    let stream = client
        .post(CHATS)
        .json(&json!({"message": "Who?"}))
        .stream()
        .await;
    eventually("the provider is asked", async || {
        (provider.count() == 1).then_some(())
    })
    .await;
    proxy.cut().await;
    gate.open();
    assert_eq!(told(stream).await.end.0, "done");
    assert_eq!(super::last_answer(&database).await.0, "complete");
    assert_eq!(super::counted(&database).await, 1);
}

#[tokio::test]
async fn a_database_that_is_away_is_a_status() {
    let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
    let proxy = Proxy::to(&database.url()).await;
    let function = builder(proxy.url(), &provider).start().await;
    let client = Reader::of(&database).await.on(&function);
    proxy.refuse().await;
    let body = about(verse_data::InsightId(1), "Who?");
    for (path, body) in [(super::ABOUT, body), (CHATS, json!({"message": "Who?"}))] {
        let response = client.post(path).json(&body).await.expect_status(503);
        assert!(response.header("retry-after").is_some());
    }
    assert_eq!(provider.count(), 0);
    assert_eq!(super::counted(&database).await, 0);
}
