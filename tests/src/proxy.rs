//! A proxy between a function and Postgres: it counts what passes by, and it breaks on demand.
//! It answers a wish for TLS with no, as Postgres without a certificate does; or it is a secured one, which takes
//! nobody in without TLS and ends it, as RDS Proxy does.

use std::{
    collections::{BTreeSet, VecDeque},
    fmt, io,
    str::FromStr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use sqlx::{ConnectOptions, postgres::PgConnectOptions};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    postgres_protocol::{GSS_REQUEST, SSL_REQUEST, Scanner},
    reserved_port::ReservedPort,
};

/// What passed by since the start or the last [`Proxy::reset`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections opened.
    pub connections: u64,
    /// Statements run: Execute messages and simple queries, `BEGIN` and `COMMIT` among them.
    pub statements: u64,
    /// Statements prepared: Parse messages.
    pub prepared: u64,
    /// Times that the function waited for Postgres on behalf of a statement: for its preparation or
    /// its answer. The log-in is not counted.
    pub round_trips: u64,
    /// Round trips that only ask whether the connection lives. A pool makes them when it takes a
    /// connection or gets it back, the latter after the function has answered.
    pub pings: u64,
}

#[derive(Debug, Default)]
struct Counters {
    connections: AtomicU64,
    statements: AtomicU64,
    prepared: AtomicU64,
    round_trips: AtomicU64,
    pings: AtomicU64,
    farewells: AtomicU64,
}

/// What the function asked before it began to wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Question {
    /// Nothing.
    #[default]
    Ping,
    /// To prepare a statement, or to forget one.
    Preparation,
    /// To run a statement.
    Statement,
}

/// Tells when something is to happen: never, or so many times from now.
#[derive(Debug, Default)]
struct Countdown(Mutex<Option<u64>>);

impl Countdown {
    fn set(&self, from_now: Option<u64>) {
        *lock(&self.0) = from_now;
    }

    fn is_now(&self) -> bool {
        let mut left = lock(&self.0);
        let is_now = *left == Some(0);
        *left = left.and_then(|left| left.checked_sub(1));
        is_now
    }
}

/// The questions of one connection that Postgres has not answered yet, in their order.
type PendingQuestions = Mutex<VecDeque<Question>>;

struct Shared {
    upstream: Mutex<(String, u16)>,
    /// What a secured proxy accepts TLS with.
    tls: Option<TlsAcceptor>,
    /// What clients have set at the start of their sessions.
    parameters: Mutex<BTreeSet<String>>,
    counters: Counters,
    /// False: nothing passes, in either direction, and nobody is told.
    open: watch::Sender<bool>,
    /// Which answer to a statement is lost.
    lose_answer: Countdown,
    /// Which statement breaks off before its end.
    break_off: Countdown,
}

/// A TCP proxy on a free port of the loopback, for as long as it is kept.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    port: ReservedPort,
    shared: Arc<Shared>,
    server: Mutex<Option<Server>>,
}

/// The listener, and the task that serves its connections.
#[derive(Debug)]
struct Server {
    listener: Arc<TcpListener>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// A proxy in front of the database with this URL.
    pub async fn to(database_url: &str) -> Self {
        Self::start(database_url, None).await
    }

    /// A proxy in front of the database with this URL that takes nobody in without TLS.
    pub async fn with_tls(database_url: &str, tls: TlsAcceptor) -> Self {
        Self::start(database_url, Some(tls)).await
    }

    async fn start(database_url: &str, tls: Option<TlsAcceptor>) -> Self {
        let options = PgConnectOptions::from_str(database_url).expect("a Postgres URL");
        let port = ReservedPort::new();
        let address = port.address();
        let proxied = options
            .clone()
            .host(&address.ip().to_string())
            .port(address.port());
        let proxy = Self {
            url: proxied.to_url_lossy().to_string(),
            port,
            shared: Arc::new(Shared {
                upstream: Mutex::new((options.get_host().to_owned(), options.get_port())),
                tls,
                parameters: Mutex::default(),
                counters: Counters::default(),
                open: watch::Sender::new(true),
                lose_answer: Countdown::default(),
                break_off: Countdown::default(),
            }),
            server: Mutex::default(),
        };
        proxy.serve(proxy.port.listen());
        proxy
    }

    /// For a function's `DATABASE_URL`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// For a function's `DB_PORT`.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.address().port()
    }

    /// What clients have set at the start of their sessions: `TimeZone`, `application_name` and so on.
    #[must_use]
    pub fn start_up_parameters(&self) -> BTreeSet<String> {
        lock(&self.shared.parameters).clone()
    }

    /// From the next connection on, the database of this URL stands behind the same name.
    pub fn set_upstream(&self, database_url: &str) {
        let options = PgConnectOptions::from_str(database_url).expect("a Postgres URL");
        *lock(&self.shared.upstream) = (options.get_host().to_owned(), options.get_port());
    }

    /// So many statements from now, one gets through in part; then its connection closes. 0 is the next.
    pub fn truncate_statement(&self, from_now: u64) {
        self.shared.break_off.set(Some(from_now));
    }

    /// What passed by since the start or the last [`reset`](Self::reset).
    #[must_use]
    pub fn counts(&self) -> Counts {
        let counters = &self.shared.counters;
        Counts {
            connections: counters.connections.load(Ordering::SeqCst),
            statements: counters.statements.load(Ordering::SeqCst),
            prepared: counters.prepared.load(Ordering::SeqCst),
            round_trips: counters.round_trips.load(Ordering::SeqCst),
            pings: counters.pings.load(Ordering::SeqCst),
        }
    }

    /// How many clients have said that they leave, since the last time that this was asked.
    #[must_use]
    pub fn take_terminate_messages(&self) -> u64 {
        self.shared.counters.farewells.swap(0, Ordering::SeqCst)
    }

    /// Counts from nothing again.
    pub fn reset(&self) {
        let counters = &self.shared.counters;
        counters.connections.store(0, Ordering::SeqCst);
        counters.statements.store(0, Ordering::SeqCst);
        counters.prepared.store(0, Ordering::SeqCst);
        counters.round_trips.store(0, Ordering::SeqCst);
        counters.pings.store(0, Ordering::SeqCst);
    }

    /// Closes every connection. The listener stays, so that new connections succeed at any moment.
    pub async fn close_connections(&self) {
        if let Some(listener) = self.stop_serving().await {
            self.serve(listener);
        }
    }

    /// The database is down: every connection is closed and new ones are refused.
    pub async fn refuse_connections(&self) {
        drop(self.stop_serving().await);
    }

    /// The database hangs: connections stay and new ones are accepted, but nothing comes through.
    pub fn hang(&self) {
        self.shared.open.send_replace(false);
    }

    /// The next statement gets through and is carried out; then the connection closes in the place
    /// of the answer, so that the function cannot know.
    pub fn drop_next_response(&self) {
        self.drop_response(0);
    }

    /// The same of a statement that is so many from now.
    pub fn drop_response(&self, from_now: u64) {
        self.shared.lose_answer.set(Some(from_now));
    }

    /// All is well again, at the same address.
    pub async fn restore(&self) {
        self.shared.lose_answer.set(None);
        self.shared.break_off.set(None);
        self.shared.open.send_replace(true);
        if self.server().is_none() {
            self.serve(self.port.listen());
        }
    }

    fn serve(&self, listener: impl Into<Arc<TcpListener>>) {
        let listener = listener.into();
        let task = tokio::spawn(accept(Arc::clone(&listener), Arc::clone(&self.shared)));
        *self.server() = Some(Server { listener, task });
    }

    /// Closes every connection, and returns the listener if there was one.
    async fn stop_serving(&self) -> Option<Arc<TcpListener>> {
        let Server { listener, task } = self.server().take()?;
        task.abort();
        // The connections are closed when the task has ended.
        let _ = task.await;
        Some(listener)
    }

    fn server(&self) -> MutexGuard<'_, Option<Server>> {
        lock(&self.server)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(server) = self.server().take() {
            server.task.abort();
        }
    }
}

async fn accept(listener: Arc<TcpListener>, shared: Arc<Shared>) {
    // Held here so that no connection outlives the listener.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((client, _)) = accepted {
                connections.spawn(pass(client, Arc::clone(&shared)));
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// A connection, secured or not.
trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Socket for S {}

/// Passes one connection on until either side, or the test, ends it.
async fn pass(mut client: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
    shared.opened().await;
    client.set_nodelay(true)?;
    let Some(tls) = &shared.tls else {
        let greeting = loop {
            let greeting = (client.read_u32().await?, client.read_u32().await?);
            if greeting.1 != SSL_REQUEST && greeting.1 != GSS_REQUEST {
                break greeting;
            }
            client.write_u8(b'N').await?;
        };
        return take_in(Box::new(client), greeting, &shared).await;
    };
    let (_, code) = (client.read_u32().await?, client.read_u32().await?);
    if code != SSL_REQUEST {
        return Ok(());
    }
    client.write_u8(b'S').await?;
    let mut client = tls.accept(client).await?;
    let greeting = (client.read_u32().await?, client.read_u32().await?);
    take_in(Box::new(client), greeting, &shared).await
}

/// Goes on after the first eight bytes of a start-up message: its length, and the protocol's version.
async fn take_in(
    mut client: Box<dyn Socket>,
    (length, code): (u32, u32),
    shared: &Shared,
) -> io::Result<()> {
    let mut rest = vec![0; usize::try_from(length.saturating_sub(8)).unwrap_or_default()];
    client.read_exact(&mut rest).await?;
    let names = rest.split(|byte| *byte == 0).step_by(2);
    let names = names.map(|name| String::from_utf8_lossy(name).into_owned());
    lock(&shared.parameters).extend(names.filter(|name| !name.is_empty()));
    let upstream = lock(&shared.upstream).clone();
    let mut server = TcpStream::connect(upstream).await?;
    server.set_nodelay(true)?;
    shared.counters.connections.fetch_add(1, Ordering::SeqCst);
    server.write_u32(length).await?;
    server.write_u32(code).await?;
    server.write_all(&rest).await?;
    let (from_client, to_client) = split(client);
    let (from_server, to_server) = server.into_split();
    let asked = PendingQuestions::default();
    tokio::select! {
        up = upwards(from_client, to_server, shared, &asked) => up,
        down = downwards(from_server, to_client, shared, &asked) => down,
    }
}

async fn upwards(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    shared: &Shared,
    asked: &PendingQuestions,
) -> io::Result<()> {
    let mut scanner = Scanner::default();
    let mut question = Question::default();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let bytes = read(&mut from, &mut buffer).await?;
        let kinds = scanner.feed(bytes);
        let is_statement = kinds.iter().any(|kind| matches!(kind, b'E' | b'Q'));
        for kind in kinds {
            match kind {
                b'E' | b'Q' => {
                    shared.counters.statements.fetch_add(1, Ordering::SeqCst);
                    question = Question::Statement;
                }
                b'P' => {
                    shared.counters.prepared.fetch_add(1, Ordering::SeqCst);
                    question = question.or_preparation();
                }
                b'X' => {
                    shared.counters.farewells.fetch_add(1, Ordering::SeqCst);
                }
                b'B' | b'C' | b'D' => question = question.or_preparation(),
                _ => {}
            }
            if matches!(kind, b'S' | b'Q') {
                lock(asked).push_back(std::mem::take(&mut question));
            }
        }
        shared.opened().await;
        if is_statement && shared.break_off.is_now() {
            let part = bytes.get(..bytes.len() / 2).unwrap_or_default();
            return to.write_all(part).await;
        }
        to.write_all(bytes).await?;
    }
}

async fn downwards(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    shared: &Shared,
    asked: &PendingQuestions,
) -> io::Result<()> {
    let mut scanner = Scanner::default();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let bytes = read(&mut from, &mut buffer).await?;
        for _ready in scanner.feed(bytes).into_iter().filter(|kind| *kind == b'Z') {
            // The first one ends the log-in and answers no question.
            let answered = lock(asked).pop_front();
            match answered {
                None => {}
                Some(Question::Ping) => {
                    shared.counters.pings.fetch_add(1, Ordering::SeqCst);
                }
                Some(Question::Preparation | Question::Statement) => {
                    shared.counters.round_trips.fetch_add(1, Ordering::SeqCst);
                }
            }
            let is_statement = answered == Some(Question::Statement);
            if is_statement && shared.lose_answer.is_now() {
                return Ok(());
            }
        }
        shared.opened().await;
        to.write_all(bytes).await?;
    }
}

async fn read<'a>(
    from: &mut (impl AsyncRead + Unpin),
    buffer: &'a mut [u8],
) -> io::Result<&'a [u8]> {
    match from.read(buffer).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        size => Ok(buffer.get(..size).unwrap_or_default()),
    }
}

impl Question {
    fn or_preparation(self) -> Self {
        match self {
            Self::Ping => Self::Preparation,
            question => question,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    async fn opened(&self) {
        // The sender is part of this value: there is always one.
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("counters", &self.counters)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sqlx::{Connection, PgConnection};
    use tokio::time::timeout;

    use super::*;
    use crate::Database;

    async fn one(connection: &mut PgConnection) -> sqlx::Result<i32> {
        sqlx::query_scalar("SELECT 1").fetch_one(connection).await
    }

    #[tokio::test]
    async fn statements_and_round_trips_are_counted() {
        let database = Database::empty().await;
        let proxy = Proxy::to(&database.url()).await;
        let mut connection = PgConnection::connect(proxy.url()).await.unwrap();
        assert_eq!(
            proxy.counts(),
            Counts {
                connections: 1,
                ..Counts::default()
            }
        );

        one(&mut connection).await.unwrap();
        let first = Counts {
            connections: 1,
            statements: 1,
            prepared: 1,
            round_trips: 2,
            ..Counts::default()
        };
        assert_eq!(proxy.counts(), first, "a new statement is prepared first");

        proxy.reset();
        one(&mut connection).await.unwrap();
        let again = Counts {
            statements: 1,
            round_trips: 1,
            ..Counts::default()
        };
        assert_eq!(proxy.counts(), again);

        proxy.reset();
        let mut transaction = connection.begin().await.unwrap();
        one(&mut transaction).await.unwrap();
        transaction.commit().await.unwrap();
        let transaction = Counts {
            statements: 3,
            round_trips: 3,
            ..Counts::default()
        };
        assert_eq!(proxy.counts(), transaction);

        proxy.reset();
        connection.ping().await.unwrap();
        let ping = Counts {
            pings: 1,
            ..Counts::default()
        };
        assert_eq!(proxy.counts(), ping, "a ping waits and says nothing");
    }

    #[tokio::test]
    async fn a_large_answer_passes_unchanged() {
        let database = Database::empty().await;
        let proxy = Proxy::to(&database.url()).await;
        let mut connection = PgConnection::connect(proxy.url()).await.unwrap();
        let text: String = sqlx::query_scalar("SELECT repeat('Zx', 500000)")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(text, "Zx".repeat(500_000));
        assert_eq!(
            proxy.counts().round_trips,
            2,
            "a Z within a row is no message"
        );
    }

    #[tokio::test]
    async fn a_database_that_is_down_comes_back_at_the_same_address() {
        let database = Database::empty().await;
        let proxy = Proxy::to(&database.url()).await;
        let mut connection = PgConnection::connect(proxy.url()).await.unwrap();
        proxy.refuse_connections().await;
        one(&mut connection).await.unwrap_err();
        PgConnection::connect(proxy.url()).await.unwrap_err();
        proxy.restore().await;
        let mut connection = PgConnection::connect(proxy.url()).await.unwrap();
        one(&mut connection).await.unwrap();
        proxy.close_connections().await;
        one(&mut connection).await.unwrap_err();
        PgConnection::connect(proxy.url()).await.unwrap();
    }

    #[tokio::test]
    async fn a_database_that_hangs_goes_on_where_it_was() {
        let database = Database::empty().await;
        let proxy = Proxy::to(&database.url()).await;
        let mut connection = PgConnection::connect(proxy.url()).await.unwrap();
        proxy.hang();
        let patience = Duration::from_millis(200);
        timeout(patience, PgConnection::connect(proxy.url()))
            .await
            .unwrap_err();
        let mut asking = Box::pin(one(&mut connection));
        timeout(patience, &mut asking).await.unwrap_err();
        proxy.restore().await;
        assert_eq!(asking.await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_statement_whose_answer_is_lost_was_carried_out() {
        let database = Database::empty().await;
        database.execute("CREATE TABLE kept (n integer)").await;
        let proxy = Proxy::to(&database.url()).await;
        let mut connection = PgConnection::connect(proxy.url()).await.unwrap();
        proxy.drop_next_response();
        let insert = sqlx::query("INSERT INTO kept VALUES (1)")
            .execute(&mut connection)
            .await;
        insert.unwrap_err();
        assert_eq!(database.value::<i64>("SELECT COUNT(*) FROM kept").await, 1);
        PgConnection::connect(proxy.url())
            .await
            .expect("only one answer is lost");
    }
}
