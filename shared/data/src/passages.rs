//! Saved passages: table `saved_passages`.

use chrono::{DateTime, Utc};

use crate::{Database, Error, StoreLimit, rate_limits::STORE_WINDOW};

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

/// Saves a passage, once for each reference and translation. A passage that is saved again is kept longer. One round trip.
///
/// # Errors
/// [`Error::TooManyWrites`] at the limit.
pub async fn save_passage(
    database: &Database,
    passage: SavedPassage<'_>,
    limit: Option<StoreLimit>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    // The unique key settles the race of two concurrent saves.
    let is_counted = sqlx::query_scalar!(
        r#"
        WITH counted AS (
            INSERT INTO store_buckets AS bucket (address_hash, window_start, taken)
            SELECT $5, $4, $6::INTEGER
            WHERE $6 <= $7
            ON CONFLICT (address_hash) DO UPDATE
            SET window_start = CASE WHEN bucket.window_start > $8 THEN bucket.window_start ELSE $4 END,
                taken = CASE WHEN bucket.window_start > $8 THEN bucket.taken ELSE 0 END + $6
            WHERE bucket.window_start <= $8 OR bucket.taken + $6 <= $7
            RETURNING taken
        ), saved AS (
            INSERT INTO saved_passages (translation, reference, text, created_at)
            SELECT $1, $2, $3, $4
            WHERE $5::BYTEA IS NULL OR EXISTS (SELECT FROM counted)
            ON CONFLICT (translation, reference) DO UPDATE
            SET created_at = excluded.created_at
            WHERE saved_passages.created_at < excluded.created_at - INTERVAL '1 day'
        )
        SELECT $5 IS NULL OR EXISTS (SELECT FROM counted) AS "is_counted!"
        "#,
        passage.translation,
        passage.reference,
        passage.text,
        now,
        limit.as_ref().map(|limit| limit.address.as_bytes()),
        limit.map(|limit| limit.cost),
        limit.map(|limit| limit.most),
        now - STORE_WINDOW,
    )
    .fetch_one(database.repeatable())
    .await?;
    is_counted.then_some(()).ok_or(Error::TooManyWrites)
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::fixture::{at, at_once, connect, count, store_limit, texts};

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
            async move { save_passage(&database, passage, None, now).await.unwrap() }
        });
        saves.await;
        let other = SavedPassage {
            translation: "KJV",
            ..passage
        };
        save_passage(&database, other, None, now).await.unwrap();
        assert_eq!(count(&database, "saved_passages").await, 2);
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn an_address_saves_up_to_its_limit_and_again_after_the_window(pool: PgPool) {
        let (database, now) = (connect(&pool), at("2026-01-01T00:00:00Z"));
        let save = |n: i32, now| {
            let (database, limit) = (database.clone(), store_limit(10));
            async move {
                let passage = SavedPassage {
                    translation: "WEB",
                    reference: &format!("John 3:{n}"),
                    text: "For God",
                };
                save_passage(&database, passage, Some(limit), now).await
            }
        };
        let saves = at_once(50, |n| save(i32::try_from(n).unwrap(), now));
        let saved = saves.await.into_iter().flatten().count();
        assert_eq!((saved, count(&database, "saved_passages").await), (10, 10));
        let refused = save(0, now + STORE_WINDOW - chrono::Duration::seconds(1)).await;
        assert!(matches!(refused, Err(Error::TooManyWrites)), "{refused:?}");
        save(99, now + STORE_WINDOW).await.unwrap();
        assert_eq!(count(&database, "saved_passages").await, 11);
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn a_passage_that_is_saved_again_is_kept_longer(pool: PgPool) {
        let database = connect(&pool);
        let passage = SavedPassage {
            translation: "WEB",
            reference: "John 3:16",
            text: "For God",
        };
        let times = [
            "2026-01-01T00:00:00Z",
            "2026-01-02T00:00:00Z",
            "2026-01-02T00:00:01Z",
        ];
        for (now, kept) in times
            .into_iter()
            .zip(["2026-01-01", "2026-01-01", "2026-01-02"])
        {
            save_passage(&database, passage, None, at(now))
                .await
                .unwrap();
            let days = texts(
                &database,
                "SELECT created_at::DATE::TEXT FROM saved_passages",
            )
            .await;
            assert_eq!(days, [kept]);
        }
    }
}
