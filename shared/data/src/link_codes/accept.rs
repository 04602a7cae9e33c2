//! Accepting a code: it is consumed, and two users become one.

use chrono::{DateTime, Utc};
use sqlx::types::Uuid;

use super::{CodeHash, LinkRefusal, WrongCodes, check::look_at};
use crate::{Database, DeviceKind, Error, TokenHash, merge::TRIES, merge_users};

/// What the accepting device is to be called from now on, as far as it says.
#[derive(Clone, Debug, Default)]
pub struct DeviceLabel {
    /// Its name, 1 to 100 characters.
    pub name: Option<String>,
    /// Its kind.
    pub kind: Option<DeviceKind>,
}

/// What came of accepting a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptedLink {
    /// The two users are one, which the outside knows by this name.
    Linked(Uuid),
    /// The code is no longer good.
    Refused(LinkRefusal),
}

/// Accepts a code: its user and the caller become one (see [`merge_users`]). A transaction of twelve round trips, more
/// where both have a conversation about the same thing.
///
/// Of any number who accept one code at once, one succeeds. Wrong codes are for
/// [`check_link_code`](super::check_link_code) to find.
///
/// # Errors
///
/// [`Error::UnknownCaller`], and [`Error::Unavailable`] when the database does not answer: then nothing was done, unless
/// it broke off in the very moment of committing.
pub async fn accept_link_code(
    database: &Database,
    token: TokenHash,
    code: CodeHash,
    label: &DeviceLabel,
    limit: WrongCodes,
    now: DateTime<Utc>,
) -> Result<AcceptedLink, Error> {
    database
        .in_time(Box::pin(async {
            for _ in 0..TRIES {
                match try_accept(database, token, code, label, now).await {
                    Ok(Some(anonymous_id)) => return Ok(AcceptedLink::Linked(anonymous_id)),
                    Err(error) if !error.is_deadlock() => return Err(error),
                    Ok(None) | Err(_) => {}
                }
                let seen = look_at(database, Some(token), None, Some(code), limit, now).await?;
                match seen.refusal {
                    Some(refusal) => return Ok(AcceptedLink::Refused(refusal)),
                    None if !seen.caller_is_known => return Err(Error::UnknownCaller),
                    None => {}
                }
            }
            Ok(AcceptedLink::Refused(LinkRefusal::Used))
        }))
        .await
}

/// As [`accept_link_code`]; `None` when the code or the device is not what it was a moment ago.
async fn try_accept(
    database: &Database,
    token: TokenHash,
    code: CodeHash,
    label: &DeviceLabel,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>, Error> {
    let mut transaction = database.begin().await?;
    // Both users in the order of their ids, so that crossing merges queue up. Whoever adds a row to either user waits for
    // this, too: a foreign key asks for a lock on the row that it points to. Whoever changes a row waits when it is moved.
    let users = sqlx::query_scalar!(
        "SELECT id
         FROM users
         WHERE id IN (SELECT user_id FROM devices WHERE token_hash = $1
                      UNION
                      SELECT user_id FROM link_codes WHERE code_hash = $2)
         ORDER BY id
         FOR UPDATE OF users",
        token.as_bytes(),
        code.as_bytes(),
    )
    .fetch_all(transaction.connection()?)
    .await?;
    // Consumed by whoever still finds it pending, and both still where they were when their users were locked.
    let parties = sqlx::query!(
        r#"
        WITH consumed AS (
            UPDATE link_codes
            SET status = 'used'
            FROM devices
            WHERE link_codes.code_hash = $1
              AND link_codes.status = 'pending'
              AND link_codes.expires_at > $2
              AND link_codes.user_id = ANY ($4)
              AND devices.token_hash = $3
              AND devices.user_id = ANY ($4)
              AND devices.user_id <> link_codes.user_id
            RETURNING devices.id AS device_id, link_codes.user_id AS inviting
        )
        UPDATE devices
        SET device_name = coalesce($5, device_name),
            device_type = coalesce($6, device_type),
            last_active = greatest(last_active, $2),
            returned = TRUE
        FROM consumed
        WHERE devices.id = consumed.device_id
        RETURNING devices.user_id AS accepting, consumed.inviting
        "#,
        code.as_bytes(),
        now,
        token.as_bytes(),
        &users,
        label.name,
        label.kind.map(DeviceKind::as_str),
    )
    .fetch_optional(transaction.connection()?)
    .await?;
    let Some(parties) = parties else {
        // Nothing was written; the connection is still good.
        transaction.commit().await?;
        return Ok(None);
    };
    let (one, other) = (parties.accepting.into(), parties.inviting.into());
    let merged = merge_users(transaction.connection()?, one, other, now).await?;
    transaction.commit().await?;
    Ok(Some(merged.anonymous_id))
}
