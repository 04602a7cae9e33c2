//! The keys of the models' providers, from a secret: read at the start, and again when a provider rejects one. And what a
//! model's use is counted as.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says why and fails"
)]

use serde_json::{Value, json};
use verse_tests::{
    Builder, Client, Database, Function, KeptSecret, Reader, Script, ScriptedProvider, SecretStore,
    Wire, eventually,
};

const OLD: &str = "sk-old-of-the-rehearsal";
const NEW: &str = "sk-new-of-the-rehearsal";

/// What a function with keys in a secret talks to.
struct Site {
    database: Database,
    provider: ScriptedProvider,
    store: SecretStore,
    secret: KeptSecret,
}

impl Site {
    async fn start() -> Self {
        let store = SecretStore::start().await;
        Self {
            database: Database::fresh().await,
            provider: ScriptedProvider::start().await,
            secret: store.create(&key(OLD)).await,
            store,
        }
    }

    fn function(&self, name: &str) -> Builder {
        Function::builder(name)
            .env("DATABASE_URL", self.database.url())
            .env("VERSE_ENV", "development")
            .asking(&self.provider, Wire::Anthropic)
            .env("ANTHROPIC_API_KEY", "")
            .env("AI_SECRET_ARN", self.secret.arn())
            .env("AWS_ENDPOINT_URL", self.store.url())
    }

    async fn exchange_key(&mut self) {
        let pending = self.secret.put_pending(&key(NEW)).await;
        self.secret.promote(pending).await;
    }

    /// The keys that the model was asked with, in order.
    fn keys(&self) -> Vec<String> {
        sent(&self.provider, "x-api-key")
    }
}

/// What each question to `provider` had in `header`, in order.
fn sent(provider: &ScriptedProvider, header: &str) -> Vec<String> {
    let asked = provider.asked();
    let values = asked.iter().map(|asked| asked.headers[header].to_str());
    values
        .map(|value| value.unwrap_or_default().to_owned())
        .collect()
}

fn key(key: &str) -> Value {
    json!({"ANTHROPIC_API_KEY": key, "OPENAI_API_KEY": key})
}

/// Asks each function's model for something; `n` tells one time from another.
async fn ask(client: &Client, name: &str, n: usize) -> (u16, Value) {
    let text = format!("For God so loved the world {n}");
    let passage = json!({"passage_reference": "John 3:16 (KJV)", "passage_text": text, "verse_text": text,
        "word": "loved", "message": text});
    let path = match name {
        "insight" => "/api/insights",
        "definition" => "/api/definitions",
        _ => {
            let mut stream = client
                .post("/api/standalone-chat")
                .json(&passage)
                .stream()
                .await;
            let last = stream.events().await.pop().expect("an event");
            let status = if last.event == "done" { 200 } else { 503 };
            return (status, last.json());
        }
    };
    let answer = client.post(path).json(&passage).await;
    (answer.status.as_u16(), answer.json())
}

#[tokio::test]
async fn a_key_that_was_exchanged_is_found_when_the_old_one_is_rejected() {
    for name in ["insight", "definition", "chat"] {
        let mut site = Site::start().await;
        let function = site.function(name).start().await;
        let client = Reader::of(&site.database).await.on(&function);
        assert_eq!(ask(&client, name, 1).await.0, 200);
        site.exchange_key().await;
        site.provider.next(Script::refuses(401));
        assert_eq!(ask(&client, name, 2).await.0, 200, "{name}");
        assert_eq!(ask(&client, name, 3).await.0, 200);
        assert_eq!(site.keys(), [OLD, OLD, NEW, NEW], "{name}");
        println!(
            "{name}: key exchanged, failed 0, readings of the secret {}",
            site.store.reads()
        );
        assert_eq!(
            site.store.reads(),
            2,
            "at the start, and when the key was rejected"
        );
        function.terminate().await;
        for key in [OLD, NEW] {
            function.log().expect_without(key);
        }
    }
}

#[tokio::test]
async fn an_embedders_key_that_was_exchanged_is_found_too() {
    let mut site = Site::start().await;
    let vectors = ScriptedProvider::start().await;
    let function = site
        .function("chat")
        .env("EMBEDDING_PROVIDER", "openai")
        .env("OPENAI_EMBEDDING_BASE_URL", vectors.openai_url())
        .start()
        .await;
    let client = Reader::of(&site.database).await.on(&function);
    let embedded = async |count: u64| {
        eventually("what was said has vectors", async || {
            let status = client.get("/api/debug/rag-status").await.json();
            (status["with_embeddings"] == count).then_some(())
        })
        .await;
    };
    assert_eq!(ask(&client, "chat", 1).await.0, 200);
    embedded(2).await;
    site.exchange_key().await;
    vectors.next(Script::refuses(401));
    assert_eq!(ask(&client, "chat", 2).await.0, 200);
    embedded(4).await;
    let [old, new] = [OLD, NEW].map(|key| format!("Bearer {key}"));
    assert_eq!(
        sent(&vectors, "authorization"),
        [&old, &old, &old, &new, &new].map(String::as_str)
    );
    assert_eq!(site.store.reads(), 2);
}

#[tokio::test]
async fn a_key_that_is_rejected_and_has_no_other_is_told() {
    for name in ["insight", "definition", "chat"] {
        let site = Site::start().await;
        let function = site.function(name).start().await;
        let client = Reader::of(&site.database).await.on(&function);
        site.provider.always(Script::refuses(401));
        let (status, told) = ask(&client, name, 1).await;
        assert_eq!(
            (status, &told["error_type"]),
            (503, &json!("auth_error")),
            "{name}"
        );
        assert_eq!(
            site.keys(),
            [OLD],
            "{name}: the same key is not tried twice"
        );
        assert_eq!(site.store.reads(), 2);
    }
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_fails_the_start() {
    let site = Site::start().await;
    let name = "verse/nothing-of-this-name";
    let failed = site
        .function("insight")
        .env("AI_SECRET_ARN", name)
        .try_start()
        .await;
    let failed = failed.expect_err("no start").to_string();
    assert!(
        failed.contains("AI_SECRET_ARN cannot be used: Secrets Manager did not give the secret"),
        "{failed}"
    );
}

#[tokio::test]
async fn a_models_use_is_counted() {
    for name in ["insight", "definition", "chat"] {
        let site = Site::start().await;
        let function = site.function(name).start().await;
        let client = Reader::of(&site.database).await.on(&function);
        assert_eq!(ask(&client, name, 1).await.0, 200);
        let call = function.log().record(|line| line["ModelCalls"] == 1).await;
        println!("{name}: {call}");
        assert_eq!(call["Function"], name);
        assert!(
            call["InputTokens"].as_u64() > Some(0) && call["OutputTokens"].as_u64() > Some(0),
            "{call}"
        );
        site.provider.always(Script::refuses(400));
        assert_ne!(ask(&client, name, 2).await.0, 200);
        let refund = function.log().record(|line| line["Refunds"] == 1).await;
        assert_eq!(refund["Function"], name);
        let failed = function
            .log()
            .record(|line| line["ModelCalls"] == 1 && line["InputTokens"] == 0)
            .await;
        assert_eq!(failed["OutputTokens"], 0);
    }
}
