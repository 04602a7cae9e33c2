//! Settings: the only module that reads the process's environment.

use std::{collections::HashMap, str::FromStr};

use secrecy::ExposeSecret;
use thiserror::Error;

use crate::Secret;

/// Settings by name: the process's environment, or the pairs that a test passes.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    given: Option<HashMap<String, String>>,
    secret: Option<Secret>,
}

/// An unusable setting. The message names the variable and never its value, which may be a secret.
#[derive(Debug, Error)]
pub enum SettingError {
    /// Required, but not set.
    #[error("{0} is not set")]
    Missing(String),
    /// Set to an unusable value.
    #[error("{name} cannot be used: {reason}")]
    Invalid {
        /// The variable.
        name: String,
        /// The expected form.
        reason: String,
    },
}

impl SettingError {
    /// The variable `name` is set to an unusable value.
    pub fn invalid(name: &str, reason: impl Into<String>) -> Self {
        Self::Invalid {
            name: name.to_owned(),
            reason: reason.into(),
        }
    }
}

impl Environment {
    /// The environment of this process.
    #[must_use]
    pub fn process() -> Self {
        Self {
            given: None,
            secret: None,
        }
    }

    /// Only these settings.
    pub fn of<K: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let given = pairs
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        Self {
            given: Some(given),
            secret: None,
        }
    }

    /// Adds the members of `secret` as settings. They take precedence.
    #[must_use]
    pub fn with(self, secret: Secret) -> Self {
        Self {
            secret: Some(secret),
            ..self
        }
    }

    /// The setting `name`; `None` when it is unset, empty or not UTF-8.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the only module that reads the environment"
    )]
    pub fn get(&self, name: &str) -> Option<String> {
        let secret = self.secret.as_ref().and_then(|secret| secret.find(name));
        if let Some(value) = secret.map(ExposeSecret::expose_secret)
            && !value.is_empty()
        {
            return Some(value.to_owned());
        }
        let value = match &self.given {
            Some(given) => given.get(name).cloned(),
            None => std::env::var(name).ok(),
        };
        value.filter(|value| !value.is_empty())
    }

    /// The setting `name`, or an error that names it.
    ///
    /// # Errors
    ///
    /// [`SettingError::Missing`] when it is not set.
    pub fn require(&self, name: &str) -> Result<String, SettingError> {
        self.get(name)
            .ok_or_else(|| SettingError::Missing(name.to_owned()))
    }

    /// The setting `name` as a `T`, or `default` when it is unset.
    ///
    /// # Errors
    ///
    /// [`SettingError::Invalid`], with `expected` as its reason, when the value is not a `T`.
    pub fn parse<T: FromStr>(
        &self,
        name: &str,
        default: T,
        expected: &str,
    ) -> Result<T, SettingError> {
        let Some(value) = self.get(name) else {
            return Ok(default);
        };
        let invalid = |_| SettingError::invalid(name, format!("expected {expected}"));
        value.parse().map_err(invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_setting_counts_as_unset() {
        let environment = Environment::of([("A", ""), ("B", "b")]);
        assert_eq!(
            (environment.get("A"), environment.get("B")),
            (None, Some("b".to_owned()))
        );
        assert_eq!(
            environment.require("A").unwrap_err().to_string(),
            "A is not set"
        );
    }

    #[test]
    fn an_error_names_the_setting_and_not_its_value() {
        let environment = Environment::of([("POOL", "secret")]);
        let error = environment
            .parse("POOL", 4_u32, "a whole number")
            .unwrap_err()
            .to_string();
        assert_eq!(error, "POOL cannot be used: expected a whole number");
    }

    #[test]
    fn a_secret_takes_precedence_and_is_not_printed() {
        let secret = Secret::parse(r#"{"A": "hidden", "EMPTY": ""}"#).unwrap();
        let environment = Environment::of([("A", "a"), ("B", "b"), ("EMPTY", "e")]).with(secret);
        let get = |name| environment.get(name).unwrap_or_default();
        assert_eq!([get("A"), get("B"), get("EMPTY")], ["hidden", "b", "e"]);
        assert!(!format!("{environment:?}").contains("hidden"));
    }
}
