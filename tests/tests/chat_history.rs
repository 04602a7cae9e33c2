//! What a reader said and was answered: the messages about an insight, and the chats of their own.

use std::fmt::Display;

use serde_json::{Value, json};
use verse_data::{FinalState, InsightId};
use verse_tests::{Client, Database, Dress, Function, Proxy, Reader, Response};

const CHATS: &str = "/api/standalone-chat";
const NOW: &str = "2026-01-02T03:04:05.678Z";
const NOW_MS: i64 = 1_767_323_045_678;
const LATER: &str = "2026-01-03T00:00:00Z";
/// Ids that nothing has.
const ABSURD: [&str; 7] = [
    "0",
    "-1",
    "abc",
    "99999999999999",
    "9223372036854775808",
    "%00",
    "1.5",
];

async fn chat(database_url: &str) -> Function {
    Function::builder("chat")
        .env("DATABASE_URL", database_url)
        .env("VERSE_ENV", "development")
        .start()
        .await
}

fn about(insight: impl Display + Copy) -> String {
    format!("/api/chat/messages/{insight}")
}

fn said_in(chat: impl Display + Copy) -> String {
    format!("{CHATS}/{chat}/messages")
}

fn one(chat: impl Display + Copy) -> String {
    format!("{CHATS}/{chat}")
}

async fn insight(reader: &Reader) -> InsightId {
    reader.gets_insight("John 3:16", "For God", NOW).await
}

fn members<'a>(list: &'a Value, name: &str) -> Vec<&'a Value> {
    assert!(list.is_array(), "{list}");
    let items = list.as_array().into_iter().flatten();
    items.map(|item| &item[name]).collect()
}

/// Every table's rows.
async fn rows(database: &Database) -> Vec<i64> {
    let mut counts = Vec::new();
    for count in [
        "SELECT count(*) FROM users",
        "SELECT count(*) FROM devices",
        "SELECT count(*) FROM conversations",
        "SELECT count(*) FROM messages",
    ] {
        counts.push(database.value(count).await);
    }
    counts
}

fn expect_empty(response: Response) {
    let response = response.expect_status(200);
    assert_eq!(response.json(), json!([]));
}

#[tokio::test]
async fn the_messages_about_an_insight_are_told_in_their_order() {
    let database = Database::fresh().await;
    let reader = Reader::of(&database).await;
    let insight = insight(&reader).await;
    let client = reader.on(&chat(&database.url()).await);
    expect_empty(client.get(&about(insight.0)).await);

    let first = reader.says_about(insight, "Who?\n\"é\u{1F54A}", NOW).await;
    reader
        .is_answered(first, FinalState::Complete, "Nicodemus,\nby night.")
        .await;
    let second = reader.says_about(insight, "Why?", NOW).await;
    reader
        .is_answered(second, FinalState::Truncated, "Because")
        .await;
    let response = client
        .get(&about(insight.0))
        .await
        .expect_status(200)
        .expect_header("content-type", "application/json")
        .expect_header("cache-control", "no-store");
    let expected = json!([
        {"id": first.message.0, "role": "user", "content": "Who?\n\"é\u{1F54A}", "timestamp": NOW_MS},
        {"id": first.answer.0, "role": "assistant", "content": "Nicodemus,\nby night.", "timestamp": NOW_MS},
        {"id": second.message.0, "role": "user", "content": "Why?", "timestamp": NOW_MS},
        {"id": second.answer.0, "role": "assistant", "content": "Because", "timestamp": NOW_MS},
    ]);
    assert_eq!(response.json(), expected);
    for dress in Dress::ALL {
        let again = client.clone().dressed(dress).get(&about(insight.0)).await;
        assert_eq!(again.expect_status(200).json(), expected, "{dress:?}");
    }
}

#[tokio::test]
async fn an_answer_is_listed_when_it_ended_and_has_a_word() {
    let database = Database::fresh().await;
    let reader = Reader::of(&database).await;
    let client = reader.on(&chat(&database.url()).await);
    let started = reader.starts_chat("Who?", NOW).await;
    let path = said_in(started.chat.0);
    let listed = async || members(&client.get(&path).await.json(), "content").len();
    assert_eq!(listed().await, 1);
    reader
        .is_answered(started, FinalState::Interrupted, "")
        .await;
    assert_eq!(listed().await, 1);
    let second = reader.says(started.chat, "Who?", NOW).await;
    assert_eq!(listed().await, 2);
    reader
        .is_answered(second, FinalState::Interrupted, "Nico")
        .await;
    assert_eq!(listed().await, 3);
}

#[tokio::test]
async fn clearing_forgets_what_the_caller_said_about_an_insight() {
    let database = Database::fresh().await;
    let (reader, other) = (Reader::of(&database).await, Reader::of(&database).await);
    let shared = insight(&reader).await;
    assert_eq!(insight(&other).await, shared);
    for reader in [&reader, &other] {
        for _ in 0..2 {
            let said = reader.says_about(shared, "?", NOW).await;
            reader.is_answered(said, FinalState::Complete, "!").await;
        }
    }
    database
        .execute("UPDATE conversations SET summary = 's', summarised_through = 1")
        .await;
    let function = chat(&database.url()).await;
    let client = reader.on(&function);
    for cleared in [4, 0] {
        let response = client.delete(&about(shared.0)).await.expect_status(200);
        let message = format!("Cleared {cleared} chat messages");
        assert_eq!(response.json(), json!({"message": message}));
    }
    expect_empty(client.get(&about(shared.0)).await);
    let theirs = other.on(&function).get(&about(shared.0)).await.json();
    assert_eq!(theirs.as_array().unwrap().len(), 4);
    assert_eq!(rows(&database).await, [2, 2, 1, 4], "the summary went, too");
}

#[tokio::test]
async fn chats_are_the_most_recently_used_first() {
    let database = Database::fresh().await;
    let reader = Reader::of(&database).await;
    let client = reader.on(&chat(&database.url()).await);
    expect_empty(client.get(CHATS).await);
    let long = "é".repeat(51);
    let first = reader.starts_chat(&long, NOW).await.chat;
    let second = reader.starts_chat("Who was Nicodemus?", NOW).await.chat;
    let listed = client.get(CHATS).await.expect_status(200).json();
    assert_eq!(
        listed,
        json!([
            {
                "id": second.0, "title": "Who was Nicodemus?", "passage_reference": "John 3 (KJV)",
                "passage_text": null, "created_at": NOW_MS, "updated_at": NOW_MS,
            },
            {
                "id": first.0, "title": format!("{}...", "é".repeat(50)),
                "passage_reference": "John 3 (KJV)", "passage_text": null, "created_at": NOW_MS,
                "updated_at": NOW_MS,
            },
        ])
    );
    reader.says(first, "Why?", LATER).await;
    let listed = client.get(CHATS).await.json();
    assert_eq!(members(&listed, "id"), [first.0, second.0]);
    assert_eq!(members(&listed, "created_at"), [NOW_MS, NOW_MS]);
    assert_eq!(
        members(&listed, "updated_at"),
        [1_767_398_400_000_i64, NOW_MS]
    );

    // A conversation about an insight is not among them.
    let insight = insight(&reader).await;
    let said = reader.says_about(insight, "?", LATER).await;
    assert_eq!(client.get(CHATS).await.json(), listed);
    expect_empty(client.get(&said_in(said.chat.0)).await);
    client.delete(&one(said.chat.0)).await.expect_status(404);
}

#[tokio::test]
async fn the_list_of_chats_is_read_page_by_page_to_its_end() {
    let database = Database::fresh().await;
    let (reader, other) = (Reader::of(&database).await, Reader::of(&database).await);
    for number in 0..55 {
        let time = format!("2026-01-02T00:00:{:02}Z", number / 2);
        reader.starts_chat("?", &time).await;
    }
    let foreign = other.starts_chat("?", LATER).await.chat;
    let client = reader.on(&chat(&database.url()).await);
    let whole = client.get(CHATS).query("limit", 200).await.json();
    let whole = members(&whole, "id");
    assert_eq!(whole.len(), 55);
    assert_eq!(members(&client.get(CHATS).await.json(), "id"), whole[..50]);
    let mut read: Vec<Value> = Vec::new();
    loop {
        let mut request = client.get(CHATS).query("limit", 20);
        if let Some(last) = read.last() {
            request = request.query("before", last);
        }
        let page = request.await.expect_status(200).json();
        let page = members(&page, "id");
        if page.is_empty() {
            break;
        }
        read.extend(page.into_iter().cloned());
    }
    assert_eq!(read.iter().collect::<Vec<_>>(), whole);
    for before in [foreign.0, 99_999_999_999_999] {
        expect_empty(client.get(CHATS).query("before", before).await);
    }
    for limit in ["0", "201", "-1", "abc", ""] {
        let refused = client.get(CHATS).query("limit", limit).await;
        assert_eq!(refused.expect_status(422).problem().pointers(), ["/limit"]);
    }
    let refused = client.get(CHATS).query("before", "abc").await;
    assert_eq!(refused.expect_status(422).problem().pointers(), ["/before"]);
}

#[tokio::test]
async fn a_chat_is_deleted_with_its_messages() {
    let database = Database::fresh().await;
    let reader = Reader::of(&database).await;
    let client = reader.on(&chat(&database.url()).await);
    let deleted = reader.starts_chat("?", NOW).await;
    let kept = reader.starts_chat("?", NOW).await;
    reader.is_answered(deleted, FinalState::Complete, "!").await;
    let response = client.delete(&one(deleted.chat.0)).await.expect_status(200);
    assert_eq!(
        response.json(),
        json!({"message": "Chat deleted successfully"})
    );
    let again = client.delete(&one(deleted.chat.0)).await.expect_status(404);
    assert_eq!(again.problem().detail, "There is no such chat.");
    expect_empty(client.get(&said_in(deleted.chat.0)).await);
    let left = client.get(CHATS).await.json();
    assert_eq!(members(&left, "id"), [kept.chat.0]);
    assert_eq!(rows(&database).await, [1, 1, 1, 2]);
}

#[tokio::test]
async fn what_is_somebody_elses_is_as_if_it_were_not_there() {
    let database = Database::fresh().await;
    let (reader, other) = (Reader::of(&database).await, Reader::of(&database).await);
    let insight = insight(&other).await;
    let said = other.says_about(insight, "?", NOW).await;
    let started = other.starts_chat("?", NOW).await;
    let client = reader.on(&chat(&database.url()).await);
    let before = rows(&database).await;
    let (foreign, conversation) = (started.chat.0.to_string(), said.chat.0.to_string());
    for id in ABSURD.into_iter().chain([&*foreign, &*conversation]) {
        expect_empty(client.get(&said_in(id)).await);
        let refused = client.delete(&one(id)).await.expect_status(404);
        assert_eq!(refused.problem().detail, "There is no such chat.", "{id}");
    }
    let foreign = insight.0.to_string();
    for id in ABSURD.into_iter().chain([&*foreign]) {
        expect_empty(client.get(&about(id)).await);
        let cleared = client.delete(&about(id)).await.expect_status(200);
        assert_eq!(
            cleared.json(),
            json!({"message": "Cleared 0 chat messages"})
        );
    }
    expect_empty(client.get(CHATS).await);
    assert_eq!(rows(&database).await, before);
}

#[tokio::test]
async fn an_unknown_caller_has_said_nothing_and_writes_nothing() {
    let database = Database::fresh().await;
    let reader = Reader::of(&database).await;
    let insight = insight(&reader).await;
    reader.says_about(insight, "?", NOW).await;
    let started = reader.starts_chat("?", NOW).await;
    let function = chat(&database.url()).await;
    let before = rows(&database).await;
    for cookie in [None, Some("garbage"), Some(&*"A".repeat(43))] {
        let client = Client::of(&function);
        if let Some(cookie) = cookie {
            client.set_cookie("verse_user_id", cookie);
        }
        let (id, started) = (insight.0, started.chat.0);
        for (request, status) in [
            (client.get(&about(id)), 200),
            (client.delete(&about(id)), 200),
            (client.get(CHATS), 200),
            (client.get(&said_in(started)), 200),
            (client.delete(&one(started)), 404),
        ] {
            let response = request.await.expect_status(status);
            assert!(response.cookies().is_empty(), "{cookie:?}");
            assert_eq!(response.header("cache-control"), Some("no-store"));
        }
        expect_empty(client.get(&about(id)).await);
        expect_empty(client.get(CHATS).await);
        expect_empty(client.get(&said_in(started)).await);
    }
    assert_eq!(rows(&database).await, before);
}

#[tokio::test]
async fn a_warm_call_is_one_statement_and_one_round_trip() {
    let database = Database::fresh().await;
    let reader = Reader::of(&database).await;
    let insight = insight(&reader).await;
    let nothing = InsightId(insight.0 + 1);
    reader.says_about(insight, "?", NOW).await;
    let started = reader.starts_chat("?", NOW).await.chat;
    let spare = reader.starts_chat("?", NOW).await.chat;
    let proxy = Proxy::to(&database.url()).await;
    let client = reader.on(&chat(proxy.url()).await);
    for (first, warm) in [
        (client.get(&about(insight.0)), client.get(&about(insight.0))),
        (client.get(CHATS), client.get(CHATS).query("before", 1)),
        (
            client.get(&said_in(started.0)),
            client.get(&said_in(started.0)),
        ),
        // The first finds nothing, and looks twice.
        (
            client.delete(&about(nothing.0)),
            client.delete(&about(insight.0)),
        ),
        (client.delete(&one(spare.0)), client.delete(&one(started.0))),
    ] {
        first.await.expect_status(200);
        proxy.reset();
        warm.await.expect_status(200);
        let counts = proxy.counts();
        assert_eq!(
            (counts.statements, counts.round_trips, counts.pings),
            (1, 1, 0)
        );
    }
}

#[tokio::test]
async fn who_sends_no_cookie_is_answered_without_a_database() {
    let client = Client::of(&Function::builder("chat").start().await);
    for path in [&*about(1), CHATS, &*said_in(1)] {
        expect_empty(client.get(path).await);
    }
    client.delete(&about(1)).await.expect_status(200);
    client.delete(&one(1)).await.expect_status(404);
    client.set_cookie("verse_user_id", &"A".repeat(43));
    client.get(CHATS).await.expect_status(503);
}

#[tokio::test]
async fn of_a_conversation_too_long_for_an_answer_the_end_is_listed() {
    let database = Database::fresh().await;
    let reader = Reader::of(&database).await;
    let started = reader.starts_chat("the beginning", NOW).await;
    database
        .execute(
            "INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
             SELECT id, user_id, 'user', 'complete', number || repeat('\"', 10000), created_at
             FROM conversations, generate_series(1, 400) AS number",
        )
        .await;
    let client = reader.on(&chat(&database.url()).await);
    let listed = client
        .get(&said_in(started.chat.0))
        .await
        .expect_status(200)
        .json();
    let contents = members(&listed, "content");
    assert!((100..400).contains(&contents.len()), "{}", contents.len());
    let last = contents
        .last()
        .and_then(|content| content.as_str())
        .unwrap();
    assert!(last.starts_with("400"));
}

#[tokio::test]
async fn nothing_that_was_said_is_in_the_log() {
    let database = Database::fresh().await;
    let reader = Reader::of(&database).await;
    let started = reader.starts_chat("Unmistakable", NOW).await.chat;
    let function = chat(&database.url()).await;
    let client = reader.on(&function);
    client.get(CHATS).await.expect_status(200);
    client.get(&said_in(started.0)).await.expect_status(200);
    client.delete(&one(started.0)).await.expect_status(200);
    function.terminate().await;
    function.log().expect_without("Unmistakable");
}
