//! The OpenAPI document of the whole service, made from the types of its handlers.

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
        (name = "user", description = "What a user is and keeps"),
        (name = "health", description = "Whether the service answers"),
    )
)]
struct Verse;

/// A function: its name, its table of routes, and its part of the document.
pub struct FunctionApi {
    /// The function's name, which is its binary's.
    pub name: &'static str,
    /// What it answers.
    pub routes: Routes,
    /// The same for OpenAPI.
    pub document: openapi::OpenApi,
}

/// Every function that answers HTTP.
#[must_use]
pub fn functions() -> Vec<FunctionApi> {
    vec![
        FunctionApi {
            name: "bible",
            routes: bible::routes(),
            document: bible::Documentation::openapi(),
        },
        FunctionApi {
            name: "device-link",
            routes: device_link::routes(),
            document: device_link::Documentation::openapi(),
        },
        FunctionApi {
            name: "insight",
            routes: insight::routes(),
            document: insight::Documentation::openapi(),
        },
        FunctionApi {
            name: "definition",
            routes: definition::routes(),
            document: definition::Documentation::openapi(),
        },
        FunctionApi {
            name: "chat",
            routes: chat::routes(),
            document: chat::Documentation::openapi(),
        },
        FunctionApi {
            name: "user",
            routes: user::routes(),
            document: user::Documentation::openapi(),
        },
    ]
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

/// The document as it is committed: `openapi.json`.
///
/// # Panics
///
/// When the document cannot be written as JSON.
#[must_use]
pub fn text() -> String {
    let mut text = document().to_pretty_json().expect("the document is JSON");
    text.push('\n');
    text
}
