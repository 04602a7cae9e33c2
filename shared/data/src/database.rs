//! The way to Postgres: a lazy pool, and two ways of running one statement on it.
//!
//! Every wait has an end (see [`DatabaseConfig`]); a connection that broke is thrown away. A statement that may safely
//! run twice goes through [`Database::repeatable`] and is repeated once on a fresh connection when its own broke;
//! any other goes through [`Database::once`] and is not, as nobody can know whether it was carried out. Either is repeated
//! once when the server undid it because of what another did meanwhile.

use std::{fmt, time::Duration};

use sqlx::{PgConnection, postgres::PgConnectOptions};
use tokio::time::{Instant, timeout, timeout_at};

use crate::{Error, error::breaks_connection};

use credentials::Login;
use pool::{Pool, PooledConnection};

pub use executor::{Once, Repeatable};

mod config;
mod credentials;
mod executor;
mod iam;
mod pool;

/// How to reach the database, and how long to wait for it.
#[derive(Clone)]
pub struct DatabaseConfig {
    options: PgConnectOptions,
    login: Login,
    /// Connections one process may hold. A function serves one request at a time: a few are plenty.
    pub max_connections: usize,
    /// The longest wait for a connection.
    pub acquire_timeout: Duration,
    /// The longest wait for one statement, its connection included.
    pub statement_timeout: Duration,
    /// The longest that a transaction may take.
    pub transaction_timeout: Duration,
}

impl fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseConfig(***)")
    }
}

/// A handle on the database. Cheap to clone; connects when it is first asked for something.
#[derive(Clone, Debug)]
pub struct Database {
    pool: Pool,
    statement_timeout: Duration,
    transaction_timeout: Duration,
}

impl Database {
    /// A handle that opens no connection yet.
    #[must_use]
    pub fn connect_lazy(config: &DatabaseConfig) -> Self {
        let size = config.max_connections;
        let (options, login) = (config.options.clone(), config.login.clone());
        let pool = Pool::new(options, login, size, config.acquire_timeout);
        Self {
            pool,
            statement_timeout: config.statement_timeout,
            transaction_timeout: config.transaction_timeout,
        }
    }

    /// Runs a statement that may safely run twice: a read, or a write whose second run changes nothing.
    #[must_use]
    pub fn repeatable(&self) -> Repeatable<'_> {
        Repeatable(self)
    }

    /// Runs a statement that must not run twice.
    #[must_use]
    pub fn once(&self) -> Once<'_> {
        Once(self)
    }

    /// Begins a transaction; it is rolled back unless [`Transaction::commit`] ends it.
    ///
    /// For an invariant that spans statements only, and never held across a call to anything but the database: it
    /// costs two round trips more and keeps its connection.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when no connection is to be had.
    pub async fn begin(&self) -> Result<Transaction, Error> {
        let deadline = self.deadline();
        let begun = self.try_begin(deadline).await;
        // Nothing has been done yet: on a connection that broke while it was idle, another may begin.
        match begun {
            Err(error) if breaks_connection(&error) && Instant::now() < deadline => {
                Ok(self.try_begin(deadline).await?)
            }
            begun => Ok(begun?),
        }
    }

    async fn try_begin(&self, deadline: Instant) -> Result<Transaction, sqlx::Error> {
        let begin = async {
            let mut lease = self.pool.lease().await?;
            sqlx::raw_sql("BEGIN").execute(lease.connection()?).await?;
            Ok(Transaction { lease })
        };
        timeout_at(deadline, begin)
            .await
            .unwrap_or_else(|_| Err(timed_out()))
    }

    /// Bounds the work of a transaction, waits for other transactions included. What is given up is undone.
    ///
    /// # Errors
    ///
    /// Those of `work`, and [`Error::Unavailable`] when it takes too long.
    pub(crate) async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        timeout(self.transaction_timeout, work)
            .await
            .unwrap_or_else(|_| Err(timed_out().into()))
    }

    /// Opens a connection ahead of need. A failure is left for the first request to meet.
    pub async fn warm_up(&self) {
        if let Ok(lease) = self.pool.lease().await {
            lease.give_back();
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when it does not.
    pub async fn ping(&self) -> Result<(), Error> {
        sqlx::query!("SELECT 1 AS one")
            .fetch_one(self.repeatable())
            .await?;
        Ok(())
    }

    /// Closes the connections that are not in use, and the others when they come back. Lends no more.
    pub fn close(&self) {
        self.pool.close();
    }

    /// The same, and takes leave of the server first, so that it need not find out by itself.
    pub async fn close_gracefully(&self) {
        self.pool.close_gracefully().await;
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.statement_timeout
    }

    /// Runs `work` on a connection; one that broke, or did not answer in time, is not used again.
    async fn run<T, W>(&self, deadline: Instant, work: W) -> Result<T, sqlx::Error>
    where
        W: AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>,
    {
        let mut lease = timeout_at(deadline, self.pool.lease())
            .await
            .map_err(|_| timed_out())??;
        let result = timeout_at(deadline, work(lease.connection()?)).await;
        let result = result.unwrap_or_else(|_| Err(timed_out()));
        if !result.as_ref().is_err_and(breaks_connection) {
            lease.give_back();
        }
        result
    }
}

fn timed_out() -> sqlx::Error {
    sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())
}

/// A transaction: statements run on [`Transaction::connection`].
///
/// One that is dropped takes its connection with it, and the server undoes what was done.
#[derive(Debug)]
pub struct Transaction {
    lease: PooledConnection,
}

impl Transaction {
    /// The connection to run statements on.
    ///
    /// # Errors
    ///
    /// None as long as the transaction lives.
    pub fn connection(&mut self) -> Result<&mut PgConnection, Error> {
        Ok(self.lease.connection()?)
    }

    /// Makes what was done durable.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when the connection broke: what was done may or may not have been kept.
    pub async fn commit(mut self) -> Result<(), Error> {
        sqlx::raw_sql("COMMIT")
            .execute(self.lease.connection()?)
            .await?;
        self.lease.give_back();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{PgPool, postgres::PgPoolOptions};

    use super::*;

    const SLEEP: &str = "SELECT pg_sleep(0.3)";

    fn database(options: PgConnectOptions, max_connections: usize) -> Database {
        Database::connect_lazy(&DatabaseConfig {
            max_connections,
            ..DatabaseConfig::new(options)
        })
    }

    /// Ends every connection to this database but the one that asks.
    async fn cut(observer: &PgPool) {
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        sqlx::query(cut).execute(observer).await.unwrap();
    }

    async fn observer(options: &PgConnectOptions) -> PgPool {
        PgPoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await
            .unwrap()
    }

    #[sqlx::test(migrations = false)]
    async fn a_read_on_a_connection_that_was_cut_is_repeated(
        _: PgPoolOptions,
        options: PgConnectOptions,
    ) {
        let observer = observer(&options).await;
        let database = database(options, 3);
        // Three connections, each idle by now, each about to be cut.
        let (a, b, c) = tokio::join!(
            sqlx::query(SLEEP).execute(database.repeatable()),
            sqlx::query(SLEEP).execute(database.repeatable()),
            sqlx::query(SLEEP).execute(database.repeatable()),
        );
        assert!(a.is_ok() && b.is_ok() && c.is_ok());
        for _ in 0..3 {
            cut(&observer).await;
            database.ping().await.unwrap();
        }
    }

    #[sqlx::test(migrations = false)]
    async fn a_write_on_a_connection_that_was_cut_is_not_repeated(
        _: PgPoolOptions,
        options: PgConnectOptions,
    ) {
        let observer = observer(&options).await;
        let database = database(options, 1);
        database.ping().await.unwrap();
        cut(&observer).await;
        let write = sqlx::query("CREATE TABLE written ()")
            .execute(database.once())
            .await;
        assert!(Error::from(write.unwrap_err()).is_unavailable());
        sqlx::query("CREATE TABLE written ()")
            .execute(database.once())
            .await
            .unwrap();
    }

    #[sqlx::test(migrations = false)]
    async fn a_statement_that_does_not_end_is_given_up_and_its_connection_too(
        _: PgPoolOptions,
        options: PgConnectOptions,
    ) {
        let observer = observer(&options).await;
        let config = DatabaseConfig {
            max_connections: 1,
            statement_timeout: Duration::from_secs(2),
            ..DatabaseConfig::new(options)
        };
        let database = Database::connect_lazy(&config);
        let endless = sqlx::query("SELECT pg_sleep(60)")
            .execute(database.once())
            .await;
        assert!(Error::from(endless.unwrap_err()).is_unavailable());
        database.ping().await.unwrap();
        // The server sleeps on; the test's database can only be dropped once it does not.
        database.close();
        cut(&observer).await;
    }

    #[sqlx::test(migrations = false)]
    async fn a_transaction_that_is_not_committed_leaves_nothing(
        _: PgPoolOptions,
        options: PgConnectOptions,
    ) {
        let database = database(options, 2);
        let create = "CREATE TABLE made ()";
        let mut transaction = database.begin().await.unwrap();
        sqlx::query(create)
            .execute(transaction.connection().unwrap())
            .await
            .unwrap();
        drop(transaction);
        let mut transaction = database.begin().await.unwrap();
        sqlx::query(create)
            .execute(transaction.connection().unwrap())
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        sqlx::query("SELECT FROM made")
            .execute(database.repeatable())
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn nobody_listening_is_unavailable_within_the_limit() {
        let options = PgConnectOptions::new().host("127.0.0.1").port(1);
        let config = DatabaseConfig {
            acquire_timeout: Duration::from_millis(300),
            ..DatabaseConfig::new(options)
        };
        let error = Database::connect_lazy(&config).ping().await.unwrap_err();
        assert!(error.is_unavailable(), "{error:?}");
    }
}
