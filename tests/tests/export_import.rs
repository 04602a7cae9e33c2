//! `GET /api/user/export` and `POST /api/user/import`: what goes out comes back.

use std::time::Duration;

use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use verse_tests::{Client, Database, Dress, Function, Mode, Proxy, Response};

const COOKIE: &str = "verse_user_id";
const SESSION: &str = "/api/user/session";
const DATA: &str = "/api/user/data";
const EXPORT: &str = "/api/user/export";
const IMPORT: &str = "/api/user/import";

async fn user(database_url: &str) -> Function {
    Function::builder("user")
        .env("DATABASE_URL", database_url)
        .env("VERSE_ENV", "development")
        .processes(4)
        .start()
        .await
}

/// A client that is a user already, and that user's number.
async fn known(database: &Database, client: &Client) -> (Client, i64) {
    let client = client.another();
    client.get(SESSION).await.expect_status(200);
    (client, database.value("SELECT max(id) FROM users").await)
}

async fn export(client: &Client) -> Value {
    let mut file = client.get(EXPORT).await.expect_status(200).json();
    if let Some(user) = file.get_mut("user") {
        *user = Value::Null;
    }
    file
}

async fn import(client: &Client, file: &Value) -> Response {
    client.post(IMPORT).json(&json!({ "data": file })).await
}

fn imported(insights: u64, definitions: u64, chat_messages: u64, standalone_chats: u64) -> Value {
    json!({"insights": insights, "definitions": definitions, "chat_messages": chat_messages,
           "standalone_chats": standalone_chats})
}

/// The service's hash of texts: SHA-256 over each behind its length, which is eight bytes, the lowest first.
const HASH_PARTS: &str = r"
    CREATE OR REPLACE FUNCTION hash_parts(VARIADIC parts text[]) RETURNS bytea LANGUAGE sql AS $$
        SELECT sha256(string_agg(
            set_byte(set_byte('\x0000000000000000', 0, octet_length(part) & 255), 1, octet_length(part) >> 8)
            || convert_to(part, 'UTF8'), '' ORDER BY place))
        FROM unnest(parts) WITH ORDINALITY AS given (part, place)
    $$";

/// Histories with everything in them, every text marked with `mark`: shared and owned insights, conversations with all
/// states of messages, line breaks, quotes, and letters of many bytes.
async fn fill(database: &Database, user: i64, mark: &str) {
    database.run_script(HASH_PARTS).await;
    let text = format!("{mark} \"quoted\"\n  and broken \\ λόγος 🕊");
    let fill = format!(
        "WITH insight AS (
             INSERT INTO insights (owner_id, subject_hash, content_hash, passage_reference, passage_text,
                                   historical_context, theological_significance, practical_application, created_at)
             SELECT CASE WHEN n % 2 = 0 THEN {user} END, hash_parts('{mark} ' || n, $${text}$$ || n),
                    hash_parts('{mark} h', '{mark} t', '{mark} p'), '{mark} ' || n, $${text}$$ || n, '{mark} h', '{mark} t', '{mark} p', now()
             FROM generate_series(1, 5) AS n
             RETURNING id, passage_reference
         ), insight_link AS (
             INSERT INTO user_insights
             SELECT {user}, id, '2026-01-01 00:00:00.123456Z'::timestamptz + right(passage_reference, 1)::int * '1 day'::interval
             FROM insight
         ), definition AS (
             INSERT INTO definitions (owner_id, subject_hash, content_hash, word, passage_reference, verse_text,
                                      definition, biblical_usage, original_language, created_at)
             SELECT NULL, hash_parts('{mark}' || n, '{mark}', $${text}$$ || n),
                    hash_parts('{mark} d', '{mark} b', '{mark} o'), '{mark}' || n, '{mark}', $${text}$$ || n,
                    '{mark} d', '{mark} b', '{mark} o', now()
             FROM generate_series(1, 3) AS n
             RETURNING id
         ), definition_link AS (
             INSERT INTO user_definitions SELECT {user}, id, '2026-02-01 00:00:00.000001Z' FROM definition
         ), conversation AS (
             INSERT INTO conversations (user_id, insight_id, title, passage_reference, passage_text, created_at, updated_at)
             SELECT {user}, id, NULL, NULL, NULL, now(), now() FROM insight WHERE passage_reference < '{mark} 3'
             UNION ALL
             SELECT {user}, NULL, $${text}$$, '{mark}', $${text}$$, '2026-03-01', '2026-03-02' FROM generate_series(1, 2)
             UNION ALL
             SELECT {user}, NULL, '{mark} empty', NULL, NULL, '2026-03-03', '2026-03-03'
             RETURNING id, title
         )
         INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
         SELECT id, {user}, role, state, $${text}$$ || at, at::timestamptz
         FROM conversation, (VALUES ('user', 'complete', '2026-03-01 10:00:00.5Z'), ('assistant', 'complete', '2026-03-01 10:00:00.5Z'),
                                    ('user', 'complete', '2026-03-01 10:01:00Z'), ('assistant', 'interrupted', '2026-03-01 10:01:00Z'),
                                    ('user', 'complete', '2026-03-01 10:02:00Z'), ('assistant', 'pending', '2026-03-01 10:02:00Z'))
              AS said (role, state, at)
         WHERE title IS NULL OR title NOT LIKE '%empty'
         ORDER BY id, at, role DESC"
    );
    database.execute(AssertSqlSafe(fill)).await;
}

#[tokio::test]
async fn what_was_exported_and_erased_comes_back_as_it_was() {
    let database = Database::fresh().await;
    let client = Client::of(&user(&database.url()).await);
    let (client, id) = known(&database, &client).await;
    fill(&database, id, "mine").await;
    let file = export(&client).await;
    assert_eq!(file["insights"].as_array().map(Vec::len), Some(5));
    assert_eq!(
        file["insights"][0]["created_at"],
        "2026-01-02T00:00:00.123456Z"
    );
    assert_eq!(
        file["insights"][0]["chat_messages"]
            .as_array()
            .map(Vec::len),
        Some(5)
    );
    let said = json!({"role": "assistant", "created_at": "2026-03-01T10:00:00.500Z",
                      "content": file["insights"][0]["chat_messages"][1]["content"]});
    assert_eq!(file["insights"][0]["chat_messages"][1], said);
    assert_eq!(file["definitions"][2]["word"], "mine3");
    assert_eq!(file["standalone_chats"].as_array().map(Vec::len), Some(3));
    assert_eq!(
        file["standalone_chats"][2],
        json!({"title": "mine empty", "passage_reference": null, "passage_text": null,
        "created_at": "2026-03-03T00:00:00Z", "updated_at": "2026-03-03T00:00:00Z", "messages": []})
    );

    let nothing = import(&client, &file).await.expect_status(200).json();
    assert_eq!(
        nothing["imported"],
        imported(0, 0, 0, 0),
        "everything is there"
    );
    assert_eq!(export(&client).await, file);

    client.delete(DATA).await.expect_status(200);
    assert_eq!(export(&client).await["insights"], json!([]));
    let answer = import(&client, &file).await.expect_status(200);
    assert!(
        answer.cookie(COOKIE).is_some(),
        "an unknown caller became a user"
    );
    assert_eq!(
        answer.json(),
        json!({"message": "User data imported successfully", "imported": imported(5, 3, 20, 3)})
    );
    assert_eq!(export(&client).await, file);

    let again = import(&client, &file).await.expect_status(200).json();
    assert_eq!(again["imported"], imported(0, 0, 0, 0));
    assert_eq!(export(&client).await, file);
}

#[tokio::test]
async fn an_export_says_whose_it_is_and_is_a_file() {
    let database = Database::fresh().await;
    let client = Client::of(&user(&database.url()).await);
    let session = client.get(SESSION).await.expect_status(200).json();
    for dress in Dress::ALL {
        let client = client.clone().dressed(dress);
        let answer = client.get(EXPORT).await.expect_status(200);
        assert_eq!(answer.mode, Mode::Streaming);
        let answer = answer
            .expect_header("content-type", "application/json")
            .expect_header("cache-control", "no-store")
            .expect_header("x-content-type-options", "nosniff");
        let name = answer.header("content-disposition").expect("a file name");
        let day = name
            .strip_prefix("attachment; filename=\"verse-export-")
            .expect("its beginning");
        assert_eq!(day.len(), "2026-01-31.json\"".len(), "{name}");
        let file = answer.json();
        assert_eq!(file["user"]["anonymous_id"], session["anonymous_id"]);
        assert!(
            file["user"]["created_at"]
                .as_str()
                .is_some_and(|at| at.ends_with('Z'))
        );
    }
}

#[tokio::test]
async fn an_unknown_caller_exports_what_a_new_user_would_and_nothing_is_written() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let client = Client::of(&user(proxy.url()).await);
    let empty = json!({"user": null, "insights": [], "definitions": [], "standalone_chats": []});
    for (cookie, statements) in [
        (None, 0),
        (Some("garbage".to_owned()), 0),
        (Some("A".repeat(43)), 1),
    ] {
        proxy.reset();
        let client = client.another();
        if let Some(cookie) = &cookie {
            client.set_cookie(COOKIE, cookie);
        }
        let answer = client.get(EXPORT).await.expect_status(200);
        assert_eq!(answer.json(), empty);
        assert!(answer.cookies().is_empty());
        assert_eq!(proxy.counts().statements, statements, "{cookie:?}");
    }
    assert_eq!(database.value::<i64>("SELECT count(*) FROM users").await, 0);
}

#[tokio::test]
async fn nothing_of_another_user_is_ever_in_an_export() {
    let database = Database::fresh().await;
    let client = Client::of(&user(&database.url()).await);
    let (mine, my_id) = known(&database, &client).await;
    let (_, other_id) = known(&database, &client).await;
    fill(&database, my_id, "mine").await;
    fill(&database, other_id, "theirs").await;
    // They also have an insight of mine, and talked about it.
    database
        .execute(AssertSqlSafe(format!(
            "WITH insight AS (SELECT id FROM insights WHERE passage_reference = 'mine 1'),
                  link AS (INSERT INTO user_insights SELECT {other_id}, id, now() FROM insight),
                  conversation AS (INSERT INTO conversations (user_id, insight_id, created_at, updated_at)
                                   SELECT {other_id}, id, now(), now() FROM insight RETURNING id)
             INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
             SELECT id, {other_id}, 'user', 'complete', 'theirs too', now() FROM conversation"
        )))
        .await;
    let file = mine.get(EXPORT).await.expect_status(200);
    assert!(file.text().contains("mine") && !file.text().contains("theirs"));
}

/// Nothing was imported.
async fn expect_no_rows(database: &Database) {
    for table in ["insights", "definitions", "conversations", "messages"] {
        let rows = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        assert_eq!(database.value::<i64>(rows).await, 0, "{table}");
    }
}

#[tokio::test]
async fn each_list_is_held_to_its_bounds() {
    let database = Database::fresh().await;
    let client = Client::of(&user(&database.url()).await);
    let time = "2026-01-01T00:00:00Z";
    let insight = json!({"passage_reference": "John 3", "passage_text": "v", "historical_context": "",
                         "theological_significance": "", "practical_application": "", "created_at": time});
    let definition = json!({"word": "w", "passage_reference": "John 3", "verse_text": "v", "definition": "",
                            "biblical_usage": "", "original_language": "", "created_at": time});
    let chat = json!({"title": "t", "created_at": time, "updated_at": time});
    let whole =
        || json!({"insights": [insight], "definitions": [definition], "standalone_chats": [chat]});
    for (list, item, most) in [
        ("insights", &insight, 1000),
        ("definitions", &definition, 1000),
        ("standalone_chats", &chat, 500),
    ] {
        let mut file = whole();
        *file.pointer_mut(&format!("/{list}")).expect("the list") = json!(vec![item; most + 1]);
        let problem = import(&client, &file).await.expect_status(400).problem();
        let detail = format!("{list} must have {most} items or fewer.");
        assert_eq!(problem.detail, detail);
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
        let mut file = whole();
        *file.pointer_mut(pointer).expect("the place") = value;
        let problem = import(&client, &file).await.expect_status(400).problem();
        assert_eq!(problem.detail, detail);
    }
    expect_no_rows(&database).await;
}

#[tokio::test]
async fn a_breach_far_inside_is_named_and_nothing_is_imported() {
    let database = Database::fresh().await;
    let client = Client::of(&user(&database.url()).await);
    let (client, _) = known(&database, &client).await;
    let insight = |n: usize| {
        json!({"passage_reference": "John 3", "passage_text": format!("text {n}"), "historical_context": "",
               "theological_significance": "", "practical_application": "", "created_at": "2026-01-01T00:00:00Z",
               "chat_messages": [{"role": "user", "content": "why?", "created_at": "2026-01-01T00:00:00Z"}]})
    };
    let whole: Vec<Value> = (0..500).map(insight).collect();
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
        let mut list = Value::Array(whole.clone());
        *list.pointer_mut(pointer).expect("the place") = value;
        let problem = import(&client, &json!({"insights": list}))
            .await
            .expect_status(400)
            .problem();
        assert_eq!(problem.detail, detail);
    }
    expect_no_rows(&database).await;

    // A bad body makes no user of an unknown caller either.
    let stranger = client.another();
    import(&stranger, &json!({"insights": 7}))
        .await
        .expect_status(400);
    assert_eq!(database.value::<i64>("SELECT count(*) FROM users").await, 1);
    let most: Vec<Value> = (0..1000).map(insight).collect();
    let answer = import(&client, &json!({"insights": most}))
        .await
        .expect_status(200);
    assert_eq!(answer.json()["imported"], imported(1000, 0, 1000, 0));
}

#[tokio::test]
async fn a_body_that_is_no_import_has_its_status() {
    let database = Database::fresh().await;
    let client = Client::of(&user(&database.url()).await);
    let json = "application/json";
    for (kind, body, status) in [
        (json, "{", 400),
        (json, "[]", 400),
        (
            json,
            r#"{"data":{"insights":[{"passage_text":"\ud800"}]}}"#,
            400,
        ),
        (json, "{}", 422),
        (json, r#"{"data":[]}"#, 422),
        ("text/plain", r#"{"data":{}}"#, 415),
    ] {
        let request = client.post(IMPORT).header("content-type", kind).body(body);
        let problem = request.await.expect_status(status).problem();
        if status == 422 {
            assert_eq!(problem.pointers(), ["/data"]);
        }
    }
    let large = format!(r#"{{"data":{{}},"x":"{}"}}"#, "x".repeat(6 * 1024 * 1024));
    client
        .post(IMPORT)
        .header("content-type", json)
        .body(large)
        .await
        .expect_status(413);
    assert_eq!(database.value::<i64>("SELECT count(*) FROM users").await, 0);
    let answer = client
        .post(IMPORT)
        .json(&json!({"data": {}}))
        .await
        .expect_status(200);
    assert_eq!(answer.json()["imported"], imported(0, 0, 0, 0));
}

#[tokio::test]
async fn one_file_imported_twenty_times_at_once_is_there_once() {
    let database = Database::fresh().await;
    let client = Client::of(&user(&database.url()).await);
    let (first, id) = known(&database, &client).await;
    fill(&database, id, "mine").await;
    let file = export(&first).await;
    let (second, _) = known(&database, &client).await;
    let body = json!({ "data": file });
    let calls = (0..20).map(|_| second.post(IMPORT).json(&body).into_future());
    let mut total = 0;
    for answer in futures_util::future::join_all(calls).await {
        let imported = &answer.expect_status(200).json()["imported"];
        total += imported["chat_messages"].as_u64().unwrap_or_default();
    }
    assert_eq!(total, 20);
    assert_eq!(export(&second).await, file);
}

#[tokio::test]
async fn an_uploaded_insight_is_nobody_elses() {
    let database = Database::fresh().await;
    let client = Client::of(&user(&database.url()).await);
    let (first, id) = known(&database, &client).await;
    fill(&database, id, "mine").await;
    let shared =
        "SELECT string_agg(insights::text, '' ORDER BY id) FROM insights WHERE owner_id IS NULL";
    let before: String = database.value(shared).await;
    let mut file = export(&first).await;
    for insight in file["insights"].as_array_mut().expect("insights") {
        insight["historical_context"] = json!("forged");
    }
    let (second, _) = known(&database, &client).await;
    import(&second, &file).await.expect_status(200);
    assert_eq!(database.value::<String>(shared).await, before);
    assert!(!first.get(EXPORT).await.text().contains("forged"));
    assert!(second.get(EXPORT).await.text().contains("forged"));
}

#[tokio::test]
async fn an_export_takes_a_page_at_a_time_and_an_import_eight_round_trips() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let function = Function::builder("user")
        .env("DATABASE_URL", proxy.url())
        .start()
        .await;
    let client = Client::of(&function);
    let (client, id) = known(&database, &client).await;
    fill(&database, id, "mine").await;
    let file = export(&client).await;
    for (what, most) in [("export", 10), ("import", 8)] {
        for _ in 0..2 {
            proxy.reset();
            match what {
                "export" => drop(export(&client).await),
                _ => drop(import(&client, &file).await.expect_status(200)),
            }
        }
        let counts = proxy.counts();
        println!("{what}: {counts:?}");
        // Export: who, three pages, two conversations on insights and three chats, who again.
        assert_eq!(
            (counts.statements, counts.round_trips, counts.pings),
            (most, most, 0)
        );
    }
}

/// So many insights of 50,000 characters with a conversation of 500 messages each, as fast as SQL can.
async fn fill_megabytes(database: &Database, user: i64, megabytes: u32) {
    let insights = megabytes / 2;
    let fill = format!(
        "WITH insight AS (
             INSERT INTO insights (owner_id, subject_hash, content_hash, passage_reference, passage_text,
                                   historical_context, theological_significance, practical_application, created_at)
             SELECT {user}, sha256(n::text::bytea), sha256('c'), 'John ' || n, repeat('In the beginning ', 2900), '', '', '', now()
             FROM generate_series(1, {insights}) AS n
             RETURNING id
         ), link AS (
             INSERT INTO user_insights SELECT {user}, id, now() FROM insight
         ), conversation AS (
             INSERT INTO conversations (user_id, insight_id, created_at, updated_at)
             SELECT {user}, id, now(), now() FROM insight
             RETURNING id
         )
         INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
         SELECT id, {user}, 'user', 'complete', repeat('was the Word ', 300), now() FROM conversation, generate_series(1, 500)"
    );
    database.execute(AssertSqlSafe(fill)).await;
}

#[tokio::test]
async fn a_hundred_megabytes_are_exported_in_constant_memory() {
    let database = Database::fresh().await;
    let function = Function::builder("user")
        .env("DATABASE_URL", database.url())
        .deadline(Duration::from_mins(1))
        .start()
        .await;
    let (client, id) = known(&database, &Client::of(&function)).await;
    fill_megabytes(&database, id, 100).await;
    let answer = client.get(EXPORT).await.expect_status(200);
    let environment = function.environments().remove(0);
    let peak = environment
        .peak_memory()
        .expect("the system says how much was resident");
    let megabytes = |bytes: u64| bytes / 1024 / 1024;
    let length = u64::try_from(answer.body.len()).unwrap_or_default();
    println!(
        "{} MB in {:?}, {} MB resident at most",
        megabytes(length),
        answer.duration,
        megabytes(peak)
    );
    assert!(length > 95_000_000 && peak < 40_000_000, "{peak}");

    let file: Exported = answer.parse();
    assert_eq!(file.insights.len(), 50);
    assert!(
        file.insights
            .iter()
            .all(|insight| insight.chat_messages.len() == 500)
    );
    let erased = client.delete(DATA).await.expect_status(200);
    println!("erased in {:?}", erased.duration);
    assert_eq!(erased.json()["deleted"]["chat_messages"], 25_000);
}

#[tokio::test]
async fn six_megabytes_are_imported_in_bounded_memory() {
    let database = Database::fresh().await;
    let function = Function::builder("user")
        .env("DATABASE_URL", database.url())
        .start()
        .await;
    let (client, _) = known(&database, &Client::of(&function)).await;
    let messages: Vec<Value> = (0..36_000)
        .map(|n| json!({"role": "user", "content": format!("why {n}? {}", "x".repeat(70)), "created_at": "2026-01-01T00:00:00Z"}))
        .collect();
    let chat = json!({"title": "long", "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
                      "messages": messages});
    let file = json!({"standalone_chats": [chat]});
    println!("{} bytes", file.to_string().len());
    let answer = import(&client, &file).await.expect_status(200);
    assert_eq!(answer.json()["imported"], imported(0, 0, 36_000, 1));
    let peak = function
        .environments()
        .remove(0)
        .peak_memory()
        .expect("the system says how much was resident");
    println!(
        "imported in {:?}, {} MB resident at most",
        answer.duration,
        peak / 1024 / 1024
    );
    assert!(peak < 100_000_000, "{peak}");
}

#[derive(serde::Deserialize)]
struct Exported {
    insights: Vec<ExportedInsight>,
}

#[derive(serde::Deserialize)]
struct ExportedInsight {
    chat_messages: Vec<serde::de::IgnoredAny>,
}

#[tokio::test]
async fn a_connection_that_is_cut_is_survived_and_a_database_that_goes_down_is_no_whole_export() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let function = Function::builder("user")
        .env("DATABASE_URL", proxy.url())
        .deadline(Duration::from_mins(1))
        .start()
        .await;
    let (client, id) = known(&database, &Client::of(&function)).await;
    fill_megabytes(&database, id, 30).await;

    let mut stream = client.get(EXPORT).stream().await.expect_status(200);
    let mut text = Vec::new();
    let mut cuts = 0;
    while let Some(chunk) = stream.try_next_chunk().await.expect("a good end") {
        text.extend_from_slice(&chunk.bytes);
        if text.len() / 5_000_000 > cuts {
            cuts += 1;
            proxy.cut().await;
        }
    }
    let file: Exported = serde_json::from_slice(&text).expect("a whole export");
    assert_eq!((file.insights.len(), cuts > 2), (15, true));

    let mut stream = client.get(EXPORT).stream().await.expect_status(200);
    let first = stream
        .try_next_chunk()
        .await
        .expect("a chunk")
        .expect("the first bytes");
    assert!(first.bytes.starts_with(b"{\"user\":{"));
    proxy.refuse().await;
    let mut text = first.bytes.to_vec();
    while let Some(chunk) = stream.try_next_chunk().await.expect("the stream ends") {
        text.extend_from_slice(&chunk.bytes);
    }
    let broken = serde_json::from_slice::<Exported>(&text).map(|file| file.insights.len());
    assert!(broken.expect_err("a cut export is no JSON").is_eof());
    let line = function
        .log()
        .record(|line| line["message"] == "stream broke off")
        .await;
    assert_eq!(line["level"], "ERROR");
    assert!(
        line["cause"]
            .as_str()
            .is_some_and(|cause| cause.starts_with("the database does not answer"))
    );

    let down = client.get(EXPORT).await.expect_status(503);
    assert!(down.header("retry-after").is_some());
    let _ = down.problem();
    proxy.restore().await;
    client.get(EXPORT).await.expect_status(200);
}

#[tokio::test]
async fn who_became_a_user_for_an_import_that_failed_is_told_so() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let client = Client::of(&user(proxy.url()).await);
    let file = json!({"insights": [], "definitions": [], "standalone_chats": []});
    // A connection for the second is there, so that only what is wanted fails.
    import(&client.another(), &file).await.expect_status(200);
    // The user is made, and the transaction begun; then it breaks off.
    proxy.break_off_statement(2);
    let failed = import(&client, &file).await.expect_status(503);
    assert!(failed.cookie(COOKIE).is_some());
    import(&client, &file).await.expect_status(200);
    assert_eq!(database.value::<i64>("SELECT count(*) FROM users").await, 2);
}

#[tokio::test]
async fn what_was_said_about_an_insight_is_exported_when_the_history_is_cleared() {
    let database = Database::fresh().await;
    let insight = Function::builder("insight")
        .env("DATABASE_URL", database.url())
        .start()
        .await;
    let site = Client::routed([
        ("/", &user(&database.url()).await),
        ("/api/insights", &insight),
    ]);
    let (client, id) = known(&database, &site).await;
    fill(&database, id, "mine").await;
    let messages = |file: &Value| -> Vec<Value> {
        let insights = file["insights"].as_array().unwrap().iter();
        let talked = insights.filter(|insight| insight["chat_messages"] != json!([]));
        talked
            .map(|insight| insight["chat_messages"].clone())
            .collect()
    };
    let before = messages(&export(&client).await);
    assert!(!before.is_empty());
    client
        .delete("/api/insights/history")
        .await
        .expect_status(200);
    let cleared = export(&client).await;
    assert_eq!(cleared["insights"].as_array().unwrap().len(), before.len());
    assert_eq!(messages(&cleared).len(), before.len());
    for said in messages(&cleared) {
        assert!(before.contains(&said), "{said}");
    }
    // What is there out of the history is found, and not made a second time.
    let again = import(&client, &cleared).await.expect_status(200).json();
    let links = u64::try_from(before.len()).unwrap();
    assert_eq!(again["imported"], imported(links, 0, 0, 0));
    assert_eq!(export(&client).await, cleared);
    client.delete(DATA).await.expect_status(200);
    import(&client, &cleared).await.expect_status(200);
    assert_eq!(export(&client).await, cleared);
}

#[tokio::test]
async fn nothing_of_it_is_in_the_log() {
    let database = Database::fresh().await;
    let function = user(&database.url()).await;
    let (client, id) = known(&database, &Client::of(&function)).await;
    fill(&database, id, "unspeakable").await;
    let mut file = export(&client).await;
    import(&client, &file).await.expect_status(200);
    file["insights"][0]["chat_messages"][0]["role"] = json!("unspeakable");
    import(&client, &file).await.expect_status(400);
    function.terminate().await;
    function.log().expect_without("unspeakable");
    function
        .log()
        .expect_without(client.cookies().value(COOKIE).expect("a cookie"));
}
