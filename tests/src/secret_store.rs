//! AWS Secrets Manager: moto's, behind a relay that counts the reads of secrets.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use aws_sdk_secretsmanager::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::TcpStream,
};
use uuid::Uuid;

use crate::loopback::LoopbackServer;

/// The operation in the head of a request that reads a secret.
const READ: &[u8] = b"secretsmanager.GetSecretValue";

/// A Secrets Manager for one test.
#[derive(Debug)]
pub struct SecretStore {
    client: Client,
    reads: Arc<AtomicU64>,
    relay: LoopbackServer,
}

/// A secret with its versions.
#[derive(Debug)]
pub struct StoredSecret {
    client: Client,
    arn: String,
    current: String,
}

impl SecretStore {
    /// A relay to the suite's moto, at `VERSE_SECRETS_URL`.
    pub async fn start() -> Self {
        let url = std::env::var("VERSE_SECRETS_URL")
            .unwrap_or_else(|_| panic!("VERSE_SECRETS_URL is not set: run `make test`"));
        let upstream = url.trim_start_matches("http://").to_owned();
        let reads = Arc::new(AtomicU64::default());
        let config = aws_sdk_secretsmanager::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(url)
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"));
        let counter = Arc::clone(&reads);
        let relay = LoopbackServer::start(move |client| {
            relay(client, upstream.clone(), Arc::clone(&counter))
        });
        Self {
            client: Client::from_conf(config.build()),
            relay: relay.await,
            reads,
        }
    }

    /// For a function's `AWS_ENDPOINT_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.relay.address())
    }

    /// How often a secret was read through [`url`](Self::url).
    #[must_use]
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::SeqCst)
    }

    /// Stores a new secret.
    pub async fn create(&self, value: &Value) -> StoredSecret {
        let name = format!("verse/{}", Uuid::new_v4());
        let request = self.client.create_secret().name(name);
        let request = request.secret_string(value.to_string());
        let created = request.send().await.expect("moto stores the secret");
        StoredSecret {
            client: self.client.clone(),
            arn: created.arn.expect("a secret has an ARN"),
            current: created.version_id.expect("a secret has a version"),
        }
    }
}

impl StoredSecret {
    /// For a function's settings.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// Begins a rotation: stores a pending version, and returns its id.
    pub async fn put_pending(&self, value: &Value) -> String {
        let request = self.client.put_secret_value().secret_id(&self.arn);
        let request = request
            .secret_string(value.to_string())
            .version_stages("AWSPENDING");
        let stored = request.send().await.expect("moto stores the version");
        stored.version_id.expect("a version has an id")
    }

    /// Ends a rotation: makes this version the current one.
    pub async fn promote(&mut self, version: String) {
        let request = self.client.update_secret_version_stage();
        let request = request.secret_id(&self.arn).version_stage("AWSCURRENT");
        let request = request
            .move_to_version_id(&version)
            .remove_from_version_id(&self.current);
        request.send().await.expect("moto moves the stage");
        self.current = version;
    }
}

/// Relays one connection to moto.
async fn relay(client: TcpStream, upstream: String, reads: Arc<AtomicU64>) -> io::Result<()> {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = TcpStream::connect(upstream).await?.into_split();
    let requests = async {
        // The last bytes of the piece before, in case the operation's name is split.
        let mut seen = Vec::new();
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let size = from_client.read(&mut buffer).await?;
            let bytes = buffer.get(..size).unwrap_or_default();
            if bytes.is_empty() {
                return Ok(());
            }
            seen.extend_from_slice(bytes);
            let found = seen.windows(READ.len());
            let found = found.filter(|window| window.eq_ignore_ascii_case(READ));
            reads.fetch_add(found.count() as u64, Ordering::SeqCst);
            seen.drain(..seen.len().saturating_sub(READ.len() - 1));
            to_server.write_all(bytes).await?;
        }
    };
    tokio::select! {
        result = requests => result,
        result = copy(&mut from_server, &mut to_client) => result.map(drop),
    }
}
