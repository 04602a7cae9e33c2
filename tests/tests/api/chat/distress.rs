//! Messages in distress: fixed sentences and a verse, before every model.

use ProviderFormat::{Anthropic, OpenAi};
use rstest::rstest;
use serde_json::json;
use verse_tests::{Client, Database, Function, ProviderFormat, TestUser, paths};

use super::{
    DEFAULT_REPLY, Site, done_quoting, insight_message, members, read_reply, start_chat, stored,
};
use crate::NOW;

const CARE: &str = "It is good that you wrote this.";
const VERSE: &str = "[Psalms 34:18](/?book=Psalms&chapter=34&verse=18)";
const KJV_LICENCE: &str = "public domain outside the United Kingdom";
const KJV: &str = "The LORD is nigh unto them that are of a broken heart; and saveth such as be of a contrite spirit.";

/// Contract: distress: "a message in distress gets fixed sentences and a verse in the reader's translation, before every model"
/// Contract: distress: "no provider is called for it"
/// Contract: distress: "the reply is streamed and stored like any other"
#[rstest]
#[tokio::test]
async fn a_message_in_distress_gets_a_fixed_reply_in_both_kinds_of_conversation(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    let first = json!({"message": "I want to kill myself", "passage_reference": "John 3 (KJV)"});
    let stream = site.client.post(paths::CHATS).json(&first).stream().await;
    let reply = read_reply(stream).await;
    let chat = reply.chat.expect("the id of the chat");
    assert_eq!(reply.end, done_quoting("King James Version", KJV_LICENCE));
    assert!(reply.tokens.len() > 50, "{reply:?}");
    let text = reply.text();
    assert!(text.starts_with(CARE), "{text}");
    assert!(text.contains("crisis line"), "{text}");
    assert!(text.contains(KJV) && text.contains(VERSE), "{text}");
    assert_eq!(site.stored_reply().await, stored("complete", &text));

    // A short message continues the talk, in the translation that the chat began with.
    let second = json!({"chat_id": chat, "message": "nobody cares"});
    let second = site.client.post(paths::CHAT_MESSAGE).json(&second);
    let second = read_reply(second.stream().await).await.text();
    assert!(second.starts_with("Please stay."), "{second}");
    assert!(second.contains("(King James Version"), "{second}");
    let messages = site.client.get(&paths::chat_messages(chat)).await.json();
    let contents = ["I want to kill myself", &text, "nobody cares", &second];
    assert_eq!(members(&messages, "content"), contents);

    let about_insight = insight_message(site.insight, "my husband hits me");
    let request = site
        .client
        .post(paths::INSIGHT_MESSAGE)
        .json(&about_insight);
    let reply = read_reply(request.stream().await).await;
    let done = done_quoting("King James Version", KJV_LICENCE);
    assert_eq!((reply.chat, reply.end.clone()), (None, done));
    let text = reply.text();
    assert!(text.contains("it is not your fault"), "{text}");
    assert!(text.contains("[Psalms 9:9]"), "{text}");
    let path = paths::insight_messages(site.insight.0);
    let messages = site.client.get(&path).await.json();
    assert_eq!(
        members(&messages, "content"),
        ["my husband hits me", &*text]
    );

    assert_eq!((site.provider.request_count(), site.usage().await), (0, 0));

    // Another subject is the model's again, and is charged.
    let other = json!({"chat_id": chat, "message": "Who killed Abel?"});
    let other = site.client.post(paths::CHAT_MESSAGE).json(&other);
    assert_eq!(read_reply(other.stream().await).await.text(), DEFAULT_REPLY);
    assert_eq!(site.usage().await, 1);
    let prompt = site.provider.last_request().prompt();
    assert!(prompt.contains("Readers may be in distress"), "{prompt}");
}

/// Contract: distress: "it costs no quota and needs none; rate limits hold"
#[rstest]
#[tokio::test]
async fn a_message_in_distress_is_answered_without_quota_and_within_the_rate_limit(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start_with(format, |builder| {
        builder.envs([("DAILY_LIMIT", "1"), ("CHAT_PER_MINUTE", "5")])
    })
    .await;
    site.reply().await;
    let refused = site.start_chat().await.expect_status(429);
    assert_eq!(refused.json()["current_usage"], 1);
    for (message, translation) in [
        ("no quiero vivir", "Santa Biblia Reina-Valera 1909"),
        ("I lost my baby", "World English Bible"),
    ] {
        let stream = start_chat(&site.client, message).stream().await;
        let reply = read_reply(stream).await;
        assert_eq!(
            reply.end,
            done_quoting(translation, "public domain"),
            "{message}"
        );
    }
    let unlimited = start_chat(&site.client, "I want to die").await;
    let _ = unlimited.expect_status(200);
    let limited = start_chat(&site.client, "I want to die").await;
    let _ = limited.expect_status(429);
    assert_eq!((site.provider.request_count(), site.usage().await), (1, 1));
}

/// Contract: distress: "a message in distress gets fixed sentences and a verse in the reader's translation, before every model"
#[tokio::test]
async fn the_library_quotes_no_search_results_to_a_reader_in_distress() {
    let database = Database::fresh().await;
    let function = Function::with_database("chat", &database).start().await;
    let user = TestUser::create(&database).await;
    let insight = user.save_insight("John 3:16", "For God", NOW).await;
    let client: Client = user.client(&function);
    for (message, beginning, verse) in [
        ("I want to kill myself", CARE, "(World English Bible)"),
        ("no quiero vivir", "", "(Santa Biblia Reina-Valera 1909)"),
    ] {
        let reply = read_reply(start_chat(&client, message).stream().await).await;
        let text = reply.text();
        assert!(text.starts_with(beginning), "{text}");
        assert!(text.ends_with(verse), "{text}");
        assert!(
            !text.contains("Samson") && !text.contains("library"),
            "{text}"
        );
        let about_insight = insight_message(insight, message);
        let request = client.post(paths::INSIGHT_MESSAGE).json(&about_insight);
        let text = read_reply(request.stream().await).await.text();
        assert!(text.starts_with(beginning), "{text}");
        assert!(!text.contains("library"), "{text}");
    }
    let usage: i64 = database
        .value("SELECT coalesce(sum(calls), 0)::BIGINT FROM daily_usage")
        .await;
    assert_eq!(usage, 0);
}

/// Contract: streams: "done names the works that the reply quotes, with their licences; the stored reply has no such line"
#[tokio::test]
async fn the_end_of_a_reply_names_the_works_that_it_quotes() {
    let database = Database::fresh().await;
    let function = Function::with_database("chat", &database).start().await;
    let client = TestUser::create(&database).await.client(&function);
    let asked = start_chat(&client, "Who killed Abel?").stream().await;
    let reply = read_reply(asked).await;
    let text = reply.text();
    assert!(text.contains("Cain"), "{text}");
    assert!(!text.contains("Sources"), "{text}");
    let (event, data) = &reply.end;
    assert_eq!(
        (event.as_str(), &data["status"]),
        ("done", &json!("complete"))
    );
    let works = members(&data["sources"], "work");
    assert!(!works.is_empty(), "{data}");
    for (work, licence) in works.iter().zip(members(&data["sources"], "licence")) {
        assert!(
            licence.as_str().is_some_and(|licence| !licence.is_empty()),
            "{work}"
        );
    }
    let chat = reply.chat.expect("the id of the chat");
    let messages = client.get(&paths::chat_messages(chat)).await.json();
    assert_eq!(members(&messages, "content"), ["Who killed Abel?", &*text]);
}

/// Contract: distress: "a message in distress gets fixed sentences and a verse in the reader's translation, before every model"
/// Contract: distress: "no provider is called for it"
#[tokio::test]
async fn a_long_message_in_distress_is_recognised() {
    let site = Site::start(Anthropic).await;
    let message = format!("{}I want to die", "So it goes. ".repeat(800));
    let text = read_reply(start_chat(&site.client, &message).stream().await)
        .await
        .text();
    assert!(text.starts_with(CARE), "{text}");
    assert_eq!(site.provider.request_count(), 0);
}
