//! Which pages of other origins may call.

use verse_tests::{Client, Event, Function};

const OURS: &str = "https://reader.example";

async fn bible() -> Client {
    let function = Function::builder("bible")
        .env("CORS_ORIGINS", OURS)
        .start()
        .await;
    Client::of(&function)
}

#[tokio::test]
async fn our_page_may_call_with_credentials() {
    let bible = bible().await;
    let response = bible
        .get("/api/books")
        .header("origin", OURS)
        .await
        .expect_status(200);
    assert_eq!(response.header("access-control-allow-origin"), Some(OURS));
    assert_eq!(
        response.header("access-control-allow-credentials"),
        Some("true")
    );
    let exposed = response.header("access-control-expose-headers").unwrap();
    for header in ["content-disposition", "etag", "retry-after", "x-request-id"] {
        assert!(exposed.split(',').any(|one| one == header), "{exposed}");
    }
    assert!(
        response
            .header("vary")
            .is_some_and(|vary| vary.contains("origin"))
    );
}

#[tokio::test]
async fn no_other_origin_is_echoed() {
    let bible = bible().await;
    for origin in [
        "https://evil.example",
        "null",
        "https://reader.example.evil.example",
    ] {
        let response = bible
            .get("/api/books")
            .header("origin", origin)
            .await
            .expect_status(200);
        assert_eq!(
            response.header("access-control-allow-origin"),
            None,
            "{origin}"
        );
    }
}

#[tokio::test]
async fn a_preflight_is_answered() {
    let bible = bible().await;
    let preflight = Event::options("/api/user/session")
        .header("origin", OURS)
        .header("access-control-request-method", "DELETE")
        .header("access-control-request-headers", "content-type");
    let response = bible.request(preflight).await.expect_status(200);
    assert_eq!(response.header("access-control-allow-origin"), Some(OURS));
    let methods = response.header("access-control-allow-methods").unwrap();
    assert_eq!(methods, "GET,POST,DELETE");
    assert!(response.header("x-content-type-options").is_some());
}
