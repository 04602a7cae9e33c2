//! The keys of the providers, from a secret: read at the start, and again when a provider rejects a key. And the metrics of
//! a model's use.

use serde_json::{Value, json};
use verse_tests::{
    Client, Database, Function, FunctionBuilder, ProviderFormat, Script, ScriptedProvider,
    SecretStore, StoredSecret, TestUser, eventually, paths,
};

const OLD: &str = "sk-old-of-the-rehearsal";
const NEW: &str = "sk-new-of-the-rehearsal";

/// The services that a function with keys in a secret needs.
struct Site {
    database: Database,
    provider: ScriptedProvider,
    store: SecretStore,
    secret: StoredSecret,
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

    fn function(&self, name: &str) -> FunctionBuilder {
        Function::with_database(name, &self.database)
            .env("VERSE_ENV", "development")
            .with_provider(&self.provider, ProviderFormat::Anthropic)
            .env("ANTHROPIC_API_KEY", "")
            .env("AI_SECRET_ARN", self.secret.arn())
            .env("AWS_ENDPOINT_URL", self.store.url())
    }

    /// The client of a new user on the function.
    async fn client(&self, function: &Function) -> Client {
        TestUser::create(&self.database).await.client(function)
    }

    async fn replace_key(&mut self) {
        let pending = self.secret.put_pending(&key(NEW)).await;
        self.secret.promote(pending).await;
    }

    /// The keys of the requests, in order.
    fn keys(&self) -> Vec<String> {
        headers(&self.provider, "x-api-key")
    }
}

/// The values of this header in the requests to `provider`, in order.
fn headers(provider: &ScriptedProvider, header: &str) -> Vec<String> {
    let requests = provider.requests();
    let values = requests
        .iter()
        .map(|request| request.headers[header].to_str());
    values.map(|value| value.unwrap().to_owned()).collect()
}

fn key(key: &str) -> Value {
    json!({"ANTHROPIC_API_KEY": key, "OPENAI_API_KEY": key})
}

/// Sends a request that needs the model; `n` makes its text unique. Returns status and body.
async fn generate(client: &Client, name: &str, n: usize) -> (u16, Value) {
    let text = format!("For God so loved the world {n}");
    let passage = json!({"passage_reference": "John 3:16 (KJV)", "passage_text": text, "verse_text": text,
        "word": "loved", "message": text});
    let path = match name {
        "insight" => paths::INSIGHTS,
        "definition" => paths::DEFINITIONS,
        _ => {
            let mut stream = client.post(paths::CHATS).json(&passage).stream().await;
            let last = stream.events().await.pop().expect("an event");
            let status = if last.event == "done" { 200 } else { 503 };
            return (status, last.json());
        }
    };
    let answer = client.post(path).json(&passage).await;
    (answer.status.as_u16(), answer.json())
}

#[tokio::test]
async fn a_replaced_key_is_read_when_the_old_one_is_rejected() {
    for name in ["insight", "definition", "chat"] {
        let mut site = Site::start().await;
        let function = site.function(name).start().await;
        let client = site.client(&function).await;
        assert_eq!(generate(&client, name, 1).await.0, 200);
        site.replace_key().await;
        site.provider.next(Script::status(401));
        assert_eq!(generate(&client, name, 2).await.0, 200, "{name}");
        assert_eq!(generate(&client, name, 3).await.0, 200);
        assert_eq!(site.keys(), [OLD, OLD, NEW, NEW], "{name}");
        // It was read at the start, and when the key was rejected.
        assert_eq!(site.store.reads(), 2);
        function.terminate().await;
        for key in [OLD, NEW] {
            function.log().expect_without(key);
        }
    }
}

#[tokio::test]
async fn a_replaced_key_of_the_embedder_is_read_too() {
    let mut site = Site::start().await;
    let vectors = ScriptedProvider::start().await;
    let function = site
        .function("chat")
        .env("EMBEDDING_PROVIDER", "openai")
        .env("OPENAI_EMBEDDING_BASE_URL", vectors.openai_url())
        .start()
        .await;
    let client = site.client(&function).await;
    let embedded = async |count: u64| {
        eventually("the messages have vectors", async || {
            let status = client.get(paths::MEMORY_STATUS).await.json();
            (status["with_embeddings"] == count).then_some(())
        })
        .await;
    };
    assert_eq!(generate(&client, "chat", 1).await.0, 200);
    embedded(2).await;
    site.replace_key().await;
    vectors.next(Script::status(401));
    assert_eq!(generate(&client, "chat", 2).await.0, 200);
    embedded(4).await;
    let [old, new] = [OLD, NEW].map(|key| format!("Bearer {key}"));
    assert_eq!(
        headers(&vectors, "authorization"),
        [&old, &old, &old, &new, &new].map(String::as_str)
    );
    assert_eq!(site.store.reads(), 2);
}

/// Contract: generation: "a rejected key or an empty account is 503 with `auth_error`"
#[tokio::test]
async fn a_rejected_key_without_a_successor_is_an_auth_error() {
    for name in ["insight", "definition", "chat"] {
        let site = Site::start().await;
        let function = site.function(name).start().await;
        let client = site.client(&function).await;
        site.provider.always(Script::status(401));
        let (status, body) = generate(&client, name, 1).await;
        assert_eq!(status, 503, "{name}");
        assert_eq!(body["error_type"], "auth_error", "{name}");
        // The same key is not tried twice.
        assert_eq!(site.keys(), [OLD], "{name}");
        assert_eq!(site.store.reads(), 2);
    }
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_fails_the_start() {
    let site = Site::start().await;
    let name = "verse/nothing-of-this-name";
    let function = site.function("insight").env("AI_SECRET_ARN", name);
    let failed = function
        .try_start()
        .await
        .expect_err("no start")
        .to_string();
    let expected = "AI_SECRET_ARN cannot be used: Secrets Manager did not return the secret";
    assert!(failed.contains(expected), "{failed}");
}

#[tokio::test]
async fn the_use_of_a_model_is_counted() {
    for name in ["insight", "definition", "chat"] {
        let site = Site::start().await;
        let function = site.function(name).start().await;
        let client = site.client(&function).await;
        assert_eq!(generate(&client, name, 1).await.0, 200);
        let call = function
            .log()
            .wait_for_record(|line| line["ModelCalls"] == 1)
            .await;
        assert_eq!(call["Function"], name);
        assert!(
            call["InputTokens"].as_u64() > Some(0) && call["OutputTokens"].as_u64() > Some(0),
            "{call}"
        );
        site.provider.always(Script::status(400));
        assert_ne!(generate(&client, name, 2).await.0, 200);
        let refund = function
            .log()
            .wait_for_record(|line| line["Refunds"] == 1)
            .await;
        assert_eq!(refund["Function"], name);
        let failed = function
            .log()
            .wait_for_record(|line| line["ModelCalls"] == 1 && line["InputTokens"] == 0)
            .await;
        assert_eq!(failed["OutputTokens"], 0);
    }
}
