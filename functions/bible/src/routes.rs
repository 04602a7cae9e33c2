//! The table: every path of this function, and the file that answers it.

use utoipa::OpenApi;
use verse_http::Routes;

use crate::{books, chapter, content, health, passage, resolve, translations};

/// What this function answers.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/translations", translations::list_translations)
        .get("/api/books", books::list_books)
        .get("/api/resolve", resolve::resolve)
        .get("/api/passage", passage::get_passage)
        .get("/api/chapter", chapter::get_chapter)
        .get("/api/chapter/content", content::get_content)
        .get("/api/health", health::get_health)
}

/// The same table for OpenAPI.
#[derive(Debug, OpenApi)]
#[openapi(paths(
    translations::list_translations,
    books::list_books,
    resolve::resolve,
    passage::get_passage,
    chapter::get_chapter,
    content::get_content,
    health::get_health,
))]
pub struct Documentation;
