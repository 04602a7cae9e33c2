//! Somebody who is known already: a user with one device, made without asking any function.

use chrono::{DateTime, Utc};
use verse_data::{
    ChatId, Clock, DatabaseConfig, DefinitionContent, DefinitionId, DefinitionSubject, DeviceKind,
    DeviceToken, Ending, Environment, InsightContent, InsightId, InsightSubject, NewDefinition,
    NewDevice, NewInsight, PendingAnswer, Place, Random, Said, TokenHash, finish_message,
    get_or_create_user, save_definition, save_insight, say,
};

use crate::{client::Client, database::Database, function::Function, record};

/// A user with one device. What they have is put where the functions look for it.
#[derive(Debug)]
pub struct TestUser {
    data: verse_data::Database,
    token: DeviceToken,
}

/// The moment that `text` (RFC 3339) says.
fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an RFC 3339 time")
}

impl TestUser {
    /// A new user.
    pub async fn create(database: &Database) -> Self {
        let environment = Environment::of([("DATABASE_URL", database.url())]);
        let config = DatabaseConfig::from_environment(&environment, &Clock::system())
            .expect("a Postgres URL");
        let data = verse_data::Database::connect_lazy(&config);
        let random = Random::system();
        let token = DeviceToken::generate(&random);
        let device = NewDevice {
            token_hash: token.hash(),
            anonymous_id: random.uuid(),
            name: None,
            kind: DeviceKind::Unknown,
            user_agent: None,
        };
        let created = get_or_create_user(&data, None, &device, at("2026-01-01T00:00:00Z"));
        created.await.expect("a new user");
        Self { data, token }
    }

    /// The browser of their device.
    #[must_use]
    pub fn client(&self, function: &Function) -> Client {
        let client = Client::new(function);
        client.set_session_cookie(&self.token.expose());
        client
    }

    /// What the database knows their device by.
    #[must_use]
    pub fn token_hash(&self) -> TokenHash {
        self.token.hash()
    }

    /// Gets an insight at `time`, which says `h`, `t` and `p`.
    pub async fn save_insight(&self, reference: &str, text: &str, time: &str) -> InsightId {
        record::secret(text);
        let content = InsightContent {
            historical_context: "h".to_owned(),
            theological_significance: "t".to_owned(),
            practical_application: "p".to_owned(),
        };
        let subject = InsightSubject {
            passage_reference: reference,
            passage_text: text,
        };
        let new = NewInsight {
            subject,
            content: &content,
            source: Some("a test"),
        };
        let saved = save_insight(&self.data, self.token_hash(), new, at(time)).await;
        saved.expect("the insight is stored").id
    }

    /// Gets a definition at `time`, which says `d`, `b` and `o`.
    pub async fn save_definition(&self, word: &str, verse: &str, time: &str) -> DefinitionId {
        record::secret(verse);
        let content = DefinitionContent {
            definition: "d".to_owned(),
            biblical_usage: "b".to_owned(),
            original_language: "o".to_owned(),
        };
        let subject = DefinitionSubject {
            word,
            passage_reference: "John 3 (KJV)",
            verse_text: verse,
        };
        let new = NewDefinition {
            subject,
            content: &content,
            source: Some("a test"),
        };
        let saved = save_definition(&self.data, self.token_hash(), new, at(time)).await;
        saved.expect("the definition is stored").id
    }

    /// Begins a chat at `time`; its first message waits for an answer.
    pub async fn start_chat(&self, message: &str, time: &str) -> PendingAnswer {
        let place = Place::NewChat {
            passage_reference: Some("John 3 (KJV)"),
            passage_text: None,
        };
        self.says_there(place, message, time).await
    }

    /// Says something more in a chat at `time`.
    pub async fn post_message(&self, chat: ChatId, message: &str, time: &str) -> PendingAnswer {
        self.says_there(Place::Chat(chat), message, time).await
    }

    /// Says something about an insight at `time`.
    pub async fn post_insight_message(
        &self,
        insight: InsightId,
        message: &str,
        time: &str,
    ) -> PendingAnswer {
        self.says_there(Place::Insight(insight), message, time)
            .await
    }

    async fn says_there(&self, place: Place<'_>, message: &str, time: &str) -> PendingAnswer {
        record::secret(message);
        let (token, time) = (self.token_hash(), at(time));
        let said = say(&self.data, token, place, message, i32::MAX, time).await;
        match said.expect("the message is stored") {
            Said::Stored(pending) => pending,
            Said::Refused(usage) => panic!("the allowance is used up: {usage:?}"),
        }
    }

    /// Is answered.
    pub async fn finish_reply(&self, pending: PendingAnswer, ending: Ending, answer: &str) {
        record::secret(answer);
        let finished = finish_message(&self.data, pending.answer, ending, answer, None).await;
        assert!(finished.expect("the answer is stored"), "it was pending");
    }
}
