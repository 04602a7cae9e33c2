//! `/api/parallel`.

use serde_json::{Value, json};
use verse_tests::{Client, paths};

use super::study;

async fn parallel(study: &Client, query: &str) -> Value {
    let path = format!("{}?{query}", paths::PARALLEL);
    study.get(&path).await.expect_status(200).json()
}

fn row(answer: &Value, verse: u64) -> &Value {
    let mut rows = answer["verses"].as_array().unwrap().iter();
    rows.find(|row| row["verse"] == verse).expect("a row")
}

fn text<'a>(answer: &'a Value, verse: u64, translation: &str) -> &'a str {
    row(answer, verse)["texts"][translation].as_str().unwrap()
}

/// Contract: study: "two to six translations verse by verse"
#[tokio::test]
async fn a_verse_is_set_side_by_side() {
    let study = study().await;
    let query = "book=jn&chapter=3&verse_start=16&translations=web,KJV,%20srv";
    let answer = parallel(&study, query).await;
    assert_eq!(answer["reference"], "John 3:16");
    assert_eq!(answer["translations"], json!(["WEB", "KJV", "SRV"]));
    assert_eq!(answer["verses"].as_array().unwrap().len(), 1);
    assert!(text(&answer, 16, "WEB").contains("only born Son"));
    assert!(text(&answer, 16, "KJV").contains("only begotten Son"));
    assert!(text(&answer, 16, "SRV").contains("de tal manera"));
    assert_eq!(row(&answer, 16)["numbered"], json!({}));
    assert_eq!(answer["omitted"], json!([]));
    let chapter = parallel(&study, "book=jn&chapter=3&translations=WEB,KJV").await;
    assert_eq!(chapter["reference"], "John 3");
    assert_eq!(chapter["verses"].as_array().unwrap().len(), 36);
    let beyond = "book=jn&chapter=3&verse_start=35&verse_end=99&translations=WEB,KJV";
    assert_eq!(parallel(&study, beyond).await["reference"], "John 3:35-36");
}

/// Contract: study: "a verse that a translation does not print is told"
#[tokio::test]
async fn absent_verses_are_null_and_told() {
    let study = study().await;
    for order in ["WEB,KJV", "KJV,WEB"] {
        let query = format!("book=Acts&chapter=8&verse_start=36&verse_end=38&translations={order}");
        let answer = parallel(&study, &query).await;
        assert_eq!(row(&answer, 37)["texts"]["WEB"], Value::Null);
        assert!(text(&answer, 37, "KJV").contains("believest"));
        let told = json!([{"translation": "WEB", "verse": 37,
                           "detail": "The World English Bible does not print Acts 8:37."}]);
        assert_eq!(answer["omitted"], told, "{order}");
        assert!(text(&answer, 38, "WEB").contains("chariot"));
    }
}

/// Contract: study: "a verse that a translation counts otherwise stands beside its words, with its own number"
#[tokio::test]
async fn shifted_joined_and_divided_verses_stand_beside_their_words() {
    let study = study().await;
    // Shifted between chapters.
    let job = parallel(&study, "book=Job&chapter=40&translations=KJV,SRV").await;
    assert_eq!(row(&job, 1)["numbered"], json!({"SRV": "39:34"}));
    assert_eq!(row(&job, 6)["numbered"], json!({"SRV": "40:1"}));
    assert_eq!(job["verses"].as_array().unwrap().len(), 24);
    let job = parallel(
        &study,
        "book=Job&chapter=39&verse_start=34&translations=SRV,KJV",
    )
    .await;
    assert_eq!(row(&job, 34)["numbered"], json!({"KJV": "40:1"}));
    assert!(text(&job, 34, "KJV").starts_with("Moreover the LORD answered Job"));
    // A verse that the first translation lacks under its number: its words, or those of the next that has it.
    let jonah = parallel(&study, "book=Jonah&chapter=1&translations=SRV,KJV").await;
    assert_eq!(row(&jonah, 17)["numbered"], json!({"SRV": "2:1"}));
    assert!(text(&jonah, 17, "KJV").contains("great fish"));
    assert!(text(&jonah, 17, "SRV").contains("pez"));
    let romans = parallel(
        &study,
        "book=Rom&chapter=14&verse_start=24&translations=KJV,WEB",
    )
    .await;
    assert_eq!(row(&romans, 24)["numbered"], json!({"KJV": "16:25"}));
    // Two verses of the canon in one: the words once, the place in both rows.
    let samuel = "book=2Sam&chapter=20&verse_start=25&verse_end=26&translations=KJV,SRV";
    let samuel = parallel(&study, samuel).await;
    assert!(text(&samuel, 25, "SRV").contains("Ira"));
    assert_eq!(row(&samuel, 26)["texts"]["SRV"], Value::Null);
    assert_eq!(row(&samuel, 26)["numbered"], json!({"SRV": "20:25"}));
    assert_eq!(samuel["omitted"], json!([]));
    // One verse of the canon in two.
    let judges = "book=Judges&chapter=14&verse_start=18&verse_end=20&translations=KJV,SRV";
    let judges = parallel(&study, judges).await;
    assert_eq!(row(&judges, 18)["numbered"], json!({"SRV": "14:18-19"}));
    assert_eq!(row(&judges, 19)["numbered"], json!({"SRV": "14:20"}));
}

/// Contract: study: "two to six translations verse by verse"
#[tokio::test]
async fn a_psalm_with_a_title_is_aligned_in_all_translations() {
    let study = study().await;
    let query = "book=Psalms&chapter=3&translations=WEB,KJV,ASV,YLT,BSB,SRV";
    let answer = parallel(&study, query).await;
    assert_eq!(answer["verses"].as_array().unwrap().len(), 8);
    for (translation, beginning) in [
        ("WEB", "Yahweh, how"),
        ("KJV", "LORD, how"),
        ("ASV", "Jehovah, how"),
        ("YLT", "Jehovah, how"),
        ("BSB", "O LORD, how"),
    ] {
        let text = text(&answer, 1, translation);
        assert!(text.starts_with(beginning), "{translation}: {text}");
    }
    assert!(text(&answer, 1, "SRV").contains("multiplicado"));
    for verse in answer["verses"].as_array().unwrap() {
        assert_eq!(verse["texts"].as_object().unwrap().len(), 6);
        assert_eq!(verse["numbered"], json!({}));
    }
}

/// Contract: study: "a translation named twice, one alone or a seventh is a 422"
#[tokio::test]
async fn a_faulty_list_of_translations_is_refused() {
    let study = study().await;
    let john = "book=John&chapter=3";
    for translations in [
        "",
        "&translations=",
        "&translations=WEB",
        "&translations=WEB,WEB",
        "&translations=WEB,web",
        "&translations=WEB,,KJV",
        "&translations=WEB,KJV,",
        "&translations=WEB,KJV,ASV,YLT,BSB,SRV,NIV",
        "&translations=%00,KJV",
    ] {
        let path = format!("{}?{john}{translations}", paths::PARALLEL);
        let problem = study.get(&path).await.expect_status(422).problem();
        assert_eq!(problem.pointers(), ["/translations"], "{translations}");
    }
    let path = format!("{}?{john}&translations=WEB,NIV", paths::PARALLEL);
    let detail = study.get(&path).await.expect_status(404).problem().detail;
    assert!(detail.contains("\"NIV\""), "{detail}");
    let path = format!(
        "{}?{john}&verse_start=37&translations=WEB,KJV",
        paths::PARALLEL
    );
    let detail = study.get(&path).await.expect_status(404).problem().detail;
    assert_eq!(detail, "John 3 has no verse 37: its last is 36.");
}
