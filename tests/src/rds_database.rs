//! A database as on AWS: behind a proxy that requires TLS, with the functions' password in a secret.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use crate::{
    CertificateAuthority, Function, FunctionBuilder, Postgres, Proxy, SecretStore, StoredSecret,
};

/// The proxy's host name for functions.
const HOST: &str = "localhost";
/// The functions' role.
const ROLE: &str = "verse_app";

/// A Postgres server with the schema, its proxy, and the secret with user and password.
#[derive(Debug)]
pub struct RdsDatabase {
    /// The server.
    pub server: Postgres,
    /// The proxy between functions and server.
    pub proxy: Proxy,
    /// The store of the secret.
    pub store: SecretStore,
    /// User and password.
    pub secret: StoredSecret,
    authority: CertificateAuthority,
    admin: PgPool,
    password: String,
    rotations: AtomicU64,
}

impl RdsDatabase {
    /// Starts all of it.
    pub async fn start() -> Self {
        let server = Postgres::start().await;
        let admin = server.pool();
        let migrated = verse_data::MIGRATIONS.run(&admin).await;
        migrated.expect("the migrations apply");
        let password = Uuid::new_v4().to_string();
        let authority = CertificateAuthority::new();
        let store = SecretStore::start().await;
        let database = Self {
            proxy: Proxy::with_tls(&server.url(), authority.acceptor(HOST)).await,
            secret: store.create(&credentials(&password)).await,
            server,
            store,
            authority,
            admin,
            password,
            rotations: AtomicU64::default(),
        };
        let password = &database.password;
        database
            .execute(format!(
                "CREATE ROLE {ROLE} LOGIN PASSWORD '{password}';
                 GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE};
                 GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {ROLE}"
            ))
            .await;
        database
    }

    /// A function with its settings on AWS.
    pub fn function(&self, name: &str) -> FunctionBuilder {
        Function::builder(name)
            .env("AWS_ENDPOINT_URL", self.store.url())
            .env("DB_SECRET_ARN", self.secret.arn())
            .env("DB_HOST", HOST)
            .env("DB_PORT", self.proxy.port().to_string())
            .env("DB_NAME", "verse")
            .env("DB_CA_FILE", self.authority.file())
            // A load creates users as fast as it can.
            .env("STORE_PER_MINUTE", "1000000")
    }

    /// Connections of the superuser, without the proxy.
    #[must_use]
    pub fn admin(&self) -> &PgPool {
        &self.admin
    }

    /// The authority of the proxy's certificate.
    pub fn authority(&self) -> &CertificateAuthority {
        &self.authority
    }

    /// The role's password, as last set.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Runs statements as the superuser.
    pub async fn execute(&self, sql: impl Into<String>) {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.into()));
        let done = sql.execute(&self.admin).await;
        done.expect("the test's statement runs");
    }

    /// The first half of a rotation, in the order of RDS: the secret gets the new password as pending, then the
    /// database sets it. Returns the pending version.
    pub async fn begin_rotation(&mut self) -> String {
        let number = self.rotations.fetch_add(1, Ordering::SeqCst);
        self.password = format!("{}-{number}", Uuid::new_v4());
        let pending = self.secret.put_pending(&credentials(&self.password)).await;
        self.execute(format!("ALTER ROLE {ROLE} PASSWORD '{}'", self.password))
            .await;
        pending
    }

    /// The second half: the pending version becomes current.
    pub async fn end_rotation(&mut self, pending: String) {
        self.secret.promote(pending).await;
    }

    /// Ends every session of the functions, and returns their number.
    pub async fn terminate_sessions(&self) -> usize {
        let ended = sqlx::query_scalar::<_, bool>(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1",
        );
        let ended = ended.bind(ROLE).fetch_all(&self.admin).await;
        ended.expect("a superuser's query").len()
    }

    /// The number of the functions' sessions.
    pub async fn sessions(&self) -> i64 {
        let sessions =
            sqlx::query_scalar("SELECT count(*) FROM pg_stat_activity WHERE usename = $1");
        let sessions = sessions.bind(ROLE).fetch_one(&self.admin).await;
        sessions.expect("a superuser's query")
    }
}

/// The value of the secret, as RDS writes it.
fn credentials(password: &str) -> Value {
    json!({"engine": "postgres", "host": HOST, "port": 5432, "username": ROLE, "password": password})
}
