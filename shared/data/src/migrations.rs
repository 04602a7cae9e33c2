//! Applies the schema migrations of `migrations/`.

use std::{collections::HashSet, convert::Infallible, time::Duration};

use serde::Serialize;
use sqlx::{
    PgConnection,
    migrate::{Migrate, Migrator},
};

use crate::{Database, Error, error::has_code};

/// The embedded migrations.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// The table of applied migrations: sqlx's default name, so that its tools can read it.
const MIGRATIONS_TABLE: &str = "_sqlx_migrations";

/// The interval of statements on the lock's connection.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// A migration that a call of [`apply_migrations`] applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppliedMigration {
    /// Its version.
    pub version: i64,
    /// Its description, from the file name.
    pub description: String,
}

/// Applies the missing migrations in order and returns them.
///
/// Two simultaneous calls are safe: the second waits for the first and has nothing left to do. The lock is a table lock: an
/// advisory lock would pin the session behind RDS Proxy. A transaction on a separate connection holds it, so that the end of
/// a migration's own transaction does not release it.
///
/// # Errors
/// [`Error::Migration`] when a migration fails (those before it stay applied) or when an applied migration was changed
/// afterwards. Migrations that this build does not have are ignored: after a rollback to an older build, the database
/// is ahead of it.
pub async fn apply_migrations(database: &Database) -> Result<Vec<AppliedMigration>, Error> {
    create_lock_table(database).await?;
    let mut lock = database.begin().await?;
    lift_limits(lock.connection()).await?;
    sqlx::raw_sql("LOCK TABLE migration_lock IN ACCESS EXCLUSIVE MODE")
        .execute(lock.connection())
        .await?;

    // A second connection: the migrator ends open transactions on its connection.
    let mut work = database.begin().await?;
    let connection = work.connection();
    sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await?;
    lift_limits(connection).await?;
    let before = applied_versions(connection).await?;
    let mut migrator = Migrator::with_migrations(MIGRATIONS.migrations.to_vec());
    migrator.set_locking(false).set_ignore_missing(true);
    let run = Box::pin(migrator.run_direct(None, connection, false));
    let held = lock.connection();
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

/// Lifts the server's time limits for this connection: a migration of a large table takes longer. The setting pins the
/// session behind RDS Proxy, which is harmless for the one call of a deployment. Older servers lack the third limit.
async fn lift_limits(connection: &mut PgConnection) -> Result<(), Error> {
    let lift = "SELECT set_config(name, '0', FALSE) FROM pg_settings
                WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')";
    sqlx::raw_sql(lift).execute(connection).await?;
    Ok(())
}

/// Runs a statement from time to time: a network may drop an idle connection. If it breaks, the commit fails.
async fn keep_busy(connection: &mut PgConnection) -> Infallible {
    loop {
        tokio::time::sleep(KEEP_ALIVE).await;
        let result = sqlx::raw_sql("SELECT 1").execute(&mut *connection).await;
        if result.is_err() {
            return std::future::pending().await;
        }
    }
}

/// Creates the table to lock. Of two simultaneous calls one may fail with one of three errors, as `IF NOT EXISTS` does not
/// lock: the table exists then.
async fn create_lock_table(database: &Database) -> Result<(), Error> {
    let created = sqlx::raw_sql("CREATE TABLE IF NOT EXISTS migration_lock ()")
        .execute(database.once())
        .await;
    match created {
        Err(error) if !exists_already(&error) => Err(error.into()),
        _ => Ok(()),
    }
}

/// Source: PostgreSQL documentation, appendix A: `unique_violation`, `duplicate_object`, `duplicate_table`.
fn exists_already(error: &sqlx::Error) -> bool {
    has_code(error, |code| matches!(code, "23505" | "42710" | "42P07"))
}

async fn applied_versions(connection: &mut PgConnection) -> Result<HashSet<i64>, Error> {
    connection
        .ensure_migrations_table(MIGRATIONS_TABLE)
        .await
        .map_err(Error::Migration)?;
    let applied = connection
        .list_applied_migrations(MIGRATIONS_TABLE)
        .await
        .map_err(Error::Migration)?;
    Ok(applied
        .into_iter()
        .map(|migration| migration.version)
        .collect())
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::fixture::{at_once, connect};

    #[sqlx::test(migrations = false)]
    async fn twenty_simultaneous_calls_apply_each_migration_once(pool: PgPool) {
        let applied = at_once(20, |_| {
            let database = connect(&pool);
            async move { apply_migrations(&database).await.unwrap().len() }
        });
        let applied: usize = applied.await.into_iter().sum();
        assert_eq!(applied, MIGRATIONS.iter().count());
        assert!(applied > 0);

        let database = connect(&pool);
        assert_eq!(apply_migrations(&database).await.unwrap(), []);
    }

    #[sqlx::test(migrations = false)]
    async fn a_changed_migration_is_refused(pool: PgPool) {
        let database = connect(&pool);
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
