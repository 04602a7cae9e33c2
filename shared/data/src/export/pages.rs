//! The pages of an export: so many rows or so many bytes, whichever is less, and one row at least.
//!
//! In the statements, `bytes_before` is the size of the page's rows before this one, and `page_rows` is the number of
//! rows within the row limit. A page that returns all of these rows, fewer than the row limit, is the last.

use chrono::{DateTime, Utc};

use super::ExportPart;
use crate::{
    ChatRecord, Database, DefinitionRecord, Error, FinalState, InsightRecord, MessageRecord, Role,
    TokenHash,
};

/// The most rows of a page.
const MAX_ROWS: i64 = 200;
/// A page that has so many bytes takes no further row.
const FULL_BYTES: i64 = 512 * 1024;

/// The row after which a page starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PageStart {
    pub(super) at: Option<DateTime<Utc>>,
    pub(super) id: i64,
}

impl PageStart {
    /// Before the first row.
    pub(super) const FIRST: Self = Self { at: None, id: 0 };

    /// A page that starts here begins with this row.
    pub(super) fn before(self) -> Self {
        Self {
            id: self.id.saturating_sub(1),
            ..self
        }
    }
}

/// A page of an export.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The parts, each with its place and the id of its conversation.
    pub(super) parts: Vec<(ExportPart, PageStart, Option<i64>)>,
    /// The start of the next page; `None` after the last.
    pub(super) next: Option<PageStart>,
}

impl Page {
    /// Adds a row's part. `page_rows` is the row's number of rows within the row limit.
    fn push(
        &mut self,
        part: ExportPart,
        conversation: Option<i64>,
        (at, id): (DateTime<Utc>, i64),
        page_rows: i64,
    ) {
        let place = PageStart { at: Some(at), id };
        self.parts.push((part, place, conversation));
        let all_are_returned = i64::try_from(self.parts.len()).is_ok_and(|rows| rows == page_rows);
        let is_last = all_are_returned && page_rows < MAX_ROWS;
        self.next = (!is_last).then_some(place);
    }
}

/// Insights of the caller's history, and those outside it with a conversation, in the order of their links.
pub(super) async fn insights(
    database: &Database,
    token: TokenHash,
    start: PageStart,
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
            ) AS linked
            ORDER BY linked_at, insight_id
            LIMIT $4
        ), measured AS (
            SELECT page.user_id, page.linked_at, insights.*, count(*) OVER () AS page_rows,
                   sum(octet_length(passage_text) + octet_length(historical_context)
                       + octet_length(theological_significance)
                       + octet_length(practical_application))
                   OVER (ORDER BY linked_at, id ROWS BETWEEN UNBOUNDED PRECEDING
                                                         AND 1 PRECEDING) AS bytes_before
            FROM page
            JOIN insights ON insights.id = page.insight_id
        )
        SELECT measured.id, measured.passage_reference, measured.passage_text, historical_context,
               theological_significance, practical_application, linked_at AS "linked_at!",
               page_rows AS "page_rows!", conversations.id AS "conversation?"
        FROM measured
        LEFT JOIN conversations ON conversations.user_id = measured.user_id
                               AND conversations.insight_id = measured.id
        WHERE coalesce(bytes_before, 0) < $5
        ORDER BY linked_at, measured.id
        "#,
        token.as_bytes(),
        start.at,
        start.id,
        MAX_ROWS,
        FULL_BYTES,
    )
    .fetch_all(database.repeatable())
    .await?;
    let mut page = Page::default();
    for row in rows {
        let insight = ExportPart::Insight(InsightRecord {
            passage_reference: row.passage_reference,
            passage_text: row.passage_text,
            historical_context: row.historical_context,
            theological_significance: row.theological_significance,
            practical_application: row.practical_application,
            created_at: row.linked_at,
        });
        page.push(
            insight,
            row.conversation,
            (row.linked_at, row.id),
            row.page_rows,
        );
    }
    Ok(page)
}

/// Definitions of the caller's history, in the order of their links.
pub(super) async fn definitions(
    database: &Database,
    token: TokenHash,
    start: PageStart,
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
            SELECT page.linked_at, definitions.*, count(*) OVER () AS page_rows,
                   sum(octet_length(verse_text) + octet_length(definition)
                       + octet_length(biblical_usage) + octet_length(original_language))
                   OVER (ORDER BY linked_at, id ROWS BETWEEN UNBOUNDED PRECEDING
                                                         AND 1 PRECEDING) AS bytes_before
            FROM page
            JOIN definitions ON definitions.id = page.definition_id
        )
        SELECT id, word, passage_reference, verse_text, definition, biblical_usage,
               original_language, linked_at, page_rows AS "page_rows!"
        FROM measured
        WHERE coalesce(bytes_before, 0) < $5
        ORDER BY linked_at, id
        "#,
        token.as_bytes(),
        start.at,
        start.id,
        MAX_ROWS,
        FULL_BYTES,
    )
    .fetch_all(database.repeatable())
    .await?;
    let mut page = Page::default();
    for row in rows {
        let definition = ExportPart::Definition(DefinitionRecord {
            word: row.word,
            passage_reference: row.passage_reference,
            verse_text: row.verse_text,
            definition: row.definition,
            biblical_usage: row.biblical_usage,
            original_language: row.original_language,
            created_at: row.linked_at,
        });
        page.push(definition, None, (row.linked_at, row.id), row.page_rows);
    }
    Ok(page)
}

/// The caller's standalone chats, in the order of their ids, which do not change when a chat is used meanwhile.
pub(super) async fn chats(
    database: &Database,
    token: TokenHash,
    start: PageStart,
) -> Result<Page, Error> {
    let rows = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), page AS (
            SELECT conversations.*
            FROM conversations
            WHERE conversations.user_id = (SELECT user_id FROM caller)
              AND conversations.insight_id IS NULL AND conversations.id > $2
            ORDER BY conversations.id
            LIMIT $3
        ), measured AS (
            SELECT *, count(*) OVER () AS page_rows,
                   sum(coalesce(octet_length(passage_text), 0))
                   OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
            FROM page
        )
        SELECT id, title AS "title!", passage_reference, passage_text, created_at, updated_at,
               page_rows AS "page_rows!"
        FROM measured
        WHERE coalesce(bytes_before, 0) < $4
        ORDER BY id
        "#,
        token.as_bytes(),
        start.id,
        MAX_ROWS,
        FULL_BYTES,
    )
    .fetch_all(database.repeatable())
    .await?;
    let mut page = Page::default();
    for row in rows {
        let chat = ExportPart::Chat(ChatRecord {
            title: row.title,
            passage_reference: row.passage_reference,
            passage_text: row.passage_text,
            created_at: row.created_at,
            updated_at: row.updated_at,
        });
        page.push(chat, Some(row.id), (row.created_at, row.id), row.page_rows);
    }
    Ok(page)
}

/// Messages of one of the caller's conversations, without pending replies.
pub(super) async fn messages(
    database: &Database,
    token: TokenHash,
    conversation: i64,
    start: PageStart,
) -> Result<Page, Error> {
    let rows = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), page AS (
            SELECT messages.*
            FROM caller
            JOIN conversations ON conversations.user_id = caller.user_id AND conversations.id = $2
            JOIN messages ON messages.conversation_id = conversations.id
            WHERE messages.state <> 'pending'
              AND (messages.created_at, messages.id)
                  > (coalesce($3, '-infinity'::timestamptz), $4::bigint)
            ORDER BY messages.created_at, messages.id
            LIMIT $5
        ), measured AS (
            SELECT *, count(*) OVER () AS page_rows,
                   sum(octet_length(content))
                   OVER (ORDER BY created_at, id ROWS BETWEEN UNBOUNDED PRECEDING
                                                          AND 1 PRECEDING) AS bytes_before
            FROM page
        )
        SELECT id, role AS "role: Role", state AS "state: FinalState", content, created_at,
               page_rows AS "page_rows!"
        FROM measured
        WHERE coalesce(bytes_before, 0) < $6
        ORDER BY created_at, id
        "#,
        token.as_bytes(),
        conversation,
        start.at,
        start.id,
        MAX_ROWS,
        FULL_BYTES,
    )
    .fetch_all(database.repeatable())
    .await?;
    let mut page = Page::default();
    for row in rows {
        let message = ExportPart::Message(MessageRecord {
            role: row.role,
            state: row.state,
            content: row.content,
            created_at: row.created_at,
        });
        page.push(message, None, (row.created_at, row.id), row.page_rows);
    }
    Ok(page)
}
