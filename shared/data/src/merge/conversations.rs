//! Joining conversations: those of two users about one insight, or two copies of one imported chat.

use sqlx::PgConnection;

use super::Pair;
use crate::Error;

/// Makes one conversation of each two about the same thing. A message that stands in both, as after the same upload
/// twice, is kept once.
pub(super) async fn join(connection: &mut PgConnection, pair: Pair) -> Result<(), Error> {
    // A standalone chat has no key: two with the same beginning and the same microsecond are copies of one.
    let twins = sqlx::query!(
        r#"
        SELECT DISTINCT ON (gone) kept AS "kept!", gone AS "gone!"
        FROM (
            SELECT mine.id AS kept, theirs.id AS gone
            FROM conversations AS theirs
            JOIN conversations AS mine ON mine.insight_id = theirs.insight_id
            WHERE mine.user_id = $1
              AND theirs.user_id = $2
            UNION ALL
            SELECT mine.id, theirs.id
            FROM conversations AS theirs
            JOIN conversations AS mine
              ON mine.created_at = theirs.created_at
             AND mine.title = theirs.title
             AND mine.passage_reference IS NOT DISTINCT FROM theirs.passage_reference
             AND mine.passage_text IS NOT DISTINCT FROM theirs.passage_text
            WHERE mine.user_id = $1
              AND theirs.user_id = $2
              AND mine.insight_id IS NULL
              AND theirs.insight_id IS NULL
        ) AS twins
        ORDER BY gone, kept
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
    put_in_order(connection, &kept, &gone).await?;
    move_messages(connection, &kept, &gone).await
}

async fn drop_doubles(
    connection: &mut PgConnection,
    kept: &[i64],
    gone: &[i64],
) -> Result<(), Error> {
    sqlx::query!(
        "DELETE FROM messages AS theirs
         USING unnest($1::BIGINT[], $2::BIGINT[]) AS twins (kept, gone), messages AS mine
         WHERE theirs.conversation_id = twins.gone
           AND mine.conversation_id = twins.kept
           AND mine.role = theirs.role
           AND mine.created_at = theirs.created_at
           AND mine.content = theirs.content
           AND theirs.state <> 'pending'",
        kept,
        gone,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes the messages of two conversations anew into the one that stays where reading them would mix two talks.
///
/// A conversation is read by its messages' times, and by their ids within one moment. Joined ones are ordered by turns: a
/// question with its answers, all at the question's time, so that two talks of the same minute do not mix. Where an answer
/// is being written at this moment the rows stay as they are: whoever writes it knows it by its id.
async fn put_in_order(
    connection: &mut PgConnection,
    kept: &[i64],
    gone: &[i64],
) -> Result<(), Error> {
    sqlx::query!(
        "WITH turns AS (
             SELECT twins.kept AS target, messages.*,
                    coalesce(max(messages.created_at) FILTER (WHERE role = 'user') OVER earlier,
                             messages.created_at) AS turn_at
             FROM unnest($1::BIGINT[], $2::BIGINT[]) AS twins (kept, gone)
             JOIN messages ON messages.conversation_id IN (twins.kept, twins.gone)
             WINDOW earlier AS (PARTITION BY messages.conversation_id
                                ORDER BY messages.created_at, messages.id)
         ), places AS (
             SELECT *,
                    row_number() OVER (PARTITION BY target
                                       ORDER BY turn_at, conversation_id, created_at, id) AS place,
                    row_number() OVER (PARTITION BY target ORDER BY created_at, id) AS place_as_read
             FROM turns
         ), unordered AS (
             SELECT target
             FROM places
             GROUP BY target
             HAVING bool_or(place <> place_as_read) AND NOT bool_or(state = 'pending')
         ), taken_out AS (
             DELETE FROM messages
             USING places
             JOIN unordered USING (target)
             WHERE messages.id = places.id
         )
         INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
         SELECT target, conversations.user_id, role, state, content, turn_at
         FROM places
         JOIN unordered USING (target)
         JOIN conversations ON conversations.id = target
         ORDER BY target, place",
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
