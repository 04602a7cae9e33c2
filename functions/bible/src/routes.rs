//! The table of routes: each path, and its handler in the file of that name.

use utoipa::OpenApi;
use verse_http::Routes;

use crate::{books, chapter, chapter_content, health, passage, resolve, translations};

/// The routes of this function.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/translations", translations::list_translations)
        .get("/api/books", books::list_books)
        .get("/api/resolve", resolve::resolve)
        .get("/api/passage", passage::get_passage)
        .get("/api/chapter", chapter::get_chapter)
        .get("/api/chapter/content", chapter_content::get_content)
        .get("/api/health", health::get_health)
}

/// The same table, for OpenAPI.
#[derive(Debug, OpenApi)]
#[openapi(paths(
    translations::list_translations,
    books::list_books,
    resolve::resolve,
    passage::get_passage,
    chapter::get_chapter,
    chapter_content::get_content,
    health::get_health,
))]
pub struct Documentation;
