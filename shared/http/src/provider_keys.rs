//! The keys of the models' providers, which a secret has on AWS.

use std::sync::Arc;

use tokio::sync::Mutex;
use verse_data::{Environment, Secret, SecretError, Secrets, Stage};

/// The secret: a JSON object whose members are settings, as `{"ANTHROPIC_API_KEY": "…"}`.
const SETTING: &str = "AI_SECRET_ARN";

/// The process's settings, with what the secret of `AI_SECRET_ARN` has, where that is set. Clones share what was read.
#[derive(Clone, Debug)]
pub struct ProviderKeys(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    environment: Environment,
    secrets: Secrets,
    known: Mutex<Option<Secret>>,
}

impl ProviderKeys {
    /// Those of this process. Reads nothing yet.
    #[must_use]
    pub fn of_process() -> Self {
        let environment = Environment::process();
        Self(Arc::new(Inner {
            secrets: Secrets::from_environment(&environment),
            environment,
            known: Mutex::default(),
        }))
    }

    /// The settings; those that the secret has come first. One call of Secrets Manager, if there is a secret.
    ///
    /// # Errors
    ///
    /// When the secret cannot be read.
    pub async fn read(&self) -> Result<Environment, SecretError> {
        let environment = self.0.environment.clone();
        let Some(arn) = environment.get(SETTING) else {
            return Ok(environment);
        };
        let secret = self.0.secrets.read(&arn, Stage::Current).await?;
        *self.0.known.lock().await = Some(secret.clone());
        Ok(environment.with(secret))
    }

    /// The settings read anew, after a provider has rejected a key; `None` when they are the same as before, or cannot
    /// be read now.
    pub async fn renew(&self) -> Option<Environment> {
        let arn = self.0.environment.get(SETTING)?;
        let mut known = self.0.known.lock().await;
        match self.0.secrets.read(&arn, Stage::Current).await {
            Ok(secret) if known.as_ref() == Some(&secret) => None,
            Ok(secret) => {
                *known = Some(secret.clone());
                Some(self.0.environment.clone().with(secret))
            }
            Err(error) => {
                let cause = tracing::field::display(error);
                tracing::error!(cause, "the provider's keys could not be read again");
                None
            }
        }
    }
}
