//! The table of routes: each path, and its handler in the file of that name.

use crate::{definitions, history};

verse_http::routes! {
    post "/api/definitions" => definitions::write_definition;
    get "/api/definitions/history" => history::list_definitions;
    delete "/api/definitions/history" => history::clear_definitions;
}
