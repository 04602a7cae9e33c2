//! A database for one test.

use sqlx::{
    AssertSqlSafe, PgPool, Postgres, SqlSafeStr,
    postgres::{PgPoolOptions, PgRow},
};

use crate::proxy::Proxy;
use crate::template_database::{self, Server};

/// A fresh Postgres database, dropped with this value.
#[derive(Debug)]
pub struct Database {
    server: Server,
    name: String,
    pool: PgPool,
}

impl Database {
    /// A database with every migration applied: a copy of a template.
    pub async fn fresh() -> Self {
        let server = Server::from_environment();
        let name = template_database::copy(&server).await;
        Self::at(server, name)
    }

    /// A database without tables, for tests of the migrations.
    pub async fn empty() -> Self {
        let server = Server::from_environment();
        let name = template_database::create_empty(&server).await;
        Self::at(server, name)
    }

    fn at(server: Server, name: String) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(4)
            .connect_lazy_with(server.options_of(&name));
        Self { server, name, pool }
    }

    /// For a function's `DATABASE_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url_of(&self.name)
    }

    /// Connections for the test itself.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Runs a statement and returns the number of rows that it changed.
    pub async fn execute(&self, sql: impl SqlSafeStr) -> u64 {
        let done = sqlx::query(sql.into_sql_str()).execute(&self.pool).await;
        done.expect("the test's statement runs").rows_affected()
    }

    /// Runs several statements.
    pub async fn run_script(&self, sql: impl SqlSafeStr) {
        let done = sqlx::raw_sql(sql.into_sql_str()).execute(&self.pool).await;
        done.expect("the test's script runs");
    }

    /// The number of rows in a table: `database.count("users")`, also with a condition: `"users WHERE id = 1"`.
    pub async fn count(&self, rows: &str) -> i64 {
        let sql = AssertSqlSafe(format!("SELECT count(*) FROM {rows}"));
        self.value(sql).await
    }

    /// The value that a query returns: `database.value::<i64>("SELECT COUNT(*) FROM users")`.
    pub async fn value<T>(&self, sql: impl SqlSafeStr) -> T
    where
        (T,): for<'r> sqlx::FromRow<'r, PgRow>,
        T: Send + Unpin,
    {
        let value = sqlx::query_scalar::<Postgres, T>(sql.into_sql_str());
        value
            .fetch_one(&self.pool)
            .await
            .expect("the test's query returns one value")
    }
}

/// A Postgres database that a function can be started on.
pub trait DatabaseUrl {
    /// For the function's `DATABASE_URL`.
    fn database_url(&self) -> String;
}

impl DatabaseUrl for Database {
    fn database_url(&self) -> String {
        self.url()
    }
}

impl DatabaseUrl for Proxy {
    fn database_url(&self) -> String {
        self.url().to_owned()
    }
}

impl Drop for Database {
    /// Drops the database and closes its connections. After a test that was killed, a later run drops it.
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), std::mem::take(&mut self.name));
        // The test's runtime cannot run a future here: another thread has its own.
        let dropping = std::thread::spawn(move || template_database::drop_blocking(&server, &name));
        if dropping.join().is_err() {
            eprintln!("a test's database could not be dropped");
        }
    }
}
