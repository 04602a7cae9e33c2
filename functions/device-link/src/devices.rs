//! `/api/user/devices`: the devices of the caller's user. `GET` lists them, the calling device first and then the last
//! active: one round trip. `DELETE /api/user/devices/{device_id}` ends a device's access: four round trips. No round trip
//! for a caller without a cookie.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::{ToSchema, openapi::schema::Object};
use verse_data::{
    Device, DeviceId, DeviceKind, Error, UnlinkOutcome, get_user_devices, unlink_device,
};
use verse_http::{App, Caller, Id, NotFound, Problem, Unavailable, choice, visible_name};

/// A device.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeviceAnswer {
    #[schema(example = 3)]
    id: i64,
    #[schema(example = "Chrome on Windows")]
    device_name: Option<String>,
    #[schema(schema_with = device_type)]
    device_type: String,
    /// The `User-Agent` of its first request.
    user_agent: Option<String>,
    created_at: DateTime<Utc>,
    last_active: DateTime<Utc>,
    /// Whether it is the calling device.
    is_current: bool,
}

fn device_type() -> Object {
    choice(&DeviceKind::ALL.map(DeviceKind::as_str))
}

/// List the devices
///
/// The list is empty for an unknown caller.
#[utoipa::path(get, path = "/api/user/devices", tag = "device", responses(
    (status = 200, description = "The devices: the calling one first, then the last active", body = [DeviceAnswer]),
    Unavailable))]
pub async fn list_devices(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<DeviceAnswer>>, Problem> {
    let devices = match caller.token_hash() {
        Some(token) => get_user_devices(app.database()?, token).await?,
        None => Vec::new(),
    };
    Ok(Json(devices.into_iter().map(DeviceAnswer::from).collect()))
}

/// The unlinked device.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnlinkAnswer {
    /// The number of devices that the user still has.
    #[schema(example = 1)]
    device_count: i64,
    /// Whether it was the last device: then the user and all its data are deleted.
    data_deleted: bool,
    /// Whether it was the calling device: this response clears its cookie.
    should_clear_cookie: bool,
    #[schema(example = "Device unlinked successfully")]
    message: &'static str,
}

/// Unlink a device
///
/// The device's cookie ends at once. Unlinking the last device deletes the user and all its data.
#[utoipa::path(delete, path = "/api/user/devices/{device_id}", tag = "device",
    params(("device_id" = i64, Path, description = "The device", example = 3)), responses(
    (status = 200, description = "The device is unlinked", body = UnlinkAnswer,
     headers(("Set-Cookie" = String, description = "Clears `verse_user_id`, for the calling device"))),
    NotFound, Unavailable))]
pub async fn delete_device(
    State(app): State<App>,
    caller: Caller,
    Id(device): Id,
) -> Result<Json<UnlinkAnswer>, Problem> {
    let token = caller.token_hash().ok_or(Error::NotFound("device"))?;
    let unlinked = unlink_device(app.database()?, token, DeviceId(device), app.clock.now()).await?;
    if unlinked.was_current {
        caller.clear_cookie(&app.settings);
    }
    Ok(Json(unlinked.into()))
}

impl From<Device> for DeviceAnswer {
    fn from(device: Device) -> Self {
        Self {
            id: device.id.0,
            // A name may have been stored before invisible characters were removed.
            device_name: device.name.as_deref().and_then(visible_name),
            device_type: device.kind,
            user_agent: device.user_agent,
            created_at: device.created_at,
            last_active: device.last_active,
            is_current: device.is_current,
        }
    }
}

impl From<UnlinkOutcome> for UnlinkAnswer {
    fn from(unlinked: UnlinkOutcome) -> Self {
        let data_deleted = unlinked.remaining_devices == 0;
        Self {
            device_count: unlinked.remaining_devices,
            data_deleted,
            should_clear_cookie: unlinked.was_current,
            message: if data_deleted {
                "Last device unlinked. All data has been deleted."
            } else {
                "Device unlinked successfully"
            },
        }
    }
}
