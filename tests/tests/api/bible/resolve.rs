//! `GET /api/resolve`

use serde_json::{Value, json};
use verse_tests::{Event, EventFormat, paths};

use super::bible;

/// Contract: bible: "references in a text"
#[tokio::test]
async fn references_are_found_in_a_text() {
    let bible = bible().await;
    let resolve = async |text: &str| bible.get(paths::RESOLVE).query("q", text).await.json();
    let answer = resolve("jn 3:16-18, 20; ps 23; gen 1:1–2:3").await;
    let found = answer["references"].as_array().unwrap();
    let osis: Vec<_> = found.iter().map(|reference| &reference["osis"]).collect();
    let expected = [
        "John.3.16-John.3.18",
        "John.3.20",
        "Ps.23",
        "Gen.1.1-Gen.2.3",
    ];
    assert_eq!(osis, expected);
    assert_eq!(found[2]["verse_start"], Value::Null);
    assert_eq!(found[3]["chapter"], 1);
    assert_eq!(found[3]["chapter_end"], 2);
    let nothing = resolve("no reference at all").await;
    assert_eq!(nothing, json!({"references": [], "unread": []}));
}

#[tokio::test]
async fn a_part_that_cannot_be_read_whole_is_unread_with_its_reason() {
    let bible = bible().await;
    let resolve = async |text: &str| bible.get(paths::RESOLVE).query("q", text).await.json();
    let answer = resolve("Ruth; Jonah 2:1 (SRV); John 3：99; Hezekiah 4:2").await;
    let found = answer["references"].as_array().unwrap();
    let osis: Vec<_> = found.iter().map(|reference| &reference["osis"]).collect();
    assert_eq!(osis, ["Ruth", "Jonah.2.1"]);
    let unread = json!([
        {"text": "John 3：99", "reason": "John 3 has no verse 99; its last is 36"},
        {"text": "Hezekiah 4:2", "reason": "\"Hezekiah\" is not a book of the Bible"},
    ]);
    assert_eq!(answer["unread"], unread);
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
        for event_format in [EventFormat::HttpV2, EventFormat::FunctionUrl] {
            let event = Event::get(paths::RESOLVE).raw_query(query);
            let response = bible.clone().in_format(event_format).request(event).await;
            let _ = response.expect_status(400).problem();
        }
    }
}
