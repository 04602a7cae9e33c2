//! `POST /api/insights` and `POST /api/definitions`: generated once for all, counted, refused, failed. What holds for one
//! holds for the other.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on says why and fails"
)]

mod failing;
mod limits;
mod sharing;

use serde_json::{Value, json};
use verse_tests::{Builder, Client, Database, Function, Reader, ScriptedProvider, Wire};

const JOHN: &str = "John 3:16 (KJV)";

/// The format that the model is asked in.
fn wire() -> Wire {
    Wire::of_tests(env!("CARGO_CRATE_NAME"))
}

/// One of the two.
#[derive(Clone, Copy, Debug)]
struct Kind {
    function: &'static str,
    path: &'static str,
    /// What the model writes.
    fields: [&'static str; 3],
    /// Where the text stands in the body.
    text: &'static str,
}

const INSIGHT: Kind = Kind {
    function: "insight",
    path: "/api/insights",
    fields: [
        "historical_context",
        "theological_significance",
        "practical_application",
    ],
    text: "passage_text",
};

const DEFINITION: Kind = Kind {
    function: "definition",
    path: "/api/definitions",
    fields: ["definition", "biblical_usage", "original_language"],
    text: "verse_text",
};

const KINDS: [Kind; 2] = [INSIGHT, DEFINITION];

impl Kind {
    fn builder(&self, database_url: &str, provider: &ScriptedProvider) -> Builder {
        Function::builder(self.function)
            .env("DATABASE_URL", database_url)
            .env("VERSE_ENV", "development")
            .asking(provider, wire())
    }

    async fn start(&self, database: &Database, provider: &ScriptedProvider) -> Function {
        self.builder(&database.url(), provider).start().await
    }

    fn body(&self, text: &str, save: bool) -> Value {
        let mut body = json!({"passage_reference": JOHN, "save": save});
        body[self.text] = text.into();
        if self.function == "definition" {
            body["word"] = "loved".into();
        }
        body
    }

    fn history(&self) -> String {
        format!("{}/history", self.path)
    }

    /// How many are stored.
    async fn stored(&self, database: &Database) -> i64 {
        database
            .value(if self.function == "insight" {
                "SELECT count(*) FROM insights"
            } else {
                "SELECT count(*) FROM definitions"
            })
            .await
    }
}

/// What is counted, of all users and days.
async fn counted(database: &Database) -> i64 {
    database
        .value("SELECT coalesce(sum(calls), 0)::BIGINT FROM daily_usage")
        .await
}

async fn users(database: &Database) -> i64 {
    database.value("SELECT count(*) FROM users").await
}

/// A reader's browser on a function of this kind, with what it talks to.
struct Stage {
    database: Database,
    provider: ScriptedProvider,
    function: Function,
    client: Client,
}

async fn stage(kind: Kind) -> Stage {
    let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
    let function = kind.start(&database, &provider).await;
    let client = Reader::of(&database).await.on(&function);
    Stage {
        database,
        provider,
        function,
        client,
    }
}
