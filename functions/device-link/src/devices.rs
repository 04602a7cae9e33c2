//! `GET /api/user/devices`: the caller's devices, last active first. One round trip; none for a caller without a token.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use verse_data::{Device, get_user_devices};
use verse_http::{App, Caller, Problem, Unavailable};

/// A device.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeviceAnswer {
    #[schema(example = 3)]
    id: i64,
    #[schema(example = "Chrome on Windows")]
    device_name: Option<String>,
    /// `mobile`, `tablet`, `desktop` or `unknown`.
    #[schema(example = "desktop")]
    device_type: String,
    /// What the device said of itself on its first visit.
    user_agent: Option<String>,
    created_at: DateTime<Utc>,
    last_active: DateTime<Utc>,
    /// Whether it is the one that asks.
    is_current: bool,
}

/// List the devices
///
/// An unknown caller has none.
#[utoipa::path(get, path = "/api/user/devices", tag = "device",
    responses(
        (status = 200, description = "The devices, last active first", body = [DeviceAnswer]),
        Unavailable,
    ))]
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

impl From<Device> for DeviceAnswer {
    fn from(device: Device) -> Self {
        Self {
            id: device.id.0,
            device_name: device.name,
            device_type: device.kind,
            user_agent: device.user_agent,
            created_at: device.created_at,
            last_active: device.last_active,
            is_current: device.is_current,
        }
    }
}
