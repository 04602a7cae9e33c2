//! When the model or the database fails: nothing is stored, nothing is charged, and the response says what to do.

use std::time::Duration;

use ProviderFormat::{Anthropic, OpenAi};
use rstest::rstest;
use serde_json::Value;
use verse_tests::{Gate, ProviderFormat, Proxy, Script};

use super::{DEFINITION, INSIGHT, KINDS, Kind, Site};

/// The deadline of a function; that of the model is four seconds earlier.
const SHORT: Duration = Duration::from_millis(7500);

/// What the provider does, and the response: status and `error_type`.
fn failures() -> Vec<(Script, u16, Option<&'static str>)> {
    let partial = || Script::tokens(["{\"histori"]);
    vec![
        (Script::status(401), 503, Some("auth_error")),
        (Script::status(403), 503, Some("auth_error")),
        (Script::status(402), 503, Some("auth_error")),
        (Script::status(429), 503, Some("overloaded")),
        (Script::status(529), 503, Some("overloaded")),
        (Script::status(500), 502, None),
        (Script::never_replies(), 503, Some("timeout")),
        (partial().then_stalls(), 503, Some("timeout")),
        (partial().then_closes_connection(), 502, Some("interrupted")),
        (partial().then_ends_early(), 502, Some("interrupted")),
        (partial(), 502, None),
        (Script::default_reply().stopped_by_max_tokens(), 502, None),
        (Script::empty_reply(), 502, None),
        (Script::invalid_bytes(), 502, None),
    ]
}

/// Contract: quota and rate limits: "a failed generation is refunded"
/// Contract: generation: "a failure of the model is 502 or 503, nothing is stored and nothing charged"
/// Contract: generation: "a rejected key or an empty account is 503 with `auth_error`"
#[rstest]
#[tokio::test]
async fn each_failure_of_the_model_has_its_status_and_is_not_charged(
    #[values(INSIGHT, DEFINITION)] kind: Kind,
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start_with(kind, format, |builder| {
        builder.env("GENERATE_PER_MINUTE", "1000")
    })
    .await;
    for (n, (script, status, error_type)) in failures().into_iter().enumerate() {
        let what = format!("{script:?}");
        site.provider.always(script);
        let request = site.generate(&format!("text {n}"), n % 2 == 0);
        let response = request.within(SHORT).await;
        assert_eq!(response.status, status, "{what}: {}", response.text());
        assert!(response.header("retry-after").is_some(), "{what}");
        let problem = response.problem();
        let found = problem.members.get("error_type").and_then(Value::as_str);
        assert_eq!(found, error_type, "{what}");
        let detail = &problem.detail;
        let is_sentence = detail.ends_with('.') && !detail.contains("script");
        assert!(is_sentence, "{what}: {detail}");
        assert_eq!((site.usage().await, site.stored().await), (0, 0), "{what}");
        assert_eq!(site.database.count("generations").await, 0, "{what}");
    }
    site.provider.always(Script::default_reply());
    let answer = site
        .generate("text 0", true)
        .await
        .expect_status(200)
        .json();
    assert_eq!(answer["cached"], false);
}

/// Breaks the connection to the database while the model generates; returns status and body.
async fn generate_while(site: &Site, breaks: impl AsyncFnOnce(&Proxy)) -> (u16, Value) {
    let proxy = Proxy::to(&site.database.url()).await;
    let gate = Gate::closed();
    site.provider.next(Script::default_reply().gated(&gate));
    let (client, _function) = site.client_of_function(&proxy).await;
    let request = site.generate_as(&client, "text", true);
    let response = tokio::spawn(request.into_future());
    site.wait_for_provider().await;
    breaks(&proxy).await;
    gate.open();
    let response = response.await.unwrap();
    (response.status.as_u16(), response.json())
}

#[rstest]
#[tokio::test]
async fn a_database_connection_cut_during_generation_is_replaced(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    for kind in KINDS {
        let site = Site::start(kind, format).await;
        let cut = generate_while(&site, async |proxy| proxy.close_connections().await);
        let (status, answer) = cut.await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!((site.stored().await, site.usage().await), (1, 1));
    }
}

/// Contract: generation: "a text that is returned as saved is stored"
#[rstest]
#[tokio::test]
async fn a_text_that_cannot_be_stored_is_a_503(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(INSIGHT, format).await;
    let refused = generate_while(&site, async |proxy| proxy.refuse_connections().await);
    let (status, problem) = refused.await;
    assert_eq!(status, 503, "{problem}");
    // It is charged: without a database there is no refund either.
    assert_eq!((site.stored().await, site.usage().await), (0, 1));
}

/// Contract: generation: "an unreachable database is 503 with Retry-After"
#[rstest]
#[tokio::test]
async fn an_unreachable_database_is_a_503_without_a_call_to_the_model(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    for kind in KINDS {
        let site = Site::start(kind, format).await;
        let proxy = Proxy::to(&site.database.url()).await;
        let (client, _function) = site.client_of_function(&proxy).await;
        proxy.refuse_connections().await;
        let response = site.generate_as(&client, "text", true).await;
        assert!(response.expect_status(503).header("retry-after").is_some());
        assert_eq!((site.provider.request_count(), site.usage().await), (0, 0));
    }
}
