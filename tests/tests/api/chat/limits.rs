//! Messages that are refused with a status, not an event: nothing is stored and nothing charged.

use ProviderFormat::{Anthropic, OpenAi};
use rstest::rstest;
use serde_json::{Value, json};
use verse_tests::{Client, ProviderFormat, TestUser, paths};

use super::{Site, insight_message, start_chat};
use crate::NOW;

/// Contract: streams: "a bad body is a 422"
#[rstest]
#[tokio::test]
async fn each_faulty_field_is_a_422(#[values(Anthropic, OpenAi)] format: ProviderFormat) {
    let site = Site::start(format).await;
    let routes = site.message_routes().await;
    let before = site.database.count("messages").await;
    let long = |length| "\u{1F54A}".repeat(length);
    for (path, body) in &routes {
        let mut faulty = vec![
            ("message", Value::Null),
            ("message", json!("")),
            ("message", json!(" \n\t\u{3000}")),
            ("message", json!(7)),
            ("message", json!("a\0b")),
            ("message", json!(long(10_001))),
        ];
        match *path {
            paths::INSIGHT_MESSAGE => faulty.extend([
                ("insight_id", Value::Null),
                ("insight_id", json!("abc")),
                ("insight_id", json!(1.5)),
                ("passage_text", json!(" ")),
                ("passage_text", json!(long(50_001))),
                ("passage_reference", json!(long(101))),
                ("insight_context", Value::Null),
                ("insight_context", json!("text")),
            ]),
            paths::CHATS => faulty.extend([
                ("passage_text", json!(long(50_001))),
                ("passage_text", json!(7)),
                ("passage_reference", json!(long(101))),
            ]),
            _ => faulty.extend([("chat_id", Value::Null), ("chat_id", json!([1]))]),
        }
        for (field, value) in faulty {
            let mut body = body.clone();
            body[field] = value;
            let refused = site.client.post(path).json(&body).await;
            let problem = refused.expect_status(422).problem();
            assert_eq!(problem.pointers(), [format!("/{field}")], "{path}");
        }
        let malformed = site.client.post(path).body("{");
        let refused = malformed.header("content-type", "application/json").await;
        let _ = refused.expect_status(400);
    }
    let mut body = insight_message(site.insight, "Who?");
    body["insight_context"] = json!({"historical_context": 1, "practical_application": ""});
    let refused = site.client.post(paths::INSIGHT_MESSAGE).json(&body).await;
    assert_eq!(
        refused.expect_status(422).problem().pointers(),
        [
            "/insight_context/historical_context",
            "/insight_context/theological_significance",
        ]
    );
    assert_eq!(site.database.count("messages").await, before);
    assert_eq!(site.provider.request_count(), 0);
}

/// Contract: streams: "an unknown or foreign insight or chat is a 404 without a call to the model"
#[rstest]
#[tokio::test]
async fn a_foreign_or_absurd_id_is_a_404(#[values(Anthropic, OpenAi)] format: ProviderFormat) {
    let site = Site::start(format).await;
    let other = TestUser::create(&site.database).await;
    let foreign_insight = other
        .save_insight("John 1:1", "In the beginning", NOW)
        .await;
    let foreign_chat = other.start_chat("?", NOW).await.chat;
    // A conversation about an insight is not a chat.
    let conversation = site
        .user
        .post_insight_message(site.insight, "?", NOW)
        .await
        .chat;
    let before = site.database.count("messages").await;
    let absurd = [
        json!(0),
        json!(-1),
        json!(99_999_999_999_999_i64),
        json!(u64::MAX),
        json!("12345678901234567890"),
        json!(1e20),
        json!("99999999999999999999999999999999"),
    ];
    for id in absurd.iter().chain([&json!(foreign_insight.0)]) {
        let mut body = insight_message(site.insight, "Who?");
        body["insight_id"] = id.clone();
        let refused = site.client.post(paths::INSIGHT_MESSAGE).json(&body).await;
        let problem = refused.expect_status(404).problem();
        assert_eq!(problem.detail, "There is no such insight.");
    }
    for id in absurd
        .iter()
        .chain([&json!(foreign_chat.0), &json!(conversation.0)])
    {
        let body = json!({"chat_id": id, "message": "Who?"});
        let refused = site.client.post(paths::CHAT_MESSAGE).json(&body).await;
        let problem = refused.expect_status(404).problem();
        assert_eq!(problem.detail, "There is no such chat.");
    }
    assert_eq!(site.database.count("messages").await, before);
    assert_eq!((site.usage().await, site.provider.request_count()), (0, 0));
}

/// Contract: streams: "an unknown or foreign insight or chat is a 404 without a call to the model"
#[rstest]
#[tokio::test]
async fn an_unknown_caller_has_no_insight_and_no_chat_and_does_not_become_a_user(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    for unknown in crate::unknown_callers(&site.client) {
        for (path, body) in site.message_routes().await {
            if path != paths::CHATS {
                let refused = unknown.post(path).json(&body).await.expect_status(404);
                assert!(refused.cookies().is_empty());
            }
        }
    }
    assert_eq!(site.database.count("users").await, 1);
}

/// Contract: quota and rate limits: "of a hundred simultaneous requests exactly ten are answered; pro is unlimited"
/// Contract: streams: "an exhausted quota or rate limit is a 429"
#[rstest]
#[tokio::test]
async fn the_daily_quota_holds_for_simultaneous_messages(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start_with(format, |builder| {
        let rates = [("CHAT_PER_MINUTE", "1000"), ("ADDRESS_PER_MINUTE", "1000")];
        builder.envs(rates).processes(6)
    })
    .await;
    let requests: Vec<_> = (0..40)
        .map(|_| tokio::spawn(site.start_chat().into_future()))
        .collect();
    let mut answered = 0;
    for request in requests {
        let response = request.await.unwrap();
        if response.status == 200 {
            answered += 1;
            continue;
        }
        let problem = response
            .expect_status(429)
            .expect_header("content-type", "application/problem+json");
        assert_eq!(problem.json()["current_usage"], 10);
        assert!(problem.header("retry-after").is_some());
    }
    let calls = site.provider.request_count();
    assert_eq!((answered, calls, site.usage().await), (10, 10, 10));
    assert_eq!(site.database.count("messages").await, 20);
    site.database
        .execute("UPDATE users SET is_pro = TRUE")
        .await;
    site.reply().await;
}

/// Contract: quota and rate limits: "messages have a rate limit of their own"
/// Contract: streams: "an exhausted quota or rate limit is a 429"
#[rstest]
#[tokio::test]
async fn messages_have_their_own_rate_limit(#[values(Anthropic, OpenAi)] format: ProviderFormat) {
    let site = Site::start_with(format, |builder| builder.env("CHAT_PER_MINUTE", "2")).await;
    for status in [200, 200, 429] {
        site.start_chat().await.expect_status(status);
    }
    assert_eq!(site.usage().await, 2);
}

/// Contract: quota and rate limits: "an address and a user store up to their limits, then 429 and 413"
#[rstest]
#[tokio::test]
async fn a_user_who_has_stored_too_much_cannot_add_a_message(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start_with(format, |builder| builder.env("USER_MEGABYTES", "1")).await;
    let routes = site.message_routes().await;
    let full = site.user.start_chat("A long one", NOW).await.chat.0;
    let fill = format!(
        "INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
         SELECT id, user_id, 'user', 'complete', repeat('x', 900000), now() FROM conversations WHERE id = {full}"
    );
    site.database.execute(sqlx::AssertSqlSafe(fill)).await;
    let messages = site.database.count("messages").await;
    for (path, body) in &routes {
        let refused = site.client.post(path).json(body).await.expect_status(413);
        let detail = "You have stored as much as one user may. Export your data, clear chats or histories, and try again.";
        assert_eq!(refused.problem().detail, detail, "{path}");
    }
    assert_eq!(site.database.count("messages").await, messages);
    assert_eq!(site.usage().await, 0);
    assert_eq!(site.provider.request_count(), 0);
    let deleted = site
        .client
        .delete(&format!("{}/{full}", paths::CHATS))
        .await;
    let _ = deleted.expect_status(200);
    for (path, body) in &routes {
        let _ = site.client.post(path).json(body).await.expect_status(200);
    }
}

/// Contract: quota and rate limits: "a new cookie for each request does not evade the limit, and no header sets the address"
#[rstest]
#[tokio::test]
async fn invented_cookies_from_one_address_are_rate_limited(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start_with(format, |builder| builder.env("ADDRESS_PER_MINUTE", "3")).await;
    let mut statuses = Vec::new();
    for n in 0..5 {
        let client = Client::new(&site.function).from_address("198.51.100.7");
        client.set_session_cookie(&format!("{n:0>43}"));
        let response = start_chat(&client, "Who?").await;
        statuses.push(response.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    assert_eq!(site.provider.request_count(), 3);
}
