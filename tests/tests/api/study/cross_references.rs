//! `/api/cross-references`.

use serde_json::Value;
use verse_tests::{Client, paths};

use super::study;

async fn related(study: &Client, query: &str) -> Value {
    let path = format!("{}?{query}", paths::CROSS_REFERENCES);
    study.get(&path).await.expect_status(200).json()
}

fn references(answer: &Value) -> Vec<String> {
    let results = answer["results"].as_array().unwrap().iter();
    let reference = |result: &Value| result["reference"].as_str().unwrap().to_owned();
    results.map(reference).collect()
}

/// Contract: study: "cross references with their texts, mutual ones first"
#[tokio::test]
async fn the_creation_leads_to_john_1() {
    let study = study().await;
    let answer = related(&study, "book=gen&chapter=1&verse_start=1").await;
    assert_eq!(answer["reference"], "Genesis 1:1");
    assert_eq!(
        answer["source"],
        "MetaV cross-reference index (MIT; cross references of OpenBible.info, CC BY)"
    );
    let first = &answer["results"][0];
    assert_eq!(first["reference"], "John 1:1-3");
    assert_eq!(first["osis"], "John.1.1-John.1.3");
    assert_eq!(
        (&first["book"], &first["chapter"]),
        (&"John".into(), &1.into())
    );
    assert_eq!(
        (&first["verse_start"], &first["verse_end"]),
        (&1.into(), &3.into())
    );
    assert_eq!(
        (&first["chapter_end"], &first["mutual"]),
        (&Value::Null, &true.into())
    );
    let text = first["text"].as_str().unwrap();
    assert!(text.starts_with("In the beginning was the Word") && text.contains("The same was"));
    let references = references(&answer);
    assert_eq!(references.len(), 20);
    assert!(
        references
            .iter()
            .any(|reference| reference == "Hebrews 11:3")
    );
    assert!(
        references
            .iter()
            .all(|reference| !reference.starts_with("Nahum"))
    );
    let results = answer["results"].as_array().unwrap();
    assert!(
        results
            .iter()
            .map(|result| result["mutual"] == false)
            .is_sorted()
    );
}

/// Contract: study: "cross references with their texts, mutual ones first"
#[tokio::test]
async fn quotations_and_fulfilments_are_among_the_first() {
    let study = study().await;
    for (query, expected) in [
        ("book=Matthew&chapter=1&verse_start=23", "Isaiah 7:14"),
        ("book=Romans&chapter=4&verse_start=3", "Genesis 15:6"),
        ("book=Acts&chapter=2&verse_start=17", "Joel 2:28"),
        ("book=Hebrews&chapter=8&verse_start=8", "Jeremiah 31:31"),
        ("book=James&chapter=2&verse_start=24", "Romans 3:28"),
        ("book=Isaiah&chapter=53&verse_start=5", "1 Peter 2:24"),
        ("book=Micah&chapter=5&verse_start=2", "Matthew 2:6"),
        ("book=Psalms&chapter=22&verse_start=1", "Matthew 27:46"),
        (
            "book=John&chapter=3&verse_start=14&translation=KJV",
            "Numbers 21:",
        ),
    ] {
        let references = references(&related(&study, query).await);
        let head = references.iter().take(6);
        let found = head
            .clone()
            .any(|reference| reference.starts_with(expected));
        assert!(found, "{query}: {:?}", head.collect::<Vec<_>>());
    }
}

/// Contract: study: "verses have the numbers that the translation prints"
#[tokio::test]
async fn numbers_are_those_of_the_translation() {
    let study = study().await;
    // Jonah 1:17 in the canon.
    let spanish = related(&study, "book=Jonah&chapter=2&verse_start=1&translation=SRV").await;
    assert_eq!(spanish["reference"], "Jonah 2:1");
    let english = related(
        &study,
        "book=Jonah&chapter=1&verse_start=17&translation=KJV",
    )
    .await;
    assert_eq!(references(&spanish)[0], references(&english)[0]);
    assert_ne!(spanish["results"][0]["text"], english["results"][0]["text"]);
    // The passage itself is no result, and the way back has the printed number.
    let back = related(
        &study,
        "book=Matthew&chapter=12&verse_start=40&translation=SRV",
    )
    .await;
    let back = references(&back);
    assert!(
        back.iter()
            .any(|reference| reference.starts_with("Jonah 2:1")),
        "{back:?}"
    );
    // Romans 16:25 in the canon.
    let doxology = related(&study, "book=Romans&chapter=14&verse_start=24").await;
    assert!(
        references(&doxology)
            .iter()
            .any(|it| it.starts_with("Ephesians")),
        "{doxology}"
    );
}

#[tokio::test]
async fn a_passage_has_the_references_of_its_verses_and_none_to_itself() {
    let study = study().await;
    let query = "book=Psalms&chapter=23&verse_start=1&verse_end=200&limit=100";
    let psalm = related(&study, query).await;
    assert_eq!(psalm["reference"], "Psalms 23:1-6");
    let references = references(&psalm);
    assert_eq!(references.len(), 100);
    assert!(
        references
            .iter()
            .all(|reference| !reference.starts_with("Psalms 23:"))
    );
    let one = related(&study, "book=Psalms&chapter=23&verse_start=1&limit=1").await;
    assert_eq!(one["results"].as_array().unwrap().len(), 1);
}

/// Contract: study: "limit is 1 to 100, anything else is a 422"
#[tokio::test]
async fn a_faulty_request_for_cross_references_is_refused() {
    let study = study().await;
    let verse = "book=John&chapter=3&verse_start=16";
    for (query, pointers) in [
        (format!("{verse}&limit=0"), vec!["/limit"]),
        (format!("{verse}&limit=101"), vec!["/limit"]),
        (format!("{verse}&limit=ten"), vec!["/limit"]),
        (format!("{verse}&limit="), vec!["/limit"]),
        (format!("{verse}&verse_end=15"), vec!["/verse_end"]),
        (
            "book=&chapter=0".to_owned(),
            vec!["/book", "/chapter", "/verse_start"],
        ),
        (String::new(), vec!["/book", "/chapter", "/verse_start"]),
    ] {
        let path = format!("{}?{query}", paths::CROSS_REFERENCES);
        let problem = study.get(&path).await.expect_status(422).problem();
        assert_eq!(problem.pointers(), pointers, "{query}");
    }
    for (query, named) in [
        ("book=Jhon&chapter=3&verse_start=16", "John"),
        ("book=John&chapter=30&verse_start=16", "30"),
        ("book=John&chapter=3&verse_start=37", "37"),
        (
            "book=Acts&chapter=8&verse_start=37",
            "does not print Acts 8:37",
        ),
        ("book=John&chapter=3&verse_start=16&translation=KJB", "KJV"),
    ] {
        let path = format!("{}?{query}", paths::CROSS_REFERENCES);
        let detail = study.get(&path).await.expect_status(404).problem().detail;
        assert!(detail.contains(named), "{detail}");
    }
}
