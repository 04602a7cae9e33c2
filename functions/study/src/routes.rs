//! The table of routes: each path, and its handler in the file of that name.

use crate::topics;

verse_http::routes! {
    get "/api/topics" => topics::list_topics;
}
