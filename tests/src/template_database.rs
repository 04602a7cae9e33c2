//! The template of fresh databases: created once for each state of `migrations/`, and copied for each test. Test
//! binaries run at the same time, so an advisory lock on the server separates creating from copying.

use std::{
    path::PathBuf,
    str::FromStr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use sha2::{Digest, Sha256};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, PgConnection, migrate::Migrator,
    postgres::PgConnectOptions,
};
use uuid::Uuid;

/// The key of the advisory lock: a number that nothing else on the server uses.
const LOCK: i64 = 0x7665_7273_6574_7374;
const TEMPLATE_PREFIX: &str = "verse_template_";
const TEST_PREFIX: &str = "verse_test_";
/// An older database of a test belongs to a run that was killed.
const ABANDONED: Duration = Duration::from_hours(1);

/// The server of `DATABASE_URL`. The database in the URL is only used to connect.
#[derive(Clone, Debug)]
pub(crate) struct Server(PgConnectOptions);

impl Server {
    pub(crate) fn from_environment() -> Self {
        let url = std::env::var("DATABASE_URL")
            .unwrap_or_else(|_| panic!("DATABASE_URL is not set: run `make test`"));
        Self(PgConnectOptions::from_str(&url).expect("DATABASE_URL is a Postgres URL"))
    }

    /// The URL of a database on it.
    pub(crate) fn url_of(&self, database: &str) -> String {
        self.0.clone().database(database).to_url_lossy().to_string()
    }

    /// For a connection of the tests, whose statements may take longer than those of functions.
    pub(crate) fn options_of(&self, database: &str) -> PgConnectOptions {
        let options = self.0.clone().database(database);
        options.options([("statement_timeout", "0")])
    }

    async fn connect(&self) -> PgConnection {
        let options = self.0.clone().options([("statement_timeout", "0")]);
        let connected = options.connect().await;
        connected.expect("Postgres accepts connections at DATABASE_URL")
    }

    async fn connect_to(&self, database: &str) -> PgConnection {
        let connected = self.0.clone().database(database).connect().await;
        connected.expect("a database that was just created")
    }
}

/// Copies the template, which it creates if needed, and returns the copy's name.
pub(crate) async fn copy(server: &Server) -> String {
    let migrator = migrator().await;
    let template = format!("{TEMPLATE_PREFIX}{}", fingerprint(&migrator));
    let mut connection = server.connect().await;
    loop {
        advisory(&mut connection, "lock_shared").await;
        if exists(&mut connection, &template).await {
            break;
        }
        unlock(&mut connection).await;
        create_template(server, &mut connection, &migrator, &template).await;
    }
    let name = test_name();
    let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
    run(&mut connection, create).await;
    close(connection).await;
    name
}

/// Creates a database without tables, and returns its name.
pub(crate) async fn create_empty(server: &Server) -> String {
    let name = test_name();
    let mut connection = server.connect().await;
    run(&mut connection, format!("CREATE DATABASE {name}")).await;
    close(connection).await;
    name
}

/// Drops a database, on a thread without a runtime.
pub(crate) fn drop_blocking(server: &Server, name: &str) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build();
    runtime
        .expect("a runtime for one statement")
        .block_on(async {
            let mut connection = server.connect().await;
            drop_database(&mut connection, name).await;
            close(connection).await;
        });
}

/// Creates the template under another name and renames it when it is complete, so that a run that is killed leaves no
/// incomplete template.
async fn create_template(
    server: &Server,
    connection: &mut PgConnection,
    migrator: &Migrator,
    template: &str,
) {
    let draft = format!("{template}_draft");
    advisory(connection, "lock").await;
    sweep(connection, template).await;
    if !exists(connection, template).await {
        drop_database(connection, &draft).await;
        run(connection, format!("CREATE DATABASE {draft}")).await;
        let mut inside = server.connect_to(&draft).await;
        let migrated = migrator.run(&mut inside).await;
        migrated.expect("every migration runs on an empty database");
        close(inside).await;
        let rename = format!("ALTER DATABASE {draft} RENAME TO {template}");
        run(connection, rename).await;
    }
    unlock(connection).await;
}

/// Drops the templates of other states of `migrations/`, and the databases of killed runs.
async fn sweep(connection: &mut PgConnection, template: &str) {
    let names = sqlx::query_scalar::<_, String>("SELECT datname FROM pg_database");
    let names = names.fetch_all(&mut *connection).await;
    for name in names.expect("Postgres lists its databases") {
        let created = name.strip_prefix(TEST_PREFIX);
        let created = created.and_then(|rest| rest.split('_').next()?.parse().ok());
        let abandoned = created
            .is_some_and(|created| Duration::from_secs(created) + ABANDONED < since_the_epoch());
        if abandoned || (name.starts_with(TEMPLATE_PREFIX) && name != template) {
            drop_database(connection, &name).await;
        }
    }
}

async fn migrator() -> Migrator {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations");
    let migrator = Migrator::new(PathBuf::from(folder)).await;
    migrator.expect("migrations/ has migrations")
}

/// A hash of the files in `migrations/`.
fn fingerprint(migrator: &Migrator) -> String {
    let mut hash = Sha256::new();
    for migration in migrator.iter() {
        hash.update(migration.version.to_be_bytes());
        hash.update(&migration.checksum);
    }
    let hash: [u8; 32] = hash.finalize().into();
    let head = hash.first_chunk().copied().unwrap_or_default();
    format!("{:016x}", u64::from_be_bytes(head))
}

fn test_name() -> String {
    let random = Uuid::new_v4().simple();
    format!("{TEST_PREFIX}{}_{random}", since_the_epoch().as_secs())
}

fn since_the_epoch() -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default()
}

async fn exists(connection: &mut PgConnection, database: &str) -> bool {
    let exists = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)";
    let exists = sqlx::query_scalar(exists).bind(database);
    let exists = exists.fetch_one(connection).await;
    exists.expect("Postgres lists its databases")
}

async fn drop_database(connection: &mut PgConnection, name: &str) {
    let drop = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
    run(connection, drop).await;
}

/// Takes the advisory lock: `lock` excludes all others, `lock_shared` only `lock`.
async fn advisory(connection: &mut PgConnection, lock: &str) {
    run(connection, format!("SELECT pg_advisory_{lock}({LOCK})")).await;
}

async fn unlock(connection: &mut PgConnection) {
    run(connection, "SELECT pg_advisory_unlock_all()".to_owned()).await;
}

/// Runs a statement that has only names and numbers of this module.
async fn run(connection: &mut PgConnection, sql: String) {
    let statement = sqlx::raw_sql(AssertSqlSafe(sql.clone()));
    let done = statement.execute(connection).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn close(connection: PgConnection) {
    // After an error it is closed, too.
    let _ = connection.close().await;
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;
    use crate::Database;

    async fn is_there(server: &Server, name: &str) -> bool {
        exists(&mut server.connect().await, name).await
    }

    #[tokio::test]
    async fn fresh_databases_are_separate_and_are_dropped() {
        let server = Server::from_environment();
        let databases = join_all((0..5).map(|_| Database::fresh())).await;
        let mut names = Vec::<String>::new();
        for database in &databases {
            database.execute("CREATE TABLE mine ()").await;
            let name = database.value("SELECT current_database()::text").await;
            names.push(name);
        }
        drop(databases);
        for name in names {
            assert!(!is_there(&server, &name).await, "{name} is still there");
        }
    }

    #[tokio::test]
    async fn a_fresh_database_has_every_migration() {
        let applied = "SELECT COUNT(*) FROM _sqlx_migrations WHERE success";
        let applied: i64 = Database::fresh().await.value(applied).await;
        let written = migrator().await.iter().count();
        assert_eq!(applied, i64::try_from(written).unwrap());
    }
}
