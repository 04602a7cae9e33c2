//! A Postgres server for one test, which can stop it or replace it by a standby. All other tests share a server.

use std::{
    fs,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use sqlx::{Connection, PgConnection, PgPool, postgres::PgPoolOptions};
use tokio::task::spawn_blocking;
use uuid::Uuid;

use crate::{eventually, reserved_port::ReservedPort};

const PASSWORD: &str = "of-the-rehearsal";
const DATABASE: &str = "verse";

/// The server's settings: it is fast, loses its data in a crash of the machine, and logs every statement.
const SETTINGS: [&str; 9] = [
    "fsync=off",
    "full_page_writes=off",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "log_statement=all",
    "log_parameter_max_length=0",
    "log_parameter_max_length_on_error=0",
    "log_line_prefix=%m [%p] <%a> ",
    "log_timezone=UTC",
];

/// A server. It stops when dropped.
#[derive(Debug)]
pub struct Postgres {
    programs: Programs,
    data: PathBuf,
    port: ReservedPort,
    server: Option<Child>,
}

/// The folder of Postgres' programs, and the account that runs them: root may not.
#[derive(Clone, Debug)]
struct Programs {
    folder: PathBuf,
    home: PathBuf,
    account: Option<(u32, u32)>,
}

impl Postgres {
    /// Starts a server with an empty database.
    pub async fn start() -> Self {
        let programs = Programs::from_environment();
        let data = programs.home.join(Uuid::new_v4().to_string());
        let password = data.with_extension("password");
        fs::write(&password, PASSWORD).expect("a file in VERSE_POSTGRES_HOME");
        if let Some((user, group)) = programs.account {
            chown(&password, Some(user), Some(group)).expect("root may change the owner of a file");
        }
        let mut initdb = programs.command("initdb");
        initdb.arg("-D").arg(&data).arg("--pwfile").arg(&password);
        initdb.args("--username=postgres --auth=scram-sha-256 --encoding=UTF8".split(' '));
        initdb.args("--locale=C --no-sync --no-instructions".split(' '));
        run(initdb).await;
        let mut server = Self {
            programs,
            data,
            port: ReservedPort::new(),
            server: None,
        };
        server.restart().await;
        let mut connection = PgConnection::connect(&server.url_of("postgres")).await;
        let connection = connection
            .as_mut()
            .expect("the server accepts its password");
        let made = sqlx::query("CREATE DATABASE verse")
            .execute(connection)
            .await;
        made.expect("a database");
        server
    }

    /// Starts a standby with synchronous replication: it has every transaction that this server has confirmed.
    pub async fn standby(&self) -> Self {
        let data = self.programs.home.join(Uuid::new_v4().to_string());
        let mut copy = self.programs.command("pg_basebackup");
        copy.arg("-D").arg(&data);
        copy.arg("-d").arg(self.url_of("postgres"));
        copy.args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync"]);
        run(copy).await;
        let mut standby = Self {
            programs: self.programs.clone(),
            data,
            port: ReservedPort::new(),
            server: None,
        };
        standby.restart().await;
        let pool = self.pool();
        for setting in [
            "ALTER SYSTEM SET synchronous_standby_names = '*'",
            "SELECT pg_reload_conf()",
        ] {
            let done = sqlx::query(setting).execute(&pool).await;
            done.expect("a superuser's statement");
        }
        eventually("the standby replicates", async || {
            let state = sqlx::query_scalar("SELECT sync_state FROM pg_stat_replication");
            let state: Option<String> = state.fetch_optional(&pool).await.ok().flatten();
            (state.as_deref() == Some("sync")).then_some(())
        })
        .await;
        standby
    }

    /// The URL of its database for its superuser.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of(DATABASE)
    }

    /// Connections for the test itself.
    #[must_use]
    pub fn pool(&self) -> PgPool {
        let pool = PgPoolOptions::new()
            .max_connections(2)
            .test_before_acquire(true);
        pool.connect_lazy(&self.url()).expect("a Postgres URL")
    }

    /// Stops it, which closes its connections.
    pub async fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            interrupt(&server);
            let ended = spawn_blocking(move || server.wait()).await;
            ended.expect("a thread").expect("a running child");
        }
    }

    /// Stops it if it runs, starts it, and waits until it accepts connections.
    pub async fn restart(&mut self) {
        self.stop().await;
        let mut command = self.programs.command("postgres");
        let port = self.port.address().port().to_string();
        command.arg("-D").arg(&self.data).arg("-p").arg(port);
        command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.data.with_extension("log"));
        command.stderr(log.expect("a log in VERSE_POSTGRES_HOME"));
        self.server = Some(command.spawn().expect("Postgres' program starts"));
        let url = self.url_of("postgres");
        eventually("the server accepts connections", async || {
            PgConnection::connect(&url).await.ok()
        })
        .await;
    }

    /// Makes the standby the primary.
    pub async fn promote(&self) {
        let pool = self.pool();
        let promote = sqlx::query_scalar("SELECT pg_promote()");
        let promoted: bool = promote
            .fetch_one(&pool)
            .await
            .expect("a superuser's statement");
        assert!(promoted, "the standby is promoted");
    }

    fn url_of(&self, database: &str) -> String {
        format!(
            "postgres://postgres:{PASSWORD}@{}/{database}",
            self.port.address()
        )
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            interrupt(&server);
            // An error means that it has ended.
            let _ = server.wait();
        }
        let _ = fs::remove_dir_all(&self.data);
    }
}

impl Programs {
    fn from_environment() -> Self {
        let variable = |name: &str| {
            std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `make test`"))
        };
        let account = variable("VERSE_POSTGRES_ACCOUNT");
        let ids = account.split_once(':');
        Self {
            folder: variable("VERSE_POSTGRES_PROGRAMS").into(),
            home: variable("VERSE_POSTGRES_HOME").into(),
            account: ids.and_then(|(user, group)| Some((user.parse().ok()?, group.parse().ok()?))),
        }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.folder.join(program));
        command
            .env_clear()
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .current_dir(Path::new("/"));
        command.stdin(Stdio::null()).stdout(Stdio::null());
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
        command
    }
}

async fn run(mut command: Command) {
    let output = spawn_blocking(move || command.stderr(Stdio::piped()).output()).await;
    let output = output.expect("a thread").expect("Postgres' program starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
}

/// Begins a fast shutdown.
fn interrupt(server: &Child) {
    let id = server.id().try_into().ok().and_then(Pid::from_raw);
    // An error means that it has ended.
    let _ = kill_process(id.expect("a child has an id"), Signal::INT);
}
