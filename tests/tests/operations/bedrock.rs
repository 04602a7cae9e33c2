//! The client code for Bedrock, against the scripted provider.
//!
//! Its credentials come from the environment of the process, which a test must not change: the first test runs the others,
//! which are ignored otherwise, in a second process.

use std::{env, process::Command, time::Duration};

use futures_util::StreamExt;
use serde_json::json;
use tokio::time::Instant;
use verse_ai::{
    Ai, AiConfig, ChatRequest, InsightRequest, ModelError, ReplyEvent, Role, StopReason, Turn,
    UsageReporter,
};
use verse_platform::{Environment, Random};
use verse_tests::{ProviderFormat, Script, ScriptedProvider};

#[test]
fn bedrock_requests_are_signed_with_the_credentials_of_the_process() {
    let output = Command::new(env::current_exe().unwrap())
        .args(["bedrock::", "--ignored", "--nocapture"])
        .env("AWS_ACCESS_KEY_ID", "AKIASCRIPTED")
        .env("AWS_SECRET_ACCESS_KEY", "scripted-secret")
        .env("AWS_SESSION_TOKEN", "scripted-session")
        .env("AWS_REGION", "eu-central-1")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}\n{errors}");
    assert!(printed.contains("4 passed"), "{printed}");
}

fn bedrock(provider: &ScriptedProvider) -> Ai {
    let config = AiConfig::read(&Environment::of([
        ("AI_PROVIDER", "bedrock"),
        ("EMBEDDING_PROVIDER", "bedrock"),
        ("BEDROCK_MODEL", "eu.scripted.model-v1:0"),
        ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", &provider.bedrock_url()),
    ]));
    let random = Random::new(|bytes| bytes.fill(0));
    let started = config
        .unwrap()
        .start(&random, None, UsageReporter::default());
    started.unwrap()
}

/// A deadline that no test reaches.
fn late() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

/// The reply to a question: its text, and how it ended.
async fn reply(provider: &ScriptedProvider) -> (String, Result<ReplyEvent, ModelError>) {
    let question = ChatRequest {
        turns: vec![Turn::new(Role::User, "Who was Ruth?")],
        ..ChatRequest::default()
    };
    let mut stream = bedrock(provider).model.chat(question, late());
    let mut text = String::new();
    loop {
        match stream.next().await.unwrap() {
            Ok(ReplyEvent::Token(token)) => text.push_str(&token),
            end => return (text, end),
        }
    }
}

#[tokio::test]
#[ignore = "runs in the second process"]
async fn a_reply_streams_in_tokens_and_its_request_is_signed() {
    let provider = ScriptedProvider::start().await;
    let (text, end) = reply(&provider).await;
    assert_eq!(text, "In the beginning was a script.");
    let Ok(ReplyEvent::End {
        stop_reason, usage, ..
    }) = end
    else {
        panic!("an end: {end:?}");
    };
    assert_eq!((stop_reason, usage.output), (StopReason::EndTurn, 6));
    let request = provider.last_request();
    assert_eq!(request.format, ProviderFormat::Bedrock);
    assert_eq!(request.max_tokens(), Some(3000));
    assert!(request.path.starts_with("/model/eu.scripted.model-v1"));
    assert!(request.prompt().contains("Who was Ruth?"));
    let signature = request.headers["authorization"].to_str().unwrap();
    assert!(signature.starts_with("AWS4-HMAC-SHA256 Credential=AKIASCRIPTED/"));
    assert!(signature.contains("/eu-central-1/bedrock/aws4_request"));
    assert_eq!(request.headers["x-amz-security-token"], "scripted-session");
}

#[tokio::test]
#[ignore = "runs in the second process"]
async fn an_insight_is_read_from_json_without_a_schema() {
    let provider = ScriptedProvider::start().await;
    let texts = json!({"historical_context": "a", "theological_significance": "b", "practical_application": "c"});
    provider.next(Script::tokens(["```json\n", &texts.to_string(), "\n```"]));
    let request = InsightRequest {
        passage_reference: "John 3:16".to_owned(),
        passage_text: "For God so loved".to_owned(),
    };
    let written = bedrock(&provider)
        .model
        .write_insight(request, late())
        .await;
    assert_eq!(written.unwrap().texts.practical_application, "c");
}

#[tokio::test]
#[ignore = "runs in the second process"]
async fn each_failure_has_its_error() {
    let (rejected, failed) = (Some(403), Some(400));
    let tokens = || Script::tokens(["In "]);
    let exception = tokens().then_error_event("modelStreamErrorException");
    for (script, expected) in [
        (
            Script::status(403),
            ModelError::Rejected { status: rejected },
        ),
        (Script::status(400), ModelError::Failed { status: failed }),
        (tokens().then_closes_connection(), ModelError::Interrupted),
        (tokens().then_ends_early(), ModelError::Interrupted),
        (exception, ModelError::Interrupted),
    ] {
        let provider = ScriptedProvider::start().await;
        provider.always(script.clone());
        let (_, end) = reply(&provider).await;
        assert_eq!(end, Err(expected), "{script:?}");
    }
    let provider = ScriptedProvider::start().await;
    provider.next(Script::status(429));
    assert!(reply(&provider).await.1.is_ok());
    assert_eq!(provider.request_count(), 2);
}

#[tokio::test]
#[ignore = "runs in the second process"]
async fn titan_embeds_one_text_a_call() {
    let provider = ScriptedProvider::start().await;
    let embedder = bedrock(&provider).embedder.unwrap();
    let texts: Vec<String> = ["grace", "grace", "law"].map(str::to_owned).to_vec();
    let vectors = embedder.embed(texts, late()).await.unwrap();
    assert_eq!(vectors.len(), 3);
    assert_eq!(vectors[0], vectors[1]);
    assert_ne!(vectors[0], vectors[2]);
    assert_eq!(provider.request_count(), 3);
    let request = provider.last_request();
    assert_eq!(request.format, ProviderFormat::Titan);
    assert_eq!(request.body["dimensions"], 1024);
    assert!(request.headers.contains_key("authorization"));

    provider.always(Script::status(403));
    let error = embedder.embed(vec!["grace".to_owned()], late()).await;
    assert_eq!(error, Err(ModelError::Rejected { status: Some(403) }));
}
