//! The OpenAPI document of the service, generated from the handlers of all functions.

use utoipa::{OpenApi, openapi};
use verse_http::Routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Verse",
        description = "The backend of an interactive Bible reader. Errors are RFC 9457 problems.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "bible", description = "Translations, books, passages and chapters"),
        (name = "insight", description = "Insights on a passage, and their history"),
        (name = "definition", description = "Definitions of a word, and their history"),
        (name = "chat", description = "Conversations, and their messages"),
        (name = "device", description = "Devices of one user, and linking another"),
        (name = "user", description = "The session, and exporting, importing and clearing a user's data"),
        (name = "health", description = "The health of the service"),
    )
)]
struct Verse;

/// A function's part of the document.
pub struct FunctionApi {
    /// The name of the function and its binary.
    pub name: &'static str,
    /// Its routes.
    pub routes: Routes,
    /// Its OpenAPI document.
    pub document: openapi::OpenApi,
}

/// Every function that serves HTTP.
#[must_use]
pub fn functions() -> Vec<FunctionApi> {
    vec![
        api::<bible::Documentation>("bible", bible::routes()),
        api::<device_link::Documentation>("device-link", device_link::routes()),
        api::<insight::Documentation>("insight", insight::routes()),
        api::<definition::Documentation>("definition", definition::routes()),
        api::<chat::Documentation>("chat", chat::routes()),
        api::<user::Documentation>("user", user::routes()),
    ]
}

fn api<D: OpenApi>(name: &'static str, routes: Routes) -> FunctionApi {
    FunctionApi {
        name,
        routes,
        document: D::openapi(),
    }
}

/// The whole document.
#[must_use]
pub fn document() -> openapi::OpenApi {
    let mut document = Verse::openapi();
    for function in functions() {
        document.merge(function.document);
    }
    document
}

/// The text of `openapi.json`.
///
/// # Panics
///
/// When the document cannot be serialised.
#[must_use]
pub fn text() -> String {
    let mut text = document().to_pretty_json().expect("the document is JSON");
    text.push('\n');
    text
}
