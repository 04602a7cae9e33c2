//! Secrets: what AWS Secrets Manager keeps for the service. They are held in memory only.
//!
//! The client is made when a secret is first asked for: a process without one never loads it.

use std::{collections::BTreeMap, fmt};

use aws_sdk_secretsmanager::{Client, error::DisplayErrorContext};
use secrecy::SecretString;
use thiserror::Error;
use tokio::sync::OnceCell;

use crate::aws;

/// The way to AWS Secrets Manager.
#[derive(Default)]
pub struct Secrets {
    client: OnceCell<Client>,
}

/// A secret: a JSON object, member by member. Prints as `***`.
#[derive(Clone)]
pub struct Secret(BTreeMap<String, SecretString>);

/// Which version of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The one in use.
    Current,
    /// The one that a rotation is about to put in use.
    Pending,
}

/// Why a secret could not be read. Holds nothing of it.
#[derive(Debug, Error)]
pub enum SecretError {
    /// Secrets Manager did not give it.
    #[error("Secrets Manager did not give the secret: {0}")]
    Unavailable(String),
    /// It is no JSON object of texts.
    #[error("the secret is no JSON object")]
    Malformed,
    /// It has no such member.
    #[error("the secret has no member {0}")]
    Missing(&'static str),
}

impl Secrets {
    /// Reads the secret with this ARN (or name).
    ///
    /// # Errors
    ///
    /// When Secrets Manager does not give it, and when it is no JSON object.
    pub async fn read(&self, id: &str, stage: Stage) -> Result<Secret, SecretError> {
        let client = self
            .client
            .get_or_init(async || Client::new(&aws::load_config().await))
            .await;
        let answer = client
            .get_secret_value()
            .secret_id(id)
            .version_stage(stage.as_str())
            .send()
            .await
            .map_err(|error| SecretError::Unavailable(DisplayErrorContext(&error).to_string()))?;
        Secret::parse(answer.secret_string().unwrap_or_default())
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

impl Stage {
    fn as_str(self) -> &'static str {
        match self {
            Self::Current => "AWSCURRENT",
            Self::Pending => "AWSPENDING",
        }
    }
}

impl Secret {
    fn parse(text: &str) -> Result<Self, SecretError> {
        // Numbers and the like (a port, as RDS writes it) are no secrets of ours: only texts are kept.
        let members: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(text).map_err(|_| SecretError::Malformed)?;
        let texts = members.into_iter().filter_map(|(name, value)| match value {
            serde_json::Value::String(text) => Some((name, text.into())),
            _ => None,
        });
        Ok(Self(texts.collect()))
    }

    /// The member of this name.
    ///
    /// # Errors
    ///
    /// [`SecretError::Missing`] when there is none, or no text.
    pub fn get(&self, name: &'static str) -> Result<&SecretString, SecretError> {
        self.0.get(name).ok_or(SecretError::Missing(name))
    }

    /// Every member.
    pub fn members(&self) -> impl Iterator<Item = (&str, &SecretString)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_secret_is_read_by_member_and_never_printed() {
        let secret =
            Secret::parse(r#"{"username":"verse","password":"hidden","port":5432}"#).unwrap();
        assert_eq!(secret.get("password").unwrap().expose_secret(), "hidden");
        assert!(secret.get("port").is_err());
        assert!(!format!("{secret:?} {:?}", secret.get("password")).contains("hidden"));
    }

    #[test]
    fn what_is_no_object_is_refused_and_not_quoted() {
        for text in ["", "hidden", "[\"hidden\"]", "{\"password\":\"hidden\""] {
            let error = Secret::parse(text).unwrap_err().to_string();
            assert_eq!(error, "the secret is no JSON object");
        }
    }
}
