//! Bad requests to any of the routes: each gets a status and a reason, and none a `500`.

use serde_json::{Value, json};
use verse_tests::{Client, Event, EventFormat, Function, paths};

use super::bible;

/// Contract: conventions: "an error is a problem with type, title, status and a sentence in detail"
/// Contract: bible: "an unknown book, chapter, verse or translation is a 404 that names it"
#[tokio::test]
async fn an_unknown_name_is_a_404_with_the_closest_known_name() {
    let bible = bible().await;
    for (query, name, closest) in [
        ("book=Hezekiah&chapter=1", "Hezekiah", ""),
        ("book=John&chapter=22", "22", ""),
        ("book=John&chapter=3&translation=XYZ", "XYZ", ""),
        ("book=Jhon&chapter=3", "Jhon", "John"),
        ("book=Genisis&chapter=99", "", ""),
        ("book=Revelashun&chapter=1", "Revelashun", "Revelation"),
        ("book=John&chapter=3&translation=KJB", "KJB", "KJV"),
    ] {
        let response = bible.get(&format!("{}?{query}", paths::CHAPTER)).await;
        let detail = response.expect_status(404).problem().detail;
        assert!(
            detail.contains(name) && detail.contains(closest),
            "{detail}"
        );
    }
}

/// Contract: bible: "an unknown book, chapter, verse or translation is a 404 that names it"
#[tokio::test]
async fn an_absent_chapter_or_verse_is_named() {
    let bible = bible().await;
    for (path, detail) in [
        (
            "/api/chapter?book=Jude&chapter=2",
            "Jude has no chapter 2: its last is 1.",
        ),
        (
            "/api/chapter?book=Jude&chapter=4294967296",
            "Jude has no chapter 4294967296: its last is 1.",
        ),
        (
            "/api/chapter?book=Judas&chapter=99999999999999999999",
            "Jude has no chapter 99999999999999999999: its last is 1.",
        ),
        (
            "/api/passage?book=John&chapter=3&verse_start=99999999999999999999",
            "John 3 has no verse 99999999999999999999: its last is 36.",
        ),
        (
            "/api/passage?book=Jonah&chapter=1&verse_start=17&translation=SRV",
            "The Santa Biblia Reina-Valera 1909 does not print Jonah 1:17: there it is Jonah 2:1.",
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

/// Contract: conventions: "a 422 lists every fault with its pointer"
/// Contract: conventions: "U+0000 in a string is a 422"
#[tokio::test]
async fn every_fault_of_a_query_is_named() {
    let bible = bible().await;
    let all: &[&str] = &["/book", "/chapter", "/verse_start"];
    for (query, pointers) in [
        ("", all),
        ("book=&chapter=&verse_start=", all),
        ("book=John&chapter=0&verse_start=0", &all[1..]),
        ("book=John&chapter=0&verse_start=abc", &all[1..]),
        (
            "book=John&chapter=3&verse_start=9&verse_end=8",
            &["/verse_end"],
        ),
        (
            "book=John&chapter=-3&verse_start=1.5&verse_end=1e3",
            &["/chapter", "/verse_start", "/verse_end"],
        ),
        ("book=John&chapter=3&verse_start=1&save=perhaps", &["/save"]),
        (
            "book=John%00&chapter=3&verse_start=1&translation=%00",
            &["/book", "/translation"],
        ),
    ] {
        let response = bible.get(&format!("{}?{query}", paths::PASSAGE)).await;
        let problem = response.expect_status(422).problem();
        assert_eq!(problem.pointers(), pointers, "{query}");
    }
}

/// Contract: conventions: "U+0000 in a string is a 422"
#[tokio::test]
async fn hostile_queries_are_refused_in_every_event_format() {
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
    for event_format in EventFormat::ALL {
        let bible = bible.clone().in_format(event_format);
        for text in hostile {
            for path in [
                paths::CHAPTER,
                paths::PASSAGE,
                paths::CHAPTER_CONTENT,
                paths::RESOLVE,
            ] {
                let mut request = bible.get(path);
                for name in ["book", "translation", "q"] {
                    request = request.query(name, text);
                }
                let response = request.query("chapter", 1).query("verse_start", 1).await;
                let status = response.status;
                let is_fine = path == paths::RESOLVE && status == 200;
                assert!(is_fine || status.is_client_error(), "{path}: {status}");
            }
        }
    }
}

#[tokio::test]
async fn an_event_that_is_not_a_request_is_refused_and_the_next_is_answered() {
    let function = Function::start_without_database("bible").await;
    for event in [Event::scheduled(), Value::Null, json!({"httpMethod": 7})] {
        let answer = function.run(&event).await.expect("an answer");
        assert_eq!(answer["statusCode"], 400, "{event}");
    }
    let health = Client::new(&function).get(paths::HEALTH).await;
    health.expect_status(200);
}

#[tokio::test]
async fn a_header_with_forbidden_characters_is_harmless() {
    let bible = bible().await;
    for event_format in EventFormat::ALL {
        let request = bible.clone().in_format(event_format).get(paths::HEALTH);
        let request = request.header("x-odd", "a\u{1}b").header("host", "a b");
        request.await.expect_status(200);
    }
}

/// Contract: conventions: "an error is a problem with type, title, status and a sentence in detail"
#[tokio::test]
async fn a_wrong_method_and_an_unknown_path_are_problems() {
    let bible = bible().await;
    for path in [paths::PASSAGE, paths::BOOKS, paths::HEALTH] {
        for method in ["POST", "DELETE", "PATCH"] {
            let refused = bible.request(Event::new(method, path)).await;
            refused
                .expect_status(405)
                .expect_header("allow", "GET,HEAD");
        }
    }
    let _ = bible.get("/api/nowhere").await.expect_status(404).problem();
}

#[tokio::test]
async fn a_head_request_has_the_headers_of_the_get() {
    let bible = bible().await;
    let get = bible.get(paths::BOOKS).await.expect_status(200);
    let head = bible.request(Event::new("HEAD", paths::BOOKS)).await;
    let head = head.expect_status(200);
    assert!(head.body.is_empty());
    assert_eq!(head.header("etag"), get.header("etag"));
}

/// Contract: conventions: "every response has the protective headers and X-Request-Id"
#[tokio::test]
async fn every_response_has_the_protective_headers() {
    let bible = bible().await;
    for path in [paths::HEALTH, "/api/nowhere"] {
        let policy = "default-src 'none'; frame-ancestors 'none'";
        let response = bible
            .get(path)
            .await
            .expect_header("x-content-type-options", "nosniff")
            .expect_header("x-frame-options", "DENY")
            .expect_header("referrer-policy", "strict-origin-when-cross-origin")
            .expect_header("content-security-policy", policy);
        assert!(response.header("x-request-id").is_some());
    }
}
