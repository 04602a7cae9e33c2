//! What is refused: bad input, the day's allowance, rates.

use serde_json::{Value, json};
use verse_tests::{Client, Database, Reader, ScriptedProvider};

use super::{INSIGHT, KINDS, counted, stage, users};

#[tokio::test]
async fn each_fault_of_the_input_is_told_and_nothing_is_asked() {
    for kind in KINDS {
        let stage = stage(kind).await;
        let long = |length| "\u{1F54A}".repeat(length);
        let faulty: Vec<(&str, Value)> = [
            (kind.text, Value::Null),
            (kind.text, json!("")),
            (kind.text, json!(" \n\t ")),
            (kind.text, json!(7)),
            (kind.text, json!("a\0b")),
            (kind.text, json!(long(50_001))),
            ("passage_reference", Value::Null),
            ("passage_reference", json!("")),
            ("passage_reference", json!(long(101))),
            ("passage_reference", json!(["John"])),
            ("save", json!("yes")),
        ]
        .into_iter()
        .chain((kind.function == "definition").then(|| ("word", json!("  "))))
        .chain((kind.function == "definition").then(|| ("word", json!(long(101)))))
        .collect();
        for (field, value) in faulty {
            let mut body = kind.body("For God", true);
            body[field] = value;
            let refused = stage.client.post(kind.path).json(&body).await;
            let problem = refused.expect_status(422).problem();
            assert_eq!(problem.pointers(), [format!("/{field}")]);
        }
        let all = stage.client.post(kind.path).json(&json!({})).await;
        assert!(all.expect_status(422).problem().pointers().len() >= 2);
        for (content_type, body, status) in [
            ("application/json", "{", 400),
            ("application/json", "[]", 400),
            ("text/plain", "{}", 415),
        ] {
            let request = stage.client.post(kind.path).body(body);
            let refused = request.header("content-type", content_type).await;
            let _ = refused.expect_status(status).problem();
        }
        assert_eq!(stage.provider.count(), 0);
        assert_eq!(counted(&stage.database).await, 0);
        // Whole numbers of characters, and not of bytes, are what is bounded.
        let body = kind.body(&long(50_000), false);
        let _ = stage
            .client
            .post(kind.path)
            .json(&body)
            .await
            .expect_status(200);
    }
}

#[tokio::test]
async fn of_a_hundred_calls_at_once_ten_reach_the_provider() {
    for (kind, save) in KINDS.into_iter().zip([true, false]) {
        let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
        let function = kind
            .builder(&database.url(), &provider)
            .env("GENERATE_PER_MINUTE", "1000")
            .env("ADDRESS_PER_MINUTE", "1000")
            .processes(8)
            .start()
            .await;
        let client = Reader::of(&database).await.on(&function);
        let calls: Vec<_> = (0..100)
            .map(|n| {
                let (client, body) = (client.clone(), kind.body(&format!("text {n}"), save));
                tokio::spawn(async move { client.post(kind.path).json(&body).await })
            })
            .collect();
        let mut granted = 0;
        for call in calls {
            let response = call.await.unwrap();
            if response.status == 200 {
                granted += 1;
                continue;
            }
            let wait: u32 = response.header("retry-after").unwrap().parse().unwrap();
            assert!((1..=86_400).contains(&wait), "{wait}");
            let problem: Value = response.expect_status(429).json();
            assert_eq!(
                problem["detail"],
                "Daily limit of 10 AI requests reached. Please try again tomorrow or upgrade to pro."
            );
            assert_eq!(problem["current_usage"], 10);
            assert_eq!(
                (&problem["limit"], &problem["is_pro"]),
                (&json!(10), &json!(false))
            );
        }
        assert_eq!((granted, provider.count()), (10, 10));
        assert_eq!(counted(&database).await, 10);
        if save {
            // What is stored still costs nothing.
            let stored: String = database
                .value("SELECT passage_text FROM insights LIMIT 1")
                .await;
            let again = client.post(kind.path).json(&kind.body(&stored, true)).await;
            assert_eq!(again.expect_status(200).json()["cached"], true);
        }
        database.execute("UPDATE users SET is_pro = TRUE").await;
        let pro = client.post(kind.path).json(&kind.body("pro", save)).await;
        let _ = pro.expect_status(200);
    }
}

#[tokio::test]
async fn a_user_is_held_to_so_many_a_minute_from_any_address() {
    let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
    let mut clients = Vec::new();
    let reader = Reader::of(&database).await;
    for kind in KINDS {
        let builder = kind.builder(&database.url(), &provider);
        let function = builder.env("GENERATE_PER_MINUTE", "2").start().await;
        clients.push((kind, reader.on(&function)));
    }
    // Both count together.
    for (n, (kind, client)) in clients.iter().enumerate() {
        let client = client.clone().at_address(&format!("198.51.100.{n}"));
        let answer = client.post(kind.path).json(&kind.body("text", false)).await;
        let _ = answer.expect_status(200);
    }
    for (kind, client) in &clients {
        let client = client.clone().at_address("198.51.100.9");
        let refused = client.post(kind.path).json(&kind.body("text", false)).await;
        let refused = refused.expect_status(429);
        let wait: u32 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        let _ = refused.problem();
    }
    assert_eq!((provider.count(), counted(&database).await), (2, 2));
}

#[tokio::test]
async fn invented_cookies_from_one_address_are_held_and_make_no_users() {
    let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
    let builder = INSIGHT.builder(&database.url(), &provider);
    let function = builder.env("ADDRESS_PER_MINUTE", "3").start().await;
    let invented = |n: u64| {
        let client = Client::of(&function).at_address("198.51.100.7");
        client.set_cookie("verse_user_id", &format!("{n:0>43}"));
        // Nothing that a client can write changes the address.
        client
            .with_header("x-forwarded-for", &format!("203.0.113.{n}"))
            .with_header("forwarded", &format!("for=203.0.113.{n}"))
    };
    let mut statuses = Vec::new();
    for n in 0..6 {
        let body = INSIGHT.body("text", false);
        let response = invented(n).post(INSIGHT.path).json(&body).await;
        statuses.push(response.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429, 429]);
    assert_eq!((provider.count(), users(&database).await), (3, 3));
    let elsewhere = Client::of(&function).at_address("198.51.100.8");
    let answer = elsewhere
        .post(INSIGHT.path)
        .json(&INSIGHT.body("text", false));
    let _ = answer.await.expect_status(200);
}

#[tokio::test]
async fn nobody_is_refused_before_their_input_is_read() {
    let stage = stage(INSIGHT).await;
    for _ in 0..12 {
        let refused = stage.client.post(INSIGHT.path).json(&json!({})).await;
        let _ = refused.expect_status(422);
    }
    let answer = stage
        .client
        .post(INSIGHT.path)
        .json(&INSIGHT.body("text", false));
    let _ = answer.await.expect_status(200);
}
