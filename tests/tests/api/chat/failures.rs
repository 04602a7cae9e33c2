//! When the model or the database fails during a reply: the stream ends with an error event, the text so far is kept, and
//! a failed reply is not charged.

use std::time::Duration;

use ProviderFormat::{Anthropic, OpenAi};
use rstest::rstest;
use serde_json::json;
use verse_data::InsightId;
use verse_tests::{Gate, ProviderFormat, Proxy, Script, eventually, paths};

use super::{DEFAULT_REPLY, Site, check_events, insight_message, read_reply, start_chat, stored};

/// The deadline of a function; that of the model is four seconds earlier.
const SHORT: Duration = Duration::from_millis(7500);

/// What the provider does, the `error_type`, and the text that is kept.
fn failures() -> Vec<(Script, &'static str, &'static str)> {
    let half = || Script::tokens(["In the ", "begin"]);
    let kept = "In the begin";
    vec![
        (Script::status(401), "auth_error", ""),
        (Script::status(402), "auth_error", ""),
        (Script::status(403), "auth_error", ""),
        (Script::status(429), "overloaded", ""),
        (Script::status(529), "overloaded", ""),
        (Script::status(500), "interrupted", ""),
        (Script::never_replies(), "timeout", ""),
        (Script::invalid_bytes(), "interrupted", ""),
        (Script::empty_reply(), "interrupted", ""),
        (half().then_stalls(), "timeout", kept),
        (half().then_closes_connection(), "interrupted", kept),
        (half().then_ends_early(), "interrupted", kept),
        (
            half().then_error_event("overloaded_error"),
            "overloaded",
            kept,
        ),
        (half().then_error_event("api_error"), "interrupted", kept),
        (half().then_invalid_bytes(), "interrupted", kept),
    ]
}

/// Contract: quota and rate limits: "a failed generation is refunded"
/// Contract: streams: "a stream ends with done or error, and never without one"
/// Contract: streams: "a failure is an error event with its `error_type`, also before the first token"
#[rstest]
#[tokio::test]
async fn each_failure_is_an_error_event_and_is_not_charged(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    for (script, error_type, kept) in failures() {
        let what = format!("{script:?}");
        site.provider.always(script);
        let reply = read_reply(site.start_chat().within(SHORT).stream().await).await;
        assert!(reply.chat.is_some(), "{what}");
        assert_eq!(reply.text(), kept, "{what}");
        let (name, data) = &reply.end;
        assert_eq!(name, "error", "{what}");
        assert_eq!(data["error_type"], error_type, "{what}: {data}");
        let error = data["error"].as_str().unwrap();
        let is_sentence = error.ends_with('.') && !error.contains("script");
        assert!(is_sentence, "{what}: {error}");
        // It was stored before the event was sent.
        assert_eq!(
            site.stored_reply().await,
            stored("interrupted", kept),
            "{what}"
        );
        assert_eq!(site.usage().await, 0, "{what}");
        site.database.execute("DELETE FROM rate_buckets").await;
    }
}

/// Contract: streams: "done is sent only for a stored reply"
#[rstest]
#[tokio::test]
async fn tokens_arrive_while_the_database_is_unreachable_and_done_is_not_sent(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    let proxy = Proxy::to(&site.database.url()).await;
    let (client, _function) = site.client_of_function(&proxy).await;
    let gate = Gate::closed();
    site.provider
        .next(Script::tokens(["one ", "two ", "three"]).gated(&gate));
    let request = start_chat(&client, "Who?").within(Duration::from_secs(30));
    let mut stream = request.stream().await;
    gate.let_pass(1);
    while stream.next_event().await.unwrap().event != "token" {}
    proxy.refuse_connections().await;
    gate.open();
    let reply = check_events(&stream.events().await);
    assert_eq!(reply.text(), "two three");
    assert_eq!(reply.end.0, "error");
    assert_eq!(reply.end.1["error_type"], "interrupted");
    assert_eq!(site.stored_reply().await.0, "pending");
    // Without a database there is no refund either.
    assert_eq!(site.usage().await, 1);
    proxy.restore().await;
    eventually("the reply is refunded", async || {
        (site.usage().await == 0).then_some(())
    })
    .await;
    let text = "one two three";
    assert_eq!(site.stored_reply().await, stored("interrupted", text));
    // The same process works again.
    let again = start_chat(&client, "Who?").stream().await;
    assert_eq!(read_reply(again).await.end.0, "done");
    assert_eq!(site.usage().await, 1);
}

/// Contract: quota and rate limits: "a failed generation is refunded"
#[rstest]
#[tokio::test]
async fn an_answer_that_the_database_refuses_is_refunded_before_the_error_event(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    let refusing = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
         AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
         CREATE TRIGGER refuse BEFORE UPDATE ON messages FOR EACH ROW EXECUTE FUNCTION refuse()";
    site.database.run_script(refusing).await;
    let reply = site.reply().await;
    assert_eq!(reply.text(), DEFAULT_REPLY);
    assert_eq!(reply.end.0, "error");
    assert_eq!(reply.end.1["error_type"], "interrupted");
    assert_eq!(site.usage().await, 0);
    assert_eq!(site.stored_reply().await, stored("pending", ""));
}

#[rstest]
#[tokio::test]
async fn a_database_connection_cut_during_a_reply_is_replaced(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    let proxy = Proxy::to(&site.database.url()).await;
    let (client, _function) = site.client_of_function(&proxy).await;
    let gate = Gate::closed();
    site.provider.next(Script::default_reply().gated(&gate));
    let stream = start_chat(&client, "Who?").stream().await;
    site.wait_for_provider(1).await;
    proxy.close_connections().await;
    gate.open();
    assert_eq!(read_reply(stream).await.end.0, "done");
    assert_eq!(site.stored_reply().await.0, "complete");
    assert_eq!(site.usage().await, 1);
}

#[rstest]
#[tokio::test]
async fn an_unreachable_database_is_a_503(#[values(Anthropic, OpenAi)] format: ProviderFormat) {
    let site = Site::start(format).await;
    let proxy = Proxy::to(&site.database.url()).await;
    let (client, _function) = site.client_of_function(&proxy).await;
    proxy.refuse_connections().await;
    for (path, body) in [
        (
            paths::INSIGHT_MESSAGE,
            insight_message(InsightId(1), "Who?"),
        ),
        (paths::CHATS, json!({"message": "Who?"})),
    ] {
        let response = client.post(path).json(&body).await.expect_status(503);
        assert!(response.header("retry-after").is_some());
    }
    assert_eq!((site.provider.request_count(), site.usage().await), (0, 0));
}
