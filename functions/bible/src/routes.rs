//! The table of routes: each path, and its handler in the file of that name.

use crate::{books, chapter, chapter_content, health, passage, resolve, root, translations};

verse_http::routes! {
    get "/api/translations" => translations::list_translations;
    get "/api/books" => books::list_books;
    get "/api/resolve" => resolve::resolve;
    get "/api/passage" => passage::get_passage;
    get "/api/chapter" => chapter::get_chapter;
    get "/api/chapter/content" => chapter_content::get_content;
    get "/api/health" => health::get_health;
    get "/" => root::get_root;
}
