//! What a reader got: `/api/insights/history` and `/api/definitions/history`.

use serde::Deserialize;
use serde_json::json;
use verse_tests::{Client, Database, Dress, Function, Proxy, Reader, Request, Response};

const INSIGHTS: &str = "/api/insights/history";
const DEFINITIONS: &str = "/api/definitions/history";
/// The functions and their paths.
const BOTH: [(&str, &str, &str); 2] = [
    ("insight", INSIGHTS, "insights"),
    ("definition", DEFINITIONS, "definitions"),
];
const JOHN: &str = "John 3:16 (KJV)";
const NOW: &str = "2026-01-02T00:00:00Z";

async fn start(name: &str, database_url: &str) -> Function {
    Function::builder(name)
        .env("DATABASE_URL", database_url)
        .env("VERSE_ENV", "development")
        .start()
        .await
}

/// Gets one of each kind.
async fn gets_both(reader: &Reader, text: &str, time: &str) {
    reader.gets_insight(JOHN, text, time).await;
    reader.gets_definition(text, "For God so loved", time).await;
}

/// An item of a history, of which only this is wanted.
#[derive(Deserialize)]
struct Item {
    /// Digits.
    id: String,
}

/// The ids of a history.
fn ids(response: &Response) -> Vec<String> {
    let items: Vec<Item> = response.parse();
    items.into_iter().map(|item| item.id).collect()
}

/// Every table's rows.
async fn rows(database: &Database) -> Vec<i64> {
    let mut counts = Vec::new();
    for count in [
        "SELECT count(*) FROM users",
        "SELECT count(*) FROM devices",
        "SELECT count(*) FROM insights",
        "SELECT count(*) FROM user_insights",
        "SELECT count(*) FROM definitions",
        "SELECT count(*) FROM user_definitions",
    ] {
        counts.push(database.value(count).await);
    }
    counts
}

#[tokio::test]
async fn an_insight_is_listed_as_it_was_sent() {
    let database = Database::fresh().await;
    let reader = Reader::of(&database).await;
    let text = "For God so loved\n\n  the world,\tthat \u{2019}é\u{1F54A}\r\nend";
    let id = reader
        .gets_insight(JOHN, text, "2026-01-02T03:04:05.678Z")
        .await;
    let client = reader.on(&start("insight", &database.url()).await);
    let response = client
        .get(INSIGHTS)
        .await
        .expect_status(200)
        .expect_header("content-type", "application/json")
        .expect_header("cache-control", "no-store");
    let expected = json!([{
        "id": id.0.to_string(), "reference": JOHN, "text": text,
        "insight": {
            "historical_context": "h", "theological_significance": "t", "practical_application": "p",
        },
        "timestamp": 1_767_323_045_678_i64,
    }]);
    assert_eq!(response.json(), expected);
    for dress in Dress::ALL {
        let again = client.clone().dressed(dress).get(INSIGHTS).await;
        assert_eq!(again.expect_status(200).json(), expected, "{dress:?}");
    }
}

#[tokio::test]
async fn a_definition_is_listed_as_it_was_sent() {
    let database = Database::fresh().await;
    let reader = Reader::of(&database).await;
    let verse = "For God so loved\n\tthe world";
    let id = reader
        .gets_definition("loved", verse, "2026-01-02T03:04:05.678Z")
        .await;
    let client = reader.on(&start("definition", &database.url()).await);
    let response = client
        .get(DEFINITIONS)
        .await
        .expect_status(200)
        .expect_header("cache-control", "no-store");
    let expected = json!([{
        "id": id.0.to_string(), "word": "loved", "passage_reference": "John 3 (KJV)",
        "verse_text": verse,
        "definition": {"definition": "d", "biblical_usage": "b", "original_language": "o"},
        "timestamp": 1_767_323_045_678_i64,
    }]);
    assert_eq!(response.json(), expected);
}

#[tokio::test]
async fn what_is_got_is_in_the_very_next_answer_and_first() {
    let database = Database::fresh().await;
    for (name, path, _) in BOTH {
        let (reader, other) = (Reader::of(&database).await, Reader::of(&database).await);
        let function = start(name, &database.url()).await;
        let client = reader.on(&function);
        let mut newest_first = Vec::new();
        for (text, time) in [
            ("a", "2026-01-02T00:00:00Z"),
            ("b", "2026-01-02T00:00:01Z"),
            ("c", "2026-01-02T00:00:01Z"),
        ] {
            // Somebody else had it first: what counts is when the caller got it.
            gets_both(&other, text, "2026-01-01T00:00:00Z").await;
            gets_both(&reader, text, time).await;
            let listed = ids(&client.get(path).await.expect_status(200));
            newest_first.insert(0, listed[0].clone());
            assert_eq!(listed, newest_first);
        }
        // Got once more, it is the newest again, and not there twice.
        gets_both(&reader, "a", "2026-01-03T00:00:00Z").await;
        let listed = ids(&client.get(path).await);
        newest_first.rotate_right(1);
        assert_eq!(listed, newest_first);
        assert_eq!(
            ids(&other.on(&function).get(path).await),
            listed_by_age(&newest_first)
        );
    }
}

/// The other reader got them in the order of their ids, all at once.
fn listed_by_age(ids: &[String]) -> Vec<String> {
    let mut ids = ids.to_vec();
    ids.sort_by_key(|id| std::cmp::Reverse(id.parse::<i64>().unwrap_or_default()));
    ids
}

#[tokio::test]
async fn a_history_is_read_page_by_page_to_its_end() {
    let database = Database::fresh().await;
    let reader = Reader::of(&database).await;
    for number in 0..55 {
        let time = format!("2026-01-02T00:00:{:02}Z", number / 2);
        gets_both(&reader, &number.to_string(), &time).await;
    }
    for (name, path, _) in BOTH {
        let client = reader.on(&start(name, &database.url()).await);
        let whole = ids(&client
            .get(path)
            .query("limit", 200)
            .await
            .expect_status(200));
        assert_eq!(whole.len(), 55);
        assert_eq!(ids(&client.get(path).await), whole[..50], "50 unless told");
        assert_eq!(ids(&client.get(path).query("limit", 1).await), whole[..1]);
        let mut read: Vec<String> = Vec::new();
        loop {
            let mut request = client.get(path).query("limit", 20);
            if let Some(last) = read.last() {
                request = request.query("before", last);
            }
            let page = ids(&request.await.expect_status(200));
            if page.is_empty() {
                break;
            }
            read.extend(page);
        }
        assert_eq!(read, whole);
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_is_refused() {
    let database = Database::fresh().await;
    let reader = Reader::of(&database).await;
    for (name, path, _) in BOTH {
        let client = reader.on(&start(name, &database.url()).await);
        for limit in ["0", "201", "-1", "abc", "1.5", "", "99999999999999999999"] {
            let refused = client.get(path).query("limit", limit).await;
            assert_eq!(
                refused.expect_status(422).problem().pointers(),
                ["/limit"],
                "{limit}"
            );
        }
        for before in ["0", "-1", "abc"] {
            let refused = client.get(path).query("before", before).await;
            assert_eq!(refused.expect_status(422).problem().pointers(), ["/before"]);
        }
        let refused = client
            .get(path)
            .query("limit", 0)
            .query("before", "x")
            .await;
        assert_eq!(refused.problem().pointers(), ["/limit", "/before"]);
        // Who is unknown is told the same.
        let refused = client.another().get(path).query("limit", 0).await;
        refused.expect_status(422);
    }
}

#[tokio::test]
async fn an_id_that_is_not_in_the_history_is_followed_by_nothing() {
    let database = Database::fresh().await;
    let (reader, other) = (Reader::of(&database).await, Reader::of(&database).await);
    gets_both(&reader, "mine", NOW).await;
    gets_both(&other, "theirs", "2026-01-03T00:00:00Z").await;
    for (name, path, _) in BOTH {
        let function = start(name, &database.url()).await;
        let client = reader.on(&function);
        let foreign = ids(&other.on(&function).get(path).await).remove(0);
        for before in [&*foreign, "99999999999999", "9223372036854775807"] {
            let page = client.get(path).query("before", before).await;
            assert_eq!(page.expect_status(200).json(), json!([]), "{before}");
        }
    }
}

#[tokio::test]
async fn clearing_takes_the_callers_history_and_nobody_elses() {
    let database = Database::fresh().await;
    let (reader, other) = (Reader::of(&database).await, Reader::of(&database).await);
    for text in ["a", "b", "c"] {
        gets_both(&reader, text, NOW).await;
        gets_both(&other, text, NOW).await;
    }
    for (name, path, what) in BOTH {
        let function = start(name, &database.url()).await;
        let client = reader.on(&function);
        for cleared in [3, 0] {
            let response = client.delete(path).await.expect_status(200);
            let message = format!("Cleared {cleared} {what} from history");
            assert_eq!(response.json(), json!({"message": message}));
            assert_eq!(response.header("cache-control"), Some("no-store"));
        }
        assert_eq!(client.get(path).await.json(), json!([]));
        assert_eq!(ids(&other.on(&function).get(path).await).len(), 3);
    }
    assert_eq!(rows(&database).await, [2, 2, 3, 3, 3, 3]);
}

#[tokio::test]
async fn an_unknown_caller_has_no_history_and_writes_nothing() {
    let database = Database::fresh().await;
    let reader = Reader::of(&database).await;
    gets_both(&reader, "a", NOW).await;
    let before = rows(&database).await;
    for (name, path, what) in BOTH {
        let function = start(name, &database.url()).await;
        for cookie in [None, Some("garbage"), Some(&*"A".repeat(43))] {
            let client = Client::of(&function);
            if let Some(cookie) = cookie {
                client.set_cookie("verse_user_id", cookie);
            }
            let listed = client.get(path).await.expect_status(200);
            assert_eq!(listed.json(), json!([]));
            let cleared = client.delete(path).await.expect_status(200);
            let message = format!("Cleared 0 {what} from history");
            assert_eq!(cleared.json(), json!({"message": message}));
            for response in [listed, cleared] {
                assert!(response.cookies().is_empty(), "{cookie:?}");
                assert_eq!(response.header("cache-control"), Some("no-store"));
            }
        }
    }
    assert_eq!(rows(&database).await, before);
}

#[tokio::test]
async fn who_sends_no_cookie_is_answered_without_a_database() {
    for (name, path, _) in BOTH {
        let client = Client::of(&Function::builder(name).start().await);
        client.get(path).await.expect_status(200);
        client.delete(path).await.expect_status(200);
        client.set_cookie("verse_user_id", &"A".repeat(43));
        client.get(path).await.expect_status(503);
    }
}

#[tokio::test]
async fn a_warm_call_is_one_statement_and_one_round_trip() {
    let database = Database::fresh().await;
    let reader = Reader::of(&database).await;
    gets_both(&reader, "a", NOW).await;
    let proxy = Proxy::to(&database.url()).await;
    for (name, path, _) in BOTH {
        let client = reader.on(&start(name, proxy.url()).await);
        let counted = async |request: Request| {
            proxy.reset();
            request.await.expect_status(200);
            let counts = proxy.counts();
            (counts.statements, counts.round_trips, counts.pings)
        };
        for request in [client.get(path), client.get(path).query("before", 1)] {
            request.clone().await.expect_status(200);
            assert_eq!(counted(request).await, (1, 1, 0));
        }
        client.delete(path).await.expect_status(200);
        gets_both(&reader, "b", NOW).await;
        assert_eq!(counted(client.delete(path)).await, (1, 1, 0));
        // Nothing is there: it may have been moved by linking, and is looked for again.
        assert_eq!(counted(client.delete(path)).await, (2, 2, 0));
    }
}

#[tokio::test]
async fn a_history_too_long_for_one_answer_is_read_in_pages() {
    let database = Database::fresh().await;
    let reader = Reader::of(&database).await;
    for number in 0..60 {
        let text = format!("{number}{}", "\u{1F54A}\"".repeat(24_990));
        reader.gets_insight(JOHN, &text, NOW).await;
    }
    let client = reader.on(&start("insight", &database.url()).await);
    let first = ids(&client.get(INSIGHTS).await.expect_status(200));
    assert!((20..50).contains(&first.len()), "{}", first.len());
    let mut read = first;
    loop {
        let last = read.last().expect("a page");
        let page = ids(&client
            .get(INSIGHTS)
            .query("before", last)
            .await
            .expect_status(200));
        if page.is_empty() {
            break;
        }
        read.extend(page);
    }
    assert_eq!(read.len(), 60);
}

#[tokio::test]
async fn a_database_that_is_down_is_a_503_and_is_found_again() {
    let database = Database::fresh().await;
    let reader = Reader::of(&database).await;
    let proxy = Proxy::to(&database.url()).await;
    let client = reader.on(&start("insight", proxy.url()).await);
    client.get(INSIGHTS).await.expect_status(200);
    proxy.refuse().await;
    let refused = client.delete(INSIGHTS).await.expect_status(503);
    assert!(refused.header("retry-after").is_some());
    proxy.restore().await;
    client.get(INSIGHTS).await.expect_status(200);
}

#[tokio::test]
async fn no_passage_is_in_the_log() {
    let database = Database::fresh().await;
    let reader = Reader::of(&database).await;
    gets_both(&reader, "Unmistakable", NOW).await;
    for (name, path, _) in BOTH {
        let function = start(name, &database.url()).await;
        let client = reader.on(&function);
        client.get(path).await.expect_status(200);
        client.delete(path).await.expect_status(200);
        let cookies = client.cookies();
        function.terminate().await;
        function.log().expect_without("Unmistakable");
        function
            .log()
            .expect_without(cookies.value("verse_user_id").expect("a cookie"));
    }
}

#[tokio::test]
async fn another_method_is_refused_with_those_there_are() {
    for (name, path, _) in BOTH {
        let client = Client::of(&Function::builder(name).start().await);
        let refused = client.post(path).json(&json!({})).await.expect_status(405);
        let allowed = refused.header("allow").expect("what is allowed");
        assert!(
            allowed.contains("GET") && allowed.contains("DELETE"),
            "{allowed}"
        );
    }
}
