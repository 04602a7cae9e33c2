//! What this crate's tests begin with: a database, a moment, a reader.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnectOptions;

use crate::{
    Database, DatabaseConfig, DeviceKind, DeviceToken, NewDevice, Random, TokenHash, UserId,
    get_or_create_user,
};

/// A database with enough connections for tasks to meet in it.
pub(crate) fn database(options: PgConnectOptions) -> Database {
    let mut config = DatabaseConfig::new(options);
    config.max_connections = 12;
    Database::connect_lazy(&config)
}

/// The moment that `text` (RFC 3339) says.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A new user with one device.
pub(crate) async fn reader(database: &Database) -> (UserId, TokenHash) {
    let random = Random::system();
    let device = NewDevice {
        token_hash: stranger(),
        anonymous_id: random.uuid(),
        name: None,
        kind: DeviceKind::Unknown,
        user_agent: None,
    };
    let now = at("2026-01-01T00:00:00Z");
    let session = get_or_create_user(database, None, &device, now)
        .await
        .unwrap();
    (session.user.id, device.token_hash)
}

/// A token that is no device's.
pub(crate) fn stranger() -> TokenHash {
    DeviceToken::generate(&Random::system()).hash()
}

/// How many rows `table` has.
pub(crate) async fn count(database: &Database, table: &str) -> i64 {
    let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    sqlx::query_scalar(sql)
        .fetch_one(database.once())
        .await
        .unwrap()
}

/// Waits until so many statements wait for a lock, five seconds at most.
pub(crate) async fn until_waiting(database: &Database, statements: i64) {
    for _ in 0..500 {
        let waiting: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        .fetch_one(database.once())
        .await
        .unwrap();
        if waiting >= statements {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("nobody waits");
}
