//! `/api/insights`, `/api/definitions` and their histories. The two work alike, so most tests run for both.

mod distress;
mod duplicate_uploads;
mod failures;
mod generate;
mod history;
mod limits;

use serde_json::{Value, json};
use verse_tests::{
    Client, Database, DatabaseUrl, Function, FunctionBuilder, ProviderFormat, Request,
    ScriptedProvider, TestUser, eventually, paths,
};

const JOHN: &str = "John 3:16 (KJV)";

/// One of the two kinds of generated text.
#[derive(Clone, Copy, Debug)]
struct Kind {
    function: &'static str,
    path: &'static str,
    history: &'static str,
    /// The table, and the word in the answer to `DELETE` of the history.
    table: &'static str,
    /// The texts that the model generates.
    texts: [&'static str; 3],
    /// The field of the request that has the selected text.
    selection: &'static str,
}

const INSIGHT: Kind = Kind {
    function: "insight",
    path: paths::INSIGHTS,
    history: paths::INSIGHT_HISTORY,
    table: "insights",
    texts: [
        "historical_context",
        "theological_significance",
        "practical_application",
    ],
    selection: "passage_text",
};

const DEFINITION: Kind = Kind {
    function: "definition",
    path: paths::DEFINITIONS,
    history: paths::DEFINITION_HISTORY,
    table: "definitions",
    texts: ["definition", "biblical_usage", "original_language"],
    selection: "verse_text",
};

const KINDS: [Kind; 2] = [INSIGHT, DEFINITION];

impl Kind {
    /// A valid request body.
    fn body(self, text: &str, save: bool) -> Value {
        let mut body = json!({"passage_reference": JOHN, "save": save, self.selection: text});
        if self.function == "definition" {
            body["word"] = "loved".into();
        }
        body
    }
}

/// The function of one kind with a scripted provider, and the client of one user.
struct Site {
    kind: Kind,
    format: ProviderFormat,
    database: Database,
    provider: ScriptedProvider,
    function: Function,
    client: Client,
}

impl Site {
    async fn start(kind: Kind, format: ProviderFormat) -> Self {
        Self::start_with(kind, format, |builder| builder).await
    }

    async fn start_with(
        kind: Kind,
        format: ProviderFormat,
        settings: impl FnOnce(FunctionBuilder) -> FunctionBuilder,
    ) -> Self {
        let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
        let builder = Function::with_database(kind.function, &database);
        let builder = settings(builder.with_provider(&provider, format));
        let function = builder.start().await;
        let client = TestUser::create(&database).await.client(&function);
        Self {
            kind,
            format,
            database,
            provider,
            function,
            client,
        }
    }

    /// The client of another user, on another function that reaches the database by this address.
    async fn client_of_function(&self, database: &impl DatabaseUrl) -> (Client, Function) {
        let builder = Function::with_database(self.kind.function, database);
        let builder = builder.with_provider(&self.provider, self.format);
        let function = builder.start().await;
        let user = TestUser::create(&self.database).await;
        (user.client(&function), function)
    }

    /// The client of another user.
    async fn another_user(&self) -> Client {
        let user = TestUser::create(&self.database).await;
        user.client(&self.function)
    }

    fn generate(&self, text: &str, save: bool) -> Request {
        self.generate_as(&self.client, text, save)
    }

    fn generate_as(&self, client: &Client, text: &str, save: bool) -> Request {
        client
            .post(self.kind.path)
            .json(&self.kind.body(text, save))
    }

    async fn stored(&self) -> i64 {
        self.database.count(self.kind.table).await
    }

    /// The usage of all users and days.
    async fn usage(&self) -> i64 {
        let sql = "SELECT coalesce(sum(calls), 0)::BIGINT FROM daily_usage";
        self.database.value(sql).await
    }

    async fn wait_for_provider(&self) {
        eventually("the provider gets a request", async || {
            (self.provider.request_count() == 1).then_some(())
        })
        .await;
    }
}
