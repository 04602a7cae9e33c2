//! `GET /api/passage` and `GET /api/translations`

use serde_json::{Value, json};
use verse_tests::{Client, Database, EventFormat, Function, Proxy, paths};

use super::bible;

const JOHN_3_16: &str = "/api/passage?book=John&chapter=3&verse_start=16";

/// Contract: bible: "a book by name, abbreviation or id"
#[tokio::test]
async fn every_event_format_reaches_the_same_passage() {
    let bible = bible().await;
    let mut passages = Vec::new();
    for event_format in EventFormat::ALL {
        let request = bible.clone().in_format(event_format).get(paths::PASSAGE);
        let request = request.query("book", "1 Cor").query("chapter", 13);
        let request = request.query("verse_start", 4).query("verse_end", 7);
        passages.push(request.await.expect_status(200).json());
    }
    assert_eq!(passages[0]["reference"], "1 Corinthians 13:4-7");
    assert!(passages.iter().all(|passage| *passage == passages[0]));
}

/// Contract: bible: "a passage has its verses"
#[tokio::test]
async fn a_passage_has_its_verses() {
    let passage = bible()
        .await
        .get("/api/passage?book=jn&chapter=3&verse_start=16");
    let passage = passage.await.expect_status(200).json();
    assert_eq!(passage["reference"], "John 3:16");
    assert_eq!(passage["translation"], "WEB");
    let verse = &passage["verses"][0];
    assert_eq!(verse["book"], "John");
    assert_eq!(verse["verse"], 16);
    let text = verse["text"].as_str().unwrap();
    assert!(text.contains("God so loved the world"), "{text}");
}

/// Contract: bible: "the translations"
#[tokio::test]
async fn the_six_translations_have_john_3_16() {
    let bible = bible().await;
    let list = bible
        .get(paths::TRANSLATIONS)
        .await
        .expect_status(200)
        .json();
    let translations = list["translations"].as_array().unwrap();
    let codes: Vec<_> = translations.iter().map(|listed| &listed["code"]).collect();
    assert_eq!(codes, ["WEB", "KJV", "ASV", "YLT", "BSB", "SRV"]);
    let noted: Vec<_> = translations
        .iter()
        .filter(|listed| listed.get("note").is_some())
        .collect();
    let [bsb] = noted.as_slice() else {
        panic!("{noted:?}")
    };
    assert_eq!(bsb["code"], "BSB");
    let note = bsb["note"].as_str().unwrap();
    assert!(
        note.contains("Old Testament is of an older revision"),
        "{note}"
    );
    for (code, words) in [
        ("web", "whoever believes in him should not perish"),
        ("KJV", "whosoever believeth in him should not perish"),
        ("asv", "whosoever believeth on him should not perish"),
        ("Ylt", "every one who is believing in him may not perish"),
        ("bsb", "everyone who believes in Him shall not perish"),
        ("SRV", "para que todo aquel que en él cree, no se pierda"),
    ] {
        let path = format!("/api/passage?book=JHN&chapter=3&verse_start=16&translation={code}");
        let passage = bible.get(&path).await.expect_status(200).json();
        let text = passage["verses"][0]["text"].as_str().unwrap();
        assert!(text.contains(words), "{code}: {text}");
        assert_eq!(passage["translation"], code.to_uppercase());
    }
}

#[tokio::test]
async fn a_verse_is_read_under_the_number_that_the_translation_prints() {
    let bible = bible().await;
    for (query, reference, begins) in [
        (
            "book=Job&chapter=39&verse_start=34&translation=SRV",
            "Job 39:34",
            "A más de eso respondió",
        ),
        (
            "book=Jonás&chapter=2&verse_start=11&translation=SRV",
            "Jonah 2:11",
            "Y mandó Jehová al pez",
        ),
        (
            "book=Rom&chapter=14&verse_start=24&verse_end=26",
            "Romans 14:24-26",
            "Now to him who is able",
        ),
    ] {
        let path = format!("/api/passage?{query}").replace('á', "%C3%A1");
        let passage = bible.get(&path).await.expect_status(200).json();
        assert_eq!(passage["reference"], reference);
        let text = passage["verses"][0]["text"].as_str().unwrap();
        assert!(text.starts_with(begins), "{text}");
    }
}

#[tokio::test]
async fn a_verse_that_is_not_printed_is_listed_as_omitted() {
    for (code, name) in [
        ("WEB", "World English Bible"),
        ("BSB", "Berean Standard Bible"),
    ] {
        let path = "/api/passage?book=Acts&chapter=8&verse_start=36&verse_end=38&translation=";
        let path = format!("{path}{code}");
        let passage = bible().await.get(&path).await.expect_status(200).json();
        let verses = passage["verses"].as_array().unwrap();
        let numbers: Vec<_> = verses.iter().map(|verse| &verse["verse"]).collect();
        assert_eq!(numbers, [36, 38]);
        let detail = format!("The {name} does not print Acts 8:37.");
        let omitted = json!([{"verse": 37, "detail": detail}]);
        assert_eq!(passage["omitted"], omitted);
    }
}

/// Contract: bible: "a `verse_end` past the chapter gives the verses that exist"
#[tokio::test]
async fn a_range_past_the_end_gives_the_verses_that_exist() {
    let path = "/api/passage?book=John&chapter=3&verse_start=35&verse_end=99999";
    let passage = bible().await.get(path).await.expect_status(200).json();
    assert_eq!(passage["reference"], "John 3:35-36");
}

/// Contract: bible: "`save=true` stores a passage once"
#[tokio::test]
async fn a_saved_passage_is_stored_once_and_the_response_is_not_cacheable() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let bible = Client::new(&Function::start("bible", &proxy).await);
    let path = format!("{JOHN_3_16}&save=true");
    for _ in 0..2 {
        let saved = bible
            .get(&path)
            .await
            .expect_status(200)
            .expect_header("cache-control", "no-store");
        assert_eq!(saved.json()["reference"], "John 3:16");
    }
    let chapter = bible.get("/api/chapter?book=John&chapter=3&save=1").await;
    chapter.expect_status(200);
    assert_eq!(database.count("saved_passages").await, 2);

    proxy.reset();
    bible.get(&path).await.expect_status(200);
    assert_eq!(proxy.counts().round_trips, 1);
}

/// Contract: quota and rate limits: "an address and a user store up to their limits, then 429 and 413"
#[tokio::test]
async fn an_address_saves_passages_up_to_its_limit() {
    let database = Database::fresh().await;
    let function = Function::with_database("bible", &database).env("STORE_PER_MINUTE", "2");
    let bible = Client::new(&function.start().await);
    let path = |verse| format!("/api/passage?book=John&chapter=3&verse_start={verse}");
    for (verse, status) in [(1, 200), (2, 200), (3, 429), (1, 429)] {
        let answer = bible.get(&format!("{}&save=true", path(verse))).await;
        answer.expect_status(status);
        bible.get(&path(verse)).await.expect_status(200);
    }
    assert_eq!(database.count("saved_passages").await, 2);
}

#[tokio::test]
async fn an_unreachable_database_stops_saving_but_not_reading() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    proxy.refuse_connections().await;
    let bible = Client::new(&Function::start("bible", &proxy).await);
    bible.get(JOHN_3_16).await.expect_status(200);
    let refused = bible.get(&format!("{JOHN_3_16}&save=true")).await;
    refused.expect_status(503).expect_header("retry-after", "2");
    bible.get(JOHN_3_16).await.expect_status(200);
}

#[tokio::test]
async fn a_request_is_one_log_line_without_its_query() {
    let function = Function::start_without_database("bible").await;
    let path = "/api/passage?book=Obadiah&chapter=1&verse_start=3";
    let response = Client::new(&function).get(path).await.expect_status(200);
    function.terminate().await;
    let lines = function.log().records().into_iter();
    let requests: Vec<Value> = lines.filter(|line| line["message"] == "request").collect();
    let [line] = requests.as_slice() else {
        panic!("one line for one request: {requests:?}");
    };
    assert_eq!(line["route"], paths::PASSAGE);
    assert_eq!(line["status"], 200);
    assert_eq!(line["statements"], 0);
    assert_eq!(line["request_id"].as_str(), response.header("x-request-id"));
    function.log().expect_without("Obadiah");
}
