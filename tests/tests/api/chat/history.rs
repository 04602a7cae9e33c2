//! Stored messages: `/api/chat/messages/{insight_id}`, `GET /api/standalone-chat`, `DELETE /api/standalone-chat/{chat_id}`,
//! `/api/standalone-chat/{chat_id}/messages`

use serde_json::{Value, json};
use verse_data::{FinalState, InsightId};
use verse_tests::{Client, Database, EventFormat, Function, Proxy, Response, TestUser, paths};

use super::members;
use crate::{database_calls, read_pages};

const NOW: &str = "2026-01-02T03:04:05.678Z";
const NOW_MS: i64 = 1_767_323_045_678;
const LATER: &str = "2026-01-03T00:00:00Z";
const LATER_MS: i64 = 1_767_398_400_000;
/// Ids that nothing has.
const UNUSED_IDS: [&str; 8] = [
    "0",
    "-1",
    "abc",
    "99999999999999",
    "9223372036854775808",
    "99999999999999999999999999999999",
    "%00",
    "1.5",
];

/// The function `chat`, and the client of one user.
struct Site {
    database: Database,
    function: Function,
    user: TestUser,
    client: Client,
}

impl Site {
    async fn start() -> Self {
        let database = Database::fresh().await;
        let function = Function::start("chat", &database).await;
        let user = TestUser::create(&database).await;
        let client = user.client(&function);
        Self {
            database,
            function,
            user,
            client,
        }
    }

    /// The rows of each table that has a part in conversations.
    async fn rows(&self) -> Vec<i64> {
        let mut counts = Vec::new();
        for table in ["users", "devices", "conversations", "messages"] {
            counts.push(self.database.count(table).await);
        }
        counts
    }
}

async fn save_insight(user: &TestUser) -> InsightId {
    user.save_insight("John 3:16", "For God", NOW).await
}

fn expect_empty(response: Response) {
    assert_eq!(response.expect_status(200).json(), json!([]));
}

/// Contract: chat history: "messages about an insight have id, role, content, timestamp, and are in order"
#[tokio::test]
async fn messages_about_an_insight_are_listed_in_order() {
    let Site { user, client, .. } = &Site::start().await;
    let insight = save_insight(user).await;
    let path = paths::insight_messages(insight.0);
    expect_empty(client.get(&path).await);

    let question = "Who?\n\"é\u{1F54A}";
    let first = user.post_insight_message(insight, question, NOW).await;
    let reply = "Nicodemus,\nby night.";
    user.finish_reply(first, FinalState::Complete, reply).await;
    let second = user.post_insight_message(insight, "Why?", NOW).await;
    user.finish_reply(second, FinalState::Truncated, "Because")
        .await;
    let expected = json!([
        {"id": first.message.0, "role": "user", "content": question, "timestamp": NOW_MS},
        {"id": first.reply.0, "role": "assistant", "content": reply, "timestamp": NOW_MS},
        {"id": second.message.0, "role": "user", "content": "Why?", "timestamp": NOW_MS},
        {"id": second.reply.0, "role": "assistant", "content": "Because", "timestamp": NOW_MS},
    ]);
    for event_format in EventFormat::ALL {
        let client = client.clone().in_format(event_format);
        let response = client
            .get(&path)
            .await
            .expect_status(200)
            .expect_header("content-type", "application/json")
            .expect_header("cache-control", "no-store");
        assert_eq!(response.json(), expected, "{event_format:?}");
    }
}

/// Contract: chat history: "a reply is listed when it has ended"
#[tokio::test]
async fn a_reply_is_listed_when_it_has_ended_and_is_not_empty() {
    let Site { user, client, .. } = &Site::start().await;
    let first = user.start_chat("Who?", NOW).await;
    let path = paths::chat_messages(first.chat.0);
    let listed = async || client.get(&path).await.parse::<Vec<Value>>().len();
    assert_eq!(listed().await, 1);
    user.finish_reply(first, FinalState::Interrupted, "").await;
    assert_eq!(listed().await, 1);
    let second = user.post_message(first.chat, "Who?", NOW).await;
    assert_eq!(listed().await, 2);
    user.finish_reply(second, FinalState::Interrupted, "Nico")
        .await;
    assert_eq!(listed().await, 3);
}

/// Contract: chat history: "clearing the messages about an insight returns the count"
#[tokio::test]
async fn clearing_deletes_the_callers_messages_about_an_insight() {
    let site = Site::start().await;
    let other = TestUser::create(&site.database).await;
    let insight = save_insight(&site.user).await;
    assert_eq!(save_insight(&other).await, insight);
    for user in [&site.user, &other] {
        for _ in 0..2 {
            let pending = user.post_insight_message(insight, "?", NOW).await;
            user.finish_reply(pending, FinalState::Complete, "!").await;
        }
    }
    let summarise = "UPDATE conversations SET summary = 's', summarised_through = 1";
    site.database.execute(summarise).await;
    let path = paths::insight_messages(insight.0);
    for cleared in [4, 0] {
        let response = site.client.delete(&path).await.expect_status(200);
        let message = format!("Cleared {cleared} chat messages");
        assert_eq!(response.json(), json!({"message": message}));
    }
    expect_empty(site.client.get(&path).await);
    let kept = other.client(&site.function).get(&path).await;
    assert_eq!(kept.parse::<Vec<Value>>().len(), 4);
    // The conversation is deleted with its summary.
    assert_eq!(site.rows().await, [2, 2, 1, 4]);
}

/// Contract: chat history: "standalone chats, most recently used first"
#[tokio::test]
async fn chats_are_the_most_recently_used_first() {
    let Site { user, client, .. } = &Site::start().await;
    expect_empty(client.get(paths::CHATS).await);
    let first = user.start_chat(&"é".repeat(51), NOW).await.chat;
    let second = user.start_chat("Who was Nicodemus?", NOW).await.chat;
    let listed = client.get(paths::CHATS).await.expect_status(200).json();
    let expected = |id: i64, title: &str| {
        json!({
            "id": id, "title": title, "passage_reference": "John 3 (KJV)", "passage_text": null,
            "created_at": NOW_MS, "updated_at": NOW_MS,
        })
    };
    let cut_title = format!("{}...", "é".repeat(50));
    assert_eq!(
        listed,
        json!([
            expected(second.0, "Who was Nicodemus?"),
            expected(first.0, &cut_title),
        ])
    );
    user.post_message(first, "Why?", LATER).await;
    let listed = client.get(paths::CHATS).await.json();
    assert_eq!(members(&listed, "id"), [first.0, second.0]);
    assert_eq!(members(&listed, "created_at"), [NOW_MS, NOW_MS]);
    assert_eq!(members(&listed, "updated_at"), [LATER_MS, NOW_MS]);

    // A conversation about an insight is not a chat.
    let insight = save_insight(user).await;
    let pending = user.post_insight_message(insight, "?", LATER).await;
    let conversation = pending.chat.0;
    assert_eq!(client.get(paths::CHATS).await.json(), listed);
    expect_empty(client.get(&paths::chat_messages(conversation)).await);
    let refused = client.delete(&paths::chat(conversation)).await;
    refused.expect_status(404);
}

fn ids(response: &Response) -> Vec<i64> {
    let ids = members(&response.json(), "id")
        .into_iter()
        .map(Value::as_i64)
        .collect::<Option<_>>();
    ids.expect("numbers")
}

/// Contract: conventions: "before selects the next page"
#[tokio::test]
async fn the_list_of_chats_is_read_page_by_page() {
    let site = Site::start().await;
    for number in 0..55 {
        let time = format!("2026-01-02T00:00:{:02}Z", number / 2);
        site.user.start_chat("?", &time).await;
    }
    let other = TestUser::create(&site.database).await;
    let foreign = other.start_chat("?", LATER).await.chat;
    let list = || site.client.get(paths::CHATS);
    let all = ids(&list().query("limit", 200).await);
    assert_eq!(all.len(), 55);
    assert_eq!(ids(&list().await), all[..50]);
    assert_eq!(read_pages(|| list().query("limit", 20), ids).await, all);
    for before in [foreign.0, 99_999_999_999_999] {
        expect_empty(list().query("before", before).await);
    }
    for limit in ["0", "201", "-1", "abc", ""] {
        let refused = list().query("limit", limit).await.expect_status(422);
        assert_eq!(refused.problem().pointers(), ["/limit"]);
    }
    let refused = list().query("before", "abc").await.expect_status(422);
    assert_eq!(refused.problem().pointers(), ["/before"]);
}

/// Contract: chat history: "deleting a chat"
#[tokio::test]
async fn a_chat_is_deleted_with_its_messages() {
    let site = Site::start().await;
    let deleted = site.user.start_chat("?", NOW).await;
    let kept = site.user.start_chat("?", NOW).await;
    site.user
        .finish_reply(deleted, FinalState::Complete, "!")
        .await;
    let path = paths::chat(deleted.chat.0);
    let response = site.client.delete(&path).await.expect_status(200);
    let message = json!({"message": "Chat deleted successfully"});
    assert_eq!(response.json(), message);
    let again = site.client.delete(&path).await.expect_status(404);
    assert_eq!(again.problem().detail, "There is no such chat.");
    let messages = paths::chat_messages(deleted.chat.0);
    expect_empty(site.client.get(&messages).await);
    assert_eq!(ids(&site.client.get(paths::CHATS).await), [kept.chat.0]);
    assert_eq!(site.rows().await, [1, 1, 1, 2]);
}

/// Contract: conventions: "an absent, a foreign and an absurd id get the same empty list"
/// Contract: chat history: "only the caller's own"
/// Contract: chat history: "the messages of a foreign or unknown chat are an empty list"
/// Contract: chat history: "deleting an absent chat is a 404"
#[tokio::test]
async fn foreign_and_absurd_ids_are_treated_as_absent() {
    let site = Site::start().await;
    let other = TestUser::create(&site.database).await;
    let insight = save_insight(&other).await;
    let conversation = other.post_insight_message(insight, "?", NOW).await.chat;
    let chat = other.start_chat("?", NOW).await.chat;
    let before = site.rows().await;
    let foreign = [chat.0.to_string(), conversation.0.to_string()];
    for id in UNUSED_IDS
        .into_iter()
        .chain(foreign.iter().map(String::as_str))
    {
        expect_empty(site.client.get(&paths::chat_messages(id)).await);
        let refused = site.client.delete(&paths::chat(id)).await;
        let problem = refused.expect_status(404).problem();
        assert_eq!(problem.detail, "There is no such chat.", "{id}");
    }
    for id in UNUSED_IDS.into_iter().chain([&*insight.0.to_string()]) {
        let path = paths::insight_messages(id);
        expect_empty(site.client.get(&path).await);
        let cleared = site.client.delete(&path).await.expect_status(200);
        let message = json!({"message": "Cleared 0 chat messages"});
        assert_eq!(cleared.json(), message);
    }
    expect_empty(site.client.get(paths::CHATS).await);
    assert_eq!(site.rows().await, before);
}

/// Contract: conventions: "an absent, a foreign and an absurd id get the same 404"
/// Contract: chat history: "the messages of a foreign or unknown chat are an empty list"
/// Contract: chat history: "deleting an absent chat is a 404"
#[tokio::test]
async fn an_unknown_caller_gets_a_404_to_delete_a_chat_and_an_empty_list_of_messages() {
    let site = Site::start().await;
    let unknown = site.client.another();
    for id in ["1", "0", "99999999999999", "9223372036854775807"] {
        unknown.delete(&paths::chat(id)).await.expect_status(404);
        expect_empty(unknown.get(&paths::chat_messages(id)).await);
    }
}

/// Contract: caller: "every other read by an unknown caller is answered as for a new user and writes nothing"
#[tokio::test]
async fn an_unknown_caller_has_no_messages_and_writes_nothing() {
    let site = Site::start().await;
    let insight = save_insight(&site.user).await;
    site.user.post_insight_message(insight, "?", NOW).await;
    let chat = site.user.start_chat("?", NOW).await.chat.0;
    let about = paths::insight_messages(insight.0);
    let messages = paths::chat_messages(chat);
    let before = site.rows().await;
    for client in crate::unknown_callers(&site.client) {
        for (request, status) in [
            (client.get(&about), 200),
            (client.delete(&about), 200),
            (client.get(paths::CHATS), 200),
            (client.get(&messages), 200),
            (client.delete(&paths::chat(chat)), 404),
        ] {
            let response = request
                .await
                .expect_status(status)
                .expect_header("cache-control", "no-store");
            assert!(response.cookies().is_empty(), "{client:?}");
        }
        for path in [&*about, paths::CHATS, &*messages] {
            expect_empty(client.get(path).await);
        }
    }
    assert_eq!(site.rows().await, before);
}

#[tokio::test]
async fn a_warm_call_is_one_statement_and_one_round_trip() {
    let database = Database::fresh().await;
    let user = TestUser::create(&database).await;
    let insight = save_insight(&user).await;
    user.post_insight_message(insight, "?", NOW).await;
    let chat = user.start_chat("?", NOW).await.chat;
    let spare = user.start_chat("?", NOW).await.chat;
    let about = paths::insight_messages(insight.0);
    let messages = paths::chat_messages(chat.0);
    let proxy = Proxy::to(&database.url()).await;
    let client = user.client(&Function::start("chat", &proxy).await);
    let list = client.get(paths::CHATS);
    // The first request of a pair prepares the statement.
    for (first, warm) in [
        (client.get(&about), client.get(&about)),
        (list.clone(), list.query("before", 1)),
        (client.get(&messages), client.get(&messages)),
        (
            client.delete(&paths::insight_messages(insight.0 + 1)),
            client.delete(&about),
        ),
        (
            client.delete(&paths::chat(spare.0)),
            client.delete(&paths::chat(chat.0)),
        ),
    ] {
        first.await.expect_status(200);
        proxy.reset();
        warm.await.expect_status(200);
        assert_eq!(database_calls(&proxy), (1, 1, 0));
    }
}

#[tokio::test]
async fn a_request_without_a_cookie_needs_no_database() {
    let client = Client::new(&Function::start_without_database("chat").await);
    let (about, messages) = (paths::insight_messages(1), paths::chat_messages(1));
    for path in [&*about, paths::CHATS, &*messages] {
        expect_empty(client.get(path).await);
    }
    client.delete(&about).await.expect_status(200);
    client.delete(&paths::chat(1)).await.expect_status(404);
    client.set_unknown_session_cookie();
    client.get(paths::CHATS).await.expect_status(503);
}

#[tokio::test]
async fn of_a_conversation_too_long_for_a_response_the_end_is_listed() {
    let site = Site::start().await;
    let chat = site.user.start_chat("the beginning", NOW).await.chat;
    let long_messages =
        "INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
         SELECT id, user_id, 'user', 'complete', number || repeat('\"', 10000), created_at
         FROM conversations, generate_series(1, 400) AS number";
    site.database.execute(long_messages).await;
    let listed = site.client.get(&paths::chat_messages(chat.0)).await;
    let listed = listed.expect_status(200).json();
    let contents = members(&listed, "content");
    assert!((100..400).contains(&contents.len()), "{}", contents.len());
    let last = contents.last().unwrap().as_str().unwrap();
    assert!(last.starts_with("400"));
}

#[tokio::test]
async fn no_message_is_in_the_log() {
    let site = Site::start().await;
    let chat = site.user.start_chat("Unmistakable", NOW).await.chat.0;
    for request in [
        site.client.get(paths::CHATS),
        site.client.get(&paths::chat_messages(chat)),
        site.client.delete(&paths::chat(chat)),
    ] {
        request.await.expect_status(200);
    }
    site.function.terminate().await;
    site.function.log().expect_without("Unmistakable");
}
