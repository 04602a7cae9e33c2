//! What this crate's tests begin with: a database, a moment, and somebody to whom things belong.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnectOptions;

use crate::{
    Database, DatabaseConfig, DeviceKind, DeviceToken, NewDevice, TokenHash, UserId,
    get_or_create_user,
};
use verse_platform::Random;

/// A database with enough connections for tasks to meet in it, and patience for those that wait for one.
pub(crate) fn database(options: PgConnectOptions) -> Database {
    database_of(options, 12)
}

/// As [`database`], with so many connections.
pub(crate) fn database_of(options: PgConnectOptions, connections: usize) -> Database {
    let mut config = DatabaseConfig::new(options);
    config.max_connections = connections;
    config.acquire_timeout = Duration::from_secs(30);
    config.statement_timeout = Duration::from_secs(30);
    config.transaction_timeout = Duration::from_secs(30);
    Database::connect_lazy(&config)
}

/// The moment that `text` (RFC 3339) says.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A token that is no device's.
pub(crate) fn stranger() -> TokenHash {
    DeviceToken::generate(&Random::system()).hash()
}

/// A new user with one device.
pub(crate) async fn reader(database: &Database) -> (UserId, TokenHash) {
    let person = Person::new(database, at("2026-01-01T00:00:00Z")).await;
    (UserId(person.user), person.token)
}

/// A device, and whose it is.
#[derive(Clone, Copy)]
pub(crate) struct Person {
    pub(crate) token: TokenHash,
    pub(crate) user: i64,
    pub(crate) device: i64,
}

impl Person {
    /// A new user with one device.
    pub(crate) async fn new(database: &Database, now: DateTime<Utc>) -> Self {
        let device = NewDevice {
            token_hash: stranger(),
            anonymous_id: Random::system().uuid(),
            name: None,
            kind: DeviceKind::Unknown,
            user_agent: None,
        };
        let session = get_or_create_user(database, None, &device, now)
            .await
            .unwrap();
        Self {
            token: device.token_hash,
            user: session.user.id.0,
            device: session.device_id.0,
        }
    }

    /// One more device of the same user.
    pub(crate) async fn device(&self, database: &Database, now: DateTime<Utc>) -> Self {
        let other = Self::new(database, now).await;
        run(
            database,
            "UPDATE devices SET user_id = $1 WHERE user_id = $2",
            &[self.user, other.user],
        )
        .await;
        run(database, "DELETE FROM users WHERE id = $1", &[other.user]).await;
        Self {
            user: self.user,
            ..other
        }
    }

    /// The user that its cookie stands for now; `None` when it is worth nothing.
    pub(crate) async fn user_now(&self, database: &Database) -> Option<i64> {
        sqlx::query_scalar("SELECT user_id FROM devices WHERE token_hash = $1")
            .bind(self.token.as_bytes())
            .fetch_optional(database.repeatable())
            .await
            .unwrap()
    }
}

/// Runs a statement with these numbers.
pub(crate) async fn run(database: &Database, sql: &'static str, numbers: &[i64]) {
    let mut query = sqlx::query(sql);
    for number in numbers {
        query = query.bind(*number);
    }
    query.execute(database.once()).await.unwrap();
}

/// The one number that a query gives.
pub(crate) async fn number(database: &Database, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql)
        .fetch_one(database.once())
        .await
        .unwrap()
}

/// The texts that a query gives.
pub(crate) async fn texts(database: &Database, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql)
        .fetch_all(database.once())
        .await
        .unwrap()
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
