//! The `sqlx` executor that runs one statement on a pooled connection, with a time limit and a rule for repeats.

use futures_util::{
    StreamExt, TryStreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use sqlx::{
    Describe, Either, Error, Execute, Executor, Postgres, SqlStr,
    postgres::{PgArguments, PgQueryResult, PgRow, PgStatement, PgTypeInfo},
};

use tokio::time::Instant;

use super::Database;
use crate::error::{breaks_connection, is_worth_repeating};

/// Runs one statement. See [`Database::repeatable`] and [`Database::once`].
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct StatementRunner<'d> {
    pub(super) database: &'d Database,
    pub(super) is_repeatable: bool,
}

/// A statement and its arguments, kept so that it can be sent again.
struct Statement {
    sql: SqlStr,
    arguments: Option<PgArguments>,
}

/// A statement's results in order: rows, and the end of each command.
type Results = Vec<Either<PgQueryResult, PgRow>>;

impl Statement {
    fn of<'q>(mut query: impl Execute<'q, Postgres>) -> Result<Self, Error> {
        let arguments = query.take_arguments().map_err(Error::Encode)?;
        Ok(Self {
            sql: query.sql(),
            arguments,
        })
    }
}

impl StatementRunner<'_> {
    async fn run(self, statement: Result<Statement, Error>) -> Result<Results, Error> {
        let Statement { sql, arguments } = statement?;
        let deadline = self.database.deadline();
        let mut may_repeat = true;
        loop {
            let attempt = (sql.clone(), arguments.clone());
            let result = self
                .database
                .run(deadline, async move |connection| {
                    connection.fetch_many(attempt).try_collect().await
                })
                .await;
            match result {
                Err(error)
                    if may_repeat
                        && (is_worth_repeating(&error)
                            || self.is_repeatable && breaks_connection(&error))
                        && Instant::now() < deadline =>
                {
                    may_repeat = false;
                }
                result => return result,
            }
        }
    }
}

impl<'d> Executor<'d> for StatementRunner<'d> {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, Error>>
    where
        'd: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        stream::once(self.run(Statement::of(query)))
            .map_ok(|results| stream::iter(results).map(Ok))
            .try_flatten()
            .boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'd: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let statement = Statement::of(query);
        Box::pin(async move {
            let results = self.run(statement).await?;
            Ok(results.into_iter().find_map(Either::right))
        })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'd: 'e,
    {
        let database = self.database;
        Box::pin(database.run(database.deadline(), async move |connection| {
            connection.prepare_with(sql, parameters).await
        }))
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'd: 'e,
    {
        let database = self.database;
        Box::pin(database.run(database.deadline(), async move |connection| {
            connection.describe(sql).await
        }))
    }
}
