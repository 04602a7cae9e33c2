//! A proxy between a function and Postgres that counts messages and breaks connections on demand. By default it
//! refuses TLS, as Postgres without a certificate does. With a certificate it requires TLS, as RDS Proxy does.

use std::{
    collections::{BTreeSet, VecDeque},
    fmt, io,
    str::FromStr,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use sqlx::{ConnectOptions, postgres::PgConnectOptions};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

use crate::{
    lock::lock,
    loopback::accept,
    postgres_protocol::{GSS_REQUEST, SSL_REQUEST, Scanner},
    reserved_port::ReservedPort,
};

/// The messages since the start or the last [`Proxy::reset`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Opened connections.
    pub connections: u64,
    /// Executed statements: Execute messages and simple queries, `BEGIN` and `COMMIT` among them.
    pub statements: u64,
    /// Prepared statements: Parse messages.
    pub prepared: u64,
    /// How often the function waited for Postgres to prepare or execute a statement, without the log-in.
    pub round_trips: u64,
    /// Round trips without a statement. A pool tests a connection with one when it lends the connection, and when the
    /// connection comes back, which is after the function's response.
    pub pings: u64,
}

/// The messages of the function before it waits for Postgres.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum RoundTrip {
    /// No statement.
    #[default]
    Ping,
    /// A statement is prepared or closed.
    Preparation,
    /// A statement is executed.
    Statement,
}

/// The number of times to wait until something happens; `None` is never.
#[derive(Debug, Default)]
struct Countdown(Mutex<Option<u64>>);

impl Countdown {
    fn set(&self, count: Option<u64>) {
        *lock(&self.0) = count;
    }

    fn is_now(&self) -> bool {
        let mut left = lock(&self.0);
        let is_now = *left == Some(0);
        *left = left.and_then(|left| left.checked_sub(1));
        is_now
    }
}

/// The round trips of one connection that Postgres has not answered yet, in their order.
type Pending = Mutex<VecDeque<RoundTrip>>;

struct Shared {
    upstream: Mutex<(String, u16)>,
    /// Set if the proxy requires TLS.
    tls: Option<TlsAcceptor>,
    /// The parameters in start-up messages.
    parameters: Mutex<BTreeSet<String>>,
    counts: Mutex<Counts>,
    terminate_messages: AtomicU64,
    /// If false, nothing passes in either direction, and connections stay open.
    open: watch::Sender<bool>,
    /// When to drop the response to a statement.
    drop_response: Countdown,
    /// When to truncate a statement.
    truncate: Countdown,
}

/// A TCP proxy on a reserved port of the loopback. It ends when dropped.
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
    /// A proxy to the database with this URL.
    pub async fn to(database_url: &str) -> Self {
        Self::start(database_url, None).await
    }

    /// A proxy to the database with this URL that requires TLS.
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
                counts: Mutex::default(),
                terminate_messages: AtomicU64::default(),
                open: watch::Sender::new(true),
                drop_response: Countdown::default(),
                truncate: Countdown::default(),
            }),
            server: Mutex::default(),
        };
        proxy.serve(proxy.port.listen().await);
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

    /// The parameters that clients have set in start-up messages: `TimeZone`, `application_name` and so on.
    #[must_use]
    pub fn start_up_parameters(&self) -> BTreeSet<String> {
        lock(&self.shared.parameters).clone()
    }

    /// Connects later clients to the database with this URL.
    pub fn set_upstream(&self, database_url: &str) {
        let options = PgConnectOptions::from_str(database_url).expect("a Postgres URL");
        *lock(&self.shared.upstream) = (options.get_host().to_owned(), options.get_port());
    }

    /// Forwards only a part of a later statement and closes its connection. 0 is the next statement.
    pub fn truncate_statement(&self, count: u64) {
        self.shared.truncate.set(Some(count));
    }

    /// The counts since the start or the last [`reset`](Self::reset).
    #[must_use]
    pub fn counts(&self) -> Counts {
        *lock(&self.shared.counts)
    }

    /// The number of Terminate messages since the last call: clients that closed their connections properly.
    #[must_use]
    pub fn take_terminate_messages(&self) -> u64 {
        self.shared.terminate_messages.swap(0, Ordering::SeqCst)
    }

    /// Resets the counts to zero.
    pub fn reset(&self) {
        *lock(&self.shared.counts) = Counts::default();
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

    /// The database hangs: connections are open and new ones are accepted, but nothing passes.
    pub fn hang(&self) {
        self.shared.open.send_replace(false);
    }

    /// Lets Postgres execute the next statement, and closes the connection in place of the response: the function cannot
    /// know whether the statement ran.
    pub fn drop_next_response(&self) {
        self.drop_response(0);
    }

    /// Likewise for a later statement. 0 is the next.
    pub fn drop_response(&self, count: u64) {
        self.shared.drop_response.set(Some(count));
    }

    /// Ends all faults, at the same address.
    pub async fn restore(&self) {
        self.shared.drop_response.set(None);
        self.shared.truncate.set(None);
        self.shared.open.send_replace(true);
        if self.server().is_none() {
            self.serve(self.port.listen().await);
        }
    }

    fn serve(&self, listener: impl Into<Arc<TcpListener>>) {
        let listener = listener.into();
        let shared = Arc::clone(&self.shared);
        let serve = move |client| forward(client, Arc::clone(&shared));
        let task = tokio::spawn(accept(Arc::clone(&listener), serve));
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

/// A connection with or without TLS.
trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Socket for S {}

/// Forwards one connection until either side or the test ends it.
async fn forward(mut client: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
    shared.until_open().await;
    client.set_nodelay(true)?;
    let Some(tls) = &shared.tls else {
        let start = loop {
            let start = (client.read_u32().await?, client.read_u32().await?);
            if start.1 != SSL_REQUEST && start.1 != GSS_REQUEST {
                break start;
            }
            client.write_u8(b'N').await?;
        };
        return forward_session(Box::new(client), start, &shared).await;
    };
    let (_, code) = (client.read_u32().await?, client.read_u32().await?);
    if code != SSL_REQUEST {
        return Ok(());
    }
    client.write_u8(b'S').await?;
    let mut client = tls.accept(client).await?;
    let start = (client.read_u32().await?, client.read_u32().await?);
    forward_session(Box::new(client), start, &shared).await
}

/// Forwards a connection after the first eight bytes of its start-up message: the length and the protocol version.
async fn forward_session(
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
    lock(&shared.counts).connections += 1;
    server.write_u32(length).await?;
    server.write_u32(code).await?;
    server.write_all(&rest).await?;
    let (from_client, to_client) = split(client);
    let (from_server, to_server) = server.into_split();
    let pending = Pending::default();
    tokio::select! {
        result = forward_requests(from_client, to_server, shared, &pending) => result,
        result = forward_responses(from_server, to_client, shared, &pending) => result,
    }
}

async fn forward_requests(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    shared: &Shared,
    pending: &Pending,
) -> io::Result<()> {
    let mut scanner = Scanner::default();
    let mut round_trip = RoundTrip::default();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let bytes = read(&mut from, &mut buffer).await?;
        let kinds = scanner.feed(bytes);
        let is_statement = kinds.iter().any(|kind| matches!(kind, b'E' | b'Q'));
        for kind in kinds {
            match kind {
                b'E' | b'Q' => {
                    lock(&shared.counts).statements += 1;
                    round_trip = RoundTrip::Statement;
                }
                b'P' => {
                    lock(&shared.counts).prepared += 1;
                    round_trip = round_trip.or_preparation();
                }
                b'X' => {
                    shared.terminate_messages.fetch_add(1, Ordering::SeqCst);
                }
                b'B' | b'C' | b'D' => round_trip = round_trip.or_preparation(),
                _ => {}
            }
            if matches!(kind, b'S' | b'Q') {
                lock(pending).push_back(std::mem::take(&mut round_trip));
            }
        }
        shared.until_open().await;
        if is_statement && shared.truncate.is_now() {
            let part = bytes.get(..bytes.len() / 2).unwrap_or_default();
            return to.write_all(part).await;
        }
        to.write_all(bytes).await?;
    }
}

async fn forward_responses(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    shared: &Shared,
    pending: &Pending,
) -> io::Result<()> {
    let mut scanner = Scanner::default();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let bytes = read(&mut from, &mut buffer).await?;
        for _ready in scanner.feed(bytes).into_iter().filter(|kind| *kind == b'Z') {
            // The first one ends the log-in, which is no round trip.
            let round_trip = lock(pending).pop_front();
            match round_trip {
                None => {}
                Some(RoundTrip::Ping) => lock(&shared.counts).pings += 1,
                Some(_) => lock(&shared.counts).round_trips += 1,
            }
            let is_statement = round_trip == Some(RoundTrip::Statement);
            if is_statement && shared.drop_response.is_now() {
                return Ok(());
            }
        }
        shared.until_open().await;
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

impl RoundTrip {
    fn or_preparation(self) -> Self {
        match self {
            Self::Ping => Self::Preparation,
            round_trip => round_trip,
        }
    }
}

impl Shared {
    async fn until_open(&self) {
        // It cannot fail: this value has the sender.
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("counts", &self.counts)
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

    async fn connected() -> (Database, Proxy, PgConnection) {
        let database = Database::empty().await;
        let proxy = Proxy::to(&database.url()).await;
        let connection = PgConnection::connect(proxy.url()).await.unwrap();
        (database, proxy, connection)
    }

    async fn one(connection: &mut PgConnection) -> sqlx::Result<i32> {
        sqlx::query_scalar("SELECT 1").fetch_one(connection).await
    }

    #[tokio::test]
    async fn statements_and_round_trips_are_counted() {
        let (_database, proxy, mut connection) = connected().await;
        let nothing = Counts::default();
        let connected = Counts {
            connections: 1,
            ..nothing
        };
        assert_eq!(proxy.counts(), connected);

        one(&mut connection).await.unwrap();
        let first = Counts {
            statements: 1,
            prepared: 1,
            round_trips: 2,
            ..connected
        };
        assert_eq!(proxy.counts(), first, "a new statement is prepared first");

        let expect = |statements, round_trips, pings| {
            let expected = Counts {
                statements,
                round_trips,
                pings,
                ..nothing
            };
            assert_eq!(proxy.counts(), expected);
            proxy.reset();
        };
        proxy.reset();
        one(&mut connection).await.unwrap();
        expect(1, 1, 0);

        let mut transaction = connection.begin().await.unwrap();
        one(&mut transaction).await.unwrap();
        transaction.commit().await.unwrap();
        expect(3, 3, 0);

        // A ping is a round trip without a statement.
        connection.ping().await.unwrap();
        expect(0, 0, 1);
    }

    #[tokio::test]
    async fn a_large_response_passes_unchanged() {
        let (_database, proxy, mut connection) = connected().await;
        let text: String = sqlx::query_scalar("SELECT repeat('Zx', 500000)")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(text, "Zx".repeat(500_000));
        assert_eq!(
            proxy.counts().round_trips,
            2,
            "a Z in a row is not a message"
        );
    }

    #[tokio::test]
    async fn a_database_that_was_down_is_back_at_the_same_address() {
        let (_database, proxy, mut connection) = connected().await;
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
    async fn a_database_that_hangs_continues_after_restore() {
        let (_database, proxy, mut connection) = connected().await;
        proxy.hang();
        let limit = Duration::from_millis(200);
        timeout(limit, PgConnection::connect(proxy.url()))
            .await
            .unwrap_err();
        let mut query = Box::pin(one(&mut connection));
        timeout(limit, &mut query).await.unwrap_err();
        proxy.restore().await;
        assert_eq!(query.await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_statement_whose_response_is_dropped_was_executed() {
        let (database, proxy, mut connection) = connected().await;
        database.execute("CREATE TABLE kept (n integer)").await;
        proxy.drop_next_response();
        let insert = sqlx::query("INSERT INTO kept VALUES (1)")
            .execute(&mut connection)
            .await;
        insert.unwrap_err();
        assert_eq!(database.value::<i64>("SELECT COUNT(*) FROM kept").await, 1);
        PgConnection::connect(proxy.url())
            .await
            .expect("only one response is dropped");
    }
}
