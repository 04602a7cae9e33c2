//! Secrets from AWS Secrets Manager, kept in memory only.
//!
//! The client is created with the first read: a process that reads no secret never loads it.

use std::{collections::BTreeMap, error::Error, fmt};

use aws_sdk_secretsmanager::Client;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use tokio::sync::OnceCell;

use crate::{Environment, aws};

/// A client of AWS Secrets Manager.
pub struct Secrets {
    endpoint: Option<String>,
    client: OnceCell<Client>,
}

/// A secret: the text members of a JSON object. Prints as `***`.
#[derive(Clone)]
pub struct Secret(BTreeMap<String, SecretString>);

/// The version of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretVersion {
    /// The version in use.
    Current,
    /// The version that a rotation is about to put in use.
    Pending,
}

/// Why a secret could not be read. Holds no part of the secret.
#[derive(Debug, Error)]
pub enum SecretError {
    /// Secrets Manager did not return it.
    #[error("Secrets Manager did not return the secret: {0}")]
    Unavailable(String),
    /// Not a JSON object.
    #[error("the secret is not a JSON object")]
    Malformed,
    /// The member does not exist or is not a text.
    #[error("the secret has no member {0}")]
    Missing(&'static str),
}

impl Secrets {
    /// A client for the region's Secrets Manager, or for `AWS_ENDPOINT_URL`.
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
    /// When Secrets Manager does not return it, or when it is not a JSON object.
    pub async fn read(&self, id: &str, version: SecretVersion) -> Result<Secret, SecretError> {
        let client = self
            .client
            .get_or_init(async || Client::new(&aws::load_config(self.endpoint.as_deref()).await))
            .await;
        let answer = client
            .get_secret_value()
            .secret_id(id)
            .version_stage(version.as_str())
            .send()
            .await
            .map_err(|error| SecretError::Unavailable(describe(&error)))?;
        Secret::parse(answer.secret_string().unwrap_or_default())
    }
}

/// The error and its sources, outermost first. The SDK's debug form would include the response body.
fn describe(error: &dyn Error) -> String {
    let mut sentences = vec![error.to_string()];
    let mut next = error.source();
    while let Some(error) = next {
        let sentence = error.to_string();
        // Some errors repeat their source.
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

impl SecretVersion {
    fn as_str(self) -> &'static str {
        match self {
            Self::Current => "AWSCURRENT",
            Self::Pending => "AWSPENDING",
        }
    }
}

impl Secret {
    pub(crate) fn parse(text: &str) -> Result<Self, SecretError> {
        // RDS adds numbers, such as the port. Only texts are kept.
        let members: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(text).map_err(|_| SecretError::Malformed)?;
        let texts = members.into_iter().filter_map(|(name, value)| match value {
            serde_json::Value::String(text) => Some((name, text.into())),
            _ => None,
        });
        Ok(Self(texts.collect()))
    }

    /// The member `name`.
    ///
    /// # Errors
    ///
    /// [`SecretError::Missing`] when it does not exist or is not a text.
    pub fn get(&self, name: &'static str) -> Result<&SecretString, SecretError> {
        self.0.get(name).ok_or(SecretError::Missing(name))
    }

    /// The member `name`, if it exists and is a text.
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
    fn a_value_that_is_not_an_object_is_refused_and_not_quoted() {
        for text in ["", "hidden", "[\"hidden\"]", "{\"password\":\"hidden\""] {
            let error = Secret::parse(text).unwrap_err().to_string();
            assert_eq!(error, "the secret is not a JSON object");
        }
    }
}
