use sqlx::{
    AssertSqlSafe,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::*;
use crate::{DatabaseConfig, DeviceKind, DeviceToken, NewDevice, get_or_create_user};
use verse_platform::Random;

fn database(options: PgConnectOptions) -> Database {
    let mut config = DatabaseConfig::new(options);
    config.max_connections = 8;
    Database::connect_lazy(&config)
}

/// A new user with one device: its number, and its token's hash.
async fn user(database: &Database) -> (i64, TokenHash) {
    let random = Random::system();
    let device = NewDevice {
        token_hash: DeviceToken::generate(&random).hash(),
        anonymous_id: random.uuid(),
        name: None,
        kind: DeviceKind::Unknown,
        user_agent: None,
    };
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let session = get_or_create_user(database, None, &device, now)
        .await
        .unwrap();
    (session.user.id.0, device.token_hash)
}

async fn rows_naming(database: &Database, table: &str, column: &str, user: i64) -> i64 {
    let count = format!("SELECT count(*) FROM {table} WHERE {column} = {user}");
    sqlx::query_scalar(AssertSqlSafe(count))
        .fetch_one(database.once())
        .await
        .unwrap()
}

/// That no row of any table is left, the black-box tests show.
#[sqlx::test(migrations = "../../migrations")]
async fn only_the_caller_is_erased_and_only_once(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let (kept, _) = user(&database).await;
    let (gone, token) = user(&database).await;
    for id in [kept, gone] {
        sqlx::query(
            "INSERT INTO conversations (user_id, title, created_at, updated_at)
             VALUES ($1, 'A chat', now(), now())",
        )
        .bind(id)
        .execute(database.once())
        .await
        .unwrap();
    }
    let erased = clear_user_data(&database, token).await.unwrap();
    let one_chat = Erased {
        standalone_chats: 1,
        ..Erased::default()
    };
    assert_eq!(erased, one_chat);
    assert_eq!(rows_naming(&database, "users", "id", gone).await, 0);
    assert_eq!(
        rows_naming(&database, "conversations", "user_id", kept).await,
        1
    );
    let again = clear_user_data(&database, token).await.unwrap();
    assert_eq!(again, Erased::default(), "an unknown caller has nothing");
}

/// A cascade looks rows up by the key. Without an index for it, each erasure would read whole tables.
#[sqlx::test(migrations = "../../migrations")]
async fn every_foreign_key_that_cascades_has_an_index(_: PgPoolOptions, options: PgConnectOptions) {
    let bare: Vec<(String,)> = sqlx::query_as(
        "SELECT conname::text FROM pg_constraint
         JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
         WHERE contype = 'f' AND confdeltype = 'c' AND NOT EXISTS (
             SELECT FROM pg_index
             WHERE indrelid = conrelid AND indkey[0] = conkey[1]
               AND (indpred IS NULL
                    OR pg_get_expr(indpred, indrelid) = format('(%I IS NOT NULL)', attname)))",
    )
    .fetch_all(database(options).once())
    .await
    .unwrap();
    assert_eq!(bare, []);
}

#[sqlx::test(migrations = "../../migrations")]
async fn twenty_erasures_at_once_all_succeed(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let (id, token) = user(&database).await;
    let calls = (0..20).map(|_| {
        let database = database.clone();
        tokio::spawn(async move { clear_user_data(&database, token).await.unwrap() })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    assert_eq!(rows_naming(&database, "users", "id", id).await, 0);
}

/// The device has moved to another user by the time that the erasure gets hold of the one it found.
#[sqlx::test(migrations = "../../migrations")]
async fn an_erasure_follows_a_user_that_is_merged_meanwhile(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (from, token) = user(&database).await;
    let (into, _) = user(&database).await;
    let mut merge = database.begin().await.unwrap();
    for statement in [
        format!("UPDATE devices SET user_id = {into} WHERE user_id = {from}"),
        format!("DELETE FROM users WHERE id = {from}"),
    ] {
        sqlx::query(AssertSqlSafe(statement))
            .execute(merge.connection().unwrap())
            .await
            .unwrap();
    }
    let waiting = {
        let database = database.clone();
        tokio::spawn(async move { clear_user_data(&database, token).await.unwrap() })
    };
    let is_waiting = "SELECT EXISTS (SELECT FROM pg_stat_activity
                      WHERE datname = current_database() AND wait_event_type = 'Lock')";
    let mut tries = 0;
    while !sqlx::query_scalar::<_, bool>(is_waiting)
        .fetch_one(database.once())
        .await
        .unwrap()
    {
        tries += 1;
        assert!(tries < 1000, "the erasure never waited for the merge");
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    merge.commit().await.unwrap();
    waiting.await.unwrap();
    assert_eq!(rows_naming(&database, "users", "id", into).await, 0);
}
