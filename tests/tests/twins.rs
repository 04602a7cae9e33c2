//! What a user uploaded and what all share may say the same: a history shows it once.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says why and fails"
)]

use serde_json::{Value, json};
use verse_data::FinalState;
use verse_tests::{Client, Database, Function, Reader};

const REFERENCE: &str = "John 3:16 (KJV)";
const TIME: &str = "2026-02-01T00:00:00Z";

struct Site {
    database: Database,
    insight: Function,
    definition: Function,
    user: Function,
    devices: Function,
}

impl Site {
    async fn start() -> Self {
        let database = Database::fresh().await;
        let start = async |name: &str| {
            let function = Function::builder(name).env("DATABASE_URL", database.url());
            function.start().await
        };
        Self {
            insight: start("insight").await,
            definition: start("definition").await,
            user: start("user").await,
            devices: start("device-link").await,
            database,
        }
    }

    /// Somebody who was given both, and talked about the one.
    async fn given(&self) -> Reader {
        let reader = Reader::of(&self.database).await;
        self.give(&reader).await;
        reader
    }

    async fn give(&self, reader: &Reader) {
        let insight = reader
            .gets_insight(REFERENCE, "For God so loved", TIME)
            .await;
        reader
            .gets_definition("loved", "For God so loved", TIME)
            .await;
        let asked = reader
            .says_about(insight, "Why?", "2026-02-01T00:00:01Z")
            .await;
        reader
            .is_answered(asked, Ending::Complete, "Because.")
            .await;
    }

    /// Somebody who uploaded what `other` was given.
    async fn uploaded(&self, other: &Reader) -> Reader {
        let reader = Reader::of(&self.database).await;
        let export = other.on(&self.user).get("/api/user/export").await;
        let body = json!({"data": export.expect_status(200).json()});
        let import = reader.on(&self.user).post("/api/user/import").json(&body);
        let imported = import.await.expect_status(200).json();
        assert_eq!(imported["imported"]["insights"], 1, "{imported}");
        reader
    }

    /// The ids of the insights and how many definitions there are.
    async fn history(&self, reader: &Reader) -> (Vec<Value>, usize) {
        let list = async |function: &Function, path: &str| {
            let list = reader
                .on(function)
                .get(path)
                .await
                .expect_status(200)
                .json();
            list.as_array().cloned().expect("a list")
        };
        let insights = list(&self.insight, "/api/insights/history").await;
        let definitions = list(&self.definition, "/api/definitions/history").await;
        let ids = insights.iter().map(|insight| insight["id"].clone());
        (ids.collect(), definitions.len())
    }

    async fn link(&self, host: &Reader, guest: &Reader) {
        let host: Client = host.on(&self.devices);
        let code = host
            .post("/api/user/link/generate")
            .await
            .expect_status(200)
            .json();
        let body = json!({"code": code["display_code"]});
        let guest = guest.on(&self.devices);
        guest
            .post("/api/user/link/accept")
            .json(&body)
            .await
            .expect_status(200);
    }

    async fn messages(&self) -> i64 {
        let sql =
            "SELECT count(*)
             FROM messages
             JOIN conversations AS talk ON talk.id = conversation_id
             JOIN user_insights AS had ON had.user_id = talk.user_id AND had.insight_id = talk.insight_id";
        self.database.value(sql).await
    }
}

#[tokio::test]
async fn who_uploaded_an_insight_and_is_given_the_same_has_it_once() {
    let site = Site::start().await;
    let given = site.given().await;
    let uploaded = site.uploaded(&given).await;
    let before = site.history(&uploaded).await;
    assert_eq!((before.0.len(), before.1), (1, 1));
    assert_ne!(
        before.0,
        site.history(&given).await.0,
        "an upload is nobody else's"
    );

    site.give(&uploaded).await;
    assert_eq!(site.history(&uploaded).await, before);
    assert_eq!(
        site.messages().await,
        6,
        "the second talk is in the same conversation"
    );
}

#[tokio::test]
async fn linking_who_uploaded_and_who_was_given_shows_it_once() {
    for newer_uploaded in [true, false] {
        let site = Site::start().await;
        let given = site.given().await;
        let uploaded = site.uploaded(&given).await;
        if newer_uploaded {
            site.link(&given, &uploaded).await;
        } else {
            let older = "UPDATE users SET created_at = created_at - interval '1 day' WHERE id = 2";
            assert_eq!(site.database.execute(older).await, 1);
            site.link(&uploaded, &given).await;
        }
        for reader in [&given, &uploaded] {
            let (insights, definitions) = site.history(reader).await;
            assert_eq!((insights.len(), definitions), (1, 1), "{newer_uploaded}");
        }
        assert_eq!(site.messages().await, 2, "one talk, which both had");
        site.give(&uploaded).await;
        let (insights, definitions) = site.history(&given).await;
        assert_eq!((insights.len(), definitions), (1, 1), "and once still");
    }
}
