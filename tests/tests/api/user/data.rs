//! `DELETE /api/user/data`

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};
use verse_tests::{Client, Database, EventFormat, Proxy, SESSION_COOKIE, paths};

use super::{sample_rows::insert_in_every_table, token, user, user_site};
use crate::session;

fn deleted(insights: u64, definitions: u64, chat_messages: u64, standalone_chats: u64) -> Value {
    json!({
        "insights": insights, "definitions": definitions, "chat_messages": chat_messages,
        "standalone_chats": standalone_chats,
    })
}

/// Every column that may name a user, as `table.column`: by its name, or by a foreign key.
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

/// Every table whose rows refer to a user, also through other tables.
async fn tables_that_refer_to_users(database: &Database) -> BTreeSet<String> {
    let tables: Vec<String> = database
        .value(
            "WITH RECURSIVE referring AS (
                 SELECT 'users'::regclass::oid AS id
                 UNION
                 SELECT conrelid FROM pg_constraint JOIN referring ON confrelid = referring.id WHERE contype = 'f'
             )
             SELECT array_agg(id::regclass::text) FROM referring",
        )
        .await;
    tables.into_iter().collect()
}

/// Those of the tables that have a row.
async fn with_rows(database: &Database, tables: &BTreeSet<String>) -> BTreeSet<String> {
    let mut filled = BTreeSet::new();
    for table in tables {
        if database.count(table).await > 0 {
            filled.insert(table.clone());
        }
    }
    filled
}

async fn rows_of(database: &Database, column: &str, user: i64) -> i64 {
    let table = column.split('.').next().unwrap_or_default();
    database
        .count(&format!("{table} WHERE {column} = {user}"))
        .await
}

/// Contract: user: "erasing returns what was deleted and leaves no row"
#[tokio::test]
async fn erasing_leaves_no_row_that_names_the_user() {
    let (database, client) = user_site().await;
    let newest = "SELECT max(id) FROM users";
    let other = client.another();
    session(&other).await;
    let kept: i64 = database.value(newest).await;
    session(&client).await;
    let erased: i64 = database.value(newest).await;
    insert_in_every_table(&database, kept).await;
    insert_in_every_table(&database, erased).await;
    let columns = columns_that_name_a_user(&database).await;
    for column in &columns {
        let rows = rows_of(&database, column, erased).await;
        assert!(rows > 0, "`insert_in_every_table` has no row for {column}");
    }

    let response = client.delete(paths::USER_DATA).await.expect_status(200);
    let message = "User data cleared successfully";
    let expected = json!({"message": message, "deleted": deleted(1, 1, 2, 1)});
    assert_eq!(response.json(), expected);
    for column in &columns {
        assert_eq!(rows_of(&database, column, erased).await, 0, "{column}");
        assert!(rows_of(&database, column, kept).await > 0, "{column}");
    }
    verse_tests::figure!("{} columns can name a user: {columns:?}", columns.len());

    let tables = tables_that_refer_to_users(&database).await;
    assert_eq!(with_rows(&database, &tables).await, tables);
    other.delete(paths::USER_DATA).await.expect_status(200);
    assert_eq!(with_rows(&database, &tables).await, BTreeSet::new());
    verse_tests::figure!("{} tables refer to users: {tables:?}", tables.len());
}

/// Contract: user: "every device is unknown after erasing"
#[tokio::test]
async fn every_device_is_unknown_afterwards_and_the_next_visit_is_a_new_user() {
    let (database, client) = user_site().await;
    let before = session(&client).await;
    let second = client.another();
    session(&second).await;
    database
        .execute("UPDATE devices SET user_id = (SELECT min(id) FROM users)")
        .await;
    assert_eq!(
        session(&second).await["anonymous_id"],
        before["anonymous_id"]
    );

    let token = token(&client);
    let erased = client.delete(paths::USER_DATA).await.expect_status(200);
    let cookie = erased.cookie(SESSION_COOKIE).expect("a cleared cookie");
    let age = cookie.max_age().expect("an age");
    assert_eq!((cookie.value(), age.whole_seconds()), ("", 0));
    assert!(client.cookies().is_empty());

    // The erased cookie and the other device are unknown, too.
    client.set_session_cookie(&token);
    for device in [&client, &second] {
        let after = device.get(paths::SESSION).await.expect_status(200);
        assert!(after.cookie(SESSION_COOKIE).is_some());
        assert_ne!(after.json()["anonymous_id"], before["anonymous_id"]);
    }
}

#[tokio::test]
async fn an_unknown_caller_has_nothing_to_erase_and_writes_nothing() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let client = Client::new(&user(&proxy).await);
    session(&client).await;
    for (unknown, statements) in crate::unknown_callers(&client).into_iter().zip([0, 0, 1]) {
        proxy.reset();
        let erased = unknown.delete(paths::USER_DATA).await.expect_status(200);
        assert_eq!(erased.json()["deleted"], deleted(0, 0, 0, 0));
        assert_eq!(proxy.counts().statements, statements, "{unknown:?}");
    }
    assert_eq!(database.count("users").await, 1);
}

#[tokio::test]
async fn erasing_is_one_round_trip_in_every_event_format() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let function = user(&proxy).await;
    for event_format in EventFormat::ALL {
        let client = Client::new(&function).in_format(event_format);
        session(&client).await;
        client.delete(paths::USER_DATA).await.expect_status(200);
        session(&client).await;
        proxy.reset();
        client.delete(paths::USER_DATA).await.expect_status(200);
        assert_eq!(crate::database_calls(&proxy), (1, 1, 0), "{event_format:?}");
    }
}

#[tokio::test]
async fn twenty_simultaneous_erasures_delete_once() {
    let (database, client) = user_site().await;
    session(&client).await;
    let id: i64 = database.value("SELECT id FROM users").await;
    insert_in_every_table(&database, id).await;
    let requests = (0..20).map(|_| client.delete(paths::USER_DATA).into_future());
    let mut insights = 0;
    for response in join_all(requests).await {
        let deleted = &response.expect_status(200).json()["deleted"];
        insights += deleted["insights"].as_i64().unwrap();
    }
    assert_eq!(insights, 1);
    assert_eq!(database.count("users").await, 0);
}

#[tokio::test]
async fn an_unreachable_database_is_a_503_and_the_cookie_stays() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let client = Client::new(&user(&proxy).await);
    session(&client).await;
    proxy.refuse_connections().await;
    let down = client.delete(paths::USER_DATA).await.expect_status(503);
    assert!(down.cookie(SESSION_COOKIE).is_none() && down.header("retry-after").is_some());
    proxy.restore().await;
    // A lost result: the erasure runs again, and finds nothing to delete.
    proxy.drop_next_response();
    client.delete(paths::USER_DATA).await.expect_status(200);
    assert_eq!(database.count("users").await, 0);
}
