//! A user may have the same insight twice: once uploaded, once generated for all users. Histories list it once.

use serde_json::{Value, json};
use verse_data::FinalState;
use verse_tests::{Database, Function, TestUser, paths};

use super::JOHN;

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
        Self {
            insight: Function::start("insight", &database).await,
            definition: Function::start("definition", &database).await,
            user: Function::start("user", &database).await,
            devices: Function::start("device-link", &database).await,
            database,
        }
    }

    /// A user with a generated insight and definition, who also chatted about the insight.
    async fn user_with_generated(&self) -> TestUser {
        let user = TestUser::create(&self.database).await;
        self.give_generated(&user).await;
        user
    }

    async fn give_generated(&self, user: &TestUser) {
        let text = "For God so loved";
        let insight = user.save_insight(JOHN, text, TIME).await;
        user.save_definition("loved", text, TIME).await;
        let later = "2026-02-01T00:00:01Z";
        let pending = user.post_insight_message(insight, "Why?", later).await;
        user.finish_reply(pending, FinalState::Complete, "Because.")
            .await;
    }

    /// A user who uploaded the export of `other`.
    async fn user_with_upload(&self, other: &TestUser) -> TestUser {
        let user = TestUser::create(&self.database).await;
        let export = other.client(&self.user).get(paths::EXPORT).await;
        let body = json!({"data": export.expect_status(200).json()});
        let import = user.client(&self.user).post(paths::IMPORT).json(&body);
        let imported = import.await.expect_status(200).json();
        assert_eq!(imported["imported"]["insights"], 1, "{imported}");
        user
    }

    /// The ids of the insights, and the number of definitions.
    async fn history(&self, user: &TestUser) -> (Vec<Value>, usize) {
        let list = async |function: &Function, path: &str| {
            let list = user.client(function).get(path).await;
            list.expect_status(200).parse::<Vec<Value>>()
        };
        let insights = list(&self.insight, paths::INSIGHT_HISTORY).await;
        let definitions = list(&self.definition, paths::DEFINITION_HISTORY).await;
        let ids = insights.iter().map(|insight| insight["id"].clone());
        (ids.collect(), definitions.len())
    }

    async fn link(&self, host: &TestUser, guest: &TestUser) {
        let code = host.client(&self.devices).post(paths::GENERATE_CODE).await;
        let body = json!({"code": code.expect_status(200).json()["display_code"]});
        let guest = guest.client(&self.devices);
        let accepted = guest.post(paths::ACCEPT_CODE).json(&body).await;
        accepted.expect_status(200);
    }

    /// Messages about an insight that is in the history of their user.
    async fn messages(&self) -> i64 {
        let messages = "messages
             JOIN conversations AS chat ON chat.id = conversation_id
             JOIN user_insights AS link ON link.user_id = chat.user_id AND link.insight_id = chat.insight_id";
        self.database.count(messages).await
    }
}

/// Contract: insight history: "an insight that was uploaded and also generated is shown once"
#[tokio::test]
async fn an_uploaded_insight_that_is_also_generated_is_listed_once() {
    let site = Site::start().await;
    let generated = site.user_with_generated().await;
    let uploaded = site.user_with_upload(&generated).await;
    let before = site.history(&uploaded).await;
    assert_eq!((before.0.len(), before.1), (1, 1));
    // An upload belongs to its user only.
    assert_ne!(before.0, site.history(&generated).await.0);

    site.give_generated(&uploaded).await;
    assert_eq!(site.history(&uploaded).await, before);
    // The second message is in the same conversation.
    assert_eq!(site.messages().await, 6);
}

/// Contract: devices and linking: "merging keeps everything of both users, and both cookies work"
#[tokio::test]
async fn linking_a_user_with_an_upload_and_one_with_the_generated_insight_lists_it_once() {
    for newer_uploaded in [true, false] {
        let site = Site::start().await;
        let generated = site.user_with_generated().await;
        let uploaded = site.user_with_upload(&generated).await;
        if newer_uploaded {
            site.link(&generated, &uploaded).await;
        } else {
            let older = "UPDATE users SET created_at = created_at - interval '1 day' WHERE id = 2";
            assert_eq!(site.database.execute(older).await, 1);
            site.link(&uploaded, &generated).await;
        }
        for user in [&generated, &uploaded] {
            let (insights, definitions) = site.history(user).await;
            assert_eq!((insights.len(), definitions), (1, 1), "{newer_uploaded}");
        }
        // Both had the same conversation.
        assert_eq!(site.messages().await, 2);
        site.give_generated(&uploaded).await;
        let (insights, definitions) = site.history(&generated).await;
        assert_eq!((insights.len(), definitions), (1, 1));
    }
}
