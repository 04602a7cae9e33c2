//! The three routes that answer with a stream, as a browser sees them, and what is stored and counted meanwhile.

#![expect(
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a test that cannot go on says why and fails"
)]

mod failing;
mod leaving;
mod limits;
mod streaming;

use serde_json::{Value, json};
use verse_data::InsightId;
use verse_tests::{
    Builder, Client, Database, Function, Reader, ScriptedProvider, SseEvent, Stream, Wire,
    eventually,
};

const CHATS: &str = "/api/standalone-chat";
const SAY: &str = "/api/standalone-chat/message";
const ABOUT: &str = "/api/chat/message";
const NOW: &str = "2026-01-02T00:00:00Z";
/// What the provider says unless told otherwise.
const SCRIPTED: &str = "In the beginning was a script.";

/// The format that the model is asked in.
fn wire() -> Wire {
    Wire::of_tests(env!("CARGO_CRATE_NAME"))
}

fn builder(database_url: &str, provider: &ScriptedProvider) -> Builder {
    Function::builder("chat")
        .env("DATABASE_URL", database_url)
        .env("VERSE_ENV", "development")
        .asking(provider, wire())
}

/// A reader with an insight, and what their browser talks to.
struct Stage {
    database: Database,
    provider: ScriptedProvider,
    function: Function,
    reader: Reader,
    client: Client,
    insight: InsightId,
}

async fn stage() -> Stage {
    staged(|builder| builder).await
}

async fn staged(change: impl FnOnce(Builder) -> Builder) -> Stage {
    let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
    let function = change(builder(&database.url(), &provider)).start().await;
    let reader = Reader::of(&database).await;
    let insight = reader.gets_insight("John 3:16", "For God", NOW).await;
    let client = reader.on(&function);
    Stage {
        database,
        provider,
        function,
        reader,
        client,
        insight,
    }
}

impl Stage {
    /// The three ways of saying something, with bodies that are in order.
    async fn ways(&self) -> [(&'static str, Value); 3] {
        let chat = self.reader.starts_chat("An older question", NOW).await;
        [
            (ABOUT, about(self.insight, "Who?")),
            (CHATS, json!({"message": "Who?"})),
            (SAY, json!({"chat_id": chat.chat.0, "message": "Who?"})),
        ]
    }

    /// Begins a chat, and has the first `tokens` of the answer.
    async fn hears(&self, tokens: usize) -> Stream {
        let mut stream = self
            .client
            .post(CHATS)
            .json(&json!({"message": "Who?"}))
            .stream()
            .await;
        assert_eq!(stream.status, 200);
        let mut heard = 0;
        while heard < tokens {
            let event = stream.next_event().await.expect("a token");
            heard += usize::from(event.event == "token");
        }
        stream
    }

    /// The state and words of the last answer, once it is not pending any more.
    async fn answer(&self) -> (String, String) {
        eventually("the answer has ended", async || {
            let (state, content) = last_answer(&self.database).await;
            (state != "pending").then_some((state, content))
        })
        .await
    }

    async fn counted(&self) -> i64 {
        counted(&self.database).await
    }
}

async fn counted(database: &Database) -> i64 {
    let sql = "SELECT coalesce(sum(calls), 0)::BIGINT FROM daily_usage WHERE day >= '2026-01-03'";
    database.value(sql).await
}

async fn last_answer(database: &Database) -> (String, String) {
    let sql =
        "SELECT state, content FROM messages WHERE role = 'assistant' ORDER BY id DESC LIMIT 1";
    sqlx::query_as(sql)
        .fetch_one(database.pool())
        .await
        .expect("an answer")
}

fn about(insight: InsightId, message: &str) -> Value {
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

/// What a stream told: without comments.
#[derive(Debug)]
struct Told {
    tokens: Vec<String>,
    /// `chat_id`, if it came first.
    chat: Option<i64>,
    /// The last event's name and data.
    end: (String, Value),
}

impl Told {
    fn text(&self) -> String {
        self.tokens.concat()
    }
}

/// Reads a stream to its end, and holds it to what every stream must be.
async fn told(mut stream: Stream) -> Told {
    assert_eq!(stream.status, 200);
    let events = stream.events().await;
    read(&events)
}

fn read(events: &[SseEvent]) -> Told {
    for event in events {
        assert!(event.came_whole(), "in pieces: {event:?}");
        if !event.is_comment() {
            let lines: Vec<_> = event.raw.split('\n').collect();
            assert!(
                lines.len() == 2
                    && lines[0].starts_with("event: ")
                    && lines[1].starts_with("data: {"),
                "{lines:?}"
            );
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
        let data: Value = event.json();
        data["token"].as_str().expect("a token").to_owned()
    });
    Told {
        tokens: tokens.collect(),
        chat,
        end: (end.event.clone(), end.json()),
    }
}

fn done(stop_reason: &str) -> (String, Value) {
    let data = json!({"status": "complete", "stop_reason": stop_reason});
    ("done".to_owned(), data)
}
