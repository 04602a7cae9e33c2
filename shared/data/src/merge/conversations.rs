//! Joining the conversations of two users about one insight, and two copies of one imported chat.

use sqlx::PgConnection;

use super::Pair;
use crate::Error;

/// Joins each pair of conversations. A message of both, as after two uploads of one file, is kept once.
///
/// The joined conversation is read in the order of its messages' times. A reply has the time of its message, so that two
/// conversations of the same minute do not mix. Uploaded replies may have other times and keep them, so that a second upload
/// of the file finds its messages.
pub(super) async fn join(connection: &mut PgConnection, pair: Pair) -> Result<(), Error> {
    // A standalone chat has no key: chats with equal title, passage and creation time (to the microsecond) are copies. When an
    // upload contained several such chats, the first of one user matches the first of the other, and so on.
    let pairs = sqlx::query!(
        r#"
        WITH chats AS (
            SELECT *, row_number() OVER (PARTITION BY user_id, created_at, title,
                                                      passage_reference, passage_text
                                         ORDER BY id) AS nth
            FROM conversations
            WHERE user_id IN ($1, $2) AND insight_id IS NULL
        )
        SELECT of_kept.id AS "kept!", of_deleted.id AS "deleted!"
        FROM conversations AS of_deleted
        JOIN conversations AS of_kept ON of_kept.insight_id = of_deleted.insight_id
        WHERE of_kept.user_id = $1
          AND of_deleted.user_id = $2
        UNION ALL
        SELECT of_kept.id, of_deleted.id
        FROM chats AS of_deleted
        JOIN chats AS of_kept
          ON of_kept.created_at = of_deleted.created_at
         AND of_kept.title = of_deleted.title
         AND of_kept.passage_reference IS NOT DISTINCT FROM of_deleted.passage_reference
         AND of_kept.passage_text IS NOT DISTINCT FROM of_deleted.passage_text
         AND of_kept.nth = of_deleted.nth
        WHERE of_kept.user_id = $1
          AND of_deleted.user_id = $2
        "#,
        pair.kept,
        pair.deleted,
    )
    .fetch_all(&mut *connection)
    .await?;
    if pairs.is_empty() {
        return Ok(());
    }
    let (kept, deleted): (Vec<_>, Vec<_>) = pairs.into_iter().map(|t| (t.kept, t.deleted)).unzip();
    drop_duplicates(connection, &kept, &deleted).await?;
    move_messages(connection, &kept, &deleted).await
}

/// Deletes from the other conversation each message that the kept one has too, as many times as the kept one has it.
async fn drop_duplicates(
    connection: &mut PgConnection,
    kept: &[i64],
    deleted: &[i64],
) -> Result<(), Error> {
    // Both conversations are sorted together and not joined: see `insert_messages` of the import.
    sqlx::query!(
        "WITH messages_of_both AS (
             SELECT messages.id, pairs.kept, role, messages.created_at, content,
                    conversation_id = pairs.deleted AS is_of_deleted
             FROM unnest($1::BIGINT[], $2::BIGINT[]) AS pairs (kept, deleted)
             JOIN messages ON messages.conversation_id IN (pairs.kept, pairs.deleted)
             WHERE state <> 'pending'
         ), counted AS (
             SELECT id, is_of_deleted,
                    row_number() OVER (PARTITION BY kept, created_at, role, content, is_of_deleted
                                       ORDER BY id) AS nth,
                    count(*) FILTER (WHERE NOT is_of_deleted)
                        OVER (PARTITION BY kept, created_at, role, content) AS kept_count
             FROM messages_of_both
         )
         DELETE FROM messages
         USING counted
         WHERE messages.id = counted.id
           AND counted.is_of_deleted
           AND counted.nth <= counted.kept_count",
        kept,
        deleted,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves the remaining messages and deletes the emptied conversations. The summary is deleted too, as it covers one half only;
/// the chat writes a new one when it needs it.
async fn move_messages(
    connection: &mut PgConnection,
    kept: &[i64],
    deleted: &[i64],
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE messages
         SET conversation_id = pairs.kept
         FROM unnest($1::BIGINT[], $2::BIGINT[]) AS pairs (kept, deleted)
         WHERE messages.conversation_id = pairs.deleted",
        kept,
        deleted,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "WITH dropped AS (
             DELETE FROM conversations WHERE id = ANY ($2)
         )
         UPDATE conversations
         SET created_at = least(conversations.created_at, of_deleted.created_at),
             updated_at = greatest(conversations.updated_at, of_deleted.updated_at),
             summary = NULL,
             summarised_through = NULL
         FROM unnest($1::BIGINT[], $2::BIGINT[]) AS pairs (kept, deleted)
         JOIN conversations AS of_deleted ON of_deleted.id = pairs.deleted
         WHERE conversations.id = pairs.kept",
        kept,
        deleted,
    )
    .execute(connection)
    .await?;
    Ok(())
}
