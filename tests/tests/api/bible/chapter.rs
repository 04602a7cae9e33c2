//! `GET /api/chapter` and `GET /api/chapter/content`

use serde_json::{Value, json};
use verse_tests::paths;

use super::bible;

/// A chapter with its content.
async fn content(query: &str) -> Vec<Value> {
    let path = format!("{}?{query}", paths::CHAPTER_CONTENT);
    let mut chapter = bible().await.get(&path).await.expect_status(200).json();
    serde_json::from_value(chapter["content"].take()).expect("a list")
}

/// Contract: caller: "Bible reads need no session cookie, set none and may be cached"
#[tokio::test]
async fn reading_sets_no_cookie_and_may_be_cached() {
    let bible = bible().await;
    let path = "/api/chapter/content?book=John&chapter=3";
    let first = bible.get(path).await.expect_status(200);
    assert!(first.cookies().is_empty());
    assert!(first.header("cache-control").unwrap().contains("public"));
    let etag = first.header("etag").expect("an ETag");
    assert!(etag.starts_with('"'), "a strong one: {etag}");
    let second = bible.get(path).header("if-none-match", etag).await;
    assert!(second.expect_status(304).body.is_empty());
}

/// Contract: bible: "content has poetry"
#[tokio::test]
async fn a_psalm_is_laid_out_as_poetry() {
    let content = content("book=Psalms&chapter=23").await;
    for part in [
        json!({"type": "heading", "content": ["A Psalm by David."], "editorial": false}),
        json!({"type": "verse", "number": 1, "content": [
            {"text": "Yahweh is my shepherd; ", "poem": 1}, {"text": "I shall lack nothing.", "poem": 2},
        ]}),
    ] {
        assert!(content.contains(&part), "{part}");
    }
}

#[tokio::test]
async fn breaks_that_the_bsb_takes_from_the_web_are_marked_editorial() {
    for (translation, editorial) in [("BSB", Some(true)), ("WEB", None)] {
        let content = content(&format!("book=Gen&chapter=1&translation={translation}")).await;
        let breaks = content.iter().filter(|part| part["type"] == "line_break");
        let marks: Vec<_> = breaks
            .map(|part| part.get("editorial").and_then(Value::as_bool))
            .collect();
        assert_eq!(marks.len(), 8, "{translation}");
        assert!(
            marks.iter().all(|mark| *mark == editorial),
            "{translation}: {marks:?}"
        );
    }
}

/// Contract: bible: "content has headings"
#[tokio::test]
async fn headings_are_editorial_in_web_and_kjv_and_in_no_other() {
    for (translation, headings) in [
        ("WEB", 8),
        ("KJV", 8),
        ("ASV", 0),
        ("YLT", 0),
        ("BSB", 0),
        ("SRV", 0),
    ] {
        let content = content(&format!("book=Gen&chapter=1&translation={translation}")).await;
        let is_heading = |part: &&Value| part["type"] == "heading" && part["editorial"] == true;
        assert_eq!(content.iter().filter(is_heading).count(), headings);
        if headings > 0 {
            let first = json!({"type": "heading", "content": ["God creates heaven and earth"], "editorial": true});
            assert_eq!(content[0], first);
        }
    }
}

/// Contract: bible: "content has notes"
#[tokio::test]
async fn every_note_reference_has_its_note() {
    let bible = bible().await;
    for path in [
        "/api/chapter/content?book=Gen&chapter=1",
        "/api/chapter?book=Gen&chapter=1&translation=KJV",
    ] {
        let answer = bible.get(path).await.expect_status(200).json();
        let notes = answer["notes"].as_array().unwrap();
        assert!(!notes.is_empty());
        let text = answer.to_string();
        for note in notes {
            let reference = format!("{{\"noteId\":{}}}", note["id"]);
            assert!(text.contains(&reference), "{path}: {note}");
        }
    }
    // A passage has only the notes of its verses.
    let passage = bible.get("/api/passage?book=Gen&chapter=1&verse_start=2");
    assert_eq!(passage.await.json()["notes"], json!([]));
}

/// Contract: bible: "a chapter has the chapters before and after it"
#[tokio::test]
async fn a_chapter_names_its_neighbours() {
    let bible = bible().await;
    let chapter = |book, number| json!({"book": book, "chapter": number});
    for (query, previous, next) in [
        (
            "book=John&chapter=3",
            chapter("John", 2),
            chapter("John", 4),
        ),
        ("book=Genesis&chapter=1", Value::Null, chapter("Genesis", 2)),
        (
            "book=Genesis&chapter=50",
            chapter("Genesis", 49),
            chapter("Exodus", 1),
        ),
        (
            "book=Matthew&chapter=1",
            chapter("Malachi", 4),
            chapter("Matthew", 2),
        ),
        (
            "book=Jude&chapter=1",
            chapter("3 John", 1),
            chapter("Revelation", 1),
        ),
        (
            "book=Revelation&chapter=22",
            chapter("Revelation", 21),
            Value::Null,
        ),
    ] {
        for path in [paths::CHAPTER, paths::CHAPTER_CONTENT] {
            let answer = bible.get(&format!("{path}?{query}")).await;
            let answer = answer.expect_status(200).json();
            assert_eq!(
                (&answer["previous"], &answer["next"]),
                (&previous, &next),
                "{query}"
            );
        }
    }
}
