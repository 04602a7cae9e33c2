//! When the client disconnects during a reply, or the process ends.

use std::{sync::Arc, time::Duration};

use ProviderFormat::{Anthropic, OpenAi};
use rstest::rstest;
use serde_json::json;
use verse_tests::{Failure, Function, Gate, ProviderFormat, Script, eventually, paths};

use super::{DEFAULT_REPLY, Site, stored};

/// A reply of three tokens, of which `passing` leave before the gate opens.
fn three_tokens(passing: usize) -> (Script, Gate) {
    let gate = Gate::closed();
    gate.let_pass(passing);
    (Script::tokens(["one ", "two ", "three"]).gated(&gate), gate)
}

/// Contract: streams: "a client that disconnects loses nothing"
#[rstest]
#[tokio::test]
async fn a_client_that_disconnects_after_two_tokens_loses_nothing_and_the_provider_is_stopped(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    let (script, _gate) = three_tokens(2);
    site.provider.next(script);
    site.stream_after_tokens(2).await.stop_reading();
    eventually("the function closes its connection", async || {
        (site.provider.disconnects() == 1).then_some(())
    })
    .await;
    assert_eq!(site.ended_reply().await, stored("interrupted", "one two "));
    assert_eq!(site.usage().await, 1);
    // The same process continues.
    assert_eq!(site.reply().await.text(), DEFAULT_REPLY);
}

/// Contract: streams: "a client that disconnects loses nothing"
#[rstest]
#[tokio::test]
async fn a_broken_connection_loses_nothing(#[values(Anthropic, OpenAi)] format: ProviderFormat) {
    let site = Site::start(format).await;
    let (script, _gate) = three_tokens(2);
    site.provider.next(script);
    site.stream_after_tokens(2).await.break_connection();
    assert_eq!(site.ended_reply().await, stored("interrupted", "one two "));
    assert_eq!(site.usage().await, 1);
    // The same process continues.
    assert_eq!(site.reply().await.text(), DEFAULT_REPLY);
}

#[tokio::test]
async fn a_hundred_readers_who_leave_early_do_not_end_the_process() {
    let limits = ["DAILY_LIMIT", "CHAT_PER_MINUTE", "ADDRESS_PER_MINUTE"];
    let site = Site::start_with(Anthropic, |builder| {
        builder.envs(limits.map(|name| (name, "1000")))
    })
    .await;
    let process = site.function.processes().remove(0);
    for _ in 0..50 {
        site.function.break_responses(true);
        let left = site.start_chat().try_stream().await;
        assert_eq!(left.unwrap_err(), Failure::BrokenOff);
        site.function.break_responses(false);
        site.stream_after_tokens(0).await.break_connection();
    }
    assert_eq!(site.reply().await.text(), DEFAULT_REPLY);
    let same = site.function.processes().remove(0);
    assert!(Arc::ptr_eq(&same, &process));
    let chats = site
        .database
        .count("conversations WHERE insight_id IS NULL");
    assert_eq!(chats.await, 101);
}

/// Contract: streams: "a client that disconnects loses nothing"
#[rstest]
#[tokio::test]
async fn a_client_that_disconnects_after_the_call_to_the_model_is_charged(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    let (script, _gate) = three_tokens(0);
    site.provider.next(script);
    let stream = site.stream_after_tokens(0).await;
    site.wait_for_provider(1).await;
    stream.stop_reading();
    assert_eq!(site.ended_reply().await, stored("interrupted", ""));
    assert_eq!(site.usage().await, 1);
    let chats = site.client.get(paths::CHATS).await.json();
    let path = paths::chat_messages(&chats[0]["id"]);
    let messages = site.client.get(&path).await.json();
    // The message is listed, the empty reply is not.
    assert_eq!(messages.as_array().unwrap().len(), 1);
}

/// Contract: streams: "a killed function loses little, and its reply ends as interrupted"
#[rstest]
#[tokio::test]
async fn the_stored_part_of_a_killed_process_is_kept_and_ends_interrupted(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    let gate = Gate::closed();
    let script = Script::tokens(["one ", "two ", "three "]);
    let script = script.token_interval(Duration::from_millis(5100));
    site.provider.next(script.gated(&gate));
    gate.let_pass(2);
    let request = site.start_chat().within(Duration::from_secs(30));
    let mut stream = request.stream().await;
    let progress = eventually("the first tokens are stored", async || {
        // The stream must be read meanwhile.
        let _ = tokio::time::timeout(Duration::from_millis(50), stream.next_event()).await;
        let (state, text) = site.stored_reply().await;
        (!text.is_empty()).then_some((state, text))
    })
    .await;
    assert_eq!(progress, stored("pending", "one two "));
    site.function.kill().await;
    let age = "UPDATE messages SET created_at = created_at - interval '16 minutes'";
    site.database.execute(age).await;
    let cleanup = Function::with_database("cleanup", &site.database);
    let cleanup = cleanup.deadline(Duration::from_mins(1)).start().await;
    let report = cleanup.run(&json!({})).await.expect("a report");
    assert!(report["jobs"].is_array());
    assert_eq!(site.stored_reply().await, stored("interrupted", "one two "));
    assert_eq!(site.usage().await, 1);
}
