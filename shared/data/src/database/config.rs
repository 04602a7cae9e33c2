//! The database settings from environment variables.

use std::{str::FromStr, sync::Arc, time::Duration};

use log::LevelFilter;
use sqlx::{
    ConnectOptions,
    postgres::{PgConnectOptions, PgSslMode},
};

use super::{DatabaseConfig, credentials::CredentialSource, iam::IamCredentials};
use verse_platform::{Clock, Environment, Secrets, SettingError};

/// The root certificates of Amazon RDS: see `certificates/README.md`.
const RDS_ROOTS: &[u8] = include_bytes!("../../certificates/rds.pem");

impl DatabaseConfig {
    /// Reads the settings. On a developer's machine: `DATABASE_URL`. On AWS: `DB_HOST`, `DB_PORT` (5432) and `DB_NAME`
    /// (`verse`), always over TLS with a verified certificate, and either `DB_SECRET_ARN`, a secret with user and password,
    /// or `DB_AUTH=iam` with `DB_USER`. `DB_CA_FILE` names root certificates to trust besides those of AWS. On both:
    /// `DATABASE_MAX_CONNECTIONS` (4).
    ///
    /// # Errors
    /// Names the variable that is missing or invalid.
    pub fn from_environment(
        environment: &Environment,
        clock: &Clock,
    ) -> Result<Self, SettingError> {
        let credentials = CredentialSource::from_environment(environment, clock)?;
        let options = match credentials {
            CredentialSource::Fixed => local_options(environment)?,
            _ if environment.get("DATABASE_URL").is_none() => aws_options(environment)?,
            _ => {
                let reason = "DB_SECRET_ARN or DB_AUTH is set, too";
                return Err(SettingError::invalid("DATABASE_URL", reason));
            }
        };
        let max_connections =
            environment.parse("DATABASE_MAX_CONNECTIONS", 4, "a whole number, 1 or more")?;
        Ok(Self {
            credentials,
            max_connections,
            ..Self::new(options)
        })
    }

    /// The default limits with these connection options, which contain user and password.
    #[must_use]
    pub fn new(options: PgConnectOptions) -> Self {
        Self {
            // All statements are logged at one level, slow ones too: `verse_http` counts at that level.
            options: options
                .application_name("verse")
                .log_slow_statements(LevelFilter::Debug, Duration::MAX),
            credentials: CredentialSource::Fixed,
            max_connections: 4,
            acquire_timeout: Duration::from_secs(3),
            statement_timeout: Duration::from_millis(3500),
            transaction_timeout: Duration::from_secs(6),
        }
    }
}

impl CredentialSource {
    fn from_environment(environment: &Environment, clock: &Clock) -> Result<Self, SettingError> {
        let from_secret = |arn| Self::from_secret(arn, Secrets::from_environment(environment));
        match environment.get("DB_AUTH").as_deref() {
            Some("iam") => {
                let user = environment.require("DB_USER")?;
                Ok(Self::Iam(Arc::new(IamCredentials::new(
                    user,
                    clock.clone(),
                ))))
            }
            Some("secret") => Ok(from_secret(environment.require("DB_SECRET_ARN")?)),
            None => Ok(environment
                .get("DB_SECRET_ARN")
                .map_or(Self::Fixed, from_secret)),
            Some(_) => Err(SettingError::invalid("DB_AUTH", "expected secret or iam")),
        }
    }
}

fn local_options(environment: &Environment) -> Result<PgConnectOptions, SettingError> {
    let url = environment.require("DATABASE_URL")?;
    let expected = "expected postgres://user:password@host:port/database";
    let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
    PgConnectOptions::from_str(&url)
        .ok()
        .filter(|_| is_postgres)
        .ok_or_else(|| SettingError::invalid("DATABASE_URL", expected))
}

fn aws_options(environment: &Environment) -> Result<PgConnectOptions, SettingError> {
    let mut roots = RDS_ROOTS.to_vec();
    if let Some(file) = environment.get("DB_CA_FILE") {
        let more = std::fs::read(file).map_err(|error| {
            SettingError::invalid("DB_CA_FILE", format!("the file cannot be read: {error}"))
        })?;
        // The embedded file may not end with a line break.
        roots.push(b'\n');
        roots.extend(more);
    }
    let name = environment.get("DB_NAME");
    Ok(PgConnectOptions::new_without_pgpass()
        .host(&environment.require("DB_HOST")?)
        .port(environment.parse("DB_PORT", 5432, "a port")?)
        .database(name.as_deref().unwrap_or("verse"))
        .ssl_mode(PgSslMode::VerifyFull)
        .ssl_root_cert_from_pem(roots))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Database;

    fn config(pairs: &[(&str, &str)]) -> Result<DatabaseConfig, String> {
        let environment = Environment::of(pairs.iter().copied());
        DatabaseConfig::from_environment(&environment, &Clock::system())
            .map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn the_error_for_an_invalid_url_does_not_show_the_url() {
        let error = config(&[("DATABASE_URL", "mysql:///secret@x")]).unwrap_err();
        assert!(error.starts_with("DATABASE_URL cannot be used") && !error.contains("secret"));
        let config = config(&[("DATABASE_URL", "postgres://u:secret@x/d")]).unwrap();
        let database = Database::connect_lazy(&config);
        assert!(!format!("{config:?} {database:?}").contains("secret"));
    }

    #[test]
    fn each_credential_source_names_its_missing_setting() {
        let host = ("DB_HOST", "proxy.example");
        for (pairs, error) in [
            (vec![], "DATABASE_URL is not set"),
            (vec![("DB_SECRET_ARN", "arn")], "DB_HOST is not set"),
            (
                vec![("DB_AUTH", "secret"), host],
                "DB_SECRET_ARN is not set",
            ),
            (vec![("DB_AUTH", "iam"), host], "DB_USER is not set"),
            (
                vec![("DB_AUTH", "trust"), host],
                "DB_AUTH cannot be used: expected secret or iam",
            ),
            (
                vec![("DB_SECRET_ARN", "arn"), host, ("DB_PORT", "p")],
                "DB_PORT cannot be used: expected a port",
            ),
            (
                vec![
                    ("DB_SECRET_ARN", "arn"),
                    ("DATABASE_URL", "postgres://u@h/d"),
                ],
                "DATABASE_URL cannot be used: DB_SECRET_ARN or DB_AUTH is set, too",
            ),
        ] {
            assert_eq!(config(&pairs).unwrap_err(), error);
        }
        let missing = [
            ("DB_SECRET_ARN", "arn"),
            host,
            ("DB_CA_FILE", "/nowhere.pem"),
        ];
        assert!(
            config(&missing)
                .unwrap_err()
                .starts_with("DB_CA_FILE cannot be used")
        );
        assert!(config(&[("DB_SECRET_ARN", "arn"), host]).is_ok());
    }
}
