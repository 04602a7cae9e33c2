//! `POST /api/user/import`

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use tokio::time::sleep;
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

/// Contract: import: "times, lists of messages and states may be missing"
#[tokio::test]
async fn what_a_file_lacks_is_now_none_or_complete() {
    let (database, client) = user_site().await;
    let (client, _) = known_client(&database, &client).await;
    let (mut insight, said) = (insight(1), json!({"role": "user", "content": "why?"}));
    for member in ["created_at", "chat_messages"] {
        insight.as_object_mut().unwrap().remove(member);
    }
    let reply = json!({"role": "assistant", "content": "becau", "state": "interrupted"});
    let chats = [
        json!({"title": "talk", "messages": [said, reply]}),
        json!({"title": "none"}),
    ];
    let file = json!({"insights": [insight], "standalone_chats": chats});
    expect_imported(&client, &file, imported(1, 0, 2, 2)).await;
    let file = export(&client).await;
    let times: i64 = database
        .value("SELECT count(*) FROM messages WHERE created_at > now() - interval '1 minute'")
        .await;
    assert_eq!(times, 2);
    let [asked, answered] = [0, 1].map(|n| &file["standalone_chats"][0]["messages"][n]);
    assert_eq!(
        (&asked["content"], &asked["state"]),
        (&json!("why?"), &Value::Null)
    );
    assert_eq!(answered["state"], "interrupted");
    // The export of it has times: the file is there already.
    expect_imported(&client, &file, imported(0, 0, 0, 0)).await;
}

/// Contract: import: "everything that is exported comes back"
#[tokio::test]
async fn an_export_of_more_than_a_thousand_insights_comes_back() {
    let (database, client) = user_site().await;
    let (client, user) = known_client(&database, &client).await;
    let rows = format!(
        "WITH insight AS (
             INSERT INTO insights (owner_id, subject_hash, content_hash, passage_reference, passage_text,
                                   historical_context, theological_significance, practical_application, created_at)
             SELECT {user}, sha256(n::text::bytea), sha256('c'), 'John 3', 'text ' || n, 'h', 't', 'p', now()
             FROM generate_series(1, 1001) AS n
             RETURNING id
         ), insight_link AS (
             INSERT INTO user_insights SELECT {user}, id, now() - id * interval '1 second' FROM insight
         ), definition AS (
             INSERT INTO definitions (owner_id, subject_hash, content_hash, word, passage_reference, verse_text,
                                      definition, biblical_usage, original_language, created_at)
             SELECT {user}, sha256(n::text::bytea), sha256('c'), 'word', 'John 3', 'text ' || n, 'd', 'b', 'o', now()
             FROM generate_series(1, 501) AS n
             RETURNING id
         ), definition_link AS (
             INSERT INTO user_definitions SELECT {user}, id, now() - id * interval '1 second' FROM definition
         ), conversation AS (
             INSERT INTO conversations (user_id, insight_id, title, created_at, updated_at)
             SELECT {user}, id, NULL, now(), now() FROM insight WHERE id % 10 = 0
             UNION ALL SELECT {user}, NULL, 'chat ' || n, now(), now() FROM generate_series(1, 501) AS n
             RETURNING id
         )
         INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
         SELECT id, {user}, role, state, content, now()
         FROM conversation,
              (VALUES ('user', 'complete', 'why?'), ('assistant', 'truncated', repeat('because ', 1200)),
                      ('user', 'complete', 'and?'), ('assistant', 'interrupted', '')) AS said (role, state, content)
         WHERE id % 7 = 0 OR content <> repeat('because ', 1200)
         ORDER BY id, role DESC"
    );
    database.execute(AssertSqlSafe(rows)).await;
    let file = export(&client).await;
    let lengths = ["insights", "definitions", "standalone_chats"]
        .map(|list| file[list].as_array().map_or(0, Vec::len));
    assert_eq!(lengths, [1001, 501, 501]);
    client.delete(paths::USER_DATA).await.expect_status(200);
    import(&client, &file).await.expect_status(200);
    let again = export(&client).await;
    for list in ["insights", "definitions", "standalone_chats"] {
        assert_eq!(again[list], file[list], "{list}");
    }
    expect_imported(&client, &file, imported(0, 0, 0, 0)).await;
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
async fn an_export_imported_after_clearing_restores_everything() {
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
    for (client, is_new) in [(&client, false), (&client.another(), true)] {
        let answer = import(client, &file).await.expect_status(200);
        // An unknown caller becomes a user.
        assert_eq!(answer.cookie(SESSION_COOKIE).is_some(), is_new);
        assert_eq!(answer.json(), imported(5, 3, 20, 3));
        assert_eq!(export(client).await, file);

        expect_imported(client, &file, imported(0, 0, 0, 0)).await;
        assert_eq!(export(client).await, file);
    }
}

/// Nothing was imported.
async fn expect_no_rows(database: &Database) {
    for table in ["insights", "definitions", "conversations", "messages"] {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
}

/// Contract: import: "at most 5,000 insights, definitions and chats each, and texts within their bounds"
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
        ("insights", 5_000),
        ("definitions", 5_000),
        ("standalone_chats", 5_000),
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

/// Contract: import: "at most 5,000 insights, definitions and chats each, and texts within their bounds"
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

/// The statements that run in a test's database.
async fn active_statements(database: &Database) -> i64 {
    let active = "pg_stat_activity WHERE datname = current_database() AND state = 'active'
                  AND pid <> pg_backend_pid()";
    database.count(active).await
}

/// A chat of six megabytes, each message of ten thousand characters.
fn hostile_file() -> Value {
    let texts = [
        "~/",
        "./",
        "a_",
        "a-b.",
        "a@",
        "<a ",
        "&a;",
        "1.2e-",
        "http://a/",
        "x=",
    ];
    let message = |n: usize| {
        let content = texts[n % texts.len()].repeat(10_000);
        let content: String = content.chars().take(10_000).collect();
        json!({"role": "user", "content": content, "created_at": TIME})
    };
    let messages: Vec<Value> = (0..590).map(message).collect();
    json!({"standalone_chats": [{"title": "hostile", "messages": messages}]})
}

/// Contract: import: "an import keeps no core of the database busy after its answer"
#[tokio::test]
async fn a_hostile_import_ends_with_its_answer() {
    let (database, client) = user_site().await;
    let answer = import(&client, &hostile_file()).await.expect_status(200);
    assert_eq!(active_statements(&database).await, 0);
    println!(
        "590 messages of 10,000 characters imported in {:?}",
        answer.duration
    );
    assert!(
        answer.duration < Duration::from_secs(8),
        "{:?}",
        answer.duration
    );
}

/// Contract: import: "an import keeps no core of the database busy after its answer"
#[tokio::test]
async fn after_the_503_of_a_slow_import_no_statement_goes_on() {
    let (database, client) = user_site().await;
    let slow = "CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN PERFORM pg_sleep(600); RETURN NULL; END $$;
                CREATE TRIGGER sleep BEFORE INSERT ON messages EXECUTE FUNCTION sleep()";
    database.run_script(slow).await;
    let file = json!({"insights": [insight(1)]});
    import(&client, &file).await.expect_status(503);
    assert_eq!(
        active_statements(&database).await,
        1,
        "the server has not noticed yet"
    );
    // The server ends the statement.
    let deadline = Instant::now() + Duration::from_secs(40);
    while active_statements(&database).await > 0 {
        assert!(Instant::now() < deadline, "the statement goes on");
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(database.count("insights").await, 0);
}

/// Contract: quota and rate limits: "an address and a user store up to their limits, then 429 and 413"
#[tokio::test]
async fn imports_of_one_address_are_limited() {
    let database = Database::fresh().await;
    let function = Function::with_database("user", &database).env("STORE_PER_MINUTE", "45");
    let client = Client::new(&function.start().await);
    // A new user with an import counts twenty, and so does an import of a known one.
    for _ in 0..2 {
        expect_imported(&client, &json!({}), imported(0, 0, 0, 0)).await;
    }
    for client in [&client, &client.another()] {
        let refused = import(client, &json!({"insights": [insight(1)]})).await;
        let refused = refused
            .expect_status(429)
            .expect_header("retry-after", "60");
        assert!(refused.cookies().is_empty());
        let detail =
            "Too much is being stored from this address. Please wait a minute and try again.";
        assert_eq!(refused.problem().detail, detail);
    }
    // New users count one. A known one costs nothing.
    let newcomers: Vec<_> = (0..6).map(|_| client.another()).collect();
    for (n, newcomer) in newcomers.iter().enumerate() {
        let status = if n < 5 { 200 } else { 429 };
        newcomer.get(paths::SESSION).await.expect_status(status);
    }
    client.get(paths::SESSION).await.expect_status(200);
    assert_eq!(database.count("users").await, 6);
    assert_eq!(database.count("insights").await, 0);
    let ago = "UPDATE store_buckets SET window_start = window_start - interval '1 minute'";
    database.execute(ago).await;
    expect_imported(&client, &json!({}), imported(0, 0, 0, 0)).await;
}

/// Contract: quota and rate limits: "an address and a user store up to their limits, then 429 and 413"
#[tokio::test]
async fn a_user_who_would_store_too_much_is_refused() {
    let database = Database::fresh().await;
    let function = Function::with_database("user", &database).env("USER_MEGABYTES", "1");
    let client = Client::new(&function.start().await);
    let file = |name: &str| {
        let said = json!({"role": "user", "content": format!("{name}{}", "x".repeat(9_000)), "created_at": TIME});
        json!({"standalone_chats": [{"title": name, "created_at": TIME, "updated_at": TIME,
                                     "messages": vec![said; 70]}]})
    };
    expect_imported(&client, &file("a"), imported(0, 0, 70, 1)).await;
    let refused = import(&client, &file("b")).await.expect_status(413);
    let detail = "You have stored as much as one user may. Export your data, clear chats or histories, and try again.";
    assert_eq!(refused.problem().detail, detail);
    assert_eq!(database.count("conversations").await, 1);
    client.delete(paths::USER_DATA).await.expect_status(200);
    expect_imported(&client, &file("b"), imported(0, 0, 70, 1)).await;
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
