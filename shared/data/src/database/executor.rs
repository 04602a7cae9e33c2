//! What `sqlx` runs a statement on: a connection of the pool, with an end to the wait and a rule for the retry.

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

/// Runs statements that may run twice. See [`Database::repeatable`].
#[derive(Clone, Copy, Debug)]
pub struct Repeatable<'d>(pub(super) &'d Database);

/// Runs statements that must not run twice. See [`Database::once`].
#[derive(Clone, Copy, Debug)]
pub struct Once<'d>(pub(super) &'d Database);

/// A statement and its arguments, which can be sent more than once.
struct Statement {
    sql: SqlStr,
    arguments: Option<PgArguments>,
}

/// What a statement gave, in order: rows, and the end of each command.
type Steps = Vec<Either<PgQueryResult, PgRow>>;

impl Statement {
    fn of<'q>(mut query: impl Execute<'q, Postgres>) -> Result<Self, Error> {
        let arguments = query.take_arguments().map_err(Error::Encode)?;
        Ok(Self {
            sql: query.sql(),
            arguments,
        })
    }
}

impl Database {
    async fn execute_statement(
        &self,
        statement: Result<Statement, Error>,
        repeatable: bool,
    ) -> Result<Steps, Error> {
        let Statement { sql, arguments } = statement?;
        let deadline = self.deadline();
        let mut retries = 1_u8;
        loop {
            let attempt = (sql.clone(), arguments.clone());
            let result = self
                .run(deadline, async move |connection| {
                    connection.fetch_many(attempt).try_collect().await
                })
                .await;
            match result {
                Err(error)
                    if retries > 0
                        && (is_worth_repeating(&error)
                            || repeatable && breaks_connection(&error))
                        && Instant::now() < deadline =>
                {
                    retries -= 1;
                }
                result => return result,
            }
        }
    }
}

macro_rules! executor {
    ($name:ident, $repeatable:literal) => {
        impl<'d> Executor<'d> for $name<'d> {
            type Database = Postgres;

            fn fetch_many<'e, 'q: 'e, E>(
                self,
                query: E,
            ) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, Error>>
            where
                'd: 'e,
                E: 'q + Execute<'q, Postgres>,
            {
                let statement = Statement::of(query);
                stream::once(async move { self.0.execute_statement(statement, $repeatable).await })
                    .map_ok(|steps| stream::iter(steps).map(Ok))
                    .try_flatten()
                    .boxed()
            }

            fn fetch_optional<'e, 'q: 'e, E>(
                self,
                query: E,
            ) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
            where
                'd: 'e,
                E: 'q + Execute<'q, Postgres>,
            {
                let statement = Statement::of(query);
                Box::pin(async move {
                    let steps = self.0.execute_statement(statement, $repeatable).await?;
                    Ok(steps.into_iter().find_map(Either::right))
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
                Box::pin(async move {
                    let mut lease = self.0.pool.lease().await?;
                    let statement = lease.connection()?.prepare_with(sql, parameters).await?;
                    lease.give_back();
                    Ok(statement)
                })
            }

            fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
            where
                'd: 'e,
            {
                Box::pin(async move {
                    let mut lease = self.0.pool.lease().await?;
                    let description = lease.connection()?.describe(sql).await?;
                    lease.give_back();
                    Ok(description)
                })
            }
        }
    };
}

executor!(Repeatable, true);
executor!(Once, false);
