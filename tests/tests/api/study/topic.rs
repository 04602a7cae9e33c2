//! `/api/topics/{name}`.

use serde_json::{Value, json};
use verse_tests::paths;

use super::study;

fn all_references(topic: &Value) -> Vec<&Value> {
    let sections = topic["sections"].as_array().unwrap().iter();
    sections
        .flat_map(|section| section["references"].as_array().unwrap())
        .collect()
}

/// Contract: study: "a topic has its sections with their verses, and related topics"
#[tokio::test]
async fn a_topic_has_sections_and_related_topics() {
    let study = study().await;
    let topic = study
        .get(&paths::topic("anxiety"))
        .await
        .expect_status(200)
        .json();
    assert_eq!(
        (&topic["name"], &topic["see"]),
        (&json!("ANXIETY"), &json!(["CARE"]))
    );
    let care = study
        .get(&paths::topic("CARE"))
        .await
        .expect_status(200)
        .json();
    let references = all_references(&care);
    let philippians = references
        .iter()
        .find(|its| its["osis"] == "Phil.4.6")
        .unwrap();
    assert_eq!(philippians["reference"], "Philippians 4:6");
    assert!(
        philippians["text"]
            .as_str()
            .unwrap()
            .starts_with("In nothing be anxious")
    );
    // A whole chapter has no text.
    let aaron = study
        .get(&paths::topic("AARON"))
        .await
        .expect_status(200)
        .json();
    let references = all_references(&aaron);
    let chapter = references
        .iter()
        .find(|its| its["reference"] == "Numbers 17")
        .unwrap();
    assert_eq!(chapter["text"], Value::Null);
    // Each related topic can be read.
    let faith = study
        .get(&paths::topic("FAITH"))
        .await
        .expect_status(200)
        .json();
    assert!(faith["sections"].as_array().unwrap().len() > 5);
    for name in faith["see"].as_array().unwrap() {
        study
            .get(&paths::topic(name.as_str().unwrap()))
            .await
            .expect_status(200);
    }
}

#[tokio::test]
async fn a_topic_is_read_in_the_numbers_and_words_of_the_translation() {
    let study = study().await;
    let request = study.get(&paths::topic("CARE")).query("translation", "SRV");
    let care = request.await.expect_status(200).json();
    let references = all_references(&care);
    let philippians = references
        .iter()
        .find(|its| its["osis"] == "Phil.4.6")
        .unwrap();
    assert!(philippians["text"].as_str().unwrap().contains("Por nada"));
}

/// Contract: study: "an unknown topic is a 404 with the nearest"
#[tokio::test]
async fn an_unknown_topic_is_a_404_with_the_nearest() {
    let study = study().await;
    for (name, nearest) in [
        ("forgivness", "FORGIVENESS"),
        ("xyzzy", ""),
        ("%00", ""),
        ("%20", ""),
    ] {
        let problem = study
            .get(&paths::topic(name))
            .await
            .expect_status(404)
            .problem();
        assert!(problem.detail.contains(nearest), "{}", problem.detail);
    }
    let long = "x".repeat(5_000);
    study.get(&paths::topic(long)).await.expect_status(404);
    let request = study.get(&paths::topic("LOVE")).query("translation", "NIV");
    request.await.expect_status(404);
}
