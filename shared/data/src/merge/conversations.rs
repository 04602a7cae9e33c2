//! Joining conversations: those of two users about one insight, or two copies of one imported chat.

use sqlx::PgConnection;

use super::Pair;
use crate::Error;

/// Makes one conversation of each two about the same thing. A message that stands in both, as after the same upload
/// twice, is kept once.
///
/// It is read by the messages' times. An answer has its question's, so that two talks of the same minute do not mix; only
/// uploads can have others, and keep them: the same file finds its messages again.
pub(super) async fn join(connection: &mut PgConnection, pair: Pair) -> Result<(), Error> {
    // A standalone chat has no key: two with the same beginning and the same microsecond are copies of one. Of several
    // such chats that one upload brought, each user has the first, the second and so on.
    let twins = sqlx::query!(
        r#"
        WITH chats AS (
            SELECT *, row_number() OVER (PARTITION BY user_id, created_at, title,
                                                      passage_reference, passage_text
                                         ORDER BY id) AS nth
            FROM conversations
            WHERE user_id IN ($1, $2) AND insight_id IS NULL
        )
        SELECT mine.id AS "kept!", theirs.id AS "gone!"
        FROM conversations AS theirs
        JOIN conversations AS mine ON mine.insight_id = theirs.insight_id
        WHERE mine.user_id = $1
          AND theirs.user_id = $2
        UNION ALL
        SELECT mine.id, theirs.id
        FROM chats AS theirs
        JOIN chats AS mine
          ON mine.created_at = theirs.created_at
         AND mine.title = theirs.title
         AND mine.passage_reference IS NOT DISTINCT FROM theirs.passage_reference
         AND mine.passage_text IS NOT DISTINCT FROM theirs.passage_text
         AND mine.nth = theirs.nth
        WHERE mine.user_id = $1
          AND theirs.user_id = $2
        "#,
        pair.kept,
        pair.gone,
    )
    .fetch_all(&mut *connection)
    .await?;
    if twins.is_empty() {
        return Ok(());
    }
    let (kept, gone): (Vec<_>, Vec<_>) = twins.into_iter().map(|t| (t.kept, t.gone)).unzip();
    drop_doubles(connection, &kept, &gone).await?;
    move_messages(connection, &kept, &gone).await
}

/// Of what was said in both, as many as there are in the conversation that stays are taken out of the other.
async fn drop_doubles(
    connection: &mut PgConnection,
    kept: &[i64],
    gone: &[i64],
) -> Result<(), Error> {
    // Sorted together and not joined: see `insert_messages` of the import.
    sqlx::query!(
        "WITH said AS (
             SELECT messages.id, twins.kept, role, messages.created_at, content,
                    conversation_id = twins.gone AS is_theirs
             FROM unnest($1::BIGINT[], $2::BIGINT[]) AS twins (kept, gone)
             JOIN messages ON messages.conversation_id IN (twins.kept, twins.gone)
             WHERE state <> 'pending'
         ), counted AS (
             SELECT id, is_theirs,
                    row_number() OVER (PARTITION BY kept, created_at, role, content, is_theirs
                                       ORDER BY id) AS nth,
                    count(*) FILTER (WHERE NOT is_theirs)
                        OVER (PARTITION BY kept, created_at, role, content) AS mine
             FROM said
         )
         DELETE FROM messages
         USING counted
         WHERE messages.id = counted.id
           AND counted.is_theirs
           AND counted.nth <= counted.mine",
        kept,
        gone,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What is still in the conversations that go moves; they go. A summary of one half says nothing of the other: it goes
/// too, and is made anew when it is needed.
async fn move_messages(
    connection: &mut PgConnection,
    kept: &[i64],
    gone: &[i64],
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE messages
         SET conversation_id = twins.kept
         FROM unnest($1::BIGINT[], $2::BIGINT[]) AS twins (kept, gone)
         WHERE messages.conversation_id = twins.gone",
        kept,
        gone,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "WITH dropped AS (
             DELETE FROM conversations WHERE id = ANY ($2)
         )
         UPDATE conversations
         SET created_at = least(conversations.created_at, theirs.created_at),
             updated_at = greatest(conversations.updated_at, theirs.updated_at),
             summary = NULL,
             summarised_through = NULL
         FROM unnest($1::BIGINT[], $2::BIGINT[]) AS twins (kept, gone)
         JOIN conversations AS theirs ON theirs.id = twins.gone
         WHERE conversations.id = twins.kept",
        kept,
        gone,
    )
    .execute(connection)
    .await?;
    Ok(())
}
