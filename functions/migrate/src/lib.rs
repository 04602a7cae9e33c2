//! Brings the database's schema up to this build's. Invoked at deployment, before new code takes traffic; any event
//! will do. A second call finds nothing to do and says so. An error fails the invocation, and so the deployment.

use serde::Serialize;
use serde_json::Value;
use verse_data::apply_migrations;
use verse_http::{App, Problem};

/// What was done.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The migrations that this call applied, in order.
    applied: Vec<Applied>,
}

/// One migration.
#[derive(Debug, Serialize)]
pub struct Applied {
    /// Its number.
    version: i64,
    /// What it does.
    description: String,
}

/// Applies the migrations that the database lacks.
///
/// # Errors
///
/// When the database does not answer, or refuses a migration; those before it stay applied.
pub async fn apply(app: App, _event: Value) -> Result<Report, Problem> {
    let applied = apply_migrations(app.database()?).await?;
    let applied = applied
        .into_iter()
        .map(|migration| Applied {
            version: migration.version,
            description: migration.description,
        })
        .collect();
    Ok(Report { applied })
}
