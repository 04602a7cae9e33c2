//! The definitions that one user has.

use super::{Definition, DefinitionRow};
use crate::{Database, Error, Page, TokenHash, merge::retry_if_nothing_found};

/// The caller's definitions, newest first by when the caller got them; none for an unknown caller. One round trip.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn get_user_definitions(
    database: &Database,
    token: TokenHash,
    page: Page,
) -> Result<Vec<Definition>, Error> {
    // The page's start is one row, so that its rows are one range of the index.
    let rows = sqlx::query_as!(
        DefinitionRow,
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        )
        SELECT definitions.id, word, passage_reference, verse_text, definition, biblical_usage,
               original_language, source, linked_at
        FROM user_definitions
        JOIN definitions ON definitions.id = user_definitions.definition_id
        WHERE user_definitions.user_id = (SELECT user_id FROM caller)
          AND (linked_at, definition_id) < (
              SELECT 'infinity'::TIMESTAMPTZ, 0::BIGINT
              WHERE $2::BIGINT IS NULL
              UNION ALL
              SELECT linked_at, definition_id
              FROM user_definitions
              WHERE user_id = (SELECT user_id FROM caller) AND definition_id = $2)
        ORDER BY linked_at DESC, definition_id DESC
        LIMIT $3
        "#,
        token.as_bytes(),
        page.before,
        page.limit,
    )
    .fetch_all(database.repeatable())
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(DefinitionRow::into_definition)
        .collect())
}

/// Empties the caller's history, and tells how many definitions were in it. One round trip, two where
/// there was none.
///
/// A shared definition stays for the others. An imported one goes: nobody could reach it any
/// more.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn clear_user_definitions(database: &Database, token: TokenHash) -> Result<u64, Error> {
    let cleared = retry_if_nothing_found(|| async move {
        let cleared = sqlx::query_scalar!(
            r#"
            WITH caller AS (
                SELECT user_id FROM devices WHERE token_hash = $1
            ), unlinked AS (
                DELETE FROM user_definitions
                WHERE user_id = (SELECT user_id FROM caller)
                RETURNING user_id, definition_id
            ), removed AS (
                DELETE FROM definitions
                USING unlinked
                WHERE definitions.owner_id = unlinked.user_id AND definitions.id = unlinked.definition_id
            )
            SELECT count(*) AS "cleared!" FROM unlinked
            "#,
            token.as_bytes(),
        )
        .fetch_one(database.once())
        .await?;
        Ok((cleared > 0).then_some(cleared.unsigned_abs()))
    });
    Ok(cleared.await?.unwrap_or(0))
}
