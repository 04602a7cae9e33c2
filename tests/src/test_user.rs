//! A user with one device, and the rows that a test gives them.

use chrono::{DateTime, Utc};
use verse_data::{
    ChatId, DatabaseConfig, DefinitionContent, DefinitionId, DefinitionSubject, DeviceKind,
    DeviceToken, FinalState, InsightContent, InsightId, InsightSubject, MessageTarget,
    NewDefinition, NewDevice, NewInsight, PostOutcome, StoredMessage, TokenHash, UserLimits,
    append_message, finish_message, get_or_create_user, save_definition, save_insight,
};
use verse_platform::{Clock, Environment, Random};

use crate::{client::Client, database::Database, function::Function, record};

/// A user with one device. Their rows are inserted by `verse-data`, without a function.
#[derive(Debug)]
pub struct TestUser {
    data: verse_data::Database,
    token: DeviceToken,
}

/// Parses a time (RFC 3339).
fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an RFC 3339 time")
}

impl TestUser {
    /// Creates a user.
    pub async fn create(database: &Database) -> Self {
        let environment = Environment::of([("DATABASE_URL", database.url())]);
        let config = DatabaseConfig::from_environment(&environment, &Clock::system());
        let data = verse_data::Database::connect_lazy(&config.expect("a Postgres URL"));
        let random = Random::system();
        let token = DeviceToken::generate(&random);
        let device = NewDevice {
            token_hash: token.hash(),
            anonymous_id: random.uuid(),
            name: None,
            kind: DeviceKind::Unknown,
            user_agent: None,
        };
        let created = get_or_create_user(&data, None, &device, None, at("2026-01-01T00:00:00Z"));
        created.await.expect("a new user");
        Self { data, token }
    }

    /// The browser of their device.
    pub fn client(&self, function: &Function) -> Client {
        let client = Client::new(function);
        client.set_session_cookie(&self.token.expose());
        client
    }

    /// The hash of their device's token, as the database has it.
    #[must_use]
    pub fn token_hash(&self) -> TokenHash {
        self.token.hash()
    }

    /// Saves an insight at `time`. Its three texts are `h`, `t` and `p`.
    pub async fn save_insight(&self, reference: &str, text: &str, time: &str) -> InsightId {
        record::secret(text);
        let content = InsightContent {
            historical_context: "h".to_owned(),
            theological_significance: "t".to_owned(),
            practical_application: "p".to_owned(),
        };
        let new = NewInsight {
            subject: InsightSubject {
                passage_reference: reference,
                passage_text: text,
            },
            content: &content,
            source: Some("a test"),
            is_scripture: true,
        };
        let saved = save_insight(&self.data, self.token_hash(), new, at(time)).await;
        saved.expect("the insight is saved").id
    }

    /// Saves a definition at `time`. Its three texts are `d`, `b` and `o`.
    pub async fn save_definition(&self, word: &str, verse: &str, time: &str) -> DefinitionId {
        record::secret(verse);
        let content = DefinitionContent {
            definition: "d".to_owned(),
            biblical_usage: "b".to_owned(),
            original_language: "o".to_owned(),
        };
        let new = NewDefinition {
            subject: DefinitionSubject {
                word,
                passage_reference: "John 3 (KJV)",
                verse_text: verse,
            },
            content: &content,
            source: Some("a test"),
            is_scripture: true,
        };
        let saved = save_definition(&self.data, self.token_hash(), new, at(time)).await;
        saved.expect("the definition is saved").id
    }

    /// Starts a chat at `time`. Its first reply is pending.
    pub async fn start_chat(&self, message: &str, time: &str) -> StoredMessage {
        let place = MessageTarget::NewChat {
            passage_reference: Some("John 3 (KJV)"),
            passage_text: None,
        };
        self.post(place, message, time).await
    }

    /// Posts a message in a chat at `time`. The reply is pending.
    pub async fn post_message(&self, chat: ChatId, message: &str, time: &str) -> StoredMessage {
        self.post(MessageTarget::Chat(chat), message, time).await
    }

    /// Posts a message about an insight at `time`. The reply is pending.
    pub async fn post_insight_message(
        &self,
        insight: InsightId,
        message: &str,
        time: &str,
    ) -> StoredMessage {
        self.post(MessageTarget::Insight(insight), message, time)
            .await
    }

    async fn post(&self, place: MessageTarget<'_>, message: &str, time: &str) -> StoredMessage {
        record::secret(message);
        let token = self.token_hash();
        let limits = UserLimits {
            daily_limit: i32::MAX,
            most_bytes: i64::MAX,
        };
        let posted = append_message(&self.data, token, place, message, limits, at(time)).await;
        match posted.expect("the message is stored") {
            PostOutcome::Stored(pending) => pending,
            PostOutcome::QuotaExhausted(usage) => panic!("the quota is used up: {usage:?}"),
        }
    }

    /// Finishes a pending reply.
    pub async fn finish_reply(&self, pending: StoredMessage, ending: FinalState, reply: &str) {
        record::secret(reply);
        let finished = finish_message(&self.data, pending.reply, ending, reply, None).await;
        let finished = finished.expect("the database answers");
        assert!(finished.is_stored, "it was pending");
    }
}
