//! `/api/commentary`.

use serde_json::{Value, json};
use verse_tests::{Client, paths};

use super::study;

async fn commentary(study: &Client, query: &str) -> Value {
    let path = format!("{}?{query}", paths::COMMENTARY);
    study.get(&path).await.expect_status(200).json()
}

/// Contract: study: "the commentary on a passage names its work and licence"
#[tokio::test]
async fn a_passage_has_its_sections_outline_and_introduction() {
    let study = study().await;
    let answer = commentary(&study, "book=John&chapter=3&verse_start=16").await;
    assert_eq!(answer["reference"], "John 3:16");
    assert!(answer["introduction"].as_str().unwrap().contains("John"));
    let sections = answer["sections"].as_array().unwrap();
    assert_eq!(sections.len(), 1);
    assert_eq!(sections[0]["work"], "Matthew Henry’s Concise Commentary");
    assert_eq!(sections[0]["licence"], "public domain");
    assert_eq!(sections[0]["reference"], "John 3:1-21");
    assert!(!sections[0]["paragraphs"][0].as_str().unwrap().is_empty());
    let outline = answer["outline"].as_array().unwrap();
    assert_eq!(outline[0]["reference"], "John 3:1-21");
    let chapter = commentary(&study, "book=John&chapter=3").await;
    assert_eq!(chapter["reference"], "John 3");
    assert!(chapter["sections"].as_array().unwrap().len() > 1);
    let jude = commentary(&study, "book=Jude&chapter=1&verse_end=2").await;
    assert_eq!(
        (&jude["reference"], &jude["introduction"]),
        (&json!("Jude 1:1-2"), &Value::Null)
    );
}

#[tokio::test]
async fn a_faulty_request_for_commentary_is_refused() {
    let study = study().await;
    for (query, status) in [
        ("", 422),
        ("book=John&chapter=3&verse_start=0", 422),
        ("book=John&chapter=3&verse_start=9&verse_end=8", 422),
        ("book=John&chapter=3&verse_start=x", 422),
        ("book=John&chapter=3&verse_start=37", 404),
        ("book=Hezekiah&chapter=3", 404),
        ("book=John&book=Luke&chapter=3", 400),
    ] {
        let path = format!("{}?{query}", paths::COMMENTARY);
        study.get(&path).await.expect_status(status);
    }
}
