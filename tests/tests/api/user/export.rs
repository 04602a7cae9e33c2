//! `GET /api/user/export`

use std::{sync::Arc, time::Duration};

use serde::de::IgnoredAny;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use verse_tests::{Client, Database, EventFormat, Failure, Function, Mode, Proxy, paths};

use super::{
    import::{export, import},
    known_client,
    sample_rows::{insert_history, insert_megabytes},
    token, user, user_site,
};
use crate::session;

/// Contract: user: "export has the user, insights with messages, definitions, chats with messages"
#[tokio::test]
async fn an_export_names_its_user_and_is_a_file() {
    let (_database, client) = user_site().await;
    let session = session(&client).await;
    for event_format in EventFormat::ALL {
        let client = client.clone().in_format(event_format);
        let answer = client
            .get(paths::EXPORT)
            .await
            .expect_status(200)
            .expect_header("content-type", "application/json")
            .expect_header("cache-control", "no-store")
            .expect_header("x-content-type-options", "nosniff");
        assert_eq!(answer.mode, Mode::Streaming);
        let name = answer.header("content-disposition").expect("a file name");
        let day = name.strip_prefix("attachment; filename=\"verse-export-");
        assert_eq!(day.unwrap().len(), "2026-01-31.json\"".len(), "{name}");
        let user = &answer.json()["user"];
        assert_eq!(user["anonymous_id"], session["anonymous_id"]);
        assert!(user["created_at"].as_str().unwrap().ends_with('Z'));
    }
}

/// Contract: caller: "every other read by an unknown caller is answered as for a new user and writes nothing"
#[tokio::test]
async fn an_unknown_caller_exports_empty_lists_and_writes_nothing() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let client = Client::new(&user(&proxy).await);
    let empty = json!({"user": null, "insights": [], "definitions": [], "standalone_chats": []});
    for (unknown, statements) in crate::unknown_callers(&client).into_iter().zip([0, 0, 1]) {
        proxy.reset();
        let answer = unknown.get(paths::EXPORT).await.expect_status(200);
        assert_eq!(answer.json(), empty);
        assert!(answer.cookies().is_empty());
        assert_eq!(proxy.counts().statements, statements, "{unknown:?}");
    }
    assert_eq!(database.count("users").await, 0);
}

#[tokio::test]
async fn a_hundred_readers_who_leave_early_do_not_end_the_process() {
    let database = Database::fresh().await;
    let function = Function::start("user", &database).await;
    let (client, id) = known_client(&database, &Client::new(&function)).await;
    insert_megabytes(&database, id, 2).await;
    let process = function.processes().remove(0);
    for _ in 0..50 {
        function.break_responses(true);
        let left = client.get(paths::EXPORT).try_stream().await;
        assert_eq!(left.unwrap_err(), Failure::BrokenOff);
        function.break_responses(false);
        client.get(paths::EXPORT).stream().await.break_connection();
    }
    export(&client).await;
    assert!(Arc::ptr_eq(&function.processes().remove(0), &process));
}

/// Contract: user: "export has nothing of another user"
#[tokio::test]
async fn an_export_has_nothing_of_another_user() {
    let (database, client) = user_site().await;
    let (mine, my_id) = known_client(&database, &client).await;
    let (_, other_id) = known_client(&database, &client).await;
    insert_history(&database, my_id, "mine").await;
    insert_history(&database, other_id, "theirs").await;
    // The other user has one of the caller's insights, with messages.
    let shared = format!(
        "WITH insight AS (SELECT id FROM insights WHERE passage_reference = 'mine 1'),
              link AS (INSERT INTO user_insights SELECT {other_id}, id, now() FROM insight),
              conversation AS (INSERT INTO conversations (user_id, insight_id, created_at, updated_at)
                               SELECT {other_id}, id, now(), now() FROM insight RETURNING id)
         INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
         SELECT id, {other_id}, 'user', 'complete', 'theirs too', now() FROM conversation"
    );
    database.execute(AssertSqlSafe(shared)).await;
    let file = mine.get(paths::EXPORT).await.expect_status(200);
    assert!(file.text().contains("mine") && !file.text().contains("theirs"));
}

#[tokio::test]
async fn an_export_is_ten_round_trips_and_an_import_eight() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let client = Client::new(&Function::start("user", &proxy).await);
    let (client, id) = known_client(&database, &client).await;
    insert_history(&database, id, "mine").await;
    let file = export(&client).await;
    // The second call of each is warm. Export: the user, three pages, two conversations about insights, three chats, and
    // the user again.
    for _ in 0..2 {
        proxy.reset();
        export(&client).await;
    }
    assert_eq!(crate::database_calls(&proxy), (10, 10, 0));
    for _ in 0..2 {
        proxy.reset();
        import(&client, &file).await.expect_status(200);
    }
    assert_eq!(crate::database_calls(&proxy), (8, 8, 0));
}

#[derive(serde::Deserialize)]
struct Exported {
    insights: Vec<ExportedInsight>,
}

#[derive(serde::Deserialize)]
struct ExportedInsight {
    chat_messages: Vec<IgnoredAny>,
}

/// Contract: user: "export is streamed at any size"
#[tokio::test]
async fn a_hundred_megabytes_are_exported_in_constant_memory() {
    let database = Database::fresh().await;
    let builder = Function::with_database("user", &database);
    let function = builder.deadline(Duration::from_mins(1)).start().await;
    let (client, id) = known_client(&database, &Client::new(&function)).await;
    insert_megabytes(&database, id, 100).await;
    let answer = client.get(paths::EXPORT).await.expect_status(200);
    let peak = function.processes().remove(0).peak_memory().unwrap();
    let length = answer.body.len();
    println!(
        "{length} bytes in {:?}, {peak} bytes resident at most",
        answer.duration
    );
    assert!(length > 95_000_000 && peak < 40_000_000, "{length}, {peak}");

    let file: Exported = answer.parse();
    assert_eq!(file.insights.len(), 50);
    let messages = file
        .insights
        .iter()
        .map(|insight| insight.chat_messages.len());
    assert!(messages.into_iter().all(|count| count == 500));
    let cleared = client.delete(paths::USER_DATA).await.expect_status(200);
    println!("cleared in {:?}", cleared.duration);
    assert_eq!(cleared.json()["deleted"]["chat_messages"], 25_000);
}

#[tokio::test]
async fn an_export_survives_cut_connections_and_is_cut_short_by_an_unreachable_database() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let builder = Function::with_database("user", &proxy);
    let function = builder.deadline(Duration::from_mins(1)).start().await;
    let (client, id) = known_client(&database, &Client::new(&function)).await;
    insert_megabytes(&database, id, 30).await;

    let mut stream = client.get(paths::EXPORT).stream().await.expect_status(200);
    let (mut text, mut cuts) = (Vec::new(), 0);
    while let Some(chunk) = stream.try_next_chunk().await.expect("a good end") {
        text.extend_from_slice(&chunk.bytes);
        if text.len() / 5_000_000 > cuts {
            cuts += 1;
            proxy.close_connections().await;
        }
    }
    let file: Exported = serde_json::from_slice(&text).expect("a whole export");
    assert_eq!((file.insights.len(), cuts > 2), (15, true));

    let mut stream = client.get(paths::EXPORT).stream().await.expect_status(200);
    let first = stream.try_next_chunk().await.expect("a chunk");
    let mut text = first.expect("the first bytes").bytes.to_vec();
    assert!(text.starts_with(b"{\"user\":{"));
    proxy.refuse_connections().await;
    while let Some(chunk) = stream.try_next_chunk().await.expect("the stream ends") {
        text.extend_from_slice(&chunk.bytes);
    }
    let cut_short = serde_json::from_slice::<Exported>(&text);
    let error = cut_short
        .map(|file| file.insights.len())
        .expect_err("it is no JSON");
    assert!(error.is_eof(), "{error}");
    let log = function.log();
    let line = log.wait_for_record(|line| line["message"] == "stream broke off");
    let line = line.await;
    assert_eq!(line["level"], "ERROR");
    let cause = line["cause"].as_str().unwrap();
    assert!(cause.starts_with("the database does not answer"), "{cause}");

    let down = client.get(paths::EXPORT).await.expect_status(503);
    assert!(down.header("retry-after").is_some());
    let _ = down.problem();
    proxy.restore().await;
    client.get(paths::EXPORT).await.expect_status(200);
}

#[tokio::test]
async fn messages_about_an_insight_are_exported_after_the_history_is_cleared() {
    let database = Database::fresh().await;
    let insight = Function::start("insight", &database).await;
    let user = user(&database).await;
    let site = Client::with_routes([("/", &user), (paths::INSIGHTS, &insight)]);
    let (client, id) = known_client(&database, &site).await;
    insert_history(&database, id, "mine").await;
    let conversations = |file: &Value| -> Vec<Value> {
        let insights = file["insights"].as_array().unwrap().iter();
        let messages = insights.map(|insight| insight["chat_messages"].clone());
        messages.filter(|messages| *messages != json!([])).collect()
    };
    let before = conversations(&export(&client).await);
    assert!(!before.is_empty());
    let cleared = client.delete(paths::INSIGHT_HISTORY).await;
    cleared.expect_status(200);
    let file = export(&client).await;
    assert_eq!(file["insights"].as_array().unwrap().len(), before.len());
    let after = conversations(&file);
    assert_eq!(after.len(), before.len());
    for messages in after {
        assert!(before.contains(&messages), "{messages}");
    }
    // An import finds what is stored outside the history, and does not store it again.
    let again = import(&client, &file).await.expect_status(200).json();
    assert_eq!(again["imported"]["insights"], before.len());
    for list in ["definitions", "chat_messages", "standalone_chats"] {
        assert_eq!(again["imported"][list], 0, "{list}");
    }
    assert_eq!(export(&client).await, file);
    client.delete(paths::USER_DATA).await.expect_status(200);
    import(&client, &file).await.expect_status(200);
    assert_eq!(export(&client).await, file);
}

/// Contract: import: "everything that is exported comes back"
#[tokio::test]
async fn an_export_over_six_megabytes_comes_back_in_parts() {
    let database = Database::fresh().await;
    let builder = Function::with_database("user", &database);
    let function = builder.deadline(Duration::from_mins(1)).start().await;
    let (client, id) = known_client(&database, &Client::new(&function)).await;
    // One conversation is in several parts.
    insert_megabytes(&database, id, 14).await;
    insert_history(&database, id, "mine").await;
    let long = "UPDATE messages SET conversation_id = (SELECT min(id) FROM conversations)
                WHERE content LIKE 'was the Word%' AND conversation_id % 2 = 0";
    database.execute(long).await;
    let distinct = "UPDATE messages SET content = content || id";
    database.execute(distinct).await;
    let whole = export(&client).await;
    assert_eq!(whole.get("next_part"), None);
    let (mut parts, mut next) = (Vec::new(), json!("first"));
    while let Some(part) = next.as_str().map(str::to_owned) {
        let answer = client.get(paths::EXPORT).query("part", &*part).await;
        let answer = answer.expect_status(200);
        assert!(answer.body.len() < 5_000_000, "{}", answer.body.len());
        let file = answer.json();
        next = file["next_part"].clone();
        parts.push(file);
    }
    assert_eq!((next, parts.len() > 4), (Value::Null, true));
    let other = client.another();
    for _ in 0..2 {
        for part in &parts {
            import(&other, part).await.expect_status(200);
        }
    }
    let again = export(&other).await;
    for list in ["insights", "definitions", "standalone_chats"] {
        let lengths = [&again, &whole].map(|file| file[list].as_array().map(Vec::len));
        assert_eq!(lengths[0], lengths[1], "{list}");
        assert!(again[list] == whole[list], "{list}");
    }
    let empty = client
        .another()
        .get(paths::EXPORT)
        .query("part", "first")
        .await;
    assert_eq!(empty.expect_status(200).json().get("next_part"), None);
    for part in ["", "second", "insights.1", "chats.1.x"] {
        let refused = client.get(paths::EXPORT).query("part", part).await;
        assert_eq!(
            refused.expect_status(422).problem().pointers(),
            ["/part"],
            "{part}"
        );
    }
}

#[tokio::test]
async fn no_exported_text_is_in_the_log() {
    let database = Database::fresh().await;
    let function = user(&database).await;
    let (client, id) = known_client(&database, &Client::new(&function)).await;
    insert_history(&database, id, "unspeakable").await;
    let mut file = export(&client).await;
    import(&client, &file).await.expect_status(200);
    file["insights"][0]["chat_messages"][0]["role"] = json!("unspeakable");
    import(&client, &file).await.expect_status(400);
    function.terminate().await;
    function.log().expect_without("unspeakable");
    function.log().expect_without(&token(&client));
}
