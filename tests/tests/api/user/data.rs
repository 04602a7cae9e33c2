//! `DELETE /api/user/data`

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};
use verse_tests::{Client, Database, EventFormat, Proxy, SESSION_COOKIE, paths};

use super::{
    accept_code, devices, generate_code, link_site, own_device,
    sample_rows::{insert_history, insert_in_every_table},
    user, user_site,
};
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

/// The columns that name the user in the rows that clearing keeps. A rate bucket contains nothing that the user wrote, and
/// without it clearing would begin a rate limit anew.
const KEPT: [&str; 4] = [
    "daily_usage.user_id",
    "devices.user_id",
    "rate_buckets.user_id",
    "users.id",
];

/// Contract: user: "clearing returns what was deleted, and leaves the user, its devices, its plan, its rate limits and today's usage only"
/// Contract: user: "unlinking the last device leaves no row that names the user"
#[tokio::test]
async fn clearing_leaves_the_user_devices_plan_rate_limits_and_todays_usage_only() {
    let database = Database::fresh().await;
    let client = link_site(&database).await;
    let newest = "SELECT max(id) FROM users";
    let other = client.another();
    session(&other).await;
    let kept: i64 = database.value(newest).await;
    let before = session(&client).await;
    let cleared: i64 = database.value(newest).await;
    insert_in_every_table(&database, kept).await;
    insert_in_every_table(&database, cleared).await;
    database.execute("UPDATE users SET is_pro = TRUE").await;
    let older_usage = "INSERT INTO daily_usage SELECT user_id, day - 1, 7 FROM daily_usage";
    database.execute(older_usage).await;
    let columns = columns_that_name_a_user(&database).await;
    for column in &columns {
        let rows = rows_of(&database, column, cleared).await;
        assert!(rows > 0, "`insert_in_every_table` has no row for {column}");
    }

    let response = client.delete(paths::USER_DATA).await.expect_status(200);
    let response = response.expect_header("cache-control", "no-store");
    assert!(response.cookies().is_empty());
    let message = "User data cleared successfully";
    let expected = json!({"message": message, "deleted": deleted(1, 1, 2, 1)});
    assert_eq!(response.json(), expected);
    for column in &columns {
        let rows = i64::from(KEPT.contains(&&**column));
        assert_eq!(rows_of(&database, column, cleared).await, rows, "{column}");
        assert!(rows_of(&database, column, kept).await > 0, "{column}");
    }
    let after = session(&client).await;
    assert_eq!(after["anonymous_id"], before["anonymous_id"]);
    let usage = json!({"is_pro": true, "daily_limit": 0, "calls_today": 3, "remaining": -1});
    assert_eq!(after["usage"], usage);
    verse_tests::figure!("{} columns can name a user: {columns:?}", columns.len());

    // Unlinking the last device erases the user.
    insert_history(&database, cleared, "mine").await;
    let unlinked = client.delete(&own_device(&client).await).await;
    assert_eq!(unlinked.expect_status(200).json()["data_deleted"], true);
    for column in &columns {
        assert_eq!(rows_of(&database, column, cleared).await, 0, "{column}");
    }
    let tables = tables_that_refer_to_users(&database).await;
    assert_eq!(with_rows(&database, &tables).await, tables);
    let unlinked = other.delete(&own_device(&other).await).await;
    unlinked.expect_status(200);
    assert_eq!(with_rows(&database, &tables).await, BTreeSet::new());
    verse_tests::figure!("{} tables refer to users: {tables:?}", tables.len());
}

/// Contract: user: "devices and link codes work after clearing as before"
#[tokio::test]
async fn a_linked_device_keeps_its_link_when_the_other_clears_the_data() {
    let database = Database::fresh().await;
    let client = link_site(&database).await;
    let before = session(&client).await;
    let second = client.another();
    let code = generate_code(&client).await;
    accept_code(&second, &code).await.expect_status(200);
    let linked = session(&second).await;
    for cleared in 0..2 {
        client.delete(paths::USER_DATA).await.expect_status(200);
        for device in [&client, &second] {
            let after = session(device).await;
            assert_eq!(after, session(&client).await, "{cleared}");
            assert_eq!(after["anonymous_id"], linked["anonymous_id"]);
        }
        assert_eq!(devices(&second).await.len(), 2);
    }
    assert_eq!(before["created_at"], session(&second).await["created_at"]);
    // Both devices of the cleared user can invite a third one.
    let third = client.another();
    let code = generate_code(&second).await;
    accept_code(&third, &code).await.expect_status(200);
    assert_eq!(devices(&third).await.len(), 3);
}

#[tokio::test]
async fn an_unknown_caller_has_nothing_to_clear_and_writes_nothing() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let client = Client::new(&user(&proxy).await);
    session(&client).await;
    for (unknown, statements) in crate::unknown_callers(&client).into_iter().zip([0, 0, 1]) {
        proxy.reset();
        let cleared = unknown.delete(paths::USER_DATA).await.expect_status(200);
        assert_eq!(cleared.json()["deleted"], deleted(0, 0, 0, 0));
        assert_eq!(proxy.counts().statements, statements, "{unknown:?}");
    }
    assert_eq!(database.count("users").await, 1);
}

#[tokio::test]
async fn clearing_is_one_round_trip_in_every_event_format() {
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
async fn twenty_simultaneous_calls_delete_once() {
    let (database, client) = user_site().await;
    session(&client).await;
    let id: i64 = database.value("SELECT id FROM users").await;
    insert_in_every_table(&database, id).await;
    let requests = (0..20).map(|_| client.delete(paths::USER_DATA).into_future());
    let (mut insights, mut messages) = (0, 0);
    for response in join_all(requests).await {
        let deleted = &response.expect_status(200).json()["deleted"];
        insights += deleted["insights"].as_i64().unwrap();
        messages += deleted["chat_messages"].as_i64().unwrap();
    }
    assert_eq!((insights, messages), (1, 2));
    assert_eq!(database.count("users").await, 1);
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
    // A lost result: the statement runs again, and finds nothing to delete.
    proxy.drop_next_response();
    client.delete(paths::USER_DATA).await.expect_status(200);
    assert_eq!(database.count("users").await, 1);
}
