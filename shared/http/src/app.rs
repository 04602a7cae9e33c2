//! What a function is started with: settings, database, clock, randomness.

use std::sync::Arc;

use http::HeaderValue;
use verse_data::{Database, DatabaseConfig};
use verse_platform::{Clock, Environment, Random, SettingError};

use crate::{Problem, Tasks};

/// The state that every handler can ask for. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    /// How this instance is set up.
    pub settings: Arc<Settings>,
    /// Tells the time.
    pub clock: Clock,
    /// Makes tokens and ids.
    pub random: Random,
    /// Work that goes on when its reader has gone.
    pub tasks: Tasks,
    database: Result<Database, Arc<SettingError>>,
}

/// How an instance is set up.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// On a developer's machine: cookies work over plain HTTP, and there are debug routes. Never on the internet.
    pub development: bool,
    /// The function's name, for the log.
    pub function: String,
    /// Under what CloudWatch keeps the metrics.
    pub metrics_namespace: String,
    /// Generated answers that a user who is not pro has on a UTC day.
    pub daily_limit: i32,
    /// Origins whose pages may call with credentials.
    pub cors_origins: Vec<HeaderValue>,
}

/// Where web clients are served from on a developer's machine.
const DEVELOPMENT_ORIGINS: &str = "http://localhost:3000,http://localhost:5173";

impl Settings {
    /// Reads `VERSE_ENV` (`development`, else production), `CORS_ORIGINS` (separated by commas), `DAILY_LIMIT`,
    /// and `METRICS_NAMESPACE` (`Verse`).
    ///
    /// # Errors
    ///
    /// Names the variable that cannot be used.
    pub fn from_environment(environment: &Environment) -> Result<Self, SettingError> {
        let development = match environment.get("VERSE_ENV").as_deref() {
            Some("development") => true,
            None | Some("production") => false,
            Some(_) => {
                return Err(SettingError::Invalid {
                    name: "VERSE_ENV".to_owned(),
                    reason: "expected development or production".to_owned(),
                });
            }
        };
        let origins = environment
            .get("CORS_ORIGINS")
            .unwrap_or_else(|| if development { DEVELOPMENT_ORIGINS } else { "" }.to_owned());
        let cors_origins = origins
            .split(',')
            .map(str::trim)
            .filter(|origin| !origin.is_empty())
            .map(read_origin)
            .collect::<Result<_, _>>()?;
        let function = environment
            .get("AWS_LAMBDA_FUNCTION_NAME")
            .unwrap_or_default();
        let metrics_namespace = environment.get("METRICS_NAMESPACE");
        let daily_limit = environment.parse("DAILY_LIMIT", 10, "a whole number")?;
        Ok(Self {
            development,
            function,
            metrics_namespace: metrics_namespace.unwrap_or_else(|| "Verse".to_owned()),
            daily_limit,
            cors_origins,
        })
    }
}

/// An origin as browsers send it: scheme and host, no path, no wildcard (it could not go with credentials).
fn read_origin(origin: &str) -> Result<HeaderValue, SettingError> {
    let host = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    let plain = host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', ' ']));
    HeaderValue::from_str(origin)
        .ok()
        .filter(|_| plain)
        .ok_or_else(|| SettingError::Invalid {
            name: "CORS_ORIGINS".to_owned(),
            reason: "expected origins such as https://example.org, separated by commas".to_owned(),
        })
}

impl App {
    /// Sets up from the environment. Opens no connection.
    ///
    /// A database that is not set up properly is no error yet: whoever asks for it is told, and what needs no
    /// database works.
    ///
    /// # Errors
    ///
    /// Names the variable that cannot be used.
    pub fn from_environment(environment: &Environment) -> Result<Self, SettingError> {
        let clock = Clock::system();
        let database = DatabaseConfig::from_environment(environment, &clock)
            .map(|config| Database::connect_lazy(&config))
            .map_err(Arc::new);
        Ok(Self {
            settings: Arc::new(Settings::from_environment(environment)?),
            clock,
            random: Random::system(),
            tasks: Tasks::default(),
            database,
        })
    }

    /// The database.
    ///
    /// # Errors
    ///
    /// A `503` when it is not set up.
    pub fn database(&self) -> Result<&Database, Problem> {
        self.database
            .as_ref()
            .map_err(|error| Problem::unavailable(Arc::clone(error)))
    }

    /// Connects to the database ahead of the first request. A failure is left for that request to meet.
    pub async fn warm_up(&self) {
        if let Ok(database) = &self.database {
            database.warm_up().await;
        }
    }

    /// Closes what is open, before the process ends.
    pub(crate) async fn close(&self) {
        if let Ok(database) = &self.database {
            database.close_gracefully().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> Result<Settings, SettingError> {
        Settings::from_environment(&Environment::of(pairs.iter().copied()))
    }

    #[test]
    fn nothing_set_means_production_without_foreign_origins() {
        let settings = settings(&[]).unwrap();
        assert!(!settings.development && settings.cors_origins.is_empty());
    }

    #[test]
    fn a_wildcard_or_a_path_is_no_origin() {
        for origin in [
            "*",
            "https://*.example.org",
            "https://example.org/",
            "example.org",
            "https://",
        ] {
            let error = settings(&[("CORS_ORIGINS", origin)])
                .unwrap_err()
                .to_string();
            assert!(
                error.starts_with("CORS_ORIGINS cannot be used"),
                "{origin}: {error}"
            );
        }
        let two =
            settings(&[("CORS_ORIGINS", "https://a.example, http://localhost:3000")]).unwrap();
        assert_eq!(two.cors_origins.len(), 2);
    }

    #[test]
    fn an_unknown_environment_is_refused() {
        assert!(settings(&[("VERSE_ENV", "prod")]).is_err());
    }
}
