//! Saved passages: table `saved_passages`.

use chrono::{DateTime, Utc};

use crate::{Database, Error};

/// A passage to save.
#[derive(Clone, Copy, Debug)]
pub struct SavedPassage<'p> {
    /// The code of the translation, for example `WEB`.
    pub translation: &'p str,
    /// The canonical reference, for example `John 3:16-17`.
    pub reference: &'p str,
    /// The text of the verses.
    pub text: &'p str,
}

/// Saves a passage, once for each reference and translation. One round trip.
pub async fn save_passage(
    database: &Database,
    passage: SavedPassage<'_>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    // The unique key settles the race of two concurrent saves.
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
    use sqlx::PgPool;

    use super::*;
    use crate::fixture::{at, at_once, connect, count};

    #[sqlx::test(migrations = "../../migrations")]
    async fn passage_is_saved_once_in_each_translation(pool: PgPool) {
        let (database, now) = (connect(&pool), at("2026-01-01T00:00:00Z"));
        let passage = SavedPassage {
            translation: "WEB",
            reference: "John 3:16",
            text: "For God",
        };
        let saves = at_once(20, |_| {
            let database = database.clone();
            async move { save_passage(&database, passage, now).await.unwrap() }
        });
        saves.await;
        let other = SavedPassage {
            translation: "KJV",
            ..passage
        };
        save_passage(&database, other, now).await.unwrap();
        assert_eq!(count(&database, "saved_passages").await, 2);
    }
}
