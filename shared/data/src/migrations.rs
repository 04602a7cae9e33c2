//! The schema: applies `migrations/`.

use std::{collections::HashSet, convert::Infallible, time::Duration};

use sqlx::{
    PgConnection,
    migrate::{Migrate, Migrator},
};

use crate::{Database, Error};

/// The migrations, embedded.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// Where a database keeps which migrations it has: sqlx's usual name, so that its tools understand it.
const LEDGER: &str = "_sqlx_migrations";

/// How often the lock's connection says that it is still there: well within a minute, which it may be idle.
const STILL_THERE: Duration = Duration::from_secs(10);

/// A migration that a call of [`apply_migrations`] applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedMigration {
    /// Its number.
    pub version: i64,
    /// What it does, from its file name.
    pub description: String,
}

/// Applies the migrations that the database lacks, in order, and tells which those were.
///
/// Two calls at once are safe: the second waits for the first and finds nothing left to do. The lock is a table's and
/// not an advisory one, which would pin the session behind RDS Proxy. It is held in a transaction of its own
/// connection, so that a migration's own transaction does not end it.
///
/// # Errors
///
/// [`Error::Migration`] when a migration fails (those before it stay applied) or when one that the database has was changed
/// since; [`Error::Unavailable`] when the database does not answer. Migrations that this build does not know are none of
/// its business: after going back to an older build, the database is ahead of it.
pub async fn apply_migrations(database: &Database) -> Result<Vec<AppliedMigration>, Error> {
    create_lock_table(database).await?;
    let mut lock = database.begin().await?;
    sqlx::raw_sql("LOCK TABLE migration_lock IN ACCESS EXCLUSIVE MODE")
        .execute(lock.connection()?)
        .await?;

    // On a connection of its own: the migrator ends the transactions that it finds open.
    let mut work = database.begin().await?;
    let connection = work.connection()?;
    sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await?;
    let before = applied_versions(connection).await?;
    let mut migrator = Migrator::with_migrations(MIGRATIONS.migrations.to_vec());
    migrator.set_locking(false).set_ignore_missing(true);
    let run = Box::pin(migrator.run_direct(None, connection, false));
    let held = lock.connection()?;
    let done = tokio::select! {
        done = run => done,
        never = keep_busy(held) => match never {},
    };
    done.map_err(Error::Migration)?;

    lock.commit().await?;
    let new = MIGRATIONS
        .iter()
        .filter(|migration| !before.contains(&migration.version));
    Ok(new
        .map(|migration| AppliedMigration {
            version: migration.version,
            description: migration.description.to_string(),
        })
        .collect())
}

/// Says something on a connection from time to time, as the server ends a transaction that is idle for long
/// (`idle_in_transaction_session_timeout`), and its locks with it. When the connection is broken, the commit will tell.
async fn keep_busy(connection: &mut PgConnection) -> Infallible {
    loop {
        tokio::time::sleep(STILL_THERE).await;
        let said = sqlx::raw_sql("SELECT 1").execute(&mut *connection).await;
        if said.is_err() {
            return std::future::pending().await;
        }
    }
}

/// Makes the table whose lock is taken. Of two creators at once the loser is told, in one of three ways, that the winner
/// made it: `IF NOT EXISTS` looks before it makes.
async fn create_lock_table(database: &Database) -> Result<(), Error> {
    let created = sqlx::raw_sql("CREATE TABLE IF NOT EXISTS migration_lock ()")
        .execute(database.once())
        .await;
    match created {
        Err(error) if !is_made_already(&error) => Err(error.into()),
        _ => Ok(()),
    }
}

/// Source: PostgreSQL documentation, appendix A: `unique_violation`, `duplicate_object`, `duplicate_table`.
fn is_made_already(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| matches!(code.as_ref(), "23505" | "42710" | "42P07"))
}

async fn applied_versions(connection: &mut PgConnection) -> Result<HashSet<i64>, Error> {
    connection
        .ensure_migrations_table(LEDGER)
        .await
        .map_err(Error::Migration)?;
    let applied = connection
        .list_applied_migrations(LEDGER)
        .await
        .map_err(Error::Migration)?;
    Ok(applied
        .into_iter()
        .map(|migration| migration.version)
        .collect())
}

#[cfg(test)]
mod tests {
    use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

    use super::*;
    use crate::DatabaseConfig;

    #[sqlx::test(migrations = false)]
    async fn twenty_calls_at_once_apply_each_migration_once(
        _: PgPoolOptions,
        options: PgConnectOptions,
    ) {
        let calls = (0..20).map(|_| {
            let database = Database::connect_lazy(&DatabaseConfig::new(options.clone()));
            tokio::spawn(async move { apply_migrations(&database).await.unwrap().len() })
        });
        let mut applied = 0;
        for call in calls.collect::<Vec<_>>() {
            applied += call.await.unwrap();
        }
        assert_eq!(applied, MIGRATIONS.iter().count());
        assert!(applied > 0);

        let database = Database::connect_lazy(&DatabaseConfig::new(options));
        assert_eq!(apply_migrations(&database).await.unwrap(), []);
    }

    #[sqlx::test(migrations = false)]
    async fn a_migration_that_was_changed_since_is_refused(
        _: PgPoolOptions,
        options: PgConnectOptions,
    ) {
        let database = Database::connect_lazy(&DatabaseConfig::new(options));
        apply_migrations(&database).await.unwrap();
        sqlx::query("UPDATE _sqlx_migrations SET checksum = '\\x00' WHERE version = 1")
            .execute(database.once())
            .await
            .unwrap();
        let error = apply_migrations(&database).await.unwrap_err();
        assert!(matches!(error, Error::Migration(_)), "{error:?}");
        assert!(!error.is_unavailable());
    }
}
