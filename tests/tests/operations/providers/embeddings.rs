//! Embeddings of texts.

use futures_util::future::join_all;
use verse_ai::{
    Ai, AiConfig, Embedder, EmbeddingProvider, HttpClient, ModelError, Service, UsageReporter,
};
use verse_platform::Environment;
use verse_tests::{ProviderFormat, Script, ScriptedProvider};

use super::{KEY, late, no_jitter, reply};

fn embedder(provider: &ScriptedProvider) -> EmbeddingProvider {
    let model = "scripted-vectors".to_owned();
    let service = Service::openai(&provider.openai_url(), Some(KEY.into()), model);
    EmbeddingProvider::new(HttpClient::new().unwrap(), service, no_jitter())
}

fn texts(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("text {number}")).collect()
}

#[tokio::test]
async fn each_text_has_a_vector_with_the_dimensions_of_the_database() {
    let provider = ScriptedProvider::start().await;
    let embedder = embedder(&provider);
    assert_eq!(embedder.name(), "scripted-vectors");
    let vectors = embedder.embed(texts(300), late()).await.unwrap();
    assert_eq!(vectors.len(), 300);
    assert!(vectors.iter().all(|vector| vector.len() == 1024));
    assert_ne!(vectors[0], vectors[299]);
    // They are sent in batches.
    assert_eq!(provider.request_count(), 3);
    let request = provider.last_request();
    assert_eq!(request.format, ProviderFormat::OpenAiEmbeddings);
    assert_eq!(request.body["dimensions"], 1024);
    assert!(request.prompt().ends_with("text 299"));
}

#[tokio::test]
async fn an_empty_list_is_not_sent() {
    let provider = ScriptedProvider::start().await;
    let vectors = embedder(&provider).embed(Vec::new(), late()).await;
    assert_eq!(vectors, Ok(Vec::new()));
    assert_eq!(provider.request_count(), 0);
}

#[tokio::test]
async fn each_failure_has_its_error_and_some_are_retried() {
    let provider = ScriptedProvider::start().await;
    let embedder = embedder(&provider);
    for script in [
        Script::status(429),
        Script::status(500),
        Script::closes_connection(),
    ] {
        let before = provider.request_count();
        provider.next(script);
        embedder.embed(texts(1), late()).await.unwrap();
        assert_eq!(provider.request_count(), before + 2);
    }
    let (rejected, failed) = (Some(401), Some(400));
    let reason = "not in the protocol's format";
    for (script, expected) in [
        (
            Script::status(401),
            ModelError::Rejected { status: rejected },
        ),
        (Script::status(400), ModelError::Failed { status: failed }),
        (Script::invalid_bytes(), ModelError::Unusable { reason }),
    ] {
        provider.next(script);
        assert_eq!(embedder.embed(texts(1), late()).await, Err(expected));
    }
}

#[tokio::test]
async fn connections_are_reused_and_dead_ones_replaced() {
    let provider = ScriptedProvider::start().await;
    let embedder = embedder(&provider);
    let at_once = [(); 4].map(|()| embedder.embed(texts(1), late()));
    assert!(join_all(at_once).await.iter().all(Result::is_ok));
    let opened = provider.connections();
    for _ in 0..5 {
        embedder.embed(texts(1), late()).await.unwrap();
    }
    assert!(provider.connections() < opened + 5);
    provider.kill_open_connections();
    embedder.embed(texts(1), late()).await.unwrap();
}

#[tokio::test]
async fn the_settings_choose_model_and_embedder() {
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

    reply(model.as_ref()).await.end.unwrap();
    let request = provider.last_request();
    assert_eq!(request.format, ProviderFormat::Anthropic);
    assert_eq!(request.max_tokens(), Some(4321));
    assert_eq!(request.body["model"], "claude-sonnet-5");
    // The model thinks by default, and the thinking counts as part of the reply.
    assert_eq!(request.body["thinking"]["type"], "disabled");

    embedder.unwrap().embed(texts(1), late()).await.unwrap();
    let request = provider.last_request();
    assert_eq!(request.format, ProviderFormat::OpenAiEmbeddings);
    assert_eq!(request.body["model"], "text-embedding-3-small");
}
