//! The HTTP client of all providers.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use thiserror::Error;

/// The most time to open a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// The most time between two reads: providers send keep-alive events more often.
const READ_TIMEOUT: Duration = Duration::from_mins(1);

/// A connection that was idle for longer is not reused: Lambda may have frozen the function, and the provider has closed
/// the connection meanwhile.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);

/// The most time without a TCP acknowledgement. It detects a connection that died silently, as during a freeze.
#[cfg(target_os = "linux")]
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(5);

/// One client a process: its connections stay open between calls. Cheap to clone.
#[derive(Clone, Debug)]
pub struct HttpClient {
    #[cfg(feature = "bedrock")]
    pub(super) plain: reqwest::Client,
    models: genai::Client,
    fresh: Arc<OnceLock<genai::Client>>,
}

/// The client cannot be created: TLS cannot be set up.
#[derive(Debug, Error)]
#[error("the HTTP client for the model's provider cannot be created")]
pub struct ClientError(#[source] Option<reqwest::Error>);

/// The connection that a call uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connection {
    /// An open connection, if there is one.
    Pooled,
    /// A new connection: all open ones may be dead.
    Fresh,
}

impl HttpClient {
    /// A client with its own connections.
    ///
    /// # Errors
    ///
    /// When TLS cannot be set up.
    pub fn new() -> Result<Self, ClientError> {
        let client = builder()
            .build()
            .map_err(|error| ClientError(Some(error)))?;
        Ok(Self {
            models: genai_client(client.clone())?,
            #[cfg(feature = "bedrock")]
            plain: client,
            fresh: Arc::default(),
        })
    }

    pub(super) fn models(&self, connection: Connection) -> &genai::Client {
        if connection == Connection::Pooled {
            return &self.models;
        }
        if let Some(fresh) = self.fresh.get() {
            return fresh;
        }
        // Created when first needed, which is rare.
        let fresh = builder().pool_max_idle_per_host(0).build().ok();
        match fresh.and_then(|client| genai_client(client).ok()) {
            Some(fresh) => self.fresh.get_or_init(|| fresh),
            None => &self.models,
        }
    }
}

fn builder() -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder();
    #[cfg(target_os = "linux")]
    let builder = builder.tcp_user_timeout(TCP_USER_TIMEOUT);
    builder
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .tcp_nodelay(true)
        // A function serves one request at a time, so HTTP/2 would share nothing. With HTTP/1, closing the connection stops
        // a reply that is no longer needed.
        .http1_only()
        // A key is sent to the configured address only.
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
}

fn genai_client(client: reqwest::Client) -> Result<genai::Client, ClientError> {
    genai::Client::builder()
        .with_reqwest(client)
        .build()
        .map_err(|_| ClientError(None))
}
