//! The connection to Postgres: a lazy pool, single statements and transactions.
//!
//! Every wait has a limit (see [`DatabaseConfig`]), and a broken connection is closed. A statement that may safely run twice
//! goes through [`Database::repeatable`] and is repeated once on another connection when its own broke. Any other goes
//! through [`Database::once`]: whether the server ran it before the break is unknown. Both are repeated once when the server
//! undid them because of a concurrent statement.

use std::time::Duration;

use sqlx::{PgConnection, postgres::PgConnectOptions};
use tokio::time::{Instant, timeout, timeout_at};

use crate::{Error, error::breaks_connection};

use credentials::CredentialSource;
use pool::{Pool, PooledConnection};

pub use executor::StatementRunner;

mod config;
mod credentials;
mod executor;
mod iam;
mod pool;

/// Connection options and time limits.
#[derive(Clone)]
pub struct DatabaseConfig {
    options: PgConnectOptions,
    credentials: CredentialSource,
    /// The most connections of one process. A function serves one request at a time, so a few are enough.
    pub max_connections: usize,
    /// The longest wait for a connection.
    pub acquire_timeout: Duration,
    /// The longest wait for one statement, including the wait for its connection.
    pub statement_timeout: Duration,
    /// The limit of a whole transaction.
    pub transaction_timeout: Duration,
}

redact!(DatabaseConfig, Pool);

/// A handle on the database. Cheap to clone; connects for its first statement.
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
        Self {
            pool: Pool::new(
                config.options.clone(),
                config.credentials.clone(),
                config.max_connections,
                config.acquire_timeout,
            ),
            statement_timeout: config.statement_timeout,
            transaction_timeout: config.transaction_timeout,
        }
    }

    /// Runs a statement that may safely run twice: a read, or a write whose second run changes nothing.
    pub fn repeatable(&self) -> StatementRunner<'_> {
        StatementRunner {
            database: self,
            is_repeatable: true,
        }
    }

    /// Runs a statement that must not run twice.
    pub fn once(&self) -> StatementRunner<'_> {
        StatementRunner {
            database: self,
            is_repeatable: false,
        }
    }

    /// Begins a transaction. It is rolled back unless [`Transaction::commit`] ends it.
    ///
    /// Only for an invariant that spans statements, and never held across a call to anything but the database: it costs
    /// two more round trips and keeps its connection.
    pub async fn begin(&self) -> Result<Transaction, Error> {
        let deadline = self.deadline();
        match self.try_begin(deadline).await {
            // The connection broke while it was idle. Nothing was done yet, so another one is safe.
            Err(error) if breaks_connection(&error) && Instant::now() < deadline => {
                Ok(self.try_begin(deadline).await?)
            }
            result => Ok(result?),
        }
    }

    async fn try_begin(&self, deadline: Instant) -> Result<Transaction, sqlx::Error> {
        let begin = async {
            let mut pooled = self.pool.acquire().await?;
            sqlx::raw_sql("BEGIN").execute(pooled.connection()).await?;
            Ok(Transaction { pooled })
        };
        timeout_at(deadline, begin)
            .await
            .unwrap_or_else(|_| Err(timed_out()))
    }

    /// Limits the time of a transaction, including waits for other transactions. At the limit the server undoes it.
    ///
    /// # Errors
    /// Those of `transaction`, and [`Error::Unavailable`] when it takes too long.
    pub(crate) async fn limit_transaction<T>(
        &self,
        transaction: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        timeout(self.transaction_timeout, transaction)
            .await
            .unwrap_or_else(|_| Err(timed_out().into()))
    }

    /// Opens a connection in advance. After a failure, the first request tries again.
    pub async fn warm_up(&self) {
        if let Ok(pooled) = self.pool.acquire().await {
            pooled.give_back();
        }
    }

    /// Checks that the database answers.
    pub async fn ping(&self) -> Result<(), Error> {
        sqlx::query!("SELECT 1 AS one")
            .fetch_one(self.repeatable())
            .await?;
        Ok(())
    }

    /// Closes the idle connections now and the others when they come back. No connection is given out after this.
    pub fn close(&self) {
        self.pool.close();
    }

    /// As [`Database::close`], and closes idle connections with a Terminate message.
    pub async fn close_gracefully(&self) {
        self.pool.close_gracefully().await;
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.statement_timeout
    }

    /// Runs `work` on a connection. A connection that broke or did not answer in time is not used again.
    async fn run<T, W>(&self, deadline: Instant, work: W) -> Result<T, sqlx::Error>
    where
        W: AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>,
    {
        let mut pooled = timeout_at(deadline, self.pool.acquire())
            .await
            .map_err(|_| timed_out())??;
        let result = timeout_at(deadline, work(pooled.connection())).await;
        let result = result.unwrap_or_else(|_| Err(timed_out()));
        if !result.as_ref().is_err_and(breaks_connection) {
            pooled.give_back();
        }
        result
    }
}

fn timed_out() -> sqlx::Error {
    sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())
}

/// A transaction. Its statements run on [`Transaction::connection`].
///
/// Dropping it closes its connection, and the server undoes its statements.
pub struct Transaction {
    pooled: PooledConnection,
}

impl Transaction {
    /// The connection for the statements.
    pub fn connection(&mut self) -> &mut PgConnection {
        self.pooled.connection()
    }

    /// Undoes the statements, and keeps the connection.
    pub async fn roll_back(mut self) -> Result<(), Error> {
        sqlx::raw_sql("ROLLBACK").execute(self.connection()).await?;
        self.pooled.give_back();
        Ok(())
    }

    /// Commits.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the connection broke: the transaction may or may not have been committed.
    pub async fn commit(mut self) -> Result<(), Error> {
        sqlx::raw_sql("COMMIT").execute(self.connection()).await?;
        self.pooled.give_back();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;

    const SLEEP: &str = "SELECT pg_sleep(0.3)";

    fn config(pool: &PgPool, max_connections: usize) -> DatabaseConfig {
        DatabaseConfig {
            max_connections,
            ..DatabaseConfig::new((*pool.connect_options()).clone())
        }
    }

    fn database(pool: &PgPool, max_connections: usize) -> Database {
        Database::connect_lazy(&config(pool, max_connections))
    }

    /// Ends every other connection to this database.
    async fn cut(pool: &PgPool) {
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        sqlx::query(cut).execute(pool).await.unwrap();
    }

    #[sqlx::test(migrations = false)]
    async fn a_read_on_a_cut_connection_is_repeated(pool: PgPool) {
        let database = database(&pool, 3);
        // Opens three connections.
        let (a, b, c) = tokio::join!(
            sqlx::query(SLEEP).execute(database.repeatable()),
            sqlx::query(SLEEP).execute(database.repeatable()),
            sqlx::query(SLEEP).execute(database.repeatable()),
        );
        assert!(a.is_ok() && b.is_ok() && c.is_ok());
        for _ in 0..3 {
            cut(&pool).await;
            database.ping().await.unwrap();
        }
    }

    #[sqlx::test(migrations = false)]
    async fn a_write_on_a_cut_connection_is_not_repeated(pool: PgPool) {
        let database = database(&pool, 1);
        database.ping().await.unwrap();
        cut(&pool).await;
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
    async fn a_statement_past_its_time_limit_fails_and_its_connection_is_closed(pool: PgPool) {
        let config = DatabaseConfig {
            statement_timeout: Duration::from_secs(2),
            ..config(&pool, 1)
        };
        let database = Database::connect_lazy(&config);
        let endless = sqlx::query("SELECT pg_sleep(60)")
            .execute(database.once())
            .await;
        assert!(Error::from(endless.unwrap_err()).is_unavailable());
        database.ping().await.unwrap();
        // The server still sleeps. The test's database can be dropped only after that.
        database.close();
        cut(&pool).await;
    }

    #[sqlx::test(migrations = false)]
    async fn an_uncommitted_transaction_is_undone(pool: PgPool) {
        let database = database(&pool, 2);
        let create = "CREATE TABLE made ()";
        let mut transaction = database.begin().await.unwrap();
        sqlx::query(create)
            .execute(transaction.connection())
            .await
            .unwrap();
        drop(transaction);
        let mut transaction = database.begin().await.unwrap();
        sqlx::query(create)
            .execute(transaction.connection())
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        sqlx::query("SELECT FROM made")
            .execute(database.repeatable())
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn a_closed_port_is_unavailable_within_the_limit() {
        let options = PgConnectOptions::new().host("127.0.0.1").port(1);
        let config = DatabaseConfig {
            acquire_timeout: Duration::from_millis(300),
            ..DatabaseConfig::new(options)
        };
        let error = Database::connect_lazy(&config).ping().await.unwrap_err();
        assert!(error.is_unavailable(), "{error:?}");
    }
}
