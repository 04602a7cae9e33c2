//! The client code for Bedrock, against the scripted provider.
//!
//! Credentials come from the environment, which a test cannot change for itself: the tests that need them run in a second
//! process, which the first test starts.

#![expect(clippy::unwrap_used, reason = "what tests share may fail them")]

use std::{env, process::Command, time::Duration};

use futures_util::StreamExt;
use serde_json::json;
use tokio::time::Instant;
use verse_ai::{
    Ai, AiConfig, ChatRequest, InsightRequest, ModelError, ReplyEvent, Role, StopReason, Turn,
    UsageReporter,
};
use verse_platform::{Environment, Random};
use verse_tests::{Script, ScriptedProvider, Wire};

#[test]
fn bedrock_is_asked_with_the_credentials_of_the_process() {
    let tests = env::current_exe().unwrap();
    let output = Command::new(tests)
        .args(["--ignored", "--nocapture"])
        .env("AWS_ACCESS_KEY_ID", "AKIASCRIPTED")
        .env("AWS_SECRET_ACCESS_KEY", "scripted-secret")
        .env("AWS_SESSION_TOKEN", "scripted-session")
        .env("AWS_REGION", "eu-central-1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.contains("4 passed"), "{said}");
}

fn started(provider: &ScriptedProvider) -> Ai {
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

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

fn question() -> ChatRequest {
    let turn = Turn {
        role: Role::User,
        text: "Who was Ruth?".to_owned(),
    };
    ChatRequest {
        turns: vec![turn],
        ..ChatRequest::default()
    }
}

async fn listen(provider: &ScriptedProvider) -> (String, Result<ReplyEvent, ModelError>) {
    let mut stream = started(provider).model.chat(question(), soon());
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
async fn an_answer_comes_in_tokens_and_is_signed_for() {
    let provider = ScriptedProvider::start().await;
    let (text, end) = listen(&provider).await;
    assert_eq!(text, "In the beginning was a script.");
    let Ok(ReplyEvent::End {
        stop_reason, usage, ..
    }) = end
    else {
        panic!("an end: {end:?}");
    };
    assert_eq!((stop_reason, usage.output), (StopReason::EndTurn, 6));
    let asked = provider.last_asked();
    assert_eq!(
        (asked.wire, asked.max_tokens()),
        (Wire::Bedrock, Some(3000))
    );
    assert!(asked.path.starts_with("/model/eu.scripted.model-v1"));
    assert!(asked.prompt().contains("Who was Ruth?"));
    let signature = asked.headers["authorization"].to_str().unwrap();
    assert!(signature.starts_with("AWS4-HMAC-SHA256 Credential=AKIASCRIPTED/"));
    assert!(signature.contains("/eu-central-1/bedrock/aws4_request"));
    assert_eq!(asked.headers["x-amz-security-token"], "scripted-session");
}

#[tokio::test]
#[ignore = "runs in the second process"]
async fn an_insight_is_read_from_json_without_a_schema() {
    let provider = ScriptedProvider::start().await;
    let form = json!({"historical_context": "a", "theological_significance": "b", "practical_application": "c"});
    provider.next(Script::says(["```json\n", &form.to_string(), "\n```"]));
    let request = InsightRequest {
        passage_reference: "John 3:16".to_owned(),
        passage_text: "For God so loved".to_owned(),
    };
    let written = started(&provider)
        .model
        .write_insight(request, soon())
        .await;
    assert_eq!(written.unwrap().texts.practical_application, "c");
}

#[tokio::test]
#[ignore = "runs in the second process"]
async fn failures_are_told_apart() {
    for (script, expected) in [
        (
            Script::refuses(403),
            ModelError::Rejected { status: Some(403) },
        ),
        (
            Script::refuses(400),
            ModelError::Failed { status: Some(400) },
        ),
        (
            Script::says(["In "]).then_hangs_up(),
            ModelError::Interrupted,
        ),
        (
            Script::says(["In "]).then_ends_early(),
            ModelError::Interrupted,
        ),
        (
            Script::says(["In "]).then_fails("modelStreamErrorException"),
            ModelError::Failed { status: None },
        ),
    ] {
        let provider = ScriptedProvider::start().await;
        provider.always(script.clone());
        let (_, end) = listen(&provider).await;
        assert_eq!(end, Err(expected), "{script:?}");
    }
    let provider = ScriptedProvider::start().await;
    provider.next(Script::refuses(429));
    assert!(listen(&provider).await.1.is_ok());
    assert_eq!(provider.count(), 2);
}

#[tokio::test]
#[ignore = "runs in the second process"]
async fn titan_embeds_one_text_a_call() {
    let provider = ScriptedProvider::start().await;
    let embedder = started(&provider).embedder.unwrap();
    let texts: Vec<String> = ["grace", "grace", "law"].map(str::to_owned).to_vec();
    let vectors = embedder.embed(texts, soon()).await.unwrap();
    assert_eq!(vectors.len(), 3);
    assert_eq!(vectors[0], vectors[1]);
    assert_ne!(vectors[0], vectors[2]);
    assert_eq!(provider.count(), 3);
    let asked = provider.last_asked();
    assert_eq!(
        (asked.wire, &asked.body["dimensions"]),
        (Wire::Titan, &json!(1024))
    );
    assert!(asked.headers.contains_key("authorization"));

    provider.always(Script::refuses(403));
    let error = embedder.embed(vec!["grace".to_owned()], soon()).await;
    assert_eq!(error, Err(ModelError::Rejected { status: Some(403) }));
}
