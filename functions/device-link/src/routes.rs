//! The table: every path of this function, and the file that answers it.

use utoipa::OpenApi;
use verse_http::Routes;

use crate::{accept, devices, generate, revoke, unlink};

/// What this function answers.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .post("/api/user/link/generate", generate::generate_code)
        .post("/api/user/link/accept", accept::accept_code)
        .delete("/api/user/link/codes", revoke::revoke_codes)
        .get("/api/user/devices", devices::list_devices)
        .delete("/api/user/devices/{device_id}", unlink::delete_device)
}

/// The same table for OpenAPI.
#[derive(Debug, OpenApi)]
#[openapi(paths(
    generate::generate_code,
    accept::accept_code,
    revoke::revoke_codes,
    devices::list_devices,
    unlink::delete_device,
))]
pub struct Documentation;
