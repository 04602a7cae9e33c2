//! What is refused, with a status and not with an event: nothing is stored then, and nothing counted.

use serde_json::{Value, json};
use verse_tests::{Client, Reader};

use super::{ABOUT, CHATS, NOW, SAY, Stage, about, stage, staged, told};

async fn messages(stage: &Stage) -> i64 {
    stage.database.value("SELECT count(*) FROM messages").await
}

#[tokio::test]
async fn each_fault_of_the_input_is_told() {
    let stage = stage().await;
    let ways = stage.ways().await;
    let before = messages(&stage).await;
    let long = |length| "\u{1F54A}".repeat(length);
    for (path, body) in &ways {
        let mut faulty = vec![
            ("message", Value::Null),
            ("message", json!("")),
            ("message", json!(" \n\t\u{3000}")),
            ("message", json!(7)),
            ("message", json!("a\0b")),
            ("message", json!(long(10_001))),
        ];
        match *path {
            ABOUT => faulty.extend([
                ("insight_id", Value::Null),
                ("insight_id", json!("abc")),
                ("insight_id", json!(1.5)),
                ("passage_text", json!(" ")),
                ("passage_text", json!(long(50_001))),
                ("passage_reference", json!(long(101))),
                ("insight_context", Value::Null),
                ("insight_context", json!("text")),
            ]),
            CHATS => faulty.extend([
                ("passage_text", json!(long(50_001))),
                ("passage_text", json!(7)),
                ("passage_reference", json!(long(101))),
            ]),
            _ => faulty.extend([("chat_id", Value::Null), ("chat_id", json!([1]))]),
        }
        for (field, value) in faulty {
            let mut body = body.clone();
            body[field] = value;
            let refused = stage.client.post(path).json(&body).await;
            let problem = refused.expect_status(422).problem();
            assert_eq!(problem.pointers(), [format!("/{field}")], "{path}");
        }
        let refused = stage
            .client
            .post(path)
            .body("{")
            .header("content-type", "application/json");
        let _ = refused.await.expect_status(400);
    }
    let mut body = about(stage.insight, "Who?");
    body["insight_context"] = json!({"historical_context": 1, "practical_application": ""});
    let refused = stage
        .client
        .post(ABOUT)
        .json(&body)
        .await
        .expect_status(422);
    assert_eq!(
        refused.problem().pointers(),
        [
            "/insight_context/historical_context",
            "/insight_context/theological_significance",
        ]
    );
    assert_eq!(
        (messages(&stage).await, stage.provider.count()),
        (before, 0)
    );
}

#[tokio::test]
async fn what_is_not_the_callers_is_not_there() {
    let stage = stage().await;
    let other = Reader::of(&stage.database).await;
    let theirs = other
        .gets_insight("John 1:1", "In the beginning", NOW)
        .await;
    let their_chat = other.starts_chat("?", NOW).await.chat.0;
    let conversation = stage
        .reader
        .says_about(stage.insight, "?", NOW)
        .await
        .chat
        .0;
    let before = messages(&stage).await;
    let absurd = [
        json!(theirs.0),
        json!(0),
        json!(-1),
        json!(99_999_999_999_999_i64),
    ];
    let absurd = absurd
        .into_iter()
        .chain([json!(u64::MAX), json!("12345678901234567890")]);
    for id in absurd.clone() {
        let mut body = about(stage.insight, "Who?");
        body["insight_id"] = id;
        let refused = stage
            .client
            .post(ABOUT)
            .json(&body)
            .await
            .expect_status(404);
        assert_eq!(refused.problem().detail, "There is no such insight.");
    }
    // Nor is a conversation about an insight a chat.
    for id in absurd
        .skip(1)
        .chain([json!(their_chat), json!(conversation)])
    {
        let body = json!({"chat_id": id, "message": "Who?"});
        let refused = stage.client.post(SAY).json(&body).await.expect_status(404);
        assert_eq!(refused.problem().detail, "There is no such chat.");
    }
    assert_eq!((messages(&stage).await, stage.counted().await), (before, 0));
    assert_eq!(stage.provider.count(), 0);
}

#[tokio::test]
async fn a_stranger_has_no_insight_and_no_chat_and_does_not_become_a_user() {
    let stage = stage().await;
    let invented = Client::of(&stage.function);
    invented.set_cookie("verse_user_id", &"A".repeat(43));
    for stranger in [Client::of(&stage.function), invented] {
        for (path, body) in stage.ways().await {
            if path != CHATS {
                let refused = stranger.post(path).json(&body).await.expect_status(404);
                assert!(refused.cookies().is_empty());
            }
        }
    }
    let users: i64 = stage.database.value("SELECT count(*) FROM users").await;
    assert_eq!(users, 1);
}

#[tokio::test]
async fn the_days_allowance_holds_for_messages_at_once() {
    let stage = staged(|builder| {
        builder
            .env("CHAT_PER_MINUTE", "1000")
            .env("ADDRESS_PER_MINUTE", "1000")
            .processes(6)
    })
    .await;
    let calls: Vec<_> = (0..40)
        .map(|_| {
            let client = stage.client.clone();
            tokio::spawn(async move { client.post(CHATS).json(&json!({"message": "Who?"})).await })
        })
        .collect();
    let mut granted = 0;
    for call in calls {
        let response = call.await.unwrap();
        if response.status == 200 {
            granted += 1;
            continue;
        }
        let problem = response
            .expect_status(429)
            .expect_header("content-type", "application/problem+json");
        assert_eq!(problem.json()["current_usage"], 10);
        assert!(problem.header("retry-after").is_some());
    }
    assert_eq!(
        (granted, stage.provider.count(), stage.counted().await),
        (10, 10, 10)
    );
    assert_eq!(messages(&stage).await, 20);
    stage
        .database
        .execute("UPDATE users SET is_pro = TRUE")
        .await;
    told(
        stage
            .client
            .post(CHATS)
            .json(&json!({"message": "Who?"}))
            .stream()
            .await,
    )
    .await;
}

#[tokio::test]
async fn messages_have_a_rate_of_their_own() {
    let stage = staged(|builder| builder.env("CHAT_PER_MINUTE", "2")).await;
    for status in [200, 200, 429] {
        let response = stage
            .client
            .post(CHATS)
            .json(&json!({"message": "Who?"}))
            .await;
        assert_eq!(response.status, status);
    }
    assert_eq!(stage.counted().await, 2);
}

#[tokio::test]
async fn invented_cookies_from_one_address_are_held() {
    let stage = staged(|builder| builder.env("ADDRESS_PER_MINUTE", "3")).await;
    let mut statuses = Vec::new();
    for n in 0..5 {
        let client = Client::of(&stage.function).at_address("198.51.100.7");
        client.set_cookie("verse_user_id", &format!("{n:0>43}"));
        let response = client.post(CHATS).json(&json!({"message": "Who?"})).await;
        statuses.push(response.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    assert_eq!(stage.provider.count(), 3);
}
