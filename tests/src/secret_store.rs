//! Secrets Manager: moto's, behind a relay that counts how often a secret is read.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
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
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};
use uuid::Uuid;

/// How a reading of a secret begins, in the head of its request.
const READING: &[u8] = b"secretsmanager.GetSecretValue";

/// A Secrets Manager for one test.
#[derive(Debug)]
pub struct SecretStore {
    client: Client,
    address: SocketAddr,
    reads: Arc<AtomicU64>,
    relay: JoinHandle<()>,
}

/// A secret with its versions.
#[derive(Debug)]
pub struct StoredSecret {
    client: Client,
    arn: String,
    current: String,
}

impl SecretStore {
    /// One in front of the suite's moto, at `VERSE_SECRETS_URL`.
    pub async fn start() -> Self {
        let url = std::env::var("VERSE_SECRETS_URL").unwrap_or_else(|_| {
            panic!("VERSE_SECRETS_URL does not say where moto is: run `make test`")
        });
        let upstream = url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.expect("a free port on the loopback");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let reads = Arc::new(AtomicU64::default());
        let config = aws_sdk_secretsmanager::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(url)
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new(
                "rehearsal",
                "rehearsal",
                None,
                None,
                "test",
            ));
        Self {
            client: Client::from_conf(config.build()),
            address,
            relay: tokio::spawn(accept(listener, upstream, Arc::clone(&reads))),
            reads,
        }
    }

    /// For a function's `AWS_ENDPOINT_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How often a secret was read through [`url`](Self::url).
    #[must_use]
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::SeqCst)
    }

    /// Keeps a new secret.
    pub async fn create(&self, value: &Value) -> StoredSecret {
        let name = format!("verse/{}", Uuid::new_v4());
        let made = self
            .client
            .create_secret()
            .name(name)
            .secret_string(value.to_string());
        let made = made.send().await.expect("moto keeps a secret");
        StoredSecret {
            client: self.client.clone(),
            arn: made.arn.expect("a secret has an ARN"),
            current: made.version_id.expect("a secret has a version"),
        }
    }
}

impl StoredSecret {
    /// For a function's settings.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// A rotation begins: the new value is there, and not yet in use. Gives its version.
    pub async fn put_pending(&self, value: &Value) -> String {
        let put = self.client.put_secret_value().secret_id(&self.arn);
        let put = put
            .secret_string(value.to_string())
            .version_stages("AWSPENDING");
        let put = put.send().await.expect("moto keeps another version");
        put.version_id.expect("a version has an id")
    }

    /// A rotation ends: this version is the current one.
    pub async fn promote(&mut self, version: String) {
        let moved = self.client.update_secret_version_stage();
        let moved = moved.secret_id(&self.arn).version_stage("AWSCURRENT");
        let moved = moved
            .move_to_version_id(&version)
            .remove_from_version_id(&self.current);
        moved.send().await.expect("moto moves the stage");
        self.current = version;
    }
}

impl Drop for SecretStore {
    fn drop(&mut self) {
        self.relay.abort();
    }
}

async fn accept(listener: TcpListener, upstream: String, reads: Arc<AtomicU64>) {
    // Held here so that no connection outlives the listener.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((client, _)) = accepted {
                connections.spawn(pass(client, upstream.clone(), Arc::clone(&reads)));
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn pass(client: TcpStream, upstream: String, reads: Arc<AtomicU64>) -> io::Result<()> {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = TcpStream::connect(upstream).await?.into_split();
    let upwards = async {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let size = from_client.read(&mut buffer).await?;
            let bytes = buffer.get(..size).unwrap_or_default();
            if bytes.is_empty() {
                return Ok(());
            }
            if bytes
                .windows(READING.len())
                .any(|window| window.eq_ignore_ascii_case(READING))
            {
                reads.fetch_add(1, Ordering::SeqCst);
            }
            to_server.write_all(bytes).await?;
        }
    };
    tokio::select! {
        up = upwards => up,
        down = copy(&mut from_server, &mut to_client) => down.map(drop),
    }
}
