//! The keys of the models' providers, which a secret has on AWS.

use verse_data::{Environment, SecretError, Secrets, Stage};

/// The secret: a JSON object whose members are settings, as `{"ANTHROPIC_API_KEY": "…"}`.
const SETTING: &str = "AI_SECRET_ARN";

/// The process's environment, and before it what the secret of `AI_SECRET_ARN` has, if that is set. One call of Secrets
/// Manager, which reads the secret anew.
///
/// # Errors
///
/// When the secret cannot be read.
pub async fn read_provider_keys() -> Result<Environment, SecretError> {
    let environment = Environment::process();
    let Some(secret) = environment.get(SETTING) else {
        return Ok(environment);
    };
    let secrets = Secrets::from_environment(&environment);
    let secret = secrets.read(&secret, Stage::Current).await?;
    Ok(environment.with(secret))
}
