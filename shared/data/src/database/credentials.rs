//! The user and password for the database.
//!
//! A password from Secrets Manager is read once and cached. When the database refuses it, it was rotated: one of the waiting
//! connections reads the secret again, and all go on with the new password. During a rotation there is a moment when the
//! database already has the new password and the secret has it as its pending version only, so that version is tried too.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{FutureExt, future::BoxFuture};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{Error, postgres::PgConnectOptions};
use tokio::sync::Mutex;

use super::iam::IamCredentials;
use verse_platform::{Secret, SecretError, SecretVersion, Secrets};

/// The pause after a reading of the secret that gave no new password.
const RELOAD_PAUSE: Duration = Duration::from_secs(1);

/// The source of user and password. Prints as `***`.
#[derive(Clone)]
pub(super) enum CredentialSource {
    /// The connection options contain them.
    Fixed,
    /// Secrets Manager.
    Secret(Arc<SecretCredentials>),
    /// AWS IAM: a new token for each connection.
    Iam(Arc<IamCredentials>),
}

/// User and password from a secret.
pub(super) struct SecretCredentials {
    secrets: Secrets,
    arn: String,
    cache: Mutex<Cache>,
}

/// The last reading of the secret.
#[derive(Default)]
struct Cache {
    credentials: Option<Credentials>,
    /// Counts the readings. It tells a refused password from the one that replaced it.
    reading: u64,
    /// When a reading last gave no new password.
    unchanged_at: Option<Instant>,
    /// The credentials that the current ones replaced, and when.
    refused: Option<(Instant, Credentials)>,
}

#[derive(Clone)]
struct Credentials {
    user: SecretString,
    password: SecretString,
}

/// Connection options with user and password.
pub(super) struct Login {
    pub(super) options: PgConnectOptions,
    /// The reading of the secret that they come from.
    reading: u64,
}

impl CredentialSource {
    /// Reads the secret `arn` for the first connection.
    pub(super) fn from_secret(arn: String, secrets: Secrets) -> Self {
        Self::Secret(Arc::new(SecretCredentials {
            secrets,
            arn,
            cache: Mutex::default(),
        }))
    }

    /// Adds user and password to `options`.
    ///
    /// The future is boxed: the AWS SDK's future types are nested too deeply for the compiler.
    pub(super) fn log_in_with<'s>(
        &'s self,
        options: &'s PgConnectOptions,
    ) -> BoxFuture<'s, Result<Login, Error>> {
        let uncached = |options| Login {
            options,
            reading: 0,
        };
        async move {
            match self {
                Self::Fixed => Ok(uncached(options.clone())),
                Self::Secret(secret) => secret.log_in_with(options).await.map_err(unavailable),
                Self::Iam(iam) => iam.sign(options).await.map(uncached).map_err(Error::Io),
            }
        }
        .boxed()
    }

    /// Reads the credentials again after the database refused `login`. `true` when there are others to try.
    pub(super) fn replace_refused<'s>(
        &'s self,
        login: &'s Login,
    ) -> BoxFuture<'s, Result<bool, Error>> {
        async move {
            match self {
                Self::Fixed | Self::Iam(_) => Ok(false),
                Self::Secret(secret) => secret
                    .replace_refused(login.reading)
                    .await
                    .map_err(unavailable),
            }
        }
        .boxed()
    }
}

impl SecretCredentials {
    async fn log_in_with(&self, options: &PgConnectOptions) -> Result<Login, SecretError> {
        let mut cache = self.cache.lock().await;
        let credentials = if let Some(credentials) = &cache.credentials {
            credentials.clone()
        } else {
            let read = self.read(SecretVersion::Current).await?;
            cache.credentials.insert(read).clone()
        };
        Ok(Login {
            options: credentials.apply(options),
            reading: cache.reading,
        })
    }

    /// Whether the cache now has other credentials than the refused reading.
    async fn replace_refused(&self, refused: u64) -> Result<bool, SecretError> {
        let mut cache = self.cache.lock().await;
        if cache.reading != refused {
            return Ok(true);
        }
        if cache.unchanged_at.is_some_and(is_recent) {
            return Ok(false);
        }
        let replacement = match self.read(SecretVersion::Current).await? {
            current if cache.is_untried(&current) => Some(current),
            // There is a pending version during a rotation only.
            _ => self
                .read(SecretVersion::Pending)
                .await
                .ok()
                .filter(|pending| cache.is_untried(pending)),
        };
        cache.unchanged_at = replacement.is_none().then(Instant::now);
        let is_replaced = replacement.is_some();
        if is_replaced {
            let refused = std::mem::replace(&mut cache.credentials, replacement);
            cache.refused = refused.map(|credentials| (Instant::now(), credentials));
            cache.reading += 1;
        }
        Ok(is_replaced)
    }

    async fn read(&self, version: SecretVersion) -> Result<Credentials, SecretError> {
        Credentials::from_secret(&self.secrets.read(&self.arn, version).await?)
    }
}

fn is_recent(moment: Instant) -> bool {
    moment.elapsed() < RELOAD_PAUSE
}

impl Cache {
    /// Whether these credentials differ from the current ones and from those refused a moment ago. Without the second
    /// check, a database that refuses both versions would make them alternate forever.
    fn is_untried(&self, read: &Credentials) -> bool {
        let refused = self.refused.as_ref().filter(|(at, _)| is_recent(*at));
        let mut tried = self
            .credentials
            .iter()
            .chain(refused.map(|(_, credentials)| credentials));
        !tried.any(|tried| tried.equals(read))
    }
}

impl Credentials {
    fn equals(&self, other: &Self) -> bool {
        self.user.expose_secret() == other.user.expose_secret()
            && self.password.expose_secret() == other.password.expose_secret()
    }

    /// The field names are those of RDS.
    fn from_secret(secret: &Secret) -> Result<Self, SecretError> {
        Ok(Self {
            user: secret.get("username")?.clone(),
            password: secret.get("password")?.clone(),
        })
    }

    fn apply(&self, options: &PgConnectOptions) -> PgConnectOptions {
        options
            .clone()
            .username(self.user.expose_secret())
            .password(self.password.expose_secret())
    }
}

/// An unreadable secret counts as an unreachable database.
fn unavailable(error: SecretError) -> Error {
    Error::Io(std::io::Error::other(error))
}

redact!(CredentialSource);
