//! `DELETE /api/user/devices/{device_id}`: ends a device's access; with the last one the user goes, and everything of
//! theirs. Four round trips; none for a caller without a token.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use verse_data::{DeviceId, Error, UnlinkOutcome, unlink_device};
use verse_http::{App, Caller, Id, NotFound, Problem, Unavailable};

/// What is left.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnlinkAnswer {
    /// How many devices the user still has.
    #[schema(example = 1)]
    device_count: i64,
    /// Whether it was the last one, and everything of the user's is gone.
    data_deleted: bool,
    /// Whether it was the one that asked: this answer takes its cookie away.
    should_clear_cookie: bool,
    #[schema(example = "Device unlinked successfully")]
    message: &'static str,
}

/// Unlink a device
///
/// Its cookie is worth nothing from then on.
#[utoipa::path(delete, path = "/api/user/devices/{device_id}", tag = "device",
    params(("device_id" = i64, Path, description = "The device", example = 3)),
    responses(
        (status = 200, description = "It is unlinked", body = UnlinkAnswer,
         headers(("Set-Cookie" = String, description = "An end to `verse_user_id`, for the calling device"))),
        NotFound,
        Unavailable,
    ))]
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
