//! Refused requests: bad input, the daily quota, rate limits.

use ProviderFormat::{Anthropic, OpenAi};
use rstest::rstest;
use serde_json::{Value, json};
use verse_tests::{
    Client, Database, Function, FunctionBuilder, ProviderFormat, Response, ScriptedProvider,
    TestUser,
};

use super::{INSIGHT, KINDS, Site};

fn retry_after(response: &Response) -> u32 {
    response.header("retry-after").unwrap().parse().unwrap()
}

/// Contract: generation: "bounds and types of the body: 400, 415 and 422"
#[rstest]
#[tokio::test]
async fn each_faulty_field_is_a_422_without_a_call_to_the_model(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    for kind in KINDS {
        let site = Site::start(kind, format).await;
        let long = |length| "\u{1F54A}".repeat(length);
        let mut faulty = vec![
            (kind.selection, Value::Null),
            (kind.selection, json!("")),
            (kind.selection, json!(" \n\t ")),
            (kind.selection, json!(7)),
            (kind.selection, json!("a\0b")),
            (kind.selection, json!(long(50_001))),
            ("passage_reference", Value::Null),
            ("passage_reference", json!("")),
            ("passage_reference", json!(long(101))),
            ("passage_reference", json!(["John"])),
            ("save", json!("yes")),
        ];
        if kind.function == "definition" {
            faulty.extend([("word", json!("  ")), ("word", json!(long(101)))]);
        }
        for (field, value) in faulty {
            let mut body = kind.body("For God", true);
            body[field] = value;
            let refused = site.client.post(kind.path).json(&body).await;
            let problem = refused.expect_status(422).problem();
            assert_eq!(problem.pointers(), [format!("/{field}")]);
        }
        let all = site.client.post(kind.path).json(&json!({})).await;
        assert!(all.expect_status(422).problem().pointers().len() >= 2);
        for (content_type, body, status) in [
            ("application/json", "{", 400),
            ("application/json", "[1", 400),
            ("application/json", "[]", 422),
            ("application/json", "\"text\"", 422),
            ("text/plain", "{}", 415),
        ] {
            let request = site.client.post(kind.path).body(body);
            let refused = request.header("content-type", content_type).await;
            let _ = refused.expect_status(status).problem();
        }
        assert_eq!((site.provider.request_count(), site.usage().await), (0, 0));
        // The bound counts characters, not bytes.
        let _ = site.generate(&long(50_000), false).await.expect_status(200);
    }
}

/// Contract: quota and rate limits: "of a hundred simultaneous requests exactly ten are answered; pro is unlimited"
/// Contract: quota and rate limits: "over the quota: 429 with the sentence, `current_usage`, limit, `is_pro`, Retry-After"
/// Contract: generation: "a stored text is linked, returned as cached, and not charged"
#[rstest]
#[tokio::test]
async fn ten_of_a_hundred_simultaneous_requests_reach_the_provider(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    for (kind, save) in KINDS.into_iter().zip([true, false]) {
        let site = Site::start_with(kind, format, |builder| {
            let rates = [
                ("GENERATE_PER_MINUTE", "1000"),
                ("ADDRESS_PER_MINUTE", "1000"),
            ];
            builder.envs(rates).processes(8)
        })
        .await;
        let requests = (0..100).map(|n| site.generate(&format!("text {n}"), save));
        let requests: Vec<_> = requests
            .map(|request| tokio::spawn(request.into_future()))
            .collect();
        let mut answered = 0;
        for request in requests {
            let response = request.await.unwrap();
            if response.status == 200 {
                answered += 1;
                continue;
            }
            let wait = retry_after(&response);
            assert!((1..=86_400).contains(&wait), "{wait}");
            let mut problem = response.expect_status(429).json();
            assert_eq!(
                problem["detail"],
                "Daily limit of 10 AI requests reached. Please try again tomorrow or upgrade to pro."
            );
            let quota = ["current_usage", "limit", "is_pro"].map(|name| problem[name].take());
            assert_eq!(quota, [json!(10), json!(10), json!(false)]);
        }
        assert_eq!((answered, site.provider.request_count()), (10, 10));
        assert_eq!(site.usage().await, 10);
        if save {
            // A stored text is still free.
            let stored = "SELECT passage_text FROM insights LIMIT 1";
            let stored: String = site.database.value(stored).await;
            let again = site.generate(&stored, true).await.expect_status(200);
            assert_eq!(again.json()["cached"], true);
        }
        site.database
            .execute("UPDATE users SET is_pro = TRUE")
            .await;
        let _ = site.generate("pro", save).await.expect_status(200);
    }
}

/// Contract: quota and rate limits: "insights and definitions share a rate limit per user and minute, from any address"
#[rstest]
#[tokio::test]
async fn a_user_has_one_rate_limit_from_any_address(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
    let user = TestUser::create(&database).await;
    let mut clients = Vec::new();
    for kind in KINDS {
        let builder = Function::with_database(kind.function, &database);
        let builder = builder.with_provider(&provider, format);
        let function = builder.env("GENERATE_PER_MINUTE", "2").start().await;
        clients.push((kind, user.client(&function)));
    }
    let generate = async |n: usize, status: u16| {
        let (kind, client) = &clients[n % 2];
        let client = client.clone().from_address(&format!("198.51.100.{n}"));
        let response = client.post(kind.path).json(&kind.body("text", false)).await;
        response.expect_status(status)
    };
    for n in 0..2 {
        let _ = generate(n, 200).await;
    }
    for n in 2..4 {
        let refused = generate(n, 429).await;
        let wait = retry_after(&refused);
        assert!((1..=60).contains(&wait), "{wait}");
        let _ = refused.problem();
    }
    let usage = "SELECT sum(calls)::BIGINT FROM daily_usage";
    let usage: i64 = database.value(usage).await;
    assert_eq!((provider.request_count(), usage), (2, 2));
}

/// Contract: quota and rate limits: "an address and a user store up to their limits, then 429 and 413"
#[rstest]
#[tokio::test]
async fn a_user_who_has_stored_too_much_keeps_no_further_text(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    for kind in KINDS {
        let settings = |builder: FunctionBuilder| builder.env("USER_MEGABYTES", "1");
        let site = Site::start_with(kind, format, settings).await;
        let known = site.generate("For God", true).await.expect_status(200);
        let fill = "INSERT INTO conversations (user_id, title, passage_text, created_at, updated_at)
                    SELECT id, 'full', repeat('x', 50000), now(), now() FROM users, generate_series(1, 20)";
        site.database.execute(fill).await;
        let refused = site.generate("so loved the world", true).await;
        let detail = "You have stored as much as one user may. Export your data, clear chats or histories, and try again.";
        assert_eq!(refused.expect_status(413).problem().detail, detail);
        assert_eq!(site.provider.request_count(), 1);
        let usage: i64 = site
            .database
            .value("SELECT sum(calls)::BIGINT FROM daily_usage")
            .await;
        assert_eq!(usage, 1);
        // What is in the history is still found, and what is not kept is generated.
        let again = site.generate("For God", true).await.expect_status(200);
        assert_eq!(again.json()["id"], known.json()["id"]);
        let _ = site
            .generate("so loved the world", false)
            .await
            .expect_status(200);
        site.database.execute("DELETE FROM conversations").await;
        let _ = site
            .generate("so loved the world", true)
            .await
            .expect_status(200);
    }
}

/// Contract: quota and rate limits: "a new cookie for each request does not evade the limit, and no header sets the address"
#[rstest]
#[tokio::test]
async fn invented_cookies_from_one_address_are_rate_limited_and_create_no_users(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start_with(INSIGHT, format, |builder| {
        builder.env("ADDRESS_PER_MINUTE", "3")
    })
    .await;
    let mut statuses = Vec::new();
    for n in 0..6 {
        let invented = Client::new(&site.function).from_address("198.51.100.7");
        invented.set_session_cookie(&format!("{n:0>43}"));
        // No header that a client sends changes its address.
        let invented = invented
            .with_header("x-forwarded-for", &format!("203.0.113.{n}"))
            .with_header("forwarded", &format!("for=203.0.113.{n}"));
        let response = site.generate_as(&invented, "text", false).await;
        statuses.push(response.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429, 429]);
    assert_eq!(site.provider.request_count(), 3);
    assert_eq!(site.database.count("users").await, 1 + 3);
    let elsewhere = Client::new(&site.function).from_address("198.51.100.8");
    let answer = site.generate_as(&elsewhere, "text", false).await;
    let _ = answer.expect_status(200);
}

#[rstest]
#[tokio::test]
async fn a_faulty_request_does_not_count_against_the_rate_limit(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(INSIGHT, format).await;
    for _ in 0..12 {
        let refused = site.client.post(INSIGHT.path).json(&json!({})).await;
        let _ = refused.expect_status(422);
    }
    let _ = site.generate("text", false).await.expect_status(200);
}
