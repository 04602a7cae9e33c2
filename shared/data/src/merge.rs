//! Two users become one. Conversations about the same thing are joined in `merge/conversations.rs`.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Uuid};

use crate::{Error, UserId};

mod conversations;

/// The user that two have become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MergedUser {
    /// Its number.
    pub id: UserId,
    /// What the outside calls it.
    pub anonymous_id: Uuid,
}

/// How often something begins anew that found its user gone when it had waited for it: merged into another one, as a rule.
pub(crate) const TRIES: usize = 5;
/// How often a statement looks for what it is to take away: what it waited for may have been moved by a merge, from the
/// user that it began with to another, and is found by a second look.
pub(crate) const LOOKS: usize = 2;

/// Who stays and who goes.
#[derive(Clone, Copy)]
struct Pair {
    kept: i64,
    gone: i64,
}

/// Gives one of two users everything of the other, and deletes the other. The one with more devices stays, of two with
/// as many the newer. Eight round trips, three more where both have a conversation about the same thing.
///
/// What both have is kept once: a link with the later time, so that it stays where its reader last saw it; an upload of
/// both with the links of both; the days' usage as a sum. `is_pro` is kept if either had it. The user is as old as the
/// older of the two: nothing in its history is older than itself. Pending codes of the one that goes are revoked, and
/// its rate buckets go with it.
///
/// To be called in a transaction that holds both users' rows `FOR UPDATE`, locked in the order of their ids: nobody can
/// then add to either, and what was added before is seen.
///
/// # Errors
///
/// [`Error::NotFound`] when either does not exist, and those of the database. The transaction is then to be undone.
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
    sqlx::query!("DELETE FROM users WHERE id = $1", pair.gone)
        .execute(connection)
        .await?;
    Ok(merged)
}

async fn choose(
    connection: &mut PgConnection,
    one: UserId,
    other: UserId,
) -> Result<(Pair, MergedUser), Error> {
    let mut users = sqlx::query!(
        "SELECT id, anonymous_id
         FROM users
         WHERE id IN ($1, $2)
         ORDER BY (SELECT count(*) FROM devices WHERE devices.user_id = users.id) DESC,
                  created_at DESC,
                  id DESC",
        one.0,
        other.0,
    )
    .fetch_all(connection)
    .await?
    .into_iter();
    let (Some(kept), Some(gone)) = (users.next(), users.next()) else {
        return Err(Error::NotFound("user"));
    };
    let pair = Pair {
        kept: kept.id,
        gone: gone.id,
    };
    let merged = MergedUser {
        id: UserId(kept.id),
        anonymous_id: kept.anonymous_id,
    };
    Ok((pair, merged))
}

/// Imported insights. One that both uploaded, or that one uploaded and the other was given, is kept once, and whatever
/// hangs on the other moves to it.
async fn move_own_insights(connection: &mut PgConnection, pair: Pair) -> Result<(), Error> {
    sqlx::query!(
        "WITH mine AS (
             SELECT id, subject_hash, content_hash FROM insights WHERE owner_id = $1
             UNION ALL
             SELECT id, subject_hash, content_hash
             FROM insights
             WHERE owner_id IS NULL
               AND id = ANY (ARRAY(SELECT insight_id FROM user_insights WHERE user_id = $1))
         ), theirs AS (
             SELECT id, subject_hash, content_hash, TRUE AS is_owned
             FROM insights
             WHERE owner_id = $2
             UNION ALL
             SELECT id, subject_hash, content_hash, FALSE
             FROM insights
             WHERE owner_id IS NULL
               AND id = ANY (ARRAY(SELECT insight_id FROM user_insights WHERE user_id = $2))
         ), twins AS (
             -- One of each subject: of two, as two requests at once may leave them, the shared one stays beside it.
             SELECT DISTINCT ON (subject_hash, content_hash) mine.id AS kept, theirs.id AS gone
             FROM theirs
             JOIN mine USING (subject_hash, content_hash)
             WHERE mine.id <> theirs.id
               AND mine.id NOT IN (SELECT id FROM theirs)
               AND NOT EXISTS (
                   SELECT FROM conversations WHERE user_id = $2 AND insight_id = mine.id)
             ORDER BY subject_hash, content_hash, theirs.is_owned DESC, theirs.id DESC, mine.id
         ), links AS (
             UPDATE user_insights
             SET insight_id = twins.kept
             FROM twins
             WHERE user_id = $2
               AND insight_id = twins.gone
         ), talks AS (
             UPDATE conversations
             SET insight_id = twins.kept
             FROM twins
             WHERE user_id = $2
               AND insight_id = twins.gone
         ), doubles AS (
             DELETE FROM insights
             USING twins
             WHERE insights.id = twins.gone AND insights.owner_id = $2
         )
         UPDATE insights
         SET owner_id = $1
         WHERE owner_id = $2
           AND NOT EXISTS (SELECT FROM twins WHERE twins.gone = insights.id)",
        pair.kept,
        pair.gone,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Imported definitions, as [`move_own_insights`].
async fn move_own_definitions(connection: &mut PgConnection, pair: Pair) -> Result<(), Error> {
    sqlx::query!(
        "WITH mine AS (
             SELECT id, subject_hash, content_hash FROM definitions WHERE owner_id = $1
             UNION ALL
             SELECT id, subject_hash, content_hash
             FROM definitions
             WHERE owner_id IS NULL
               AND id = ANY (ARRAY(SELECT definition_id FROM user_definitions WHERE user_id = $1))
         ), theirs AS (
             SELECT id, subject_hash, content_hash, TRUE AS is_owned
             FROM definitions
             WHERE owner_id = $2
             UNION ALL
             SELECT id, subject_hash, content_hash, FALSE
             FROM definitions
             WHERE owner_id IS NULL
               AND id = ANY (ARRAY(SELECT definition_id FROM user_definitions WHERE user_id = $2))
         ), twins AS (
             -- One of each subject: of two, as two requests at once may leave them, the shared one stays beside it.
             SELECT DISTINCT ON (subject_hash, content_hash) mine.id AS kept, theirs.id AS gone
             FROM theirs
             JOIN mine USING (subject_hash, content_hash)
             WHERE mine.id <> theirs.id
               AND mine.id NOT IN (SELECT id FROM theirs)
             ORDER BY subject_hash, content_hash, theirs.is_owned DESC, theirs.id DESC, mine.id
         ), links AS (
             UPDATE user_definitions
             SET definition_id = twins.kept
             FROM twins
             WHERE user_id = $2
               AND definition_id = twins.gone
         ), doubles AS (
             DELETE FROM definitions
             USING twins
             WHERE definitions.id = twins.gone AND definitions.owner_id = $2
         )
         UPDATE definitions
         SET owner_id = $1
         WHERE owner_id = $2
           AND NOT EXISTS (SELECT FROM twins WHERE twins.gone = definitions.id)",
        pair.kept,
        pair.gone,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What each has in its history. Where both have the same, the later time stands.
async fn move_links(connection: &mut PgConnection, pair: Pair) -> Result<(), Error> {
    sqlx::query!(
        "WITH insight_links AS (
             DELETE FROM user_insights WHERE user_id = $2 RETURNING insight_id, linked_at
         ), definition_links AS (
             DELETE FROM user_definitions WHERE user_id = $2 RETURNING definition_id, linked_at
         ), insights_moved AS (
             INSERT INTO user_insights AS mine (user_id, insight_id, linked_at)
             SELECT $1, insight_id, linked_at
             FROM insight_links
             ON CONFLICT (user_id, insight_id) DO UPDATE
             SET linked_at = greatest(mine.linked_at, excluded.linked_at)
         )
         INSERT INTO user_definitions AS mine (user_id, definition_id, linked_at)
         SELECT $1, definition_id, linked_at
         FROM definition_links
         ON CONFLICT (user_id, definition_id) DO UPDATE
         SET linked_at = greatest(mine.linked_at, excluded.linked_at)",
        pair.kept,
        pair.gone,
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
        pair.gone,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Usage, devices, codes, and what the two were.
async fn move_the_rest(
    connection: &mut PgConnection,
    pair: Pair,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "WITH days AS (
             INSERT INTO daily_usage AS mine (user_id, day, calls)
             SELECT $1, day, calls
             FROM daily_usage
             WHERE user_id = $2
             ON CONFLICT (user_id, day) DO UPDATE
             SET calls = mine.calls + excluded.calls
         ), gadgets AS (
             UPDATE devices SET user_id = $1 WHERE user_id = $2
         ), codes AS (
             -- Kept with their new user, so that a used one is still told to have been used.
             UPDATE link_codes
             SET user_id = $1,
                 status = CASE WHEN status <> 'pending' THEN status
                               WHEN expires_at <= $3 THEN 'expired'
                               ELSE 'revoked' END
             WHERE user_id = $2
         )
         UPDATE users
         SET is_pro = users.is_pro OR gone.is_pro,
             created_at = least(users.created_at, gone.created_at)
         FROM users AS gone
         WHERE users.id = $1
           AND gone.id = $2",
        pair.kept,
        pair.gone,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
