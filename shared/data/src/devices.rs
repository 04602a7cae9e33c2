//! A user's devices: table `devices`. `users.rs` creates them, and `merge.rs` moves them to another user.

use chrono::{DateTime, Utc};

use crate::{Database, DeviceId, Error, TokenHash, merge::retry_after_merge};

/// One of the caller's devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// For example `Chrome on Windows`, when known.
    pub name: Option<String>,
    /// `mobile`, `tablet`, `desktop` or `unknown`.
    pub kind: String,
    /// The `User-Agent` header of its first request.
    pub user_agent: Option<String>,
    /// The time of its first request.
    pub created_at: DateTime<Utc>,
    /// The time of its last request, to a minute.
    pub last_active: DateTime<Utc>,
    /// Whether it is the calling device.
    pub is_current: bool,
}

/// The result of unlinking a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnlinkOutcome {
    /// The devices that the user still has. At zero, the user and all its data are deleted.
    pub remaining_devices: i64,
    /// Whether it was the calling device.
    pub was_current: bool,
}

/// The caller's devices, the calling one first and then the last active; none for an unknown caller. One round trip.
pub async fn get_user_devices(database: &Database, token: TokenHash) -> Result<Vec<Device>, Error> {
    let devices = sqlx::query_as!(
        Device,
        r#"
        WITH caller AS (
            SELECT id AS device_id, user_id FROM devices WHERE token_hash = $1
        )
        SELECT devices.id, device_name AS name, device_type AS kind, user_agent, created_at,
               last_active, devices.id = caller.device_id AS "is_current!"
        FROM caller
        JOIN devices ON devices.user_id = caller.user_id
        ORDER BY devices.id = caller.device_id DESC, last_active DESC, devices.id DESC
        "#,
        token.as_bytes(),
    )
    .fetch_all(database.repeatable())
    .await?;
    Ok(devices)
}

/// Deletes a device, so that its cookie no longer works. The user's pending link codes are revoked: a code that the device
/// made would let it in again. The last device's user is deleted with all its data. A transaction of four round trips.
///
/// # Errors
/// [`Error::NotFound`] when the caller has no such device.
pub async fn unlink_device(
    database: &Database,
    token: TokenHash,
    device: DeviceId,
    now: DateTime<Utc>,
) -> Result<UnlinkOutcome, Error> {
    let unlink = retry_after_merge(|| try_unlink(database, token, device, now));
    database.limit_transaction(Box::pin(unlink)).await
}

/// As [`unlink_device`]. `None` when the caller's user was merged into another one.
async fn try_unlink(
    database: &Database,
    token: TokenHash,
    device: DeviceId,
    now: DateTime<Utc>,
) -> Result<Option<UnlinkOutcome>, Error> {
    let mut transaction = database.begin().await?;
    // This statement waits for the user's row. The next one then sees the changes made during the wait: of two devices that
    // are unlinked at once, the second is the last one.
    let caller = sqlx::query!(
        r#"
        WITH device AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), locked AS (
            SELECT users.id FROM users JOIN device ON device.user_id = users.id FOR UPDATE OF users
        )
        SELECT EXISTS (SELECT FROM device) AS "is_known!", (SELECT id FROM locked) AS user_id
        "#,
        token.as_bytes(),
    )
    .fetch_one(transaction.connection())
    .await?;
    if !caller.is_known {
        transaction.commit().await?;
        return Err(Error::NotFound("device"));
    }
    let row = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT id, user_id FROM devices WHERE token_hash = $1 AND user_id = $3
        ), removed AS (
            DELETE FROM devices
            USING caller
            WHERE devices.id = $2
              AND devices.user_id = caller.user_id
            RETURNING devices.id, devices.user_id
        ), revoked AS (
            UPDATE link_codes
            SET status = CASE WHEN expires_at <= $4 THEN 'expired' ELSE 'revoked' END
            FROM removed
            WHERE link_codes.user_id = removed.user_id
              AND link_codes.status = 'pending'
        ), remaining AS (
            SELECT count(*) AS count
            FROM devices
            JOIN removed ON removed.user_id = devices.user_id AND removed.id <> devices.id
        ), emptied AS (
            DELETE FROM users
            USING removed, remaining
            WHERE users.id = removed.user_id
              AND remaining.count = 0
        )
        SELECT caller.id AS caller_id, removed.id AS "removed_id?", remaining.count AS "devices_left!"
        FROM caller
        CROSS JOIN remaining
        LEFT JOIN removed ON TRUE
        "#,
        token.as_bytes(),
        device.0,
        caller.user_id,
        now,
    )
    .fetch_optional(transaction.connection())
    .await?;
    transaction.commit().await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let removed = row.removed_id.ok_or(Error::NotFound("device"))?;
    Ok(Some(UnlinkOutcome {
        remaining_devices: row.devices_left,
        was_current: removed == row.caller_id,
    }))
}

#[cfg(test)]
mod tests;
