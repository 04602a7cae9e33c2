//! The OpenAPI document of the service, generated from the handlers of all functions.

use utoipa::{
    IntoResponses, OpenApi,
    openapi::{
        self, RefOr,
        path::{Operation, ParameterIn},
    },
};
use verse_http::{
    BadRequest, Failed, FieldError, Invalid, NotFound, ProblemBody, ProblemMembers, Routes,
    TooLarge, TooMany, Unavailable, WrongMethod, WrongType,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Verse",
        description = "The backend of an interactive Bible reader. Errors are RFC 9457 problems. No text of a request may \
                       hold the character U+0000.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    components(schemas(ProblemBody, ProblemMembers, FieldError)),
    tags(
        (name = "bible", description = "Translations, books, passages and chapters"),
        (name = "study", description = "Search, words, cross references, parallel texts, topics and commentary"),
        (name = "insight", description = "Insights on a passage, and their history"),
        (name = "definition", description = "Definitions of a word, and their history"),
        (name = "chat", description = "Conversations, and their messages"),
        (name = "device", description = "Devices of one user, and linking another"),
        (name = "user", description = "The session, and exporting, importing and clearing a user's data"),
        (name = "documentation", description = "This contract, and a page to try it on"),
        (name = "health", description = "The health of the service"),
        (name = "debug", description = "Memory, for developers"),
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
        api::<study::Documentation>("study", study::routes()),
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
    let paths = document.paths.paths.values_mut();
    for operation in paths.flat_map(|path| {
        [&mut path.get, &mut path.post, &mut path.delete]
            .into_iter()
            .flatten()
    }) {
        add_shared_responses(operation);
    }
    document
}

/// Adds the problems of the layers, the extractors and the gateway, which no handler lists.
fn add_shared_responses(operation: &mut Operation) {
    let parameters = operation.parameters.iter().flatten();
    let places: Vec<_> = parameters
        .map(|parameter| match parameter {
            RefOr::T(parameter) => &parameter.parameter_in,
            RefOr::Ref(_) => &ParameterIn::Query,
        })
        .collect();
    let (has_path, has_query) = (
        places.contains(&&ParameterIn::Path),
        places.contains(&&ParameterIn::Query),
    );
    let has_body = operation.request_body.is_some();
    for (is_sent, responses) in [
        (true, WrongMethod::responses()),
        (true, Failed::responses()),
        (true, TooMany::responses()),
        (true, Unavailable::responses()),
        (has_path || has_query || has_body, BadRequest::responses()),
        (has_path, NotFound::responses()),
        (has_query || has_body, Invalid::responses()),
        (has_body, TooLarge::responses()),
        (has_body, WrongType::responses()),
    ] {
        for (status, response) in responses.into_iter().filter(|_| is_sent) {
            let known = &mut operation.responses.responses;
            known.entry(status).or_insert(response);
        }
    }
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
