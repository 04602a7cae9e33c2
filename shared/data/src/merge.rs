//! Merging two users into one. `merge/conversations.rs` joins their conversations about the same insight, and `merge/retry.rs`
//! repeats statements that met a merge.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Uuid};

use crate::{Error, UserId};

pub(crate) use retry::{retry_after_merge, retry_if_nothing_found};

mod conversations;
mod retry;

/// The user that two users became.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MergedUser {
    /// Its id.
    pub id: UserId,
    /// Its public id.
    pub anonymous_id: Uuid,
}

/// The ids of the two users.
#[derive(Clone, Copy)]
struct Pair {
    /// The user that stays.
    kept: i64,
    /// The user that is deleted.
    deleted: i64,
}

/// Moves all data of one user to the other and deletes the first. The user with more devices stays; of two with equally many,
/// the newer. Eight round trips, three more where both have a conversation about the same insight.
///
/// A user with many more messages is not moved: it takes the public id of the user that stays. Each moved message costs an
/// entry in every index, so a user who would have to be moved with more than 50,000 is refused.
///
/// Data of both is kept once: of two links to one text the later time stays, so that the history keeps its order; an upload
/// of both keeps the links of both; the usage of a day is added up. The merged user is pro if either was. It is as old as the
/// older one, so that nothing in its history is older than the user. The deleted user's pending codes are revoked, and its
/// rate buckets are deleted.
///
/// The caller's transaction must hold both users' rows `FOR UPDATE`, locked in the order of their ids. Then no row of either
/// can be added, and every row that was added before is visible.
///
/// # Errors
/// [`Error::NotFound`] when a user does not exist, [`Error::TooManyMessages`], and those of the database. The caller must then
/// undo the transaction.
pub async fn merge_users(
    connection: &mut PgConnection,
    one: UserId,
    other: UserId,
    now: DateTime<Utc>,
) -> Result<MergedUser, Error> {
    let (pair, merged) = choose(connection, one, other).await?;
    move_own_insights(connection, pair).await?;
    move_own_definitions(connection, pair).await?;
    move_links(connection, pair).await?;
    conversations::join(connection, pair).await?;
    move_conversations(connection, pair).await?;
    move_the_rest(connection, pair, now).await?;
    delete_user(connection, pair, merged).await?;
    Ok(merged)
}

/// The most messages that a merge moves: they fit in the time of its transaction.
const MOST_MOVED: i64 = 50_000;
/// A user with so many messages more than the one that stays takes its place.
const WORTH_A_SWAP: i64 = 1_000;

/// Decides which user stays, and which of the two rows.
async fn choose(
    connection: &mut PgConnection,
    one: UserId,
    other: UserId,
) -> Result<(Pair, MergedUser), Error> {
    let mut users = sqlx::query!(
        r#"
        SELECT id, anonymous_id, (
                   SELECT count(*)
                   FROM (SELECT FROM messages WHERE user_id = users.id LIMIT $3) AS counted
               ) AS "messages!"
        FROM users
        WHERE id IN ($1, $2)
        ORDER BY (SELECT count(*) FROM devices WHERE devices.user_id = users.id) DESC,
                 created_at DESC,
                 id DESC
        "#,
        one.0,
        other.0,
        MOST_MOVED + 1,
    )
    .fetch_all(connection)
    .await?
    .into_iter();
    let (Some(staying), Some(going)) = (users.next(), users.next()) else {
        return Err(Error::NotFound("user"));
    };
    let anonymous_id = staying.anonymous_id;
    let is_too_large = going.messages > MOST_MOVED;
    let (kept, deleted) = if is_too_large || going.messages > staying.messages + WORTH_A_SWAP {
        (going, staying)
    } else {
        (staying, going)
    };
    if deleted.messages > MOST_MOVED {
        return Err(Error::TooManyMessages);
    }
    let pair = Pair {
        kept: kept.id,
        deleted: deleted.id,
    };
    let id = UserId(kept.id);
    Ok((pair, MergedUser { id, anonymous_id }))
}

/// Deletes the emptied user, whose public id the other one may take.
async fn delete_user(
    connection: &mut PgConnection,
    pair: Pair,
    merged: MergedUser,
) -> Result<(), Error> {
    sqlx::query!(
        "WITH deleted AS (
             DELETE FROM users WHERE id = $2 RETURNING id
         )
         UPDATE users
         SET anonymous_id = $3
         FROM deleted
         WHERE users.id = $1 AND users.anonymous_id <> $3",
        pair.kept,
        pair.deleted,
        merged.anonymous_id,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves imported insights. One that both uploaded, or that one uploaded and the other has as a shared insight, is kept once,
/// and the links and conversations of the other copy move to it.
///
/// Old links are deleted, not updated: the trigger on deleted links deletes a shared copy that has lost its last one.
async fn move_own_insights(connection: &mut PgConnection, pair: Pair) -> Result<(), Error> {
    sqlx::query!(
        "WITH of_kept AS (
             SELECT id, subject_hash, content_hash FROM insights WHERE owner_id = $1
             UNION ALL
             SELECT id, subject_hash, content_hash
             FROM insights
             WHERE owner_id IS NULL
               AND id = ANY (ARRAY(SELECT insight_id FROM user_insights WHERE user_id = $1))
         ), of_deleted AS (
             SELECT id, subject_hash, content_hash, TRUE AS is_owned
             FROM insights
             WHERE owner_id = $2
             UNION ALL
             SELECT id, subject_hash, content_hash, FALSE
             FROM insights
             WHERE owner_id IS NULL
               AND id = ANY (ARRAY(SELECT insight_id FROM user_insights WHERE user_id = $2))
         ), duplicates AS (
             -- One for each subject. Simultaneous requests may leave an upload beside an equal shared text; then both stay.
             SELECT DISTINCT ON (subject_hash, content_hash) of_kept.id AS kept, of_deleted.id AS deleted
             FROM of_deleted
             JOIN of_kept USING (subject_hash, content_hash)
             WHERE of_kept.id <> of_deleted.id
               AND of_kept.id NOT IN (SELECT id FROM of_deleted)
               AND NOT EXISTS (
                   SELECT FROM conversations WHERE user_id = $2 AND insight_id = of_kept.id)
             ORDER BY subject_hash, content_hash, of_deleted.is_owned DESC, of_deleted.id DESC, of_kept.id
         ), old_links AS (
             DELETE FROM user_insights
             USING duplicates
             WHERE user_id = $2
               AND insight_id = duplicates.deleted
             RETURNING duplicates.kept, linked_at
         ), new_links AS (
             INSERT INTO user_insights (user_id, insight_id, linked_at)
             SELECT $2, kept, linked_at FROM old_links
         ), moved_conversations AS (
             UPDATE conversations
             SET insight_id = duplicates.kept
             FROM duplicates
             WHERE user_id = $2
               AND insight_id = duplicates.deleted
         ), deleted_duplicates AS (
             DELETE FROM insights
             USING duplicates
             WHERE insights.id = duplicates.deleted AND insights.owner_id = $2
         )
         UPDATE insights
         SET owner_id = $1
         WHERE owner_id = $2
           AND NOT EXISTS (SELECT FROM duplicates WHERE duplicates.deleted = insights.id)",
        pair.kept,
        pair.deleted,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves imported definitions, as [`move_own_insights`].
async fn move_own_definitions(connection: &mut PgConnection, pair: Pair) -> Result<(), Error> {
    sqlx::query!(
        "WITH of_kept AS (
             SELECT id, subject_hash, content_hash FROM definitions WHERE owner_id = $1
             UNION ALL
             SELECT id, subject_hash, content_hash
             FROM definitions
             WHERE owner_id IS NULL
               AND id = ANY (ARRAY(SELECT definition_id FROM user_definitions WHERE user_id = $1))
         ), of_deleted AS (
             SELECT id, subject_hash, content_hash, TRUE AS is_owned
             FROM definitions
             WHERE owner_id = $2
             UNION ALL
             SELECT id, subject_hash, content_hash, FALSE
             FROM definitions
             WHERE owner_id IS NULL
               AND id = ANY (ARRAY(SELECT definition_id FROM user_definitions WHERE user_id = $2))
         ), duplicates AS (
             -- One for each subject. Simultaneous requests may leave an upload beside an equal shared text; then both stay.
             SELECT DISTINCT ON (subject_hash, content_hash) of_kept.id AS kept, of_deleted.id AS deleted
             FROM of_deleted
             JOIN of_kept USING (subject_hash, content_hash)
             WHERE of_kept.id <> of_deleted.id
               AND of_kept.id NOT IN (SELECT id FROM of_deleted)
             ORDER BY subject_hash, content_hash, of_deleted.is_owned DESC, of_deleted.id DESC, of_kept.id
         ), old_links AS (
             DELETE FROM user_definitions
             USING duplicates
             WHERE user_id = $2
               AND definition_id = duplicates.deleted
             RETURNING duplicates.kept, linked_at
         ), new_links AS (
             INSERT INTO user_definitions (user_id, definition_id, linked_at)
             SELECT $2, kept, linked_at FROM old_links
         ), deleted_duplicates AS (
             DELETE FROM definitions
             USING duplicates
             WHERE definitions.id = duplicates.deleted AND definitions.owner_id = $2
         )
         UPDATE definitions
         SET owner_id = $1
         WHERE owner_id = $2
           AND NOT EXISTS (SELECT FROM duplicates WHERE duplicates.deleted = definitions.id)",
        pair.kept,
        pair.deleted,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves the histories. Of two links to one text, the later time stays.
async fn move_links(connection: &mut PgConnection, pair: Pair) -> Result<(), Error> {
    sqlx::query!(
        "WITH insight_links AS (
             DELETE FROM user_insights WHERE user_id = $2 RETURNING insight_id, linked_at
         ), definition_links AS (
             DELETE FROM user_definitions WHERE user_id = $2 RETURNING definition_id, linked_at
         ), insights_moved AS (
             INSERT INTO user_insights AS kept_link (user_id, insight_id, linked_at)
             SELECT $1, insight_id, linked_at
             FROM insight_links
             ON CONFLICT (user_id, insight_id) DO UPDATE
             SET linked_at = greatest(kept_link.linked_at, excluded.linked_at)
         )
         INSERT INTO user_definitions AS kept_link (user_id, definition_id, linked_at)
         SELECT $1, definition_id, linked_at
         FROM definition_links
         ON CONFLICT (user_id, definition_id) DO UPDATE
         SET linked_at = greatest(kept_link.linked_at, excluded.linked_at)",
        pair.kept,
        pair.deleted,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn move_conversations(connection: &mut PgConnection, pair: Pair) -> Result<(), Error> {
    sqlx::query!(
        "WITH moved AS (
             UPDATE conversations SET user_id = $1 WHERE user_id = $2
         )
         UPDATE messages SET user_id = $1 WHERE user_id = $2",
        pair.kept,
        pair.deleted,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves usage, devices and codes, and merges the columns of `users`.
async fn move_the_rest(
    connection: &mut PgConnection,
    pair: Pair,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "WITH moved_usage AS (
             INSERT INTO daily_usage AS kept_usage (user_id, day, calls)
             SELECT $1, day, calls
             FROM daily_usage
             WHERE user_id = $2
             ON CONFLICT (user_id, day) DO UPDATE
             SET calls = kept_usage.calls + excluded.calls
         ), moved_devices AS (
             UPDATE devices SET user_id = $1 WHERE user_id = $2
         ), moved_codes AS (
             -- Codes are kept, so that a second use of one is still reported as such.
             UPDATE link_codes
             SET user_id = $1,
                 status = CASE WHEN status <> 'pending' THEN status
                               WHEN expires_at <= $3 THEN 'expired'
                               ELSE 'revoked' END
             WHERE user_id = $2
         )
         UPDATE users
         SET is_pro = users.is_pro OR deleted.is_pro,
             -- Triggers have counted the links; all other rows only changed their user.
             stored_bytes = users.stored_bytes + deleted.stored_bytes,
             created_at = least(users.created_at, deleted.created_at)
         FROM users AS deleted
         WHERE users.id = $1
           AND deleted.id = $2",
        pair.kept,
        pair.deleted,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
