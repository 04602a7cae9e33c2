//! Requests from pages of other origins.

use verse_tests::{Client, Event, Function, paths};

const OURS: &str = "https://reader.example";

async fn bible() -> Client {
    let builder = Function::builder("bible").env("CORS_ORIGINS", OURS);
    Client::new(&builder.start().await)
}

/// Contract: conventions: "CORS allows our origins, with credentials"
#[tokio::test]
async fn our_page_may_call_with_credentials() {
    let request = bible().await.get(paths::BOOKS).header("origin", OURS);
    let response = request
        .await
        .expect_status(200)
        .expect_header("access-control-allow-origin", OURS)
        .expect_header("access-control-allow-credentials", "true");
    let exposed = response.header("access-control-expose-headers").unwrap();
    for header in ["content-disposition", "etag", "retry-after", "x-request-id"] {
        assert!(exposed.split(',').any(|one| one == header), "{exposed}");
    }
    assert!(response.header("vary").unwrap().contains("origin"));
}

/// Contract: conventions: "CORS echoes no other origin"
#[tokio::test]
async fn no_other_origin_is_echoed() {
    let bible = bible().await;
    for origin in [
        "https://evil.example",
        "null",
        "https://reader.example.evil.example",
    ] {
        let response = bible.get(paths::BOOKS).header("origin", origin).await;
        let response = response.expect_status(200);
        let allowed = response.header("access-control-allow-origin");
        assert_eq!(allowed, None, "{origin}");
    }
}

/// Contract: conventions: "CORS allows GET, POST and DELETE"
#[tokio::test]
async fn a_preflight_is_answered() {
    let preflight = Event::options(paths::SESSION)
        .header("origin", OURS)
        .header("access-control-request-method", "DELETE")
        .header("access-control-request-headers", "content-type");
    let response = bible().await.request(preflight).await;
    let response = response
        .expect_status(200)
        .expect_header("access-control-allow-origin", OURS)
        .expect_header("access-control-allow-methods", "GET,POST,DELETE");
    assert!(response.header("x-content-type-options").is_some());
}
