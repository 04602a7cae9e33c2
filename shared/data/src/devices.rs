//! A user's devices: table `devices`. How one comes to be is in `users.rs`, how it comes to another user in `merge.rs`.

use chrono::{DateTime, Utc};

use crate::{Database, DeviceId, Error, TokenHash, merge::TRIES};

/// One of the caller's devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its number.
    pub id: DeviceId,
    /// As `Chrome on Windows`, when known.
    pub name: Option<String>,
    /// `mobile`, `tablet`, `desktop` or `unknown`.
    pub kind: String,
    /// The `User-Agent` header of its first visit.
    pub user_agent: Option<String>,
    /// When it first came.
    pub created_at: DateTime<Utc>,
    /// When it was last seen, to a minute.
    pub last_active: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// What is left after a device was unlinked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unlinked {
    /// How many devices the user still has. None: the user and everything of theirs is gone.
    pub devices_left: i64,
    /// Whether it was the one that asked.
    pub was_current: bool,
}

/// The caller's devices, last active first. An unknown caller has none. One round trip.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn get_user_devices(database: &Database, token: TokenHash) -> Result<Vec<Device>, Error> {
    let rows = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT id AS device_id, user_id FROM devices WHERE token_hash = $1
        )
        SELECT devices.id, device_name, device_type, user_agent, created_at, last_active,
               devices.id = caller.device_id AS "is_current!"
        FROM caller
        JOIN devices ON devices.user_id = caller.user_id
        ORDER BY last_active DESC, devices.id DESC
        "#,
        token.as_bytes(),
    )
    .fetch_all(database.repeatable())
    .await?;
    let devices = rows.into_iter().map(|row| Device {
        id: DeviceId(row.id),
        name: row.device_name,
        kind: row.device_type,
        user_agent: row.user_agent,
        created_at: row.created_at,
        last_active: row.last_active,
        is_current: row.is_current,
    });
    Ok(devices.collect())
}

/// Ends a device's access: its row goes, and its cookie is nobody's from then on. The user's pending link codes are revoked:
/// one that the device made would let it in again. With the last device the user goes, and everything of theirs. A
/// transaction of four round trips.
///
/// # Errors
///
/// [`Error::NotFound`] when it is none of the caller's, and [`Error::Unavailable`] when the database does not answer.
pub async fn unlink_device(
    database: &Database,
    token: TokenHash,
    device: DeviceId,
    now: DateTime<Utc>,
) -> Result<Unlinked, Error> {
    database
        .in_time(Box::pin(async {
            for _ in 0..TRIES {
                match try_unlink(database, token, device, now).await {
                    Ok(Some(unlinked)) => return Ok(unlinked),
                    Err(error) if !error.is_deadlock() => return Err(error),
                    Ok(None) | Err(_) => {}
                }
            }
            Err(Error::NotFound("device"))
        }))
        .await
}

/// As [`unlink_device`]; `None` when the caller's user was merged into another meanwhile.
async fn try_unlink(
    database: &Database,
    token: TokenHash,
    device: DeviceId,
    now: DateTime<Utc>,
) -> Result<Option<Unlinked>, Error> {
    let mut transaction = database.begin().await?;
    // The row is waited for, and then the next statement sees what was done meanwhile: of two who unlink the last two
    // devices at once, the second finds itself the last.
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
    .fetch_one(transaction.connection()?)
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
    .fetch_optional(transaction.connection()?)
    .await?;
    transaction.commit().await?;
    match row {
        None => Ok(None),
        Some(row) => match row.removed_id {
            None => Err(Error::NotFound("device")),
            Some(removed) => Ok(Some(Unlinked {
                devices_left: row.devices_left,
                was_current: removed == row.caller_id,
            })),
        },
    }
}

#[cfg(test)]
mod tests;
