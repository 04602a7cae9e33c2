//! The state of a function: settings, database, clock, randomness and tasks.

use std::sync::Arc;

use http::HeaderValue;
use verse_data::{Database, DatabaseConfig, UserLimits};
use verse_platform::{Clock, Environment, Random, SettingError};

use crate::{Problem, Tasks};

/// The state that handlers extract. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    /// The settings of this process.
    pub settings: Arc<Settings>,
    /// The current time.
    pub clock: Clock,
    /// Tokens and ids.
    pub random: Random,
    /// Work that goes on after its reader has left.
    pub tasks: Tasks,
    database: Result<Database, Arc<SettingError>>,
}

/// The settings of a process.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// On a developer's machine only: cookies work over plain HTTP, and the debug routes answer.
    pub development: bool,
    /// Whether the API reference can be read.
    pub api_docs: bool,
    /// The function's name, for the log.
    pub function: String,
    /// The metrics' namespace in CloudWatch.
    pub metrics_namespace: String,
    /// Generated answers a UTC day for a user who is not pro.
    pub daily_limit: i32,
    /// The most that one address stores in a minute: a user or a passage counts one, an import twenty.
    pub store_per_minute: i32,
    /// The megabytes that one user may store.
    pub user_megabytes: i64,
    /// The origins whose pages may send credentials.
    pub cors_origins: Vec<HeaderValue>,
}

/// The origins of web clients on a developer's machine.
const DEVELOPMENT_ORIGINS: &str = "http://localhost:3000,http://localhost:5173";

impl Settings {
    /// Reads `VERSE_ENV` (`development`, else production), `API_DOCS` (`true` in development), `CORS_ORIGINS` (separated by commas), `DAILY_LIMIT`,
    /// `STORE_PER_MINUTE`, `USER_MEGABYTES` and `METRICS_NAMESPACE` (`Verse`).
    ///
    /// # Errors
    /// Names the setting that cannot be used.
    pub fn from_environment(environment: &Environment) -> Result<Self, SettingError> {
        let development = match environment.get("VERSE_ENV").as_deref() {
            Some("development") => true,
            None | Some("production") => false,
            Some(_) => {
                let reason = "expected development or production";
                return Err(SettingError::invalid("VERSE_ENV", reason));
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
        let namespace = environment.get("METRICS_NAMESPACE");
        Ok(Self {
            development,
            api_docs: environment.parse("API_DOCS", development, "true or false")?,
            function: environment
                .get("AWS_LAMBDA_FUNCTION_NAME")
                .unwrap_or_default(),
            metrics_namespace: namespace.unwrap_or_else(|| "Verse".to_owned()),
            daily_limit: environment.parse("DAILY_LIMIT", 10, "a whole number")?,
            store_per_minute: environment.parse("STORE_PER_MINUTE", 1200, "a whole number")?,
            user_megabytes: environment.parse("USER_MEGABYTES", 100, "a whole number")?,
            cors_origins,
        })
    }
}

impl Settings {
    /// The bytes that one user may store.
    #[must_use]
    pub fn most_user_bytes(&self) -> i64 {
        self.user_megabytes.saturating_mul(1_000_000)
    }

    /// The limits of one user.
    #[must_use]
    pub fn user_limits(&self) -> UserLimits {
        UserLimits {
            daily_limit: self.daily_limit,
            most_bytes: self.most_user_bytes(),
        }
    }
}

/// An origin as browsers send it: scheme and host. No path, and no wildcard, which browsers refuse with credentials.
fn read_origin(origin: &str) -> Result<HeaderValue, SettingError> {
    let host = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    let expected = "expected origins such as https://example.org, separated by commas";
    let plain = host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', ' ']));
    HeaderValue::from_str(origin)
        .ok()
        .filter(|_| plain)
        .ok_or_else(|| SettingError::invalid("CORS_ORIGINS", expected))
}

impl App {
    /// Reads the settings. Opens no connection.
    ///
    /// A wrong database setting is not an error here: [`App::database`] returns it, and routes without a database work.
    ///
    /// # Errors
    /// Names the setting that cannot be used.
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
    /// A `503` when its settings cannot be used.
    pub fn database(&self) -> Result<&Database, Problem> {
        self.database
            .as_ref()
            .map_err(|error| Problem::unavailable(Arc::clone(error)))
    }

    /// Connects to the database before the first request: connecting needs much CPU, and Lambda gives more of it to the start
    /// than to a request. The first request tries again if this fails.
    pub async fn warm_up(&self) {
        if let Ok(database) = &self.database {
            database.warm_up().await;
        }
    }

    /// Closes the database connections, before the process ends.
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
    fn the_default_is_production_without_other_origins() {
        let settings = settings(&[]).unwrap();
        assert!(!settings.development && settings.cors_origins.is_empty());
    }

    #[test]
    fn a_wildcard_or_a_path_is_refused() {
        let origins = "* https://*.example.org https://example.org/ example.org https://";
        for origin in origins.split(' ') {
            let error = settings(&[("CORS_ORIGINS", origin)]).unwrap_err();
            let error = error.to_string();
            assert!(
                error.starts_with("CORS_ORIGINS cannot be used"),
                "{origin}: {error}"
            );
        }
        let two = settings(&[("CORS_ORIGINS", "https://a.example, http://localhost:3000")]);
        assert_eq!(two.unwrap().cors_origins.len(), 2);
    }

    #[test]
    fn an_unknown_environment_is_refused() {
        assert!(settings(&[("VERSE_ENV", "prod")]).is_err());
    }
}
