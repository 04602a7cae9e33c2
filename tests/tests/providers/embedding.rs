//! Texts as vectors.

use futures_util::future::join_all;
use verse_ai::{
    Ai, AiConfig, Embedder, EmbeddingProvider, HttpClient, ModelError, Service, UsageReporter,
};
use verse_platform::Environment;
use verse_tests::{Script, ScriptedProvider, Wire};

use crate::{KEY, listen, long, no_jitter, question};

fn embedder(provider: &ScriptedProvider) -> EmbeddingProvider {
    let model = "scripted-vectors".to_owned();
    let service = Service::openai(&provider.openai_url(), Some(KEY.into()), model);
    EmbeddingProvider::new(HttpClient::new().unwrap(), service, no_jitter())
}

fn texts(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("text {number}")).collect()
}

#[tokio::test]
async fn each_text_has_a_vector_of_the_dimensions_of_the_database() {
    let provider = ScriptedProvider::start().await;
    let embedder = embedder(&provider);
    assert_eq!(embedder.name(), "scripted-vectors");
    let vectors = embedder.embed(texts(300), long()).await.unwrap();
    assert_eq!(vectors.len(), 300);
    assert!(vectors.iter().all(|vector| vector.len() == 1024));
    assert_ne!(vectors[0], vectors[299]);
    // In batches, each of which says what it wants.
    assert_eq!(provider.count(), 3);
    let asked = provider.last_asked();
    assert_eq!(
        (asked.wire, &asked.body["dimensions"]),
        (Wire::OpenAiEmbeddings, &1024.into())
    );
    assert!(asked.prompt().ends_with("text 299"));
}

#[tokio::test]
async fn nothing_to_embed_asks_nobody() {
    let provider = ScriptedProvider::start().await;
    assert_eq!(
        embedder(&provider).embed(Vec::new(), long()).await,
        Ok(Vec::new())
    );
    assert_eq!(provider.count(), 0);
}

#[tokio::test]
async fn failures_are_told_apart_and_tried_again() {
    let provider = ScriptedProvider::start().await;
    let embedder = embedder(&provider);
    for script in [
        Script::refuses(429),
        Script::refuses(500),
        Script::hangs_up(),
    ] {
        let before = provider.count();
        provider.next(script);
        embedder.embed(texts(1), long()).await.unwrap();
        assert_eq!(provider.count(), before + 2);
    }

    for (script, expected) in [
        (
            Script::refuses(401),
            ModelError::Rejected { status: Some(401) },
        ),
        (
            Script::refuses(400),
            ModelError::Failed { status: Some(400) },
        ),
        (
            Script::talks_garbage(),
            ModelError::Unusable {
                reason: "not in the protocol's format",
            },
        ),
    ] {
        provider.next(script);
        assert_eq!(embedder.embed(texts(1), long()).await, Err(expected));
    }
}

#[tokio::test]
async fn connections_are_used_again_and_survived_when_they_died() {
    let provider = ScriptedProvider::start().await;
    let embedder = embedder(&provider);
    let at_once = [(); 4].map(|()| embedder.embed(texts(1), long()));
    assert!(join_all(at_once).await.iter().all(Result::is_ok));
    let opened = provider.connections();
    for _ in 0..5 {
        embedder.embed(texts(1), long()).await.unwrap();
    }
    assert!(provider.connections() < opened + 5);
    provider.forget_connections();
    embedder.embed(texts(1), long()).await.unwrap();
}

#[tokio::test]
async fn what_the_settings_choose_is_what_is_asked() {
    let provider = ScriptedProvider::start().await;
    let config = AiConfig::read(&Environment::of([
        ("AI_PROVIDER", "anthropic"),
        ("ANTHROPIC_API_KEY", &format!("{KEY}\n")),
        ("ANTHROPIC_BASE_URL", &provider.anthropic_url()),
        ("MAX_TOKENS_CHAT", "4321"),
        ("EMBEDDING_PROVIDER", "openai"),
        ("OPENAI_EMBEDDING_BASE_URL", &provider.openai_url()),
    ]));
    let started = config
        .unwrap()
        .start(&no_jitter(), None, UsageReporter::default());
    let Ai { model, embedder } = started.unwrap();

    listen(model.as_ref(), question("Why?"), long())
        .await
        .end
        .unwrap();
    let asked = provider.last_asked();
    assert_eq!(
        (asked.wire, asked.max_tokens()),
        (Wire::Anthropic, Some(4321))
    );
    assert_eq!(asked.body["model"], "claude-sonnet-5");
    // It thinks unless it is told not to, at the expense of the answer.
    assert_eq!(asked.body["thinking"]["type"], "disabled");

    embedder.unwrap().embed(texts(1), long()).await.unwrap();
    let asked = provider.last_asked();
    assert_eq!(asked.wire, Wire::OpenAiEmbeddings);
    assert_eq!(asked.body["model"], "text-embedding-3-small");
}
