//! Users and devices for the tests of this crate.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnectOptions;

use crate::{
    Database, DatabaseConfig, DeviceKind, DeviceToken, NewDevice, Random, Session, TokenHash,
    get_or_create_user,
};

/// A point in time, as `2026-01-01T00:00:00Z`.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A database with connections for many tasks at once.
pub(crate) fn crowded(options: PgConnectOptions) -> Database {
    let mut config = DatabaseConfig::new(options);
    config.max_connections = 12;
    config.acquire_timeout = std::time::Duration::from_secs(30);
    config.statement_timeout = std::time::Duration::from_secs(30);
    config.transaction_timeout = std::time::Duration::from_secs(30);
    Database::connect_lazy(&config)
}

/// A device of some user.
#[derive(Clone, Copy)]
pub(crate) struct Person {
    pub(crate) token: TokenHash,
    pub(crate) user: i64,
    pub(crate) device: i64,
}

impl Person {
    /// A new user with one device.
    pub(crate) async fn new(database: &Database, now: DateTime<Utc>) -> Self {
        let token = token();
        let session = come(database, token, now).await;
        Self {
            token,
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

pub(crate) fn token() -> TokenHash {
    DeviceToken::generate(&Random::system()).hash()
}

async fn come(database: &Database, token_hash: TokenHash, now: DateTime<Utc>) -> Session {
    let device = NewDevice {
        token_hash,
        anonymous_id: Random::system().uuid(),
        name: None,
        kind: DeviceKind::Unknown,
        user_agent: None,
    };
    get_or_create_user(database, None, &device, now)
        .await
        .unwrap()
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
