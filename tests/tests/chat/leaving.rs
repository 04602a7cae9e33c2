//! When the reader goes away, or the process does.

use std::time::Duration;

use serde_json::json;
use verse_tests::{Function, Gate, Script, eventually};

use super::{CHATS, SCRIPTED, Stage, stage, told};

/// Three tokens, which pass as the gate lets them.
fn three(gate: &Gate) -> Script {
    Script::says(["one ", "two ", "three"]).gated(gate)
}

async fn hung_up(stage: &Stage) {
    eventually("the provider is left", async || {
        (stage.provider.hang_ups() == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_reader_who_leaves_after_two_tokens_loses_nothing_and_the_provider_is_stopped() {
    let stage = stage().await;
    let gate = Gate::closed();
    stage.provider.next(three(&gate));
    gate.let_pass(2);
    let stream = stage.hears(2).await;
    stream.hang_up();
    hung_up(&stage).await;
    let kept = ("interrupted".to_owned(), "one two ".to_owned());
    assert_eq!(stage.answer().await, kept);
    assert_eq!(stage.counted().await, 1);
    // The same process goes on.
    assert_eq!(told(stage.hears(0).await).await.text(), SCRIPTED);
}

#[tokio::test]
async fn a_connection_that_breaks_loses_nothing_though_the_process_ends() {
    let stage = stage().await;
    let gate = Gate::closed();
    stage.provider.next(three(&gate));
    gate.let_pass(2);
    let stream = stage.hears(2).await;
    stream.cut_off();
    let kept = ("interrupted".to_owned(), "one two ".to_owned());
    assert_eq!(stage.answer().await, kept);
    assert_eq!(stage.counted().await, 1);
}

#[tokio::test]
async fn a_reader_who_leaves_when_the_model_has_been_asked_is_charged() {
    let stage = stage().await;
    let gate = Gate::closed();
    stage.provider.next(three(&gate));
    let stream = stage.hears(0).await;
    eventually("the provider is asked", async || {
        (stage.provider.count() == 1).then_some(())
    })
    .await;
    stream.hang_up();
    assert_eq!(
        stage.answer().await,
        ("interrupted".to_owned(), String::new())
    );
    assert_eq!(stage.counted().await, 1);
    let chats = stage.client.get(CHATS).await.json();
    let path = format!("{CHATS}/{}/messages", chats[0]["id"]);
    let messages = stage.client.get(&path).await.json();
    // What the reader said is there, and no empty answer.
    assert_eq!(messages.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_killed_process_had_stored_is_kept_and_ends_interrupted() {
    let stage = stage().await;
    let gate = Gate::closed();
    let script = Script::says(["one ", "two ", "three "]).apart(Duration::from_millis(5100));
    stage.provider.next(script.gated(&gate));
    gate.let_pass(2);
    let request = stage.client.post(CHATS).json(&json!({"message": "Who?"}));
    let mut stream = request.within(Duration::from_secs(30)).stream().await;
    let stored = eventually("progress is stored", async || {
        // The stream is read meanwhile.
        let _ = tokio::time::timeout(Duration::from_millis(50), stream.next_event()).await;
        let (state, content) = super::last_answer(&stage.database).await;
        (!content.is_empty()).then_some((state, content))
    })
    .await;
    assert_eq!(stored, ("pending".to_owned(), "one two ".to_owned()));
    stage.function.kill().await;
    stage
        .database
        .execute("UPDATE messages SET created_at = created_at - interval '16 minutes'")
        .await;
    let cleanup = Function::builder("cleanup")
        .env("DATABASE_URL", stage.database.url())
        .deadline(Duration::from_mins(1))
        .start()
        .await;
    let report = cleanup.run(&json!({})).await.expect("a report");
    assert!(report["jobs"].is_array());
    let kept = ("interrupted".to_owned(), "one two ".to_owned());
    assert_eq!(super::last_answer(&stage.database).await, kept);
    assert_eq!(stage.counted().await, 1);
}
