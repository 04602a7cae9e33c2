//! Who logs in to the database, and with which password.
//!
//! A password from Secrets Manager is read once and kept. When the database refuses it, a rotation has taken place: it is
//! read again, by one of those who wait, and everybody goes on with the new one. Within a rotation there is a moment when
//! the database has the new password already and the secret has it as its pending version only; so that one is tried too.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{FutureExt, future::BoxFuture};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{Error, postgres::PgConnectOptions};
use tokio::sync::Mutex;

use super::iam::IamLogin;
use verse_platform::{Secret, SecretError, SecretVersion, Secrets};

/// A secret that was read again and not found changed is not read again for so long.
const RENEWAL_PAUSE: Duration = Duration::from_secs(1);

/// Where user and password come from. Prints as `***`.
#[derive(Clone)]
pub(super) enum Login {
    /// They stand in the connection options.
    Fixed,
    /// From Secrets Manager.
    Secret(Arc<SecretLogin>),
    /// A token of AWS IAM, for each connection its own.
    Iam(Arc<IamLogin>),
}

/// User and password as a secret has them.
pub(super) struct SecretLogin {
    secrets: Secrets,
    arn: String,
    known: Mutex<Known>,
}

/// What was read last.
#[derive(Default)]
struct Known {
    credentials: Option<Credentials>,
    /// Counts what was read: tells a password that was refused from the one that took its place.
    number: u64,
    renewed_at: Option<Instant>,
    /// What was given up last for what is known now, and when.
    refused: Option<(Instant, Credentials)>,
}

#[derive(Clone)]
struct Credentials {
    user: SecretString,
    password: SecretString,
}

/// Options to connect with, and which reading of the credentials is in them.
pub(super) struct Attempt {
    pub(super) options: PgConnectOptions,
    number: u64,
}

impl Login {
    /// Reads `arn` when a connection is first made.
    pub(super) fn of_secret(arn: String, secrets: Secrets) -> Self {
        Self::Secret(Arc::new(SecretLogin {
            secrets,
            arn,
            known: Mutex::default(),
        }))
    }

    /// `options` with what this login adds to them.
    ///
    /// On the heap, and without its type: what the AWS SDK's futures are made of is deeper than the compiler looks.
    pub(super) fn attempt<'l>(
        &'l self,
        options: &'l PgConnectOptions,
    ) -> BoxFuture<'l, Result<Attempt, Error>> {
        async move {
            match self {
                Self::Fixed => Ok(Attempt::of(options.clone())),
                Self::Secret(login) => login.attempt(options).await.map_err(unavailable),
                Self::Iam(login) => login
                    .sign(options)
                    .await
                    .map(Attempt::of)
                    .map_err(Error::Io),
            }
        }
        .boxed()
    }

    /// After the database refused `attempt`: whether another one has better prospects.
    pub(super) fn renew<'l>(&'l self, attempt: &'l Attempt) -> BoxFuture<'l, Result<bool, Error>> {
        async move {
            match self {
                Self::Fixed | Self::Iam(_) => Ok(false),
                Self::Secret(login) => login.renew(attempt.number).await.map_err(unavailable),
            }
        }
        .boxed()
    }
}

impl Attempt {
    /// One with credentials that are not read twice.
    fn of(options: PgConnectOptions) -> Self {
        Self { options, number: 0 }
    }
}

impl SecretLogin {
    async fn attempt(&self, options: &PgConnectOptions) -> Result<Attempt, SecretError> {
        let mut known = self.known.lock().await;
        let credentials = if let Some(credentials) = &known.credentials {
            credentials.clone()
        } else {
            let read = self.read(SecretVersion::Current).await?;
            known.credentials.insert(read).clone()
        };
        Ok(Attempt {
            options: credentials.apply(options),
            number: known.number,
        })
    }

    /// Whether the credentials known now are others than those of reading `refused`.
    async fn renew(&self, refused: u64) -> Result<bool, SecretError> {
        let mut known = self.known.lock().await;
        if known.number != refused {
            return Ok(true);
        }
        if known
            .renewed_at
            .is_some_and(|at| at.elapsed() < RENEWAL_PAUSE)
        {
            return Ok(false);
        }
        let renewed = match self.read(SecretVersion::Current).await? {
            current if known.is_promising(&current) => Some(current),
            // No version is pending but during a rotation.
            _ => self
                .read(SecretVersion::Pending)
                .await
                .ok()
                .filter(|pending| known.is_promising(pending)),
        };
        known.renewed_at = renewed.is_none().then(Instant::now);
        let is_renewed = renewed.is_some();
        if is_renewed {
            let given_up = std::mem::replace(&mut known.credentials, renewed);
            known.refused = given_up.map(|credentials| (Instant::now(), credentials));
            known.number += 1;
        }
        Ok(is_renewed)
    }

    async fn read(&self, stage: SecretVersion) -> Result<Credentials, SecretError> {
        Credentials::of(&self.secrets.read(&self.arn, stage).await?)
    }
}

impl Known {
    /// Whether these are others than those that were refused now, and a moment ago: where the database takes neither version,
    /// the two would be tried in turns without an end.
    fn is_promising(&self, read: &Credentials) -> bool {
        let refused = self.refused.as_ref();
        let lately = refused.filter(|(at, _)| at.elapsed() < RENEWAL_PAUSE);
        let known = self.credentials.iter();
        !known
            .chain(lately.map(|(_, credentials)| credentials))
            .any(|other| other.is(read))
    }
}

impl Credentials {
    fn is(&self, other: &Self) -> bool {
        self.user.expose_secret() == other.user.expose_secret()
            && self.password.expose_secret() == other.password.expose_secret()
    }

    /// Named as RDS names them.
    fn of(secret: &Secret) -> Result<Self, SecretError> {
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

/// Without its secret the service is as far from the database as without a network.
fn unavailable(error: SecretError) -> Error {
    Error::Io(std::io::Error::other(error))
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
