//! Conventions that hold for every route: headers, caching, and what an error may say.

use serde_json::json;
use verse_http::Route;
use verse_tests::{Client, Database, Event, Function, openapi, paths};

/// The functions whose responses do not depend on the caller.
const PUBLIC: [&str; 2] = ["bible", "study"];

/// A request to each route.
fn events(routes: &[Route]) -> impl Iterator<Item = Event> {
    routes.iter().map(|route| {
        let parts = route.path.split('/').map(|part| {
            if part.starts_with('{') {
                "99999999999999"
            } else {
                part
            }
        });
        let event = Event::new(route.method, &parts.collect::<Vec<_>>().join("/"));
        if route.method == "POST" {
            event.json(&json!({}))
        } else {
            event
        }
    })
}

/// Contract: conventions: "every response has the protective headers and X-Request-Id"
/// Contract: conventions: "a response that depends on the caller is no-store"
#[tokio::test]
async fn a_response_that_depends_on_the_caller_is_not_cacheable() {
    let database = Database::fresh().await;
    let mut requests = 0;
    for api in openapi::functions() {
        if PUBLIC.contains(&api.name) {
            continue;
        }
        let function = Function::start(api.name, &database).await;
        let user = Client::new(&Function::start("user", &database).await);
        user.get(paths::SESSION).await.expect_status(200);
        let cookies = user.cookies();
        let token = cookies.value(verse_tests::SESSION_COOKIE).unwrap();
        for event in events(api.routes.table()) {
            let client = Client::new(&function);
            client.set_session_cookie(token);
            let response = client.request(event).await;
            let caching = response.header("cache-control").unwrap();
            let is_stream = response.header("content-type") == Some("text/event-stream");
            assert!(
                caching == "no-store" || (is_stream && caching == "no-cache"),
                "{response:?}"
            );
            for header in [
                "x-request-id",
                "x-content-type-options",
                "content-security-policy",
            ] {
                assert!(response.header(header).is_some(), "{header}: {response:?}");
            }
            requests += 1;
        }
    }
    assert!(requests >= 19, "{requests} routes");
}

/// Contract: conventions: "no error contains SQL, a stack trace or a file path"
#[tokio::test]
async fn no_error_contains_database_details() {
    let database = Database::fresh().await;
    database
        .run_script("ALTER SCHEMA public RENAME TO hidden; CREATE SCHEMA public")
        .await;
    for api in openapi::functions() {
        let function = Function::start(api.name, &database).await;
        for event in events(api.routes.table()) {
            let client = Client::new(&function);
            client.set_unknown_session_cookie();
            let response = client.request(event).await;
            if response.status.is_success() {
                continue;
            }
            let body = String::from_utf8_lossy(&response.body).to_lowercase();
            for word in [
                "select",
                "relation",
                "devices\"",
                "sqlx",
                "postgres",
                ".rs:",
            ] {
                assert!(!body.contains(word), "{word}: {body}");
            }
            if response.status.is_server_error() {
                assert!(!response.problem().detail.is_empty(), "{body}");
            }
        }
    }
}
