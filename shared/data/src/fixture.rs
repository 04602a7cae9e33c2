//! Test helpers: databases, times, users, and short statements.

use std::{future::Future, time::Duration};

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use sqlx::{PgPool, postgres::PgConnectOptions};

use crate::{
    AddressHash, Claim, CodeHash, Database, DatabaseConfig, DeviceKind, DeviceToken, Insight,
    InsightContent, InsightSubject, LinkCode, NewDevice, NewInsight, StoreLimit, TokenHash,
    Transaction, UserId, UserLimits, generate_link_code, get_or_create_user, save_insight,
};
use verse_platform::Random;

/// A database handle with 12 connections and long time limits, for concurrent tasks.
pub(crate) fn database(options: PgConnectOptions) -> Database {
    database_of(options, 12)
}

/// As [`connect`], with this number of connections.
pub(crate) fn connect_with(pool: &PgPool, connections: usize) -> Database {
    database_of((*pool.connect_options()).clone(), connections)
}

fn database_of(options: PgConnectOptions, connections: usize) -> Database {
    let mut config = DatabaseConfig::new(options);
    config.max_connections = connections;
    config.acquire_timeout = Duration::from_secs(30);
    config.statement_timeout = Duration::from_secs(30);
    config.transaction_timeout = Duration::from_secs(30);
    Database::connect_lazy(&config)
}

/// A limit of so many writes for one address.
pub(crate) fn store_limit(most: i32) -> StoreLimit {
    let address = std::net::IpAddr::from([192, 0, 2, 1]);
    StoreLimit {
        address: AddressHash::of(address, at("2026-01-01T00:00:00Z").date_naive()),
        most,
        cost: 1,
    }
}

/// Parses a time (RFC 3339).
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A token of no device.
pub(crate) fn stranger() -> TokenHash {
    DeviceToken::generate(&Random::system()).hash()
}

/// A new user with one device.
pub(crate) async fn reader(database: &Database) -> (UserId, TokenHash) {
    let person = Person::new(database, at("2026-01-01T00:00:00Z")).await;
    (UserId(person.user), person.token)
}

/// A device and its user.
#[derive(Clone, Copy)]
pub(crate) struct Person {
    pub(crate) token: TokenHash,
    pub(crate) user: i64,
    pub(crate) device: i64,
}

impl Person {
    /// Creates a user with one device.
    pub(crate) async fn new(database: &Database, now: DateTime<Utc>) -> Self {
        let device = NewDevice {
            token_hash: stranger(),
            anonymous_id: Random::system().uuid(),
            name: None,
            kind: DeviceKind::Unknown,
            user_agent: None,
        };
        let session = get_or_create_user(database, None, &device, None, now)
            .await
            .unwrap();
        Self {
            token: device.token_hash,
            user: session.user.id.0,
            device: session.device_id.0,
        }
    }

    /// Creates another device of the same user.
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

    /// The user that the device's token now belongs to; `None` when the token is unknown.
    pub(crate) async fn user_now(&self, database: &Database) -> Option<i64> {
        sqlx::query_scalar("SELECT user_id FROM devices WHERE token_hash = $1")
            .bind(self.token.as_bytes())
            .fetch_optional(database.repeatable())
            .await
            .unwrap()
    }
}

/// The limit of a user's data in tests that do not reach it.
pub(crate) const MOST_BYTES: i64 = 100_000_000;

/// The limits of a user with so many replies a day.
pub(crate) fn limits(daily_limit: i32) -> UserLimits {
    UserLimits {
        daily_limit,
        most_bytes: MOST_BYTES,
    }
}

/// A new random code.
pub(crate) fn code() -> CodeHash {
    LinkCode::generate(&Random::system()).hash()
}

/// Generates a code for the user.
pub(crate) async fn code_of(database: &Database, person: Person, now: &str) -> CodeHash {
    let code = code();
    let generated = generate_link_code(database, person.token, code, at(now)).await;
    generated.unwrap().unwrap();
    code
}

/// Runs a statement with these arguments.
pub(crate) async fn run(database: &Database, sql: &'static str, numbers: &[i64]) {
    let mut query = sqlx::query(sql);
    for number in numbers {
        query = query.bind(*number);
    }
    query.execute(database.once()).await.unwrap();
}

/// A query's only number.
pub(crate) async fn number(database: &Database, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql)
        .fetch_one(database.once())
        .await
        .unwrap()
}

/// A query's texts.
pub(crate) async fn texts(database: &Database, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql)
        .fetch_all(database.once())
        .await
        .unwrap()
}

/// The number of a table's rows.
pub(crate) async fn count(database: &Database, table: &str) -> i64 {
    let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    sqlx::query_scalar(sql)
        .fetch_one(database.once())
        .await
        .unwrap()
}

/// Adds a row trigger to a table. `event` is as in `BEFORE INSERT ON users`, `body` is PL/pgSQL.
pub(crate) async fn add_trigger(database: &Database, event: &str, body: &str) {
    let sql = format!(
        "CREATE FUNCTION test_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; END $$;
         CREATE TRIGGER test_trigger {event} FOR EACH ROW EXECUTE FUNCTION test_trigger()"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .execute(database.once())
        .await
        .unwrap();
}

/// The body of a trigger that fails as a deadlock does.
pub(crate) const DEADLOCK: &str = "RAISE EXCEPTION 'test' USING ERRCODE = '40P01'";

/// Waits until this number of statements wait for a lock, five seconds at most.
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
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("too few statements wait for a lock");
}

/// As [`database`], for a test that takes `#[sqlx::test]`'s pool.
pub(crate) fn connect(pool: &PgPool) -> Database {
    database((*pool.connect_options()).clone())
}

/// Runs so many tasks at once, each with its number, and returns their results.
pub(crate) async fn at_once<T, F>(tasks: usize, task: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<_> = (0..tasks).map(|n| tokio::spawn(task(n))).collect();
    let results = join_all(tasks).await;
    results.into_iter().map(Result::unwrap).collect()
}

/// The generated answers that are counted, of all users and days.
pub(crate) async fn calls(database: &Database) -> i64 {
    let sql = "SELECT coalesce(sum(calls), 0)::BIGINT FROM daily_usage";
    number(database, sql).await
}

/// The test's database with so many connections, and with the timeouts of the product: for tests of slow statements.
pub(crate) fn connect_with_timeouts(pool: &PgPool, connections: usize) -> Database {
    let mut config = DatabaseConfig::new((*pool.connect_options()).clone());
    config.max_connections = connections;
    Database::connect_lazy(&config)
}

/// The three texts of an insight, each beginning with `text`.
pub(crate) fn insight_content(text: &str) -> InsightContent {
    InsightContent {
        historical_context: format!("{text}: history"),
        theological_significance: format!("{text}: significance"),
        practical_application: format!("{text}: application"),
    }
}

/// Saves an insight on this text of John 3:16 for the caller.
pub(crate) async fn saved_insight(
    database: &Database,
    token: TokenHash,
    passage_text: &str,
    now: DateTime<Utc>,
) -> Insight {
    let subject = InsightSubject {
        passage_reference: "John 3:16 (KJV)",
        passage_text,
    };
    let (content, source) = (&insight_content("saved"), Some("a library"));
    let new = NewInsight {
        subject,
        content,
        source,
        is_scripture: true,
    };
    save_insight(database, token, new, now).await.unwrap()
}

/// A claim with which a lookup claims nothing: there is no quota.
pub(crate) fn lookup_claim(now: DateTime<Utc>) -> Claim {
    Claim {
        id: Random::system().uuid(),
        lease_until: now,
        daily_limit: 0,
        most_bytes: MOST_BYTES,
    }
}

/// Begins a merge of two users without data: the devices of `gone` belong to `kept`, and `gone` is deleted.
pub(crate) async fn begin_merge(database: &Database, gone: UserId, kept: UserId) -> Transaction {
    let mut merge = database.begin().await.unwrap();
    for sql in [
        "UPDATE devices SET user_id = $2 WHERE user_id = $1",
        "DELETE FROM users WHERE id = $1 AND id <> $2",
    ] {
        sqlx::query(sql)
            .bind(gone.0)
            .bind(kept.0)
            .execute(merge.connection())
            .await
            .unwrap();
    }
    merge
}
