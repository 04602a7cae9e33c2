//! The reading routes, as every gateway sends them. They ask for no identity and no database.

use serde_json::json;
use verse_tests::{Client, Database, Dress, Event, Function, Proxy};

async fn bible() -> Client {
    Client::of(
        &Function::builder("bible")
            .env("VERSE_ENV", "development")
            .start()
            .await,
    )
}

#[tokio::test]
async fn every_dress_reaches_the_same_passage() {
    let bible = bible().await;
    let mut bodies = Vec::new();
    for dress in Dress::ALL {
        let request = bible.clone().dressed(dress).get("/api/passage");
        let request = request
            .query("book", "1 Cor")
            .query("chapter", 13)
            .query("verse_start", 4);
        bodies.push(
            request
                .query("verse_end", 7)
                .await
                .expect_status(200)
                .json(),
        );
    }
    assert_eq!(bodies[0]["reference"], "1 Corinthians 13:4-7");
    assert!(bodies.iter().all(|body| *body == bodies[0]));
}

#[tokio::test]
async fn a_passage_has_its_verses() {
    let response = bible()
        .await
        .get("/api/passage?book=jn&chapter=3&verse_start=16")
        .await;
    let passage = response.expect_status(200).json();
    assert_eq!(passage["reference"], "John 3:16");
    assert_eq!(passage["translation"], "WEB");
    let verse = &passage["verses"][0];
    assert_eq!(
        (&verse["book"], &verse["verse"]),
        (&json!("John"), &json!(16))
    );
    assert!(
        verse["text"]
            .as_str()
            .is_some_and(|text| text.contains("God so loved the world"))
    );
}

#[tokio::test]
async fn reading_sets_no_cookie_and_may_be_cached() {
    let bible = bible().await;
    let path = "/api/chapter/content?book=John&chapter=3";
    let first = bible.get(path).await.expect_status(200);
    assert!(first.cookies().is_empty());
    assert!(
        first
            .header("cache-control")
            .is_some_and(|value| value.contains("public"))
    );
    let etag = first.header("etag").expect("an ETag");
    assert!(etag.starts_with('"'), "a strong one: {etag}");
    let second = bible
        .get(path)
        .header("if-none-match", etag)
        .await
        .expect_status(304);
    assert!(second.body.is_empty());
}

#[tokio::test]
async fn what_is_not_in_the_bible_is_a_404_that_says_so() {
    let bible = bible().await;
    for (path, what) in [
        ("/api/chapter?book=Hezekiah&chapter=1", "Hezekiah"),
        ("/api/chapter?book=John&chapter=22", "22"),
        ("/api/chapter?book=John&chapter=3&translation=XYZ", "XYZ"),
    ] {
        let problem = bible.get(path).await.expect_status(404).problem();
        assert!(problem.detail.contains(what), "{path}: {}", problem.detail);
    }
}

#[tokio::test]
async fn a_faulty_query_is_a_422_that_lists_every_fault() {
    let request = bible()
        .await
        .get("/api/passage?book=John&chapter=0&verse_start=0");
    let problem = request.await.expect_status(422).problem();
    assert_eq!(problem.pointers(), ["/chapter", "/verse_start"]);
}

#[tokio::test]
async fn a_wrong_method_and_an_unknown_path_are_problems() {
    let bible = bible().await;
    bible.delete("/api/passage").await.expect_status(405);
    let _ = bible
        .request(Event::get("/api/nowhere"))
        .await
        .expect_status(404)
        .problem();
}

#[tokio::test]
async fn every_response_has_the_protective_headers() {
    let bible = bible().await;
    for path in ["/api/health", "/api/nowhere"] {
        let response = bible
            .get(path)
            .await
            .expect_header("x-content-type-options", "nosniff")
            .expect_header("x-frame-options", "DENY")
            .expect_header("referrer-policy", "strict-origin-when-cross-origin")
            .expect_header(
                "content-security-policy",
                "default-src 'none'; frame-ancestors 'none'",
            );
        assert!(response.header("x-request-id").is_some());
    }
}

#[tokio::test]
async fn the_five_translations_have_john_3_16() {
    let bible = bible().await;
    let list = bible
        .get("/api/translations")
        .await
        .expect_status(200)
        .json();
    let listed: Vec<_> = list["translations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| &t["code"])
        .collect();
    assert_eq!(listed, ["WEB", "KJV", "ASV", "YLT", "SRV"]);
    for (code, words) in [
        ("web", "whoever believes in him should not perish"),
        ("KJV", "whosoever believeth in him should not perish"),
        ("asv", "whosoever believeth on him should not perish"),
        ("Ylt", "every one who is believing in him may not perish"),
        ("SRV", "para que todo aquel que en él cree, no se pierda"),
    ] {
        let path = format!("/api/passage?book=JHN&chapter=3&verse_start=16&translation={code}");
        let passage = bible.get(&path).await.expect_status(200).json();
        assert!(
            passage["verses"][0]["text"]
                .as_str()
                .unwrap()
                .contains(words),
            "{code}"
        );
        assert_eq!(passage["translation"], code.to_uppercase());
    }
}

#[tokio::test]
async fn a_psalm_is_laid_out_as_poetry() {
    let bible = bible().await;
    let path = "/api/chapter/content?book=Psalms&chapter=23";
    let chapter = bible.get(path).await.expect_status(200).json();
    let content = chapter["content"].as_array().unwrap();
    assert!(content.contains(
        &json!({"type": "heading", "content": ["A Psalm by David."], "editorial": false})
    ));
    assert!(content.contains(&json!({"type": "verse", "number": 1, "content": [
        {"text": "Yahweh is my shepherd; ", "poem": 1}, {"text": "I shall lack nothing.", "poem": 2},
    ]})));
}

#[tokio::test]
async fn headings_are_editorial_in_web_and_kjv_and_in_no_other() {
    let bible = bible().await;
    for (translation, headings) in [("WEB", 8), ("KJV", 8), ("ASV", 0), ("YLT", 0), ("SRV", 0)] {
        let path = format!("/api/chapter/content?book=Gen&chapter=1&translation={translation}");
        let chapter = bible.get(&path).await.expect_status(200).json();
        let content = chapter["content"].as_array().unwrap();
        assert_eq!(
            content.iter().filter(|e| e["editorial"] == true).count(),
            headings
        );
        if headings > 0 {
            let first = json!({"type": "heading", "content": ["God creates heaven and earth"], "editorial": true});
            assert_eq!(content[0], first);
        }
    }
}

#[tokio::test]
async fn the_places_of_notes_have_their_notes() {
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
            assert!(
                text.contains(&format!("{{\"noteId\":{}}}", note["id"])),
                "{path}: {note}"
            );
        }
    }
    let passage = bible
        .get("/api/passage?book=Gen&chapter=1&verse_start=2")
        .await
        .json();
    assert_eq!(
        passage["notes"],
        json!([]),
        "only the notes of what was asked for"
    );
}

#[tokio::test]
async fn a_verse_that_is_not_printed_is_absent_and_told() {
    let bible = bible().await;
    let passage = bible
        .get("/api/passage?book=Acts&chapter=8&verse_start=36&verse_end=38")
        .await;
    let passage = passage.expect_status(200).json();
    let numbers: Vec<_> = passage["verses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| &v["verse"])
        .collect();
    assert_eq!(numbers, [36, 38]);
    let omitted =
        json!([{"verse": 37, "detail": "The World English Bible does not print Acts 8:37."}]);
    assert_eq!(passage["omitted"], omitted);
}

#[tokio::test]
async fn a_range_past_the_end_gives_what_exists() {
    let bible = bible().await;
    let path = "/api/passage?book=John&chapter=3&verse_start=35&verse_end=99999";
    let passage = bible.get(path).await.expect_status(200).json();
    assert_eq!(passage["reference"], "John 3:35-36");
}

#[tokio::test]
async fn references_are_found_in_a_text() {
    let bible = bible().await;
    let answer = bible
        .get("/api/resolve")
        .query("q", "jn 3:16-18, 20; ps 23; gen 1:1–2:3")
        .await
        .json();
    let found = answer["references"].as_array().unwrap();
    let osis: Vec<_> = found.iter().map(|reference| &reference["osis"]).collect();
    assert_eq!(
        osis,
        [
            "John.3.16-John.3.18",
            "John.3.20",
            "Ps.23",
            "Gen.1.1-Gen.2.3"
        ]
    );
    assert_eq!(found[2]["verse_start"], json!(null));
    assert_eq!(
        (&found[3]["chapter"], &found[3]["chapter_end"]),
        (&json!(1), &json!(2))
    );
    let nothing = bible
        .get("/api/resolve")
        .query("q", "no reference at all")
        .await
        .json();
    assert_eq!(nothing, json!({"references": []}));
}

#[tokio::test]
async fn a_passage_is_kept_once_and_the_answer_is_not_cacheable() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let function = Function::builder("bible")
        .env("DATABASE_URL", proxy.url())
        .start()
        .await;
    let bible = Client::of(&function);
    let path = "/api/passage?book=John&chapter=3&verse_start=16&save=true";
    for _ in 0..2 {
        let saved = bible
            .get(path)
            .await
            .expect_status(200)
            .expect_header("cache-control", "no-store");
        assert_eq!(saved.json()["reference"], "John 3:16");
    }
    bible
        .get("/api/chapter?book=John&chapter=3&save=1")
        .await
        .expect_status(200);
    let kept: i64 = database.value("SELECT count(*) FROM saved_passages").await;
    assert_eq!(kept, 2);

    proxy.reset();
    bible.get(path).await.expect_status(200);
    assert_eq!(proxy.counts().round_trips, 1);
}

#[tokio::test]
async fn a_database_that_is_down_stops_saving_and_no_reading() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    proxy.refuse().await;
    let function = Function::builder("bible")
        .env("DATABASE_URL", proxy.url())
        .start()
        .await;
    let bible = Client::of(&function);
    let path = "/api/passage?book=John&chapter=3&verse_start=16";
    bible.get(path).await.expect_status(200);
    let refused = bible
        .get(&format!("{path}&save=true"))
        .await
        .expect_status(503);
    assert_eq!(refused.header("retry-after"), Some("2"));
    bible.get(path).await.expect_status(200);
}

#[tokio::test]
async fn a_request_is_one_line_of_log_without_what_was_asked() {
    let function = Function::builder("bible").start().await;
    let bible = Client::of(&function);
    let response = bible
        .get("/api/passage?book=Obadiah&chapter=1&verse_start=3")
        .await
        .expect_status(200);
    function.terminate().await;
    let line = function
        .log()
        .records()
        .into_iter()
        .find(|line| line["message"] == "request")
        .unwrap();
    assert_eq!(line["route"], "/api/passage");
    assert_eq!(
        (&line["status"], &line["statements"]),
        (&json!(200), &json!(0))
    );
    assert_eq!(line["request_id"].as_str(), response.header("x-request-id"));
    function.log().expect_without("Obadiah");
}
