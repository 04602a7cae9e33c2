//! Applying the migrations.

use serde::Serialize;
use verse_data::{Database, apply_migrations};
use verse_http::Problem;

/// What was applied.
#[derive(Debug, Serialize)]
pub struct Applied {
    /// The migrations that this call applied, in order.
    applied: Vec<Migration>,
}

impl Applied {
    /// How many these are.
    pub(crate) fn len(&self) -> usize {
        self.applied.len()
    }
}

/// One migration.
#[derive(Debug, Serialize)]
struct Migration {
    /// Its number.
    version: i64,
    /// What it does.
    description: String,
}

/// Applies the migrations that the database lacks; those before one that fails stay applied.
pub(crate) async fn apply(database: &Database) -> Result<Applied, Problem> {
    let applied = apply_migrations(database).await?;
    let applied = applied
        .into_iter()
        .map(|migration| Migration {
            version: migration.version,
            description: migration.description,
        })
        .collect();
    Ok(Applied { applied })
}
