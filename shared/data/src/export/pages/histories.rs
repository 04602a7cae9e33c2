//! Pages of insights and of definitions, in the order in which the user got them.

use super::{BYTES, Keyset, Page, ROWS, next};
use crate::{Database, DefinitionRecord, Error, InsightRecord, TokenHash, export::ExportPart};

/// Insights of the caller's history, and those that are not in it any more but were talked about.
pub(in crate::export) async fn insights(
    database: &Database,
    token: TokenHash,
    from: Keyset,
) -> Result<Page, Error> {
    let rows = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), page AS (
            SELECT user_id, insight_id, linked_at
            FROM (
                (SELECT user_id, insight_id, linked_at
                 FROM user_insights
                 WHERE user_id = (SELECT user_id FROM caller)
                   AND (linked_at, insight_id)
                       > (coalesce($2, '-infinity'::timestamptz), $3::bigint)
                 ORDER BY linked_at, insight_id
                 LIMIT $4)
                UNION ALL
                (SELECT user_id, insight_id, created_at
                 FROM conversations
                 WHERE user_id = (SELECT user_id FROM caller)
                   AND insight_id IS NOT NULL
                   AND (created_at, insight_id)
                       > (coalesce($2, '-infinity'::timestamptz), $3::bigint)
                   AND NOT EXISTS (
                       SELECT FROM user_insights AS links
                       WHERE links.user_id = conversations.user_id
                         AND links.insight_id = conversations.insight_id)
                 ORDER BY created_at, insight_id
                 LIMIT $4)
            ) AS had
            ORDER BY linked_at, insight_id
            LIMIT $4
        ), measured AS (
            SELECT page.user_id, page.linked_at, insights.*, count(*) OVER () AS rows,
                   sum(octet_length(passage_text) + octet_length(historical_context)
                       + octet_length(theological_significance)
                       + octet_length(practical_application))
                   OVER (ORDER BY linked_at, id ROWS BETWEEN UNBOUNDED PRECEDING
                                                         AND 1 PRECEDING) AS before
            FROM page
            JOIN insights ON insights.id = page.insight_id
        )
        SELECT measured.id, measured.passage_reference, measured.passage_text, historical_context,
               theological_significance, practical_application, linked_at AS "linked_at!",
               rows AS "rows!", conversations.id AS "conversation?"
        FROM measured
        LEFT JOIN conversations ON conversations.user_id = measured.user_id
                               AND conversations.insight_id = measured.id
        WHERE coalesce(before, 0) < $5
        ORDER BY linked_at, measured.id
        "#,
        token.as_bytes(),
        from.at,
        from.id,
        ROWS,
        BYTES,
    )
    .fetch_all(database.repeatable())
    .await?;
    let last = rows.last().map(|row| (row.linked_at, row.id));
    let next = next(rows.len(), rows.first().map(|row| row.rows), last);
    let items = rows.into_iter().map(|row| {
        let insight = InsightRecord {
            passage_reference: row.passage_reference,
            passage_text: row.passage_text,
            historical_context: row.historical_context,
            theological_significance: row.theological_significance,
            practical_application: row.practical_application,
            created_at: row.linked_at,
        };
        (ExportPart::Insight(insight), row.conversation)
    });
    Ok(Page {
        items: items.collect(),
        next,
    })
}

/// Definitions of the caller's history.
pub(in crate::export) async fn definitions(
    database: &Database,
    token: TokenHash,
    from: Keyset,
) -> Result<Page, Error> {
    let rows = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), page AS (
            SELECT definition_id, linked_at
            FROM user_definitions
            WHERE user_id = (SELECT user_id FROM caller)
              AND (linked_at, definition_id) > (coalesce($2, '-infinity'::timestamptz), $3::bigint)
            ORDER BY linked_at, definition_id
            LIMIT $4
        ), measured AS (
            SELECT page.linked_at, definitions.*, count(*) OVER () AS rows,
                   sum(octet_length(verse_text) + octet_length(definition)
                       + octet_length(biblical_usage) + octet_length(original_language))
                   OVER (ORDER BY linked_at, id ROWS BETWEEN UNBOUNDED PRECEDING
                                                         AND 1 PRECEDING) AS before
            FROM page
            JOIN definitions ON definitions.id = page.definition_id
        )
        SELECT id, word, passage_reference, verse_text, definition, biblical_usage,
               original_language, linked_at, rows AS "rows!"
        FROM measured
        WHERE coalesce(before, 0) < $5
        ORDER BY linked_at, id
        "#,
        token.as_bytes(),
        from.at,
        from.id,
        ROWS,
        BYTES,
    )
    .fetch_all(database.repeatable())
    .await?;
    let last = rows.last().map(|row| (row.linked_at, row.id));
    let next = next(rows.len(), rows.first().map(|row| row.rows), last);
    let items = rows.into_iter().map(|row| {
        let definition = DefinitionRecord {
            word: row.word,
            passage_reference: row.passage_reference,
            verse_text: row.verse_text,
            definition: row.definition,
            biblical_usage: row.biblical_usage,
            original_language: row.original_language,
            created_at: row.linked_at,
        };
        (ExportPart::Definition(definition), None)
    });
    Ok(Page {
        items: items.collect(),
        next,
    })
}
