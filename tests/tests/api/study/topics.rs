//! `/api/topics`.

use serde_json::Value;
use verse_tests::{Client, Response, paths};

use super::study;

async fn find(study: &Client, text: &str) -> Response {
    let found = study.get(paths::TOPICS).query("q", text).await;
    found.expect_status(200)
}

fn names(response: &Response) -> Vec<String> {
    let topics = response.json()["topics"].as_array().unwrap().clone();
    let name = |topic: &Value| topic["name"].as_str().unwrap().to_owned();
    topics.iter().map(name).collect()
}

/// Contract: study: "topics whose names match a text"
#[tokio::test]
async fn topics_are_found_by_name_beginning_word_and_form() {
    let study = study().await;
    for (text, expected) in [
        ("anxiety", "ANXIETY"),
        ("  ANXIETY ", "ANXIETY"),
        ("lord’s prayer", "LORD'S PRAYER"),
        ("forgiv", "FORGIVENESS"),
        ("prayers", "PRAYER"),
        ("angels", "ANGEL"),
        ("forgivness", "FORGIVENESS"),
        ("ass", "ASS (DONKEY)"),
    ] {
        let names = names(&find(&study, text).await);
        let found = names.iter().any(|name| name.starts_with(expected));
        assert!(found, "{text}: {names:?}");
    }
    let love = find(&study, "love").await.json();
    assert_eq!(love["topics"][0]["name"], "LOVE");
    assert!(love["topics"][0]["verses"].as_u64() > Some(100), "{love}");
    for text in [
        "xyzzy",
        "爱",
        "любовь",
        "'; DROP TABLE topics; --",
        "*",
        "\u{301}",
    ] {
        assert_eq!(names(&find(&study, text).await), [""; 0], "{text}");
    }
    assert_eq!(names(&find(&study, "a").await).len(), 50);
}

/// Contract: study: "responses are public and cacheable, need no cookie and set none"
#[tokio::test]
async fn a_cached_list_of_topics_is_not_sent_again() {
    let study = study().await;
    let first = find(&study, "love").await;
    assert!(first.header("cache-control").unwrap().starts_with("public"));
    assert_eq!(first.header("set-cookie"), None);
    let tag = first.header("etag").unwrap();
    let again = study.get(paths::TOPICS).query("q", "love");
    let again = again.header("if-none-match", tag).await;
    assert!(again.expect_status(304).body.is_empty());
}

#[tokio::test]
async fn a_faulty_text_is_refused() {
    let study = study().await;
    let long = "x".repeat(201);
    for text in ["", "   ", "\0", &long] {
        let refused = study.get(paths::TOPICS).query("q", text).await;
        let problem = refused.expect_status(422).problem();
        assert_eq!(problem.pointers(), ["/q"], "{text:?}");
    }
    let missing = study.get(paths::TOPICS).await.expect_status(422).problem();
    assert_eq!(missing.pointers(), ["/q"]);
    let twice = study.get("/api/topics?q=love&q=hate").await;
    let _ = twice.expect_status(400).problem();
}
