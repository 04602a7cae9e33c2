//! Accepting a link code: the code is consumed, and two users become one.

use chrono::{DateTime, Utc};
use sqlx::types::Uuid;

use super::{
    CodeHash, CodeRejection, WrongCodeLimit,
    check::{Finding, inspect_code},
};
use crate::{
    Database, DeviceKind, Error, TokenHash,
    merge::{merge_users, retry_after_merge},
};

/// The new name and kind of the accepting device. What is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub struct DeviceLabel {
    /// The name, 1 to 100 characters.
    pub name: Option<String>,
    /// The kind.
    pub kind: Option<DeviceKind>,
}

/// The result of accepting a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptOutcome {
    /// The two users are one, with this anonymous id.
    Linked(Uuid),
    /// The code is not valid, or no longer.
    Rejected(CodeRejection),
}

/// Accepts a code: its user and the caller become one (see [`merge_users`]). A transaction of twelve round trips, more
/// where both have a conversation about the same insight.
///
/// Of simultaneous calls with one code, one succeeds, and each of the same device. [`check_link_code`](super::check_link_code) comes first and blocks a
/// caller with too many wrong codes.
///
/// # Errors
/// [`Error::UnknownCaller`]. After an error nothing was done, unless the connection broke during the commit.
pub async fn accept_link_code(
    database: &Database,
    token: TokenHash,
    code: CodeHash,
    label: &DeviceLabel,
    limit: WrongCodeLimit,
    now: DateTime<Utc>,
) -> Result<AcceptOutcome, Error> {
    let accept = retry_after_merge(|| async move {
        if let Some(anonymous_id) = try_accept(database, token, code, label, now).await? {
            return Ok(Some(AcceptOutcome::Linked(anonymous_id)));
        }
        match inspect_code(database, Some(token), None, Some(code), limit, now).await? {
            Finding {
                linked: Some(anonymous_id),
                ..
            } => Ok(Some(AcceptOutcome::Linked(anonymous_id))),
            Finding {
                rejection: Some(rejection),
                ..
            } => Ok(Some(AcceptOutcome::Rejected(rejection))),
            finding if !finding.caller_is_known => Err(Error::UnknownCaller),
            _ => Ok(None),
        }
    });
    database.limit_transaction(Box::pin(accept)).await
}

/// As [`accept_link_code`]. `None` when the code is not valid or the device was moved to another user.
async fn try_accept(
    database: &Database,
    token: TokenHash,
    code: CodeHash,
    label: &DeviceLabel,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>, Error> {
    let mut transaction = database.begin().await?;
    // Locks both users in the order of their ids, so that two opposite merges do not deadlock. A statement that inserts a
    // row of either user waits too: its foreign key locks the user's row. A statement that updates a row of theirs waits
    // once the merge has moved that row.
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
    .fetch_all(transaction.connection())
    .await?;
    // Of simultaneous transactions, one finds the code pending and consumes it. The code and the device must still belong to the locked users.
    let parties = sqlx::query!(
        r#"
        WITH consumed AS (
            UPDATE link_codes
            SET status = 'used', used_by = devices.id
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
    .fetch_optional(transaction.connection())
    .await?;
    let Some(parties) = parties else {
        // Nothing was written. The commit keeps the connection.
        transaction.commit().await?;
        return Ok(None);
    };
    let (one, other) = (parties.accepting.into(), parties.inviting.into());
    let merged = merge_users(transaction.connection(), one, other, now).await?;
    transaction.commit().await?;
    Ok(Some(merged.anonymous_id))
}
