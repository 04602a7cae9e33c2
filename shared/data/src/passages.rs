//! Saved passages: table `saved_passages`.

use chrono::{DateTime, Utc};

use crate::{Database, Error};

/// A passage to keep.
#[derive(Clone, Copy, Debug)]
pub struct SavedPassage<'p> {
    /// The translation's code, as `WEB`.
    pub translation: &'p str,
    /// The canonical reference, as `John 3:16-17`.
    pub reference: &'p str,
    /// The verses' text.
    pub text: &'p str,
}

/// Keeps a passage, once for each reference and translation. One round trip.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn save_passage(
    database: &Database,
    passage: SavedPassage<'_>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    // The unique key settles the race of two savers.
    sqlx::query!(
        "INSERT INTO saved_passages (translation, reference, text, created_at)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (translation, reference) DO NOTHING",
        passage.translation,
        passage.reference,
        passage.text,
        now,
    )
    .execute(database.repeatable())
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

    use super::*;
    use crate::DatabaseConfig;

    #[sqlx::test(migrations = "../../migrations")]
    async fn a_passage_is_kept_once_in_each_translation(
        _: PgPoolOptions,
        options: PgConnectOptions,
    ) {
        let database = Database::connect_lazy(&DatabaseConfig::new(options));
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let passage = SavedPassage {
            translation: "WEB",
            reference: "John 3:16",
            text: "For God",
        };
        let saves = (0..20).map(|_| {
            let database = database.clone();
            tokio::spawn(async move { save_passage(&database, passage, now).await })
        });
        for save in saves.collect::<Vec<_>>() {
            save.await.unwrap().unwrap();
        }
        let other = SavedPassage {
            translation: "KJV",
            ..passage
        };
        save_passage(&database, other, now).await.unwrap();
        let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM saved_passages")
            .fetch_one(database.once())
            .await
            .unwrap();
        assert_eq!(rows, 2);
    }
}
