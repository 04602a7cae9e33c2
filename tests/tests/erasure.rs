//! `DELETE /api/user/data`: what is erased, and who the caller is afterwards.

use std::collections::BTreeSet;

use serde_json::json;
use sqlx::AssertSqlSafe;
use verse_tests::{Client, Database, Dress, Function, Proxy};

const COOKIE: &str = "verse_user_id";
const DATA: &str = "/api/user/data";
const SESSION: &str = "/api/user/session";

async fn user(database_url: &str) -> Function {
    Function::builder("user")
        .env("DATABASE_URL", database_url)
        .env("VERSE_ENV", "development")
        .processes(4)
        .start()
        .await
}

/// One row at least in every table that can name a user: `information_schema` says below whether it is every one.
async fn fill(database: &Database, user: i64) {
    let fill = format!(
        "WITH insight AS (
             INSERT INTO insights (owner_id, subject_hash, content_hash, passage_reference, passage_text,
                                   historical_context, theological_significance, practical_application, created_at)
             VALUES ({user}, sha256('s'), sha256('c'), 'John 3', 'For God', '', '', '', now())
             RETURNING id
         ), insight_link AS (
             INSERT INTO user_insights SELECT {user}, id, now() FROM insight
         ), definition AS (
             INSERT INTO definitions (owner_id, subject_hash, content_hash, word, passage_reference, verse_text,
                                      definition, biblical_usage, original_language, created_at)
             VALUES ({user}, sha256('s'), sha256('c'), 'God', 'John 3', 'For God', '', '', '', now())
             RETURNING id
         ), definition_link AS (
             INSERT INTO user_definitions SELECT {user}, id, now() FROM definition
         ), conversation AS (
             INSERT INTO conversations (user_id, insight_id, title, created_at, updated_at)
             SELECT {user}, id, NULL, now(), now() FROM insight
             UNION ALL SELECT {user}, NULL, 'A chat', now(), now()
             RETURNING id
         ), message AS (
             INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
             SELECT id, {user}, 'user', 'complete', 'why?', now() FROM conversation
             RETURNING id
         ), meaning AS (
             INSERT INTO message_embeddings (message_id, model, embedding)
             SELECT id, 'a model', array_fill(0, ARRAY[1024])::vector FROM message
         ), code AS (
             INSERT INTO link_codes (user_id, code_hash, status, slot, created_at, expires_at)
             VALUES ({user}, sha256('{user}'), 'pending', 1, now(), now())
         ), usage AS (
             INSERT INTO daily_usage VALUES ({user}, now(), 3)
         )
         INSERT INTO rate_buckets (bucket, user_id, window_start, taken) VALUES ('chat', {user}, now(), 1)"
    );
    database.execute(AssertSqlSafe(fill)).await;
}

/// Every column that may name a user, as `table.column`: by what it is called, or by a foreign key.
async fn columns_that_name_a_user(database: &Database) -> BTreeSet<String> {
    let columns: Vec<String> = database
        .value(
            "SELECT array_agg(table_name || '.' || column_name)
             FROM (
                 SELECT table_name::text, column_name::text
                 FROM information_schema.columns
                 JOIN information_schema.tables USING (table_schema, table_name)
                 WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND data_type = 'bigint'
                   AND (column_name ~ '(user|owner|account|caller|author)'
                        OR (table_name = 'users' AND column_name = 'id'))
                 UNION
                 SELECT conrelid::regclass::text, attname::text
                 FROM pg_constraint
                 JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY(conkey)
                 WHERE contype = 'f' AND confrelid = 'users'::regclass
             ) AS names (table_name, column_name)",
        )
        .await;
    columns.into_iter().collect()
}

/// Every table whose rows hang on a user's: by a foreign key, or by one to a table that hangs on a user's.
async fn tables_that_hang_on_users(database: &Database) -> BTreeSet<String> {
    let tables: Vec<String> = database
        .value(
            "WITH RECURSIVE hanging AS (
                 SELECT 'users'::regclass::oid AS id
                 UNION
                 SELECT conrelid FROM pg_constraint JOIN hanging ON confrelid = hanging.id WHERE contype = 'f'
             )
             SELECT array_agg(id::regclass::text) FROM hanging",
        )
        .await;
    tables.into_iter().collect()
}

/// Those of the tables that have a row.
async fn with_rows(database: &Database, tables: &BTreeSet<String>) -> BTreeSet<String> {
    let mut filled = BTreeSet::new();
    for table in tables {
        let count = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        if database.value::<i64>(count).await > 0 {
            filled.insert(table.clone());
        }
    }
    filled
}

async fn rows_naming(database: &Database, column: &str, user: i64) -> i64 {
    let table = column.split('.').next().unwrap_or_default();
    let count = format!("SELECT count(*) FROM {table} WHERE {column} = {user}");
    database.value(AssertSqlSafe(count)).await
}

#[tokio::test]
async fn erasing_leaves_no_row_that_names_the_user() {
    let database = Database::fresh().await;
    let client = Client::of(&user(&database.url()).await);
    let newest = "SELECT max(id) FROM users";
    let other = client.another();
    other.get(SESSION).await.expect_status(200);
    let kept: i64 = database.value(newest).await;
    client.get(SESSION).await.expect_status(200);
    let gone: i64 = database.value(newest).await;
    fill(&database, kept).await;
    fill(&database, gone).await;
    let columns = columns_that_name_a_user(&database).await;
    for column in &columns {
        let filled = rows_naming(&database, column, gone).await;
        assert!(filled > 0, "`fill` says nothing in {column}");
    }

    let erased = client.delete(DATA).await.expect_status(200);
    let deleted =
        json!({"insights": 1, "definitions": 1, "chat_messages": 2, "standalone_chats": 1});
    assert_eq!(
        erased.json(),
        json!({"message": "User data cleared successfully", "deleted": deleted})
    );
    for column in &columns {
        assert_eq!(rows_naming(&database, column, gone).await, 0, "{column}");
        assert!(rows_naming(&database, column, kept).await > 0, "{column}");
    }
    verse_tests::figure!("{} columns can name a user: {columns:?}", columns.len());

    let tables = tables_that_hang_on_users(&database).await;
    assert_eq!(with_rows(&database, &tables).await, tables);
    other.delete(DATA).await.expect_status(200);
    assert_eq!(with_rows(&database, &tables).await, BTreeSet::new());
    verse_tests::figure!("{} tables hang on users: {tables:?}", tables.len());
}

#[tokio::test]
async fn every_device_is_unknown_afterwards_and_the_next_visit_is_a_new_user() {
    let database = Database::fresh().await;
    let client = Client::of(&user(&database.url()).await);
    let before = client.get(SESSION).await.expect_status(200).json();
    let second = client.another();
    second.get(SESSION).await.expect_status(200);
    database
        .execute("UPDATE devices SET user_id = (SELECT min(id) FROM users)")
        .await;
    assert_eq!(
        second.get(SESSION).await.json()["anonymous_id"],
        before["anonymous_id"]
    );

    let token = client.cookies().value(COOKIE).expect("a cookie").to_owned();
    let erased = client.delete(DATA).await.expect_status(200);
    let cookie = erased
        .cookie(COOKIE)
        .expect("a cookie that ends the one sent");
    assert_eq!(
        (
            cookie.value(),
            cookie.max_age().expect("an age").whole_seconds()
        ),
        ("", 0)
    );
    assert!(client.cookies().is_empty());

    // Whoever kept the cookie, and the other device, are nobody too.
    client.set_cookie(COOKIE, &token);
    for device in [&client, &second] {
        let after = device.get(SESSION).await.expect_status(200);
        assert!(after.cookie(COOKIE).is_some());
        assert_ne!(after.json()["anonymous_id"], before["anonymous_id"]);
    }
}

#[tokio::test]
async fn an_unknown_caller_has_nothing_to_erase_and_nothing_is_written() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let user = user(proxy.url()).await;
    let client = Client::of(&user);
    client.get(SESSION).await.expect_status(200);
    proxy.reset();
    let nothing =
        json!({"insights": 0, "definitions": 0, "chat_messages": 0, "standalone_chats": 0});
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
        let erased = client.delete(DATA).await.expect_status(200);
        assert_eq!(erased.json()["deleted"], nothing);
        assert_eq!(proxy.counts().statements, statements, "{cookie:?}");
    }
    assert_eq!(database.value::<i64>("SELECT count(*) FROM users").await, 1);
}

#[tokio::test]
async fn erasing_is_one_round_trip_in_every_dress() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let function = user(proxy.url()).await;
    for dress in Dress::ALL {
        let client = Client::of(&function).dressed(dress);
        client.get(SESSION).await.expect_status(200);
        client.delete(DATA).await.expect_status(200);
        client.get(SESSION).await.expect_status(200);
        proxy.reset();
        client.delete(DATA).await.expect_status(200);
        let counts = proxy.counts();
        println!("DELETE {DATA} as {dress:?}: {counts:?}");
        assert_eq!(
            (counts.statements, counts.round_trips, counts.pings),
            (1, 1, 0)
        );
    }
}

#[tokio::test]
async fn twenty_erasures_at_once_are_one() {
    let database = Database::fresh().await;
    let client = Client::of(&user(&database.url()).await);
    client.get(SESSION).await.expect_status(200);
    let id: i64 = database.value("SELECT id FROM users").await;
    fill(&database, id).await;
    let calls = (0..20).map(|_| client.delete(DATA).into_future());
    let mut insights = 0;
    for answer in futures_util::future::join_all(calls).await {
        insights += answer.expect_status(200).json()["deleted"]["insights"]
            .as_i64()
            .unwrap_or(0);
    }
    assert_eq!(insights, 1);
    assert_eq!(database.value::<i64>("SELECT count(*) FROM users").await, 0);
}

#[tokio::test]
async fn a_database_that_is_down_is_a_503_and_the_cookie_stays() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let client = Client::of(&user(proxy.url()).await);
    client.get(SESSION).await.expect_status(200);
    proxy.refuse().await;
    let down = client.delete(DATA).await.expect_status(503);
    assert!(down.cookie(COOKIE).is_none() && down.header("retry-after").is_some());
    proxy.restore().await;
    // An answer that was lost: the erasure is repeated, and finds nothing more to do.
    proxy.lose_the_next_answer();
    client.delete(DATA).await.expect_status(200);
    assert_eq!(database.value::<i64>("SELECT count(*) FROM users").await, 0);
}
