//! The connection pool: opens a connection when it is first needed and keeps it while it works.
//!
//! `sqlx`'s own pool pings each connection that comes back. That is a second round trip for each statement, and it leaves a
//! half-done exchange in a process that is frozen after its answer. This pool tests a connection before use, and only after
//! a long idle time or after another connection broke.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use deadpool::managed::{self, Metrics, Object, PoolError, QueueMode, RecycleError, RecycleResult};
use futures_util::future::join_all;
use sqlx::{ConnectOptions, Connection, Error, PgConnection, postgres::PgConnectOptions};
use tokio::time::timeout;

use super::credentials::CredentialSource;
use crate::error::{is_refused_login, is_worth_reconnecting};

/// A connection that was idle for longer is tested first: the process may have been frozen.
const TRUSTED_IDLE: Duration = Duration::from_secs(10);
/// The limit of such a test.
const TEST_TIMEOUT: Duration = Duration::from_secs(1);
/// The limit for closing a connection: Lambda gives a process half a second for its whole shutdown.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(200);
/// The first pause between two attempts to connect. It doubles each time.
const RECONNECT_PAUSE: Duration = Duration::from_millis(20);

/// The connections of one process.
#[derive(Clone)]
pub(super) struct Pool {
    connections: managed::Pool<Connector>,
    acquire_timeout: Duration,
    last_break: LastBreak,
}

/// When a connection last broke. Connections that were not used since are tested before use.
#[derive(Clone, Default)]
struct LastBreak(Arc<Mutex<Option<Instant>>>);

/// A connection in use. Dropping it closes it, as its state is unknown; [`PooledConnection::give_back`] keeps it.
pub(super) struct PooledConnection {
    connection: PgConnection,
    slot: Slot,
}

/// The pool's slot of a connection in use: empty until the connection is given back.
struct Slot {
    object: Object<Connector>,
    last_break: LastBreak,
}

/// Opens and tests connections.
struct Connector {
    options: PgConnectOptions,
    credentials: CredentialSource,
    last_break: LastBreak,
}

impl Pool {
    #[expect(
        clippy::expect_used,
        reason = "building fails only if timeouts are set; none are"
    )]
    pub(super) fn new(
        options: PgConnectOptions,
        credentials: CredentialSource,
        size: usize,
        acquire_timeout: Duration,
    ) -> Self {
        let last_break = LastBreak::default();
        let connector = Connector {
            options,
            credentials,
            last_break: last_break.clone(),
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
    pub(super) async fn acquire(&self) -> Result<PooledConnection, Error> {
        let mut object = match timeout(self.acquire_timeout, self.connections.get()).await {
            Ok(Ok(object)) => object,
            Ok(Err(PoolError::Backend(error))) => return Err(error),
            Ok(Err(PoolError::Closed)) => return Err(Error::PoolClosed),
            Ok(Err(_)) | Err(_) => return Err(Error::PoolTimedOut),
        };
        let connection = object.take().ok_or(Error::PoolTimedOut)?;
        let last_break = self.last_break.clone();
        Ok(PooledConnection {
            connection,
            slot: Slot { object, last_break },
        })
    }

    /// As [`Pool::close`], and closes idle connections with a Terminate message.
    pub(super) async fn close_gracefully(&self) {
        let idle = self.connections.retain(|_, _| false).removed;
        self.close();
        let closing = idle
            .into_iter()
            .flatten()
            .map(|connection| timeout(CLOSE_TIMEOUT, connection.close()));
        // A server that does not answer in time notices the closed socket.
        let _ = join_all(closing).await;
    }

    /// Gives out no more connections, and closes those that come back.
    pub(super) fn close(&self) {
        self.connections.close();
    }
}

impl LastBreak {
    fn broke_after(&self, moment: Instant) -> bool {
        self.lock().is_some_and(|at| at >= moment)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PooledConnection {
    /// The connection.
    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Returns the connection to the pool.
    pub(super) fn give_back(self) {
        let Self {
            connection,
            mut slot,
        } = self;
        *slot.object = Some(connection);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // The connection was dropped without a goodbye: that would wait for a server that may never answer.
        if self.object.is_none() {
            *self.last_break.lock() = Some(Instant::now());
        }
    }
}

impl managed::Manager for Connector {
    /// `None` while the connection is in use, and after it broke.
    type Type = Option<PgConnection>;
    type Error = Error;

    async fn create(&self) -> Result<Self::Type, Error> {
        // On the heap: connecting is rare, and its future would make each statement's future larger.
        Box::pin(self.connect()).await.map(Some)
    }

    async fn recycle(&self, slot: &mut Self::Type, metrics: &Metrics) -> RecycleResult<Error> {
        let Some(connection) = slot else {
            return Err(RecycleError::message("the connection broke"));
        };
        let last_used = metrics.recycled.unwrap_or(metrics.created);
        if last_used.elapsed() <= TRUSTED_IDLE && !self.last_break.broke_after(last_used) {
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
    /// Connects. Tries again while the server is starting or failing over, and once the password was rotated. The caller
    /// limits the time.
    async fn connect(&self) -> Result<PgConnection, Error> {
        let mut pause = RECONNECT_PAUSE;
        loop {
            let login = self.credentials.log_in_with(&self.options).await?;
            match login.options.connect().await {
                Err(error) if is_refused_login(&error) => {
                    if !self.credentials.replace_refused(&login).await? {
                        return Err(error);
                    }
                }
                Err(error) if is_worth_reconnecting(&error) => tokio::time::sleep(pause).await,
                result => return result,
            }
            pause *= 2;
        }
    }
}
