//! `/api/openapi.json`, `/api/docs` and `/`.

use serde_json::{Value, json};
use verse_tests::{Client, Function, paths};

use super::study;

async fn with(function: &str, settings: &[(&'static str, &'static str)]) -> Client {
    let builder = Function::builder(function).envs(settings.iter().copied());
    Client::new(&builder.start().await)
}

/// Contract: study: "the contract is public everywhere"
#[tokio::test]
async fn the_contract_can_be_read_everywhere() {
    for environment in ["production", "development"] {
        let study = with("study", &[("VERSE_ENV", environment)]).await;
        let response = study.get(paths::CONTRACT).await.expect_status(200);
        assert_eq!(response.header("content-type"), Some("application/json"));
        assert!(
            response
                .header("cache-control")
                .unwrap()
                .starts_with("public")
        );
        let contract = response.json();
        assert!(contract["paths"][paths::PASSAGE]["get"].is_object());
        let tag = response.header("etag").unwrap();
        let again = study
            .get(paths::CONTRACT)
            .header("if-none-match", tag)
            .await;
        again.expect_status(304);
    }
}

/// Every address of another host in an attribute or a request of a text.
fn other_hosts(text: &str) -> Vec<&str> {
    let parts = text.split(['"', '\'', '`', '(']);
    parts
        .filter(|part| {
            part.starts_with("http://")
                || part.starts_with("https://")
                || part.starts_with("//") && !part.starts_with("// ")
        })
        .collect()
}

/// Contract: study: "the API reference needs no other host and has a policy of its own"
#[tokio::test]
async fn the_page_needs_no_other_host() {
    let study = with("study", &[("VERSE_ENV", "development")]).await;
    let page = study.get(paths::DOCS).await.expect_status(200);
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self';"),
        "{policy}"
    );
    assert!(
        !policy.contains("unsafe-eval") && !policy.contains("http"),
        "{policy}"
    );
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(other_hosts(page.text()), [""; 0]);
    for (file, kind) in [
        ("start.js", "text/javascript; charset=utf-8"),
        ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
        ("swagger-ui.css", "text/css; charset=utf-8"),
    ] {
        let path = format!("{}/{file}", paths::DOCS);
        assert!(file == "start.js" || page.text().contains(&format!("docs/{file}")));
        let response = study.get(&path).await.expect_status(200);
        assert_eq!(response.header("content-type"), Some(kind));
        assert!(response.body.len() > 400, "{file}");
        let tag = response.header("etag").unwrap();
        let again = study.get(&path).header("if-none-match", tag).await;
        again.expect_status(304);
    }
    let start = study.get("/api/docs/start.js").await;
    assert_eq!(other_hosts(start.text()), [""; 0]);
    for file in ["index.html", "..%2froutes.rs", "%00"] {
        let path = format!("{}/{file}", paths::DOCS);
        study.get(&path).await.expect_status(404);
    }
    // Other responses keep the policy of all.
    let daily = study.get(paths::DAILY).await;
    daily.expect_header(
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'",
    );
}

/// Contract: study: "the API reference is off in production unless `API_DOCS=true`"
#[tokio::test]
async fn the_page_is_off_in_production_unless_it_is_switched_on() {
    let switches: [(&[(&str, &str)], u16); 5] = [
        (&[], 404),
        (&[("VERSE_ENV", "production"), ("API_DOCS", "false")], 404),
        (&[("VERSE_ENV", "production"), ("API_DOCS", "true")], 200),
        (&[("VERSE_ENV", "development"), ("API_DOCS", "false")], 404),
        (&[("VERSE_ENV", "development")], 200),
    ];
    for (settings, status) in switches {
        let study = with("study", settings).await;
        for path in [paths::DOCS, "/api/docs/start.js"] {
            study.get(path).await.expect_status(status);
        }
    }
    let wrong = Function::builder("study").env("API_DOCS", "yes");
    let error = wrong.try_start().await.unwrap_err();
    assert!(error.log.contains("API_DOCS"), "{error}");
}

#[tokio::test]
async fn the_root_leads_to_the_page_in_development_only() {
    let bible = with("bible", &[("VERSE_ENV", "development")]).await;
    let root = bible.get("/").await.expect_status(307);
    root.expect_header("location", paths::DOCS);
    let bible = with("bible", &[]).await;
    let problem = bible.get("/").await.expect_status(404).problem();
    assert_eq!(problem.detail, "There is nothing at /.");
}

/// Contract: study: "responses are public and cacheable, need no cookie and set none"
#[tokio::test]
async fn every_read_is_public_and_cacheable() {
    let study = study().await;
    for path in [
        "/api/cross-references?book=John&chapter=3&verse_start=16",
        "/api/parallel?book=John&chapter=3&translations=WEB,KJV",
        "/api/topics/LOVE",
        "/api/commentary?book=John&chapter=3",
        "/api/daily?date=2026-02-01",
        "/api/daily",
    ] {
        for cookie in [None, Some("garbage")] {
            let client = study.another();
            if let Some(cookie) = cookie {
                client.set_session_cookie(cookie);
            }
            let response = client.get(path).await.expect_status(200);
            assert!(
                response
                    .header("cache-control")
                    .unwrap()
                    .starts_with("public"),
                "{path}"
            );
            assert!(response.cookies().is_empty(), "{path}");
            let tag = response.header("etag").unwrap();
            let again = client.get(path).header("if-none-match", tag).await;
            assert!(again.expect_status(304).body.is_empty(), "{path}");
            let body: Value = response.json();
            assert_ne!(body, json!({}));
        }
    }
}
