//! The table of routes: each path, and its handler in the file of that name.

use crate::{data, export, import, ready, session};

verse_http::routes! {
    get "/api/user/session" => session::get_session;
    delete "/api/user/data" => data::clear_data;
    get_streaming "/api/user/export" => export::export_user;
    post "/api/user/import" => import::import_user;
    get "/api/health/ready" => ready::get_ready;
}
