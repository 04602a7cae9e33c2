//! The API keys of model providers, which a secret may hold.

use std::sync::Arc;

use tokio::sync::Mutex;
use verse_platform::{Environment, Secret, SecretError, SecretVersion, Secrets};

/// The setting with the ARN of the secret, a JSON object whose members are settings: `{"ANTHROPIC_API_KEY": "…"}`.
const SETTING: &str = "AI_SECRET_ARN";

/// The settings, with those of the secret `AI_SECRET_ARN` if it is set. Clones share the secret that was read last.
#[derive(Clone, Debug)]
pub(crate) struct ProviderKeys(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    environment: Environment,
    secrets: Secrets,
    last: Mutex<Option<Secret>>,
}

impl ProviderKeys {
    /// Reads nothing yet.
    pub(crate) fn from_environment(environment: Environment) -> Self {
        Self(Arc::new(Inner {
            secrets: Secrets::from_environment(&environment),
            environment,
            last: Mutex::default(),
        }))
    }

    /// The settings; the secret's take precedence. One call of Secrets Manager, if there is a secret.
    ///
    /// # Errors
    /// When the secret cannot be read.
    pub(crate) async fn read(&self) -> Result<Environment, SecretError> {
        let environment = self.0.environment.clone();
        let Some(arn) = environment.get(SETTING) else {
            return Ok(environment);
        };
        let secret = self.0.secrets.read(&arn, SecretVersion::Current).await?;
        *self.0.last.lock().await = Some(secret.clone());
        Ok(environment.with(secret))
    }

    /// Reads the settings again after a provider rejected a key. Returns `None` when the secret has not changed or cannot
    /// be read.
    pub(crate) async fn read_changed(&self) -> Option<Environment> {
        let arn = self.0.environment.get(SETTING)?;
        let mut last = self.0.last.lock().await;
        match self.0.secrets.read(&arn, SecretVersion::Current).await {
            Ok(secret) if last.as_ref() == Some(&secret) => None,
            Ok(secret) => {
                *last = Some(secret.clone());
                Some(self.0.environment.clone().with(secret))
            }
            Err(error) => {
                let cause = tracing::field::display(error);
                tracing::error!(cause, "the provider keys could not be read again");
                None
            }
        }
    }
}
