//! The table of routes: each path, and its handler in the file of that name.

use crate::{accept, devices, generate, link_codes};

verse_http::routes! {
    post "/api/user/link/generate" => generate::generate_code;
    post "/api/user/link/accept" => accept::accept_code;
    delete "/api/user/link/codes" => link_codes::revoke_codes;
    get "/api/user/devices" => devices::list_devices;
    delete "/api/user/devices/{device_id}" => devices::delete_device;
}
