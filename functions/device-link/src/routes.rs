//! The table of routes: each path, and its handler in the file of that name.

use utoipa::OpenApi;
use verse_http::Routes;

use crate::{accept, devices, generate, link_codes};

/// The routes of this function.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .post("/api/user/link/generate", generate::generate_code)
        .post("/api/user/link/accept", accept::accept_code)
        .delete("/api/user/link/codes", link_codes::revoke_codes)
        .get("/api/user/devices", devices::list_devices)
        .delete("/api/user/devices/{device_id}", devices::delete_device)
}

/// The same table, for OpenAPI.
#[derive(Debug, OpenApi)]
#[openapi(paths(
    generate::generate_code,
    accept::accept_code,
    link_codes::revoke_codes,
    devices::list_devices,
    devices::delete_device,
))]
pub struct Documentation;
