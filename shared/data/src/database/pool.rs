//! The connections: opened when first needed, kept while they work.
//!
//! `sqlx`'s own pool pings a connection each time that it comes back, which is a second round trip for each statement
//! and leaves a half-done exchange in a process that is frozen after its answer. This one tests a connection before
//! use, and only if it is doubtful.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use deadpool::managed::{self, Metrics, Object, PoolError, QueueMode, RecycleError, RecycleResult};
use futures_util::future::join_all;
use sqlx::{ConnectOptions, Connection, Error, PgConnection, postgres::PgConnectOptions};
use tokio::time::timeout;

use super::credentials::Login;
use crate::error::{is_refused_login, is_worth_reconnecting};

/// A connection unused for longer is tested first: the process may have been frozen meanwhile.
const TRUSTED_IDLE: Duration = Duration::from_secs(10);
/// How long such a test may take.
const TEST_TIMEOUT: Duration = Duration::from_secs(1);
/// How long the end of a connection may take: Lambda gives a process half a second for all that it has to end.
const LEAVE_TIMEOUT: Duration = Duration::from_millis(200);
/// The first pause between two tries to connect; each next one is twice as long.
const RECONNECT_PAUSE: Duration = Duration::from_millis(20);

/// The connections of one process.
#[derive(Clone)]
pub(super) struct Pool {
    connections: managed::Pool<Connector>,
    acquire_timeout: Duration,
    last_break: LastBreak,
}

/// When a connection last broke: those that were not used since are tested first.
type LastBreak = Arc<Mutex<Option<Instant>>>;

/// A connection on loan. Unless it is given back, it is thrown away: nobody knows what state it is in.
pub(super) struct PooledConnection {
    object: Option<Object<Connector>>,
    last_break: LastBreak,
}

struct Connector {
    options: PgConnectOptions,
    login: Login,
    last_break: LastBreak,
}

impl Pool {
    #[expect(
        clippy::expect_used,
        reason = "building fails only if timeouts are set; none are"
    )]
    pub(super) fn new(
        options: PgConnectOptions,
        login: Login,
        size: usize,
        acquire_timeout: Duration,
    ) -> Self {
        let last_break = LastBreak::default();
        let connector = Connector {
            options,
            login,
            last_break: Arc::clone(&last_break),
        };
        let connections = managed::Pool::builder(connector)
            .max_size(size)
            .queue_mode(QueueMode::Lifo)
            .build()
            .expect("no timeouts are set");
        Self {
            connections,
            acquire_timeout,
            last_break,
        }
    }

    /// A working connection, or the reason why there is none.
    pub(super) async fn lease(&self) -> Result<PooledConnection, Error> {
        let object = match timeout(self.acquire_timeout, self.connections.get()).await {
            Ok(Ok(object)) => object,
            Ok(Err(PoolError::Backend(error))) => return Err(error),
            Ok(Err(PoolError::Closed)) => return Err(Error::PoolClosed),
            Ok(Err(_)) | Err(_) => return Err(Error::PoolTimedOut),
        };
        Ok(PooledConnection {
            object: Some(object),
            last_break: Arc::clone(&self.last_break),
        })
    }

    /// Tells the server of each connection that is not in use that it ends, and lends no more.
    pub(super) async fn close_gracefully(&self) {
        let idle = self.connections.retain(|_, _| false).removed;
        self.close();
        let leaving = idle
            .into_iter()
            .map(|connection| timeout(LEAVE_TIMEOUT, connection.close()));
        // A server that does not answer finds out by itself.
        let _ = join_all(leaving).await;
    }

    /// Lends no more, and closes what comes back.
    pub(super) fn close(&self) {
        self.connections.close();
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pool")
    }
}

impl PooledConnection {
    /// The connection.
    pub(super) fn connection(&mut self) -> Result<&mut PgConnection, Error> {
        self.object.as_deref_mut().ok_or(Error::PoolClosed)
    }

    /// Back to the others, for the next to use.
    pub(super) fn give_back(mut self) {
        drop(self.object.take());
    }
}

impl Drop for PooledConnection {
    fn drop(&mut self) {
        if let Some(object) = self.object.take() {
            *self
                .last_break
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
            // Not closed politely: that would wait for a server that may never answer.
            drop(Object::take(object));
        }
    }
}

impl fmt::Debug for PooledConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PooledConnection")
    }
}

impl managed::Manager for Connector {
    type Type = PgConnection;
    type Error = Error;

    async fn create(&self) -> Result<PgConnection, Error> {
        // On the heap: it is seldom, and would make every statement's future larger.
        Box::pin(self.connect()).await
    }

    async fn recycle(
        &self,
        connection: &mut PgConnection,
        metrics: &Metrics,
    ) -> RecycleResult<Error> {
        if !self.is_doubtful(metrics) {
            return Ok(());
        }
        match timeout(TEST_TIMEOUT, connection.ping()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(RecycleError::Backend(error)),
            Err(_) => Err(RecycleError::message("no answer")),
        }
    }
}

impl Connector {
    /// Connects; while the server is starting or changing over, and when the password was just rotated, tries again.
    /// Whoever waits sets the end.
    async fn connect(&self) -> Result<PgConnection, Error> {
        let mut pause = RECONNECT_PAUSE;
        loop {
            let attempt = self.login.attempt(&self.options).await?;
            match attempt.options.connect().await {
                Err(error) if is_refused_login(&error) => {
                    if !self.login.renew(&attempt).await? {
                        return Err(error);
                    }
                }
                Err(error) if is_worth_reconnecting(&error) => tokio::time::sleep(pause).await,
                result => return result,
            }
            pause *= 2;
        }
    }

    fn is_doubtful(&self, metrics: &Metrics) -> bool {
        let last_used = metrics.recycled.unwrap_or(metrics.created);
        let last_break = *self
            .last_break
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        last_used.elapsed() > TRUSTED_IDLE || last_break.is_some_and(|at| at >= last_used)
    }
}
