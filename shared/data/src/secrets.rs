//! Secrets: what AWS Secrets Manager keeps for the service. They are held in memory only.
//!
//! The client is made when a secret is first asked for: a process without one never loads it.

use std::{collections::BTreeMap, error::Error, fmt};

use aws_sdk_secretsmanager::Client;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use tokio::sync::OnceCell;

use crate::{Environment, aws};

/// The way to AWS Secrets Manager.
pub struct Secrets {
    endpoint: Option<String>,
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
    /// Asks the Secrets Manager of the region, or the one at `AWS_ENDPOINT_URL`.
    #[must_use]
    pub fn from_environment(environment: &Environment) -> Self {
        Self {
            endpoint: environment.get("AWS_ENDPOINT_URL"),
            client: OnceCell::new(),
        }
    }

    /// Reads the secret with this ARN (or name).
    ///
    /// # Errors
    ///
    /// When Secrets Manager does not give it, and when it is no JSON object.
    pub async fn read(&self, id: &str, stage: Stage) -> Result<Secret, SecretError> {
        let client = self
            .client
            .get_or_init(async || Client::new(&aws::load_config(self.endpoint.as_deref()).await))
            .await;
        let answer = client
            .get_secret_value()
            .secret_id(id)
            .version_stage(stage.as_str())
            .send()
            .await
            .map_err(|error| SecretError::Unavailable(told(&error)))?;
        Secret::parse(answer.secret_string().unwrap_or_default())
    }
}

/// What went wrong, from the outside in. The SDK can show more of an error, the answer's body included: never here.
fn told(error: &dyn Error) -> String {
    let mut sentences = vec![error.to_string()];
    let mut next = error.source();
    while let Some(error) = next {
        let sentence = error.to_string();
        // Some say what their source says.
        if sentences.last() != Some(&sentence) {
            sentences.push(sentence);
        }
        next = error.source();
    }
    sentences.join(": ")
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
    pub(crate) fn parse(text: &str) -> Result<Self, SecretError> {
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

    /// The member of this name, if there is one and it is a text.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&SecretString> {
        self.0.get(name)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        let is_same = |((name, value), (other_name, other_value)): (
            (&String, &SecretString),
            (&String, &SecretString),
        )| {
            name == other_name && value.expose_secret() == other_value.expose_secret()
        };
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(is_same)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
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
