//! `/api/chat` and `/api/standalone-chat`: messages, streamed replies, what is stored and charged, history, memory.

mod disconnects;
mod distress;
mod failures;
mod history;
mod limits;
mod memory;
mod messages;
mod quotations;
mod streaming;

use serde_json::{Value, json};
use verse_data::InsightId;
use verse_tests::{
    Client, Database, DatabaseUrl, Function, FunctionBuilder, ProviderFormat, Request,
    ScriptedProvider, SseEvent, Stream, TestUser, eventually, paths,
};

use crate::NOW;

/// The reply of the provider without a script.
const DEFAULT_REPLY: &str = "In the beginning was a script.";

/// The function `chat` with a scripted provider, and the client of a user who has an insight.
struct Site {
    format: ProviderFormat,
    database: Database,
    provider: ScriptedProvider,
    function: Function,
    user: TestUser,
    client: Client,
    insight: InsightId,
}

impl Site {
    async fn start(format: ProviderFormat) -> Self {
        Self::start_with(format, |builder| builder).await
    }

    async fn start_with(
        format: ProviderFormat,
        settings: impl FnOnce(FunctionBuilder) -> FunctionBuilder,
    ) -> Self {
        let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
        let builder = Function::with_database("chat", &database);
        let builder = builder
            .with_provider(&provider, format)
            .env("OPENAI_EMBEDDING_BASE_URL", provider.openai_url());
        let function = settings(builder).start().await;
        let user = TestUser::create(&database).await;
        let insight = user.save_insight("John 3:16", "For God", NOW).await;
        let client = user.client(&function);
        Self {
            format,
            database,
            provider,
            function,
            user,
            client,
            insight,
        }
    }

    /// The user's client on another function, which reaches the database by this address.
    async fn client_of_function(&self, database: &impl DatabaseUrl) -> (Client, Function) {
        let builder = Function::with_database("chat", database);
        let builder = builder.with_provider(&self.provider, self.format);
        let function = builder.start().await;
        (self.user.client(&function), function)
    }

    /// The three routes that take a message, with valid bodies.
    async fn message_routes(&self) -> [(&'static str, Value); 3] {
        let chat = self.user.start_chat("An older question", NOW).await;
        let body = json!({"chat_id": chat.chat.0, "message": "Who?"});
        [
            (
                paths::INSIGHT_MESSAGE,
                insight_message(self.insight, "Who?"),
            ),
            (paths::CHATS, json!({"message": "Who?"})),
            (paths::CHAT_MESSAGE, body),
        ]
    }

    fn start_chat(&self) -> Request {
        start_chat(&self.client, "Who?")
    }

    /// Starts a chat and reads the first `tokens` of the reply.
    async fn stream_after_tokens(&self, tokens: usize) -> Stream {
        let mut stream = self.start_chat().stream().await.expect_status(200);
        let mut read = 0;
        while read < tokens {
            let event = stream.next_event().await.expect("a token");
            read += usize::from(event.event == "token");
        }
        stream
    }

    /// Starts a chat and reads the reply.
    async fn reply(&self) -> Reply {
        read_reply(self.start_chat().stream().await).await
    }

    async fn wait_for_provider(&self, requests: usize) {
        eventually("the provider gets the requests", async || {
            (self.provider.request_count() == requests).then_some(())
        })
        .await;
    }

    /// State and text of the last reply.
    async fn stored_reply(&self) -> (String, String) {
        let last =
            "SELECT state, content FROM messages WHERE role = 'assistant' ORDER BY id DESC LIMIT 1";
        let reply = sqlx::query_as(last).fetch_one(self.database.pool()).await;
        reply.expect("a reply")
    }

    /// State and text of the last reply, once it has ended.
    async fn ended_reply(&self) -> (String, String) {
        eventually("the reply has ended", async || {
            let (state, text) = self.stored_reply().await;
            (state != "pending").then_some((state, text))
        })
        .await
    }

    /// The usage of all users on the days of the test: not that of the inserted rows.
    async fn usage(&self) -> i64 {
        let sql =
            "SELECT coalesce(sum(calls), 0)::BIGINT FROM daily_usage WHERE day >= '2026-01-03'";
        self.database.value(sql).await
    }
}

fn start_chat(client: &Client, message: &str) -> Request {
    client.post(paths::CHATS).json(&json!({"message": message}))
}

fn insight_message(insight: InsightId, message: &str) -> Value {
    json!({
        "insight_id": insight.0,
        "message": message,
        "passage_text": "For God so loved the world",
        "passage_reference": "John 3:16 (KJV)",
        "insight_context": {
            "historical_context": "A night in Jerusalem.",
            "theological_significance": "Love that gives.",
            "practical_application": "Believe.",
        },
    })
}

/// The values of one member in a list of objects.
fn members<'a>(list: &'a Value, name: &str) -> Vec<&'a Value> {
    let items = list.as_array().expect("a list");
    items.iter().map(|item| &item[name]).collect()
}

/// State and text of a stored reply, to compare with.
fn stored(state: &str, text: &str) -> (String, String) {
    (state.to_owned(), text.to_owned())
}

/// The events of a stream, without comments.
#[derive(Debug)]
struct Reply {
    tokens: Vec<String>,
    /// The `chat_id`, if it came first.
    chat: Option<i64>,
    /// Name and data of the last event.
    end: (String, Value),
}

impl Reply {
    fn text(&self) -> String {
        self.tokens.concat()
    }
}

/// Reads a stream to its end, and checks the form of its events.
async fn read_reply(stream: Stream) -> Reply {
    let mut stream = stream.expect_status(200);
    check_events(&stream.events().await)
}

fn check_events(events: &[SseEvent]) -> Reply {
    for event in events {
        assert!(event.in_one_chunk(), "in pieces: {event:?}");
        if !event.is_comment() {
            let lines: Vec<_> = event.raw.split('\n').collect();
            let is_well_formed = lines.len() == 2
                && lines[0].starts_with("event: ")
                && lines[1].starts_with("data: {");
            assert!(is_well_formed, "{lines:?}");
        }
    }
    let mut events: Vec<_> = events.iter().filter(|event| !event.is_comment()).collect();
    let end = events.pop().expect("a last event");
    assert!(matches!(&*end.event, "done" | "error"), "{end:?}");
    let mut chat = None;
    if events.first().is_some_and(|event| event.event == "chat_id") {
        chat = events.remove(0).json::<Value>()["chat_id"].as_i64();
    }
    let tokens = events.iter().map(|event| {
        assert_eq!(event.event, "token");
        token(event)
    });
    Reply {
        tokens: tokens.collect(),
        chat,
        end: (end.event.clone(), end.json()),
    }
}

fn token(event: &SseEvent) -> String {
    let data: Value = event.json();
    data["token"].as_str().expect("a token").to_owned()
}

/// The event `done` of a reply that quotes no work, to compare with.
fn done(stop_reason: &str) -> (String, Value) {
    let data = json!({
        "status": "complete", "stop_reason": stop_reason, "sources": [], "quotations": nothing_checked(),
    });
    ("done".to_owned(), data)
}

/// The event `done` of a reply that quotes a translation with this licence.
fn done_quoting(work: &str, licence: &str) -> (String, Value) {
    let sources = [json!({"work": work, "licence": licence})];
    let data = json!({
        "status": "complete", "stop_reason": "end_turn", "sources": sources, "quotations": nothing_checked(),
    });
    ("done".to_owned(), data)
}

/// The numbers of a reply without a quotation or a reference, or of the library.
fn nothing_checked() -> Value {
    json!({"checked": 0, "corrected": 0, "removed": 0})
}
