//! `POST /api/user/import`

use futures_util::future::join_all;
use serde_json::{Value, json};
use verse_tests::{Client, Database, Function, Proxy, Response, SESSION_COOKIE, paths};

use super::{known_client, sample_rows::insert_history, user, user_site};

const TIME: &str = "2026-01-01T00:00:00Z";

/// An export without its user, to compare with.
pub(super) async fn export(client: &Client) -> Value {
    let mut file = client.get(paths::EXPORT).await.expect_status(200).json();
    file["user"] = Value::Null;
    file
}

pub(super) async fn import(client: &Client, file: &Value) -> Response {
    let body = json!({ "data": file });
    client.post(paths::IMPORT).json(&body).await
}

/// The response to an import, of which these counts are new.
fn imported(insights: u64, definitions: u64, chat_messages: u64, standalone_chats: u64) -> Value {
    json!({"message": "User data imported successfully", "imported": {
        "insights": insights, "definitions": definitions, "chat_messages": chat_messages,
        "standalone_chats": standalone_chats,
    }})
}

async fn expect_imported(client: &Client, file: &Value, expected: Value) {
    let answer = import(client, file).await.expect_status(200);
    assert_eq!(answer.json(), expected);
}

async fn expect_refused(client: &Client, file: &Value, detail: &str) {
    let problem = import(client, file).await.expect_status(400).problem();
    assert_eq!(problem.detail, detail);
}

fn insight(n: usize) -> Value {
    json!({
        "passage_reference": "John 3", "passage_text": format!("text {n}"), "historical_context": "",
        "theological_significance": "", "practical_application": "", "created_at": TIME,
        "chat_messages": [{"role": "user", "content": "why?", "created_at": TIME}],
    })
}

/// Contract: caller: "a write by an unknown caller creates user and device and sets the cookie"
/// Contract: user: "export has the user, insights with messages, definitions, chats with messages"
/// Contract: import: "returns what was imported"
/// Contract: import: "times are kept, definitions are included"
#[tokio::test]
async fn an_export_imported_after_erasure_restores_everything() {
    let (database, client) = user_site().await;
    let (client, id) = known_client(&database, &client).await;
    insert_history(&database, id, "mine").await;
    let file = export(&client).await;
    let length = |list: &Value| list.as_array().map(Vec::len);
    let first = &file["insights"][0];
    assert_eq!(length(&file["insights"]), Some(5));
    assert_eq!(first["created_at"], "2026-01-02T00:00:00.123456Z");
    assert_eq!(length(&first["chat_messages"]), Some(5));
    let message = &first["chat_messages"][1];
    let expected = json!({
        "role": "assistant", "created_at": "2026-03-01T10:00:00.500Z", "content": message["content"],
    });
    assert_eq!(*message, expected);
    assert_eq!(file["definitions"][2]["word"], "mine3");
    assert_eq!(length(&file["standalone_chats"]), Some(3));
    let empty_chat = json!({
        "title": "mine empty", "passage_reference": null, "passage_text": null,
        "created_at": "2026-03-03T00:00:00Z", "updated_at": "2026-03-03T00:00:00Z", "messages": [],
    });
    assert_eq!(file["standalone_chats"][2], empty_chat);

    // Everything is there already.
    expect_imported(&client, &file, imported(0, 0, 0, 0)).await;
    assert_eq!(export(&client).await, file);

    client.delete(paths::USER_DATA).await.expect_status(200);
    assert_eq!(export(&client).await["insights"], json!([]));
    let answer = import(&client, &file).await.expect_status(200);
    // An unknown caller became a user.
    assert!(answer.cookie(SESSION_COOKIE).is_some());
    assert_eq!(answer.json(), imported(5, 3, 20, 3));
    assert_eq!(export(&client).await, file);

    expect_imported(&client, &file, imported(0, 0, 0, 0)).await;
    assert_eq!(export(&client).await, file);
}

/// Nothing was imported.
async fn expect_no_rows(database: &Database) {
    for table in ["insights", "definitions", "conversations", "messages"] {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
}

/// Contract: import: "at most 1,000 insights, 1,000 definitions, 500 chats, and texts within their bounds"
#[tokio::test]
async fn each_list_and_text_has_a_bound() {
    let (database, client) = user_site().await;
    let mut insight = insight(1);
    insight.as_object_mut().unwrap().remove("chat_messages");
    let definition = json!({
        "word": "w", "passage_reference": "John 3", "verse_text": "v", "definition": "",
        "biblical_usage": "", "original_language": "", "created_at": TIME,
    });
    let chat = json!({"title": "t", "created_at": TIME, "updated_at": TIME});
    let file =
        json!({"insights": [insight], "definitions": [definition], "standalone_chats": [chat]});
    for (list, most) in [
        ("insights", 1000),
        ("definitions", 1000),
        ("standalone_chats", 500),
    ] {
        let mut file = file.clone();
        file[list] = json!(vec![&file[list][0]; most + 1]);
        let detail = format!("{list} must have {most} items or fewer.");
        expect_refused(&client, &file, &detail).await;
    }
    for (pointer, value, detail) in [
        (
            "/definitions/0/word",
            json!("x".repeat(101)),
            "definitions[0].word must have 100 characters or fewer.",
        ),
        (
            "/standalone_chats/0/title",
            json!("x".repeat(201)),
            "standalone_chats[0].title must have 200 characters or fewer.",
        ),
        (
            "/standalone_chats/0/updated_at",
            json!(null),
            "standalone_chats[0].updated_at must be a time, as 2026-01-31T12:00:00Z.",
        ),
    ] {
        let mut file = file.clone();
        *file.pointer_mut(pointer).unwrap() = value;
        expect_refused(&client, &file, detail).await;
    }
    expect_no_rows(&database).await;
}

/// Contract: import: "at most 1,000 insights, 1,000 definitions, 500 chats, and texts within their bounds"
/// Contract: import: "role is user or assistant"
/// Contract: import: "a violation is a 400 that says what and where, and nothing is imported"
#[tokio::test]
async fn a_violation_deep_in_the_file_is_named_and_nothing_is_imported() {
    let (database, client) = user_site().await;
    let (client, _) = known_client(&database, &client).await;
    let insights: Vec<Value> = (0..500).map(insight).collect();
    for (pointer, value, detail) in [
        (
            "/417/passage_text",
            json!("x".repeat(50_001)),
            "insights[417].passage_text must have 50000 characters or fewer.",
        ),
        (
            "/417/passage_text",
            json!(["no"]),
            "insights[417].passage_text must be a text.",
        ),
        (
            "/499/historical_context",
            json!("a\0b"),
            "insights[499].historical_context must not hold the character U+0000.",
        ),
        (
            "/3/created_at",
            json!("soon"),
            "insights[3].created_at must be a time, as 2026-01-31T12:00:00Z.",
        ),
        (
            "/417/chat_messages/0/role",
            json!("system"),
            "insights[417].chat_messages[0].role must be user or assistant.",
        ),
        (
            "/417/chat_messages/0/content",
            json!("x".repeat(10_001)),
            "insights[417].chat_messages[0].content must have 10000 characters or fewer.",
        ),
    ] {
        let mut insights = json!(insights);
        *insights.pointer_mut(pointer).unwrap() = value;
        expect_refused(&client, &json!({"insights": insights}), detail).await;
    }
    expect_no_rows(&database).await;

    // A bad body does not create a user either.
    let unknown = client.another();
    let refused = import(&unknown, &json!({"insights": 7})).await;
    refused.expect_status(400);
    assert_eq!(database.count("users").await, 1);
    let most: Vec<Value> = (0..1000).map(insight).collect();
    let expected = imported(1000, 0, 1000, 0);
    expect_imported(&client, &json!({"insights": most}), expected).await;
}

/// Contract: conventions: "a body that is not well-formed JSON, lone surrogates included, is a 400"
/// Contract: conventions: "a body that is not declared as JSON is a 415"
/// Contract: conventions: "a body over 6 MB is a 413"
#[tokio::test]
async fn each_kind_of_bad_import_body_has_its_status() {
    let (database, client) = user_site().await;
    let large = format!(r#"{{"data":{{}},"x":"{}"}}"#, "x".repeat(6 * 1024 * 1024));
    let lone_surrogate = r#"{"data":{"insights":[{"passage_text":"\ud800"}]}}"#;
    let json = "application/json";
    for (content_type, body, status) in [
        (json, "{", 400),
        (json, "[1", 400),
        (json, "[]", 422),
        (json, "null", 422),
        (json, lone_surrogate, 400),
        (json, "{}", 422),
        (json, r#"{"data":[]}"#, 422),
        ("text/plain", r#"{"data":{}}"#, 415),
        (json, &*large, 413),
    ] {
        let request = client.post(paths::IMPORT).body(body.to_owned());
        let response = request.header("content-type", content_type).await;
        let problem = response.expect_status(status).problem();
        if status == 422 {
            let place = if body.starts_with('{') { "/data" } else { "" };
            assert_eq!(problem.pointers(), [place]);
        }
    }
    assert_eq!(database.count("users").await, 0);
    expect_imported(&client, &json!({}), imported(0, 0, 0, 0)).await;
}

/// Contract: import: "the same file twice changes nothing"
#[tokio::test]
async fn twenty_simultaneous_imports_of_one_file_store_it_once() {
    let (database, client) = user_site().await;
    let (first, id) = known_client(&database, &client).await;
    insert_history(&database, id, "mine").await;
    let file = export(&first).await;
    let (second, _) = known_client(&database, &client).await;
    let mut messages = 0;
    for response in join_all((0..20).map(|_| import(&second, &file))).await {
        let imported = &response.expect_status(200).json()["imported"];
        messages += imported["chat_messages"].as_u64().unwrap();
    }
    assert_eq!(messages, 20);
    assert_eq!(export(&second).await, file);
}

/// Contract: import: "an uploaded insight stays its user's own"
#[tokio::test]
async fn an_uploaded_insight_belongs_to_its_user_only() {
    let (database, client) = user_site().await;
    let (first, id) = known_client(&database, &client).await;
    insert_history(&database, id, "mine").await;
    let shared =
        "SELECT string_agg(insights::text, '' ORDER BY id) FROM insights WHERE owner_id IS NULL";
    let before: String = database.value(shared).await;
    let mut file = export(&first).await;
    for insight in file["insights"].as_array_mut().unwrap() {
        insight["historical_context"] = json!("forged");
    }
    let (second, _) = known_client(&database, &client).await;
    import(&second, &file).await.expect_status(200);
    assert_eq!(database.value::<String>(shared).await, before);
    for (client, is_forged) in [(first, false), (second, true)] {
        let file = client.get(paths::EXPORT).await;
        assert_eq!(file.text().contains("forged"), is_forged);
    }
}

#[tokio::test]
async fn six_megabytes_are_imported_in_bounded_memory() {
    let database = Database::fresh().await;
    let function = Function::start("user", &database).await;
    let (client, _) = known_client(&database, &Client::new(&function)).await;
    let text = "x".repeat(70);
    let message =
        |n| json!({"role": "user", "content": format!("why {n}? {text}"), "created_at": TIME});
    let messages: Vec<Value> = (0..36_000).map(message).collect();
    let chat = json!({
        "title": "long", "created_at": TIME, "updated_at": TIME, "messages": messages,
    });
    let file = json!({"standalone_chats": [chat]});
    expect_imported(&client, &file, imported(0, 0, 36_000, 1)).await;
    let peak = function.processes().remove(0).peak_memory().unwrap();
    println!(
        "{} bytes imported, {peak} bytes resident at most",
        file.to_string().len()
    );
    assert!(peak < 100_000_000, "{peak}");
}

#[tokio::test]
async fn a_failed_import_of_a_new_user_still_sets_the_cookie() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let client = Client::new(&user(&proxy).await);
    let file = json!({"insights": [], "definitions": [], "standalone_chats": []});
    // The first import opens the connection, so that only the transaction of the second is cut.
    import(&client.another(), &file).await.expect_status(200);
    // The connection is cut after the user is created and the transaction begun.
    proxy.truncate_statement(2);
    let failed = import(&client, &file).await.expect_status(503);
    assert!(failed.cookie(SESSION_COOKIE).is_some());
    import(&client, &file).await.expect_status(200);
    assert_eq!(database.count("users").await, 2);
}
