//! The HTTP client that every call of a provider goes through.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use thiserror::Error;

/// To be connected; a provider that cannot be reached in this time cannot be reached.
const CONNECT: Duration = Duration::from_secs(3);

/// Of silence, after which an answer is given up: providers send a sign of life more often.
const SILENCE: Duration = Duration::from_mins(1);

/// A connection that was idle for longer is not used again: a function may have been frozen, and the other end has hung
/// up meanwhile.
const IDLE: Duration = Duration::from_secs(10);

/// For the other end to confirm what it was sent. One that is gone without a word, as after a freeze, is found out by this.
#[cfg(target_os = "linux")]
const UNCONFIRMED: Duration = Duration::from_secs(5);

/// Made once in a process, and shared: its connections stay open between calls. Cheap to clone.
#[derive(Clone, Debug)]
pub struct HttpClient {
    #[cfg(feature = "bedrock")]
    pub(super) plain: reqwest::Client,
    models: genai::Client,
    fresh: Arc<OnceLock<genai::Client>>,
}

/// No client can be made: TLS cannot be set up.
#[derive(Debug, Error)]
#[error("no HTTP client can be made for the model's provider")]
pub struct ClientError(#[source] Option<reqwest::Error>);

/// Which connection a call may go over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connection {
    /// One that is open, if there is one.
    Any,
    /// A new one: those that are open may all be dead.
    Fresh,
}

impl HttpClient {
    /// A client with connections of its own.
    ///
    /// # Errors
    ///
    /// When TLS cannot be set up.
    pub fn new() -> Result<Self, ClientError> {
        let client = connecting()
            .build()
            .map_err(|error| ClientError(Some(error)))?;
        Ok(Self {
            models: speaking(client.clone())?,
            #[cfg(feature = "bedrock")]
            plain: client,
            fresh: Arc::default(),
        })
    }

    pub(super) fn models(&self, connection: Connection) -> &genai::Client {
        if connection == Connection::Any {
            return &self.models;
        }
        if let Some(fresh) = self.fresh.get() {
            return fresh;
        }
        // Made when first needed, which is seldom.
        let fresh = connecting().pool_max_idle_per_host(0).build().ok();
        match fresh.and_then(|client| speaking(client).ok()) {
            Some(fresh) => self.fresh.get_or_init(|| fresh),
            None => &self.models,
        }
    }
}

fn connecting() -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder();
    #[cfg(target_os = "linux")]
    let builder = builder.tcp_user_timeout(UNCONFIRMED);
    builder
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .pool_idle_timeout(IDLE)
        .tcp_nodelay(true)
        // A function answers one request at a time: nothing would share a connection of HTTP/2, and with HTTP/1 an
        // answer that nobody reads ends with its connection.
        .http1_only()
        // A key goes where the settings say, and nowhere else.
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
}

fn speaking(client: reqwest::Client) -> Result<genai::Client, ClientError> {
    genai::Client::builder()
        .with_reqwest(client)
        .build()
        .map_err(|_| ClientError(None))
}
