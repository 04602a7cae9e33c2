//! The database as it is on AWS: behind a proxy that demands TLS, for a role whose password a secret has.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use crate::{
    CertificateAuthority, Function, FunctionBuilder, Postgres, Proxy, SecretStore, StoredSecret,
};

/// By what name functions reach the proxy.
const HOST: &str = "localhost";
/// The role that functions log in as.
const ROLE: &str = "verse_app";

/// A Postgres of its own with the schema in it, a proxy in front, and a secret.
#[derive(Debug)]
pub struct RdsDatabase {
    /// The server.
    pub server: Postgres,
    /// What functions talk to.
    pub proxy: Proxy,
    /// Where the secret is kept.
    pub store: SecretStore,
    /// User and password.
    pub secret: StoredSecret,
    authority: CertificateAuthority,
    admin: PgPool,
    password: String,
    rotations: AtomicU64,
}

impl RdsDatabase {
    /// All of it.
    pub async fn start() -> Self {
        let server = Postgres::start().await;
        let admin = server.pool();
        let migrated = verse_data::MIGRATIONS.run(&admin).await;
        migrated.expect("the migrations apply");
        let password = Uuid::new_v4().to_string();
        let authority = CertificateAuthority::new();
        let store = SecretStore::start().await;
        let made = Self {
            proxy: Proxy::with_tls(&server.url(), authority.acceptor(HOST)).await,
            secret: store.create(&credentials(&password)).await,
            server,
            store,
            authority,
            admin,
            password,
            rotations: AtomicU64::default(),
        };
        for sql in [
            format!("CREATE ROLE {ROLE} LOGIN PASSWORD '{}'", made.password),
            format!("GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE}"),
            format!("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {ROLE}"),
        ] {
            made.execute(sql).await;
        }
        made
    }

    /// A function with the settings that it has on AWS.
    #[must_use]
    pub fn function(&self, name: &str) -> FunctionBuilder {
        Function::builder(name)
            .env("AWS_ENDPOINT_URL", self.store.url())
            .env("DB_SECRET_ARN", self.secret.arn())
            .env("DB_HOST", HOST)
            .env("DB_PORT", self.proxy.port().to_string())
            .env("DB_NAME", "verse")
            .env("DB_CA_FILE", self.authority.file())
    }

    /// Connections of the superuser, past the proxy.
    #[must_use]
    pub fn admin(&self) -> &PgPool {
        &self.admin
    }

    /// A certificate's authority that functions do not know.
    #[must_use]
    pub fn authority(&self) -> &CertificateAuthority {
        &self.authority
    }

    /// The role's password, as it was set last.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Has the superuser do something.
    pub async fn execute(&self, sql: impl Into<String>) {
        let done = sqlx::raw_sql(AssertSqlSafe(sql.into()))
            .execute(&self.admin)
            .await;
        done.expect("the test's statement runs");
    }

    /// The first half of a rotation, in the order of RDS's own: the secret has the new password as pending, then the
    /// database takes it. Gives the pending version.
    pub async fn begin_rotation(&mut self) -> String {
        let number = self.rotations.fetch_add(1, Ordering::SeqCst);
        self.password = format!("{}-{number}", Uuid::new_v4());
        let pending = self.secret.put_pending(&credentials(&self.password)).await;
        self.execute(format!("ALTER ROLE {ROLE} PASSWORD '{}'", self.password))
            .await;
        pending
    }

    /// The second half: what was pending is current.
    pub async fn end_rotation(&mut self, pending: String) {
        self.secret.promote(pending).await;
    }

    /// Ends every session of the functions. Says how many.
    pub async fn terminate_sessions(&self) -> usize {
        let ended = sqlx::query_scalar::<_, bool>(AssertSqlSafe(format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{ROLE}'"
        )));
        ended
            .fetch_all(&self.admin)
            .await
            .expect("the superuser may")
            .len()
    }

    /// How many sessions the functions have.
    pub async fn sessions(&self) -> i64 {
        let open = sqlx::query_scalar::<_, i64>(AssertSqlSafe(format!(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = '{ROLE}'"
        )));
        open.fetch_one(&self.admin)
            .await
            .expect("the superuser may")
    }
}

/// As RDS writes them.
fn credentials(password: &str) -> Value {
    json!({"engine": "postgres", "host": HOST, "port": 5432, "username": ROLE, "password": password})
}
