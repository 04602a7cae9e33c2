//! Pages of standalone chats and of messages.

use super::{BYTES, Keyset, Page, ROWS, next};
use crate::{ChatRecord, Database, Error, MessageRecord, Role, TokenHash, export::ExportPart};

/// The caller's standalone chats. By their number, which does not change when a chat is used meanwhile.
pub(in crate::export) async fn chats(
    database: &Database,
    token: TokenHash,
    from: Keyset,
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
            SELECT *, count(*) OVER () AS rows,
                   sum(coalesce(octet_length(passage_text), 0))
                   OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
            FROM page
        )
        SELECT id, title AS "title!", passage_reference, passage_text, created_at, updated_at,
               rows AS "rows!"
        FROM measured
        WHERE coalesce(before, 0) < $4
        ORDER BY id
        "#,
        token.as_bytes(),
        from.id,
        ROWS,
        BYTES,
    )
    .fetch_all(database.repeatable())
    .await?;
    let last = rows.last().map(|row| (row.created_at, row.id));
    let next = next(rows.len(), rows.first().map(|row| row.rows), last);
    let items = rows.into_iter().map(|row| {
        let chat = ChatRecord {
            title: row.title,
            passage_reference: row.passage_reference,
            passage_text: row.passage_text,
            created_at: row.created_at,
            updated_at: row.updated_at,
        };
        (ExportPart::Chat(chat), Some(row.id))
    });
    Ok(Page {
        items: items.collect(),
        next,
    })
}

/// Messages of one conversation of the caller, without what is still being written.
pub(in crate::export) async fn messages(
    database: &Database,
    token: TokenHash,
    conversation: i64,
    from: Keyset,
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
            SELECT *, count(*) OVER () AS rows,
                   sum(octet_length(content))
                   OVER (ORDER BY created_at, id ROWS BETWEEN UNBOUNDED PRECEDING
                                                          AND 1 PRECEDING) AS before
            FROM page
        )
        SELECT id, role, content, created_at, rows AS "rows!"
        FROM measured
        WHERE coalesce(before, 0) < $6
        ORDER BY created_at, id
        "#,
        token.as_bytes(),
        conversation,
        from.at,
        from.id,
        ROWS,
        BYTES,
    )
    .fetch_all(database.repeatable())
    .await?;
    let last = rows.last().map(|row| (row.created_at, row.id));
    let next = next(rows.len(), rows.first().map(|row| row.rows), last);
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let message = MessageRecord {
            role: Role::from_row(&row.role)?,
            content: row.content,
            created_at: row.created_at,
        };
        items.push((ExportPart::Message(message), None));
    }
    Ok(Page { items, next })
}
