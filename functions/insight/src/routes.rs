//! The table of routes: each path, and its handler in the file of that name.

use crate::{history, insights};

verse_http::routes! {
    post "/api/insights" => insights::write_insight;
    get "/api/insights/history" => history::list_insights;
    delete "/api/insights/history" => history::clear_insights;
}
