//! Settings read one by one, each checked for what it can be.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use secrecy::SecretString;

use super::AiSettingError;

/// Settings by their names. One that is empty is not set.
pub(super) struct Settings<'g>(pub(super) &'g dyn Fn(&str) -> Option<String>);

impl Settings<'_> {
    /// The setting, without what stands around it.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let value = (self.0)(name)?;
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// A key as it can stand in a header. Secrets like to come with a line's end.
    pub(super) fn key(&self, name: &'static str) -> Result<Option<SecretString>, AiSettingError> {
        let Some(key) = self.text(name) else {
            return Ok(None);
        };
        if key.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Some(key.into()))
        } else {
            Err(problem(name, "has characters in it that no key has"))
        }
    }

    /// An address that paths can be put behind.
    pub(super) fn address(&self, name: &'static str) -> Result<Option<String>, AiSettingError> {
        let Some(address) = self.text(name) else {
            return Ok(None);
        };
        let url = reqwest::Url::parse(&address).ok();
        let is_plain = url.is_some_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
        });
        if is_plain {
            Ok(Some(address))
        } else {
            Err(problem(name, "is no address such as https://host/v1"))
        }
    }

    /// A number within bounds.
    pub(super) fn number<T: FromStr + PartialOrd + Display>(
        &self,
        name: &'static str,
        default: T,
        bounds: RangeInclusive<T>,
    ) -> Result<T, AiSettingError> {
        let Some(value) = self.text(name) else {
            return Ok(default);
        };
        let number = value.parse().ok().filter(|number| bounds.contains(number));
        number.ok_or_else(|| AiSettingError {
            name,
            problem: format!(
                "is no whole number from {} to {}",
                bounds.start(),
                bounds.end()
            ),
        })
    }
}

/// What is wrong with a setting.
pub(super) fn problem(name: &'static str, problem: &str) -> AiSettingError {
    AiSettingError {
        name,
        problem: problem.to_owned(),
    }
}
