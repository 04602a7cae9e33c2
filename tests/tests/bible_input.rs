//! Bad input to the reading routes: always an answer that says what is wrong, never a `500`.

use serde_json::Value;
use verse_tests::{Client, Dress, Event, Function};

async fn bible() -> Client {
    Client::of(&Function::builder("bible").start().await)
}

#[tokio::test]
async fn a_near_miss_is_told_the_nearest_name() {
    let bible = bible().await;
    for (query, name, nearest) in [
        ("book=Jhon&chapter=3", "Jhon", "John"),
        ("book=Genisis&chapter=99", "", ""),
        ("book=Revelashun&chapter=1", "Revelashun", "Revelation"),
        ("book=John&chapter=3&translation=KJB", "KJB", "KJV"),
    ] {
        let response = bible.get(&format!("/api/chapter?{query}")).await;
        let problem = response.expect_status(404).problem();
        assert!(
            problem.detail.contains(name) && problem.detail.contains(nearest),
            "{}",
            problem.detail
        );
    }
}

#[tokio::test]
async fn what_there_is_none_of_is_named() {
    let bible = bible().await;
    for (path, detail) in [
        (
            "/api/chapter?book=Jude&chapter=2",
            "Jude has no chapter 2: its last is 1.",
        ),
        (
            "/api/chapter?book=Jude&chapter=4294967296",
            "Jude has no chapter 4294967295: its last is 1.",
        ),
        (
            "/api/passage?book=John&chapter=3&verse_start=37",
            "John 3 has no verse 37: its last is 36.",
        ),
        (
            "/api/passage?book=Luke&chapter=17&verse_start=36",
            "The World English Bible does not print Luke 17:36.",
        ),
        (
            "/api/passage?book=Rom&chapter=16&verse_start=26&verse_end=27",
            "The World English Bible does not print Romans 16:26: there it is Romans 14:25.",
        ),
    ] {
        let problem = bible.get(path).await.expect_status(404).problem();
        assert_eq!(problem.detail, detail);
    }
}

#[tokio::test]
async fn every_fault_of_a_query_is_named() {
    let bible = bible().await;
    for (query, pointers) in [
        ("", vec!["/book", "/chapter", "/verse_start"]),
        (
            "book=&chapter=&verse_start=",
            vec!["/book", "/chapter", "/verse_start"],
        ),
        (
            "book=John&chapter=0&verse_start=abc",
            vec!["/chapter", "/verse_start"],
        ),
        (
            "book=John&chapter=3&verse_start=9&verse_end=8",
            vec!["/verse_end"],
        ),
        (
            "book=John&chapter=-3&verse_start=1.5&verse_end=1e3",
            vec!["/chapter", "/verse_start", "/verse_end"],
        ),
        (
            "book=John&chapter=3&verse_start=1&save=perhaps",
            vec!["/save"],
        ),
        (
            "book=John%00&chapter=3&verse_start=1&translation=%00",
            vec!["/book", "/translation"],
        ),
    ] {
        let response = bible.get(&format!("/api/passage?{query}")).await;
        let problem = response.expect_status(422).problem();
        assert_eq!(problem.pointers(), pointers, "{query}");
    }
}

#[tokio::test]
async fn hostile_queries_are_refused_in_every_dress() {
    let bible = bible().await;
    let long = "x".repeat(10_240);
    let hostile = [
        "\0",
        &long,
        "\u{fffd}\u{202e}",
        "'; DROP TABLE users; --",
        "../../etc/passwd",
        "{{7*7}}",
    ];
    for dress in Dress::ALL {
        for text in hostile {
            for path in [
                "/api/chapter",
                "/api/passage",
                "/api/chapter/content",
                "/api/resolve",
            ] {
                let request = bible.clone().dressed(dress).get(path);
                let request = request
                    .query("book", text)
                    .query("translation", text)
                    .query("q", text);
                let response = request.query("chapter", 1).query("verse_start", 1).await;
                let fine = path == "/api/resolve" && response.status == 200;
                assert!(
                    fine || response.status.is_client_error(),
                    "{path}: {}",
                    response.status
                );
            }
        }
    }
}

#[tokio::test]
async fn a_query_that_is_not_well_formed_is_a_400() {
    let bible = bible().await;
    for query in [
        "q=%",
        "q=%4",
        "q=%zz",
        "q=%C0%AF",
        "q=%FF%FE",
        "q=%ED%A0%80",
        "q=a&q=b",
    ] {
        for dress in [Dress::HttpV2, Dress::FunctionUrl] {
            let event = Event::get("/api/resolve").raw_query(query);
            let response = bible.clone().dressed(dress).request(event).await;
            let _ = response.expect_status(400).problem();
        }
    }
}

#[tokio::test]
async fn an_event_that_is_no_request_is_refused_and_the_next_is_answered() {
    let function = Function::builder("bible").start().await;
    for event in [
        Event::scheduled(),
        Value::Null,
        serde_json::json!({"httpMethod": 7}),
    ] {
        let answer = function.run(&event).await.expect("an answer");
        assert_eq!(answer["statusCode"], 400, "{event}");
    }
    Client::of(&function)
        .get("/api/health")
        .await
        .expect_status(200);
}

#[tokio::test]
async fn a_header_that_http_does_not_allow_does_no_harm() {
    let bible = bible().await;
    for dress in Dress::ALL {
        let event = Event::get("/api/health")
            .header("x-odd", "a\u{1}b")
            .header("host", "a b");
        bible
            .clone()
            .dressed(dress)
            .request(event)
            .await
            .expect_status(200);
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_which_are_right() {
    let bible = bible().await;
    for path in ["/api/passage", "/api/books", "/api/health"] {
        for event in [
            Event::post(path),
            Event::delete(path),
            Event::new("PATCH", path),
        ] {
            let response = bible.request(event).await.expect_status(405);
            assert_eq!(response.header("allow"), Some("GET,HEAD"));
        }
    }
}

#[tokio::test]
async fn a_head_request_has_the_headers_of_the_answer() {
    let bible = bible().await;
    let whole = bible.get("/api/books").await.expect_status(200);
    let head = bible
        .request(Event::new("HEAD", "/api/books"))
        .await
        .expect_status(200);
    assert!(head.body.is_empty());
    assert_eq!(head.header("etag"), whole.header("etag"));
}
