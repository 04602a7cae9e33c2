//! `GET` and `DELETE` of `/api/insights/history` and `/api/definitions/history`

use std::cmp::Reverse;

use serde_json::{Value, json};
use verse_tests::{
    Client, Database, EventFormat, Function, Proxy, Request, Response, SESSION_COOKIE, TestUser,
    paths,
};

use super::{JOHN, KINDS};
use crate::{NOW, database_calls, read_pages};

/// Gives the user one of each kind.
async fn save_both(user: &TestUser, text: &str, time: &str) {
    user.save_insight(JOHN, text, time).await;
    user.save_definition(text, "For God so loved", time).await;
}

fn ids(response: &Response) -> Vec<String> {
    let items: Vec<Value> = response.parse();
    let ids = items.iter().map(|item| item["id"].as_str().unwrap());
    ids.map(str::to_owned).collect()
}

/// The rows of each table that has a part in a history.
async fn rows(database: &Database) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in [
        "users",
        "devices",
        "insights",
        "user_insights",
        "definitions",
        "user_definitions",
    ] {
        counts.push(database.count(table).await);
    }
    counts
}

/// Contract: insight history: "id as a string, reference, text, insight, timestamp in ms"
/// Contract: insight history: "reference and text as they were sent, line breaks included"
#[tokio::test]
async fn an_insight_is_listed_as_it_was_sent() {
    let database = Database::fresh().await;
    let user = TestUser::create(&database).await;
    let text = "For God so loved\n\n  the world,\tthat \u{2019}é\u{1F54A}\r\nend";
    let id = user
        .save_insight(JOHN, text, "2026-01-02T03:04:05.678Z")
        .await;
    let client = user.client(&Function::start("insight", &database).await);
    let expected = json!([{
        "id": id.0.to_string(), "reference": JOHN, "text": text,
        "insight": {
            "historical_context": "h", "theological_significance": "t", "practical_application": "p",
        },
        "timestamp": 1_767_323_045_678_i64,
    }]);
    for event_format in EventFormat::ALL {
        let client = client.clone().in_format(event_format);
        let response = client
            .get(paths::INSIGHT_HISTORY)
            .await
            .expect_status(200)
            .expect_header("content-type", "application/json")
            .expect_header("cache-control", "no-store");
        assert_eq!(response.json(), expected, "{event_format:?}");
    }
}

/// Contract: definition history: "id, word, `passage_reference`, `verse_text`, definition, timestamp"
#[tokio::test]
async fn a_definition_is_listed_as_it_was_sent() {
    let database = Database::fresh().await;
    let user = TestUser::create(&database).await;
    let verse = "For God so loved\n\tthe world";
    let id = user
        .save_definition("loved", verse, "2026-01-02T03:04:05.678Z")
        .await;
    let client = user.client(&Function::start("definition", &database).await);
    let response = client
        .get(paths::DEFINITION_HISTORY)
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

/// Contract: insight history: "newest first, by when the caller got the insight"
/// Contract: insight history: "a new insight is in the very next answer"
/// Contract: definition history: "newest first"
#[tokio::test]
async fn a_new_item_is_first_in_the_very_next_answer() {
    let database = Database::fresh().await;
    for kind in KINDS {
        let user = TestUser::create(&database).await;
        let other = TestUser::create(&database).await;
        let function = Function::start(kind.function, &database).await;
        let client = user.client(&function);
        let mut newest_first = Vec::new();
        for (text, time) in [
            ("a", "2026-01-02T00:00:00Z"),
            ("b", "2026-01-02T00:00:01Z"),
            ("c", "2026-01-02T00:00:01Z"),
        ] {
            // Another user had it before: the order is that in which the caller got it.
            save_both(&other, text, "2026-01-01T00:00:00Z").await;
            save_both(&user, text, time).await;
            let listed = ids(&client.get(kind.history).await.expect_status(200));
            newest_first.insert(0, listed[0].clone());
            assert_eq!(listed, newest_first);
        }
        // A repeated item is the newest again, and is listed once.
        save_both(&user, "a", "2026-01-03T00:00:00Z").await;
        newest_first.rotate_right(1);
        assert_eq!(ids(&client.get(kind.history).await), newest_first);
        // The other user got all of them at the same time, in the order of their ids.
        newest_first.sort_by_key(|id| Reverse(id.parse::<i64>().unwrap()));
        let listed = other.client(&function).get(kind.history).await;
        assert_eq!(ids(&listed), newest_first);
    }
}

/// Contract: conventions: "limit is 50 by default"
/// Contract: conventions: "before selects the next page"
#[tokio::test]
async fn a_history_is_read_page_by_page() {
    let database = Database::fresh().await;
    let user = TestUser::create(&database).await;
    for number in 0..55 {
        let time = format!("2026-01-02T00:00:{:02}Z", number / 2);
        save_both(&user, &number.to_string(), &time).await;
    }
    for kind in KINDS {
        let client = user.client(&Function::start(kind.function, &database).await);
        let list = || client.get(kind.history);
        let all = ids(&list().query("limit", 200).await.expect_status(200));
        assert_eq!(all.len(), 55);
        assert_eq!(ids(&list().await), all[..50]);
        assert_eq!(ids(&list().query("limit", 1).await), all[..1]);
        assert_eq!(read_pages(|| list().query("limit", 20), ids).await, all);
    }
}

/// Contract: conventions: "limit is 1 to 200, anything else is a 422"
#[tokio::test]
async fn an_invalid_page_is_a_422() {
    let database = Database::fresh().await;
    let user = TestUser::create(&database).await;
    for kind in KINDS {
        let client = user.client(&Function::start(kind.function, &database).await);
        let list = || client.get(kind.history);
        for limit in ["0", "201", "-1", "abc", "1.5", "", "99999999999999999999"] {
            let refused = list().query("limit", limit).await.expect_status(422);
            assert_eq!(refused.problem().pointers(), ["/limit"], "{limit}");
        }
        for before in ["0", "-1", "abc"] {
            let refused = list().query("before", before).await.expect_status(422);
            assert_eq!(refused.problem().pointers(), ["/before"]);
        }
        let refused = list().query("limit", 0).query("before", "x").await;
        assert_eq!(refused.problem().pointers(), ["/limit", "/before"]);
        // An unknown caller gets the same.
        let refused = client.another().get(kind.history).query("limit", 0).await;
        refused.expect_status(422);
    }
}

/// Contract: conventions: "an absent, a foreign and an absurd id get the same empty list"
#[tokio::test]
async fn an_unknown_before_is_an_empty_page() {
    let database = Database::fresh().await;
    let user = TestUser::create(&database).await;
    let other = TestUser::create(&database).await;
    save_both(&user, "mine", NOW).await;
    save_both(&other, "theirs", "2026-01-03T00:00:00Z").await;
    for kind in KINDS {
        let function = Function::start(kind.function, &database).await;
        let client = user.client(&function);
        let foreign = ids(&other.client(&function).get(kind.history).await).remove(0);
        for before in [
            &*foreign,
            "99999999999999",
            "9223372036854775807",
            "99999999999999999999999999999999",
        ] {
            let page = client.get(kind.history).query("before", before).await;
            assert_eq!(page.expect_status(200).json(), json!([]), "{before}");
        }
    }
}

/// Contract: insight history: "clearing returns the count and deletes only the caller's links"
/// Contract: definition history: "clearing returns the count and deletes only the caller's links"
#[tokio::test]
async fn clearing_deletes_only_the_callers_history() {
    let database = Database::fresh().await;
    let user = TestUser::create(&database).await;
    let other = TestUser::create(&database).await;
    for text in ["a", "b", "c"] {
        save_both(&user, text, NOW).await;
        save_both(&other, text, NOW).await;
    }
    for kind in KINDS {
        let function = Function::start(kind.function, &database).await;
        let client = user.client(&function);
        for cleared in [3, 0] {
            let response = client
                .delete(kind.history)
                .await
                .expect_status(200)
                .expect_header("cache-control", "no-store");
            let message = format!("Cleared {cleared} {} from history", kind.table);
            assert_eq!(response.json(), json!({"message": message}));
        }
        assert_eq!(client.get(kind.history).await.json(), json!([]));
        let kept = other.client(&function).get(kind.history).await;
        assert_eq!(ids(&kept).len(), 3);
    }
    assert_eq!(rows(&database).await, [2, 2, 3, 3, 3, 3]);
}

/// Contract: caller: "every other read by an unknown caller is answered as for a new user and writes nothing"
#[tokio::test]
async fn an_unknown_caller_has_no_history_and_writes_nothing() {
    let database = Database::fresh().await;
    let user = TestUser::create(&database).await;
    save_both(&user, "a", NOW).await;
    let before = rows(&database).await;
    for kind in KINDS {
        let function = Function::start(kind.function, &database).await;
        for client in crate::unknown_callers(&Client::new(&function)) {
            let listed = client.get(kind.history).await.expect_status(200);
            assert_eq!(listed.json(), json!([]));
            let cleared = client.delete(kind.history).await.expect_status(200);
            let message = format!("Cleared 0 {} from history", kind.table);
            assert_eq!(cleared.json(), json!({"message": message}));
            for response in [listed, cleared] {
                assert!(response.cookies().is_empty(), "{client:?}");
                response.expect_header("cache-control", "no-store");
            }
        }
    }
    assert_eq!(rows(&database).await, before);
}

#[tokio::test]
async fn a_request_without_a_cookie_needs_no_database() {
    for kind in KINDS {
        let client = Client::new(&Function::start_without_database(kind.function).await);
        client.get(kind.history).await.expect_status(200);
        client.delete(kind.history).await.expect_status(200);
        client.set_unknown_session_cookie();
        client.get(kind.history).await.expect_status(503);
    }
}

#[tokio::test]
async fn a_warm_call_is_one_statement_and_one_round_trip() {
    let database = Database::fresh().await;
    let user = TestUser::create(&database).await;
    save_both(&user, "a", NOW).await;
    let proxy = Proxy::to(&database.url()).await;
    for kind in KINDS {
        let client = user.client(&Function::start(kind.function, &proxy).await);
        let calls_of = async |request: Request| {
            proxy.reset();
            request.await.expect_status(200);
            database_calls(&proxy)
        };
        let list = client.get(kind.history);
        for request in [list.clone(), list.query("before", 1)] {
            request.clone().await.expect_status(200);
            assert_eq!(calls_of(request).await, (1, 1, 0));
        }
        client.delete(kind.history).await.expect_status(200);
        save_both(&user, "b", NOW).await;
        assert_eq!(calls_of(client.delete(kind.history)).await, (1, 1, 0));
        // A delete that finds nothing runs once more: a merge may have moved the rows.
        assert_eq!(calls_of(client.delete(kind.history)).await, (2, 2, 0));
    }
}

#[tokio::test]
async fn a_history_too_long_for_one_response_is_read_in_pages() {
    let database = Database::fresh().await;
    let user = TestUser::create(&database).await;
    for number in 0..60 {
        let text = format!("{number}{}", "\u{1F54A}\"".repeat(24_990));
        user.save_insight(JOHN, &text, NOW).await;
    }
    let client = user.client(&Function::start("insight", &database).await);
    let first = ids(&client.get(paths::INSIGHT_HISTORY).await.expect_status(200));
    assert!((20..50).contains(&first.len()), "{}", first.len());
    let all = read_pages(|| client.get(paths::INSIGHT_HISTORY), ids).await;
    assert_eq!(all.len(), 60);
}

/// Contract: conventions: "a database failure is a 503 with Retry-After"
#[tokio::test]
async fn an_unreachable_database_is_a_503_until_it_returns() {
    let database = Database::fresh().await;
    let user = TestUser::create(&database).await;
    let proxy = Proxy::to(&database.url()).await;
    let client = user.client(&Function::start("insight", &proxy).await);
    client.get(paths::INSIGHT_HISTORY).await.expect_status(200);
    proxy.refuse_connections().await;
    let refused = client.delete(paths::INSIGHT_HISTORY).await;
    assert!(refused.expect_status(503).header("retry-after").is_some());
    proxy.restore().await;
    client.get(paths::INSIGHT_HISTORY).await.expect_status(200);
}

#[tokio::test]
async fn no_passage_is_in_the_log() {
    let database = Database::fresh().await;
    let user = TestUser::create(&database).await;
    save_both(&user, "Unmistakable", NOW).await;
    for kind in KINDS {
        let function = Function::start(kind.function, &database).await;
        let client = user.client(&function);
        client.get(kind.history).await.expect_status(200);
        client.delete(kind.history).await.expect_status(200);
        function.terminate().await;
        let (log, cookies) = (function.log(), client.cookies());
        log.expect_without("Unmistakable");
        log.expect_without(cookies.value(SESSION_COOKIE).expect("a cookie"));
    }
}

#[tokio::test]
async fn a_wrong_method_is_a_405_with_the_allowed_ones() {
    for kind in KINDS {
        let client = Client::new(&Function::start_without_database(kind.function).await);
        let refused = client.post(kind.history).json(&json!({})).await;
        let refused = refused.expect_status(405);
        let allowed = refused.header("allow").unwrap();
        assert!(
            allowed.contains("GET") && allowed.contains("DELETE"),
            "{allowed}"
        );
    }
}
