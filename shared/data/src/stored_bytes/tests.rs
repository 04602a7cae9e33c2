//! Tests of the column and of its limit.

use sqlx::{AssertSqlSafe, PgPool};

use super::*;
use crate::{
    ChatId, ChatRecord, ClaimOutcome, Database, DefinitionContent, DefinitionRecord,
    DefinitionSubject, Error, FinalState, InsightId, InsightRecord, InsightSubject, MessageId,
    MessageRecord, MessageTarget, NewDefinition, NewInsight, PostOutcome, RETENTION, Role,
    StoredMessage, TokenHash, UserData, UserId, append_message, begin_insight, clear_chat_messages,
    clear_user_data, clear_user_definitions, clear_user_insights, delete_standalone_chat,
    finish_message,
    fixture::{
        MOST_BYTES, Person, at, at_once, calls, connect, count, insight_content, lookup_claim,
        number, reader, run, saved_insight,
    },
    import_user_data, link_insight_to_user, merge_users, save_definition, save_insight,
    save_progress, save_summary, unlink_device,
};

const NOW: &str = "2026-01-02T00:00:00Z";

const NEW_CHAT: MessageTarget<'_> = MessageTarget::NewChat {
    passage_reference: None,
    passage_text: None,
};

/// The bytes of a turn with a message of one character in a new chat, while its reply is pending: a conversation with a title
/// of one byte, and two messages.
const TURN: i64 = 201 + 201 + 40_200;

async fn stored(database: &Database, user: UserId) -> i64 {
    let sql = format!("SELECT stored_bytes FROM users WHERE id = {}", user.0);
    sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_one(database.once())
        .await
        .unwrap()
}

/// The column of each user is the sum over the user's rows.
async fn assert_true_sums(database: &Database, after: &str) {
    let sql = "SELECT count(*)
               FROM users
               LEFT JOIN (SELECT user_id, sum(bytes) AS bytes FROM stored_rows GROUP BY user_id) AS rows
                    ON rows.user_id = users.id
               WHERE stored_bytes <> coalesce(rows.bytes, 0)";
    assert_eq!(number(database, sql).await, 0, "after {after}");
}

async fn post(
    database: &Database,
    token: TokenHash,
    target: MessageTarget<'_>,
    message: &str,
    most_bytes: i64,
) -> Result<StoredMessage, Error> {
    let limits = UserLimits {
        daily_limit: 10_000,
        most_bytes,
    };
    match append_message(database, token, target, message, limits, at(NOW)).await? {
        PostOutcome::Stored(stored) => Ok(stored),
        PostOutcome::QuotaExhausted(usage) => panic!("{usage:?}"),
    }
}

fn is_too_much<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::TooMuchData))
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_user_who_has_stored_too_much_cannot_add_a_message(pool: PgPool) {
    let database = connect(&pool);
    let (user, token) = reader(&database).await;
    let refused = post(&database, token, NEW_CHAT, "?", TURN - 1).await;
    assert!(is_too_much(&refused), "{refused:?}");
    assert_eq!(
        (count(&database, "messages").await, calls(&database).await),
        (0, 0)
    );
    let first = post(&database, token, NEW_CHAT, "?", TURN).await.unwrap();
    assert_eq!(stored(&database, user).await, TURN);
    // The finished reply counts its own length.
    finish_message(
        &database,
        first.reply,
        FinalState::Complete,
        "Because.",
        None,
    )
    .await
    .unwrap();
    assert_eq!(stored(&database, user).await, TURN - 40_000 + 8);
    let again = MessageTarget::Chat(first.chat);
    let needed = TURN - 40_000 + 8 + 201 + 40_200;
    let refused = post(&database, token, again, "?", needed - 1).await;
    assert!(is_too_much(&refused), "{refused:?}");
    assert_eq!(calls(&database).await, 1);
    post(&database, token, again, "?", needed).await.unwrap();
    // A chat that does not exist is still a 404.
    let absent = MessageTarget::Chat(ChatId(999));
    let refused = post(&database, token, absent, "?", 0).await;
    assert!(
        matches!(refused, Err(Error::NotFound("chat"))),
        "{refused:?}"
    );
    assert_true_sums(&database, "two messages").await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn twenty_messages_at_once_do_not_exceed_the_limit(pool: PgPool) {
    let database = connect(&pool);
    // In later rounds, all connections are open.
    for round in 1..=10 {
        let (user, token) = reader(&database).await;
        let results = at_once(20, |_| {
            let database = database.clone();
            async move { post(&database, token, NEW_CHAT, "?", 3 * TURN).await }
        })
        .await;
        let refused = results.iter().filter(|result| is_too_much(result)).count();
        let stored_turns = results.iter().filter(|result| result.is_ok()).count();
        assert_eq!((refused, stored_turns), (17, 3), "round {round}");
        assert_eq!(stored(&database, user).await, 3 * TURN);
        assert_eq!(calls(&database).await, 3 * round);
    }
    assert_true_sums(&database, "twenty messages").await;
}

fn file(name: &str, characters: usize) -> UserData {
    let chat = ChatRecord {
        title: name.to_owned(),
        passage_reference: None,
        passage_text: None,
        created_at: at(NOW),
        updated_at: at(NOW),
    };
    let said = MessageRecord {
        role: Role::User,
        state: FinalState::Complete,
        content: "x".repeat(characters),
        created_at: at(NOW),
    };
    UserData {
        insights: vec![(insight_record(name), vec![said.clone()])],
        definitions: vec![definition_record(name)],
        chats: vec![(chat, vec![said])],
    }
}

fn insight_record(name: &str) -> InsightRecord {
    let content = insight_content(name);
    InsightRecord {
        passage_reference: "John 3".to_owned(),
        passage_text: name.to_owned(),
        historical_context: content.historical_context,
        theological_significance: content.theological_significance,
        practical_application: content.practical_application,
        created_at: at(NOW),
    }
}

fn definition_record(name: &str) -> DefinitionRecord {
    DefinitionRecord {
        word: name.to_owned(),
        passage_reference: "John 3".to_owned(),
        verse_text: "For God so loved".to_owned(),
        definition: "definition".to_owned(),
        biblical_usage: "usage".to_owned(),
        original_language: "language".to_owned(),
        created_at: at(NOW),
    }
}

async fn import(
    database: &Database,
    token: TokenHash,
    file: &UserData,
    most: i64,
) -> Result<(), Error> {
    import_user_data(database, token, file, most, at(NOW))
        .await
        .map(|_| ())
}

#[sqlx::test(migrations = "../../migrations")]
async fn twenty_imports_at_once_do_not_exceed_the_limit(pool: PgPool) {
    let database = connect(&pool);
    let ((_, other), (user, token)) = (reader(&database).await, reader(&database).await);
    import(&database, other, &file("00", 500), MOST_BYTES)
        .await
        .unwrap();
    let one = number(&database, "SELECT max(stored_bytes) FROM users").await;
    let results = at_once(20, |n| {
        let database = database.clone();
        async move { import(&database, token, &file(&format!("{n:02}"), 500), 3 * one).await }
    })
    .await;
    let refused = results.iter().filter(|result| is_too_much(result)).count();
    assert_eq!(
        (refused, results.iter().filter(|r| r.is_ok()).count()),
        (17, 3)
    );
    assert_eq!(stored(&database, user).await, 3 * one);
    assert_true_sums(&database, "twenty imports").await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_file_that_is_there_already_is_imported_beyond_the_limit(pool: PgPool) {
    let database = connect(&pool);
    let (user, token) = reader(&database).await;
    import(&database, token, &file("a", 500), MOST_BYTES)
        .await
        .unwrap();
    let bytes = stored(&database, user).await;
    for most in [bytes, bytes - 1, 0] {
        import(&database, token, &file("a", 500), most)
            .await
            .unwrap();
    }
    let mut more = file("a", 500);
    more.chats[0].0.title = "b".to_owned();
    let refused = import(&database, token, &more, bytes).await;
    assert!(is_too_much(&refused), "{refused:?}");
    assert_eq!(stored(&database, user).await, bytes);
    assert_eq!(count(&database, "conversations").await, 2);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_user_who_has_stored_too_much_gets_no_insight_to_keep(pool: PgPool) {
    let database = connect(&pool);
    let ((ann, token), (_, other)) = (reader(&database).await, reader(&database).await);
    let shared = saved_insight(&database, other, "For God", at(NOW)).await;
    let bytes = number(&database, "SELECT max(stored_bytes) FROM users").await;
    let begin = async |passage_text, most_bytes| {
        let subject = InsightSubject {
            passage_reference: "John 3:16 (KJV)",
            passage_text,
        };
        let mut claim = lookup_claim(at(NOW));
        (claim.daily_limit, claim.most_bytes) = (10, most_bytes);
        begin_insight(&database, token, subject, claim, at(NOW)).await
    };
    let refused = begin("For God", bytes - 1).await;
    assert!(is_too_much(&refused), "{refused:?}");
    let linked = link_insight_to_user(&database, token, shared.id, bytes - 1, at(NOW)).await;
    assert!(is_too_much(&linked), "{linked:?}");
    assert_eq!(stored(&database, ann).await, 0);
    let found = begin("For God", bytes).await.unwrap();
    assert!(matches!(found, ClaimOutcome::Found(_)));
    assert_eq!(stored(&database, ann).await, bytes);
    // It is in the history already, so that the same request adds nothing.
    for most in [bytes, 0] {
        assert!(matches!(
            begin("For God", most).await,
            Ok(ClaimOutcome::Found(_))
        ));
    }
    // A new one is not generated without room for the longest texts.
    let needed = bytes + 400 + 15 + 8 + 120_000;
    let refused = begin("so loved", needed - 1).await;
    assert!(is_too_much(&refused), "{refused:?}");
    assert_eq!(
        (
            count(&database, "generations").await,
            calls(&database).await
        ),
        (0, 0)
    );
    let claimed = begin("so loved", needed).await.unwrap();
    assert_eq!(claimed, ClaimOutcome::Claimed);
    assert_true_sums(&database, "insights").await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn twenty_insights_at_once_do_not_exceed_the_limit(pool: PgPool) {
    let database = connect(&pool);
    let (_, other) = reader(&database).await;
    for n in 0..20 {
        saved_insight(&database, other, &format!("For God {n:02}"), at(NOW)).await;
    }
    let one = number(&database, "SELECT max(stored_bytes) / 20 FROM users").await;
    for round in 1..=10 {
        let (ann, token) = reader(&database).await;
        let results = at_once(20, |n| {
            let database = database.clone();
            async move {
                let text = format!("For God {n:02}");
                let subject = InsightSubject {
                    passage_reference: "John 3:16 (KJV)",
                    passage_text: &text,
                };
                let mut claim = lookup_claim(at(NOW));
                claim.most_bytes = 3 * one;
                begin_insight(&database, token, subject, claim, at(NOW)).await
            }
        })
        .await;
        let refused = results.iter().filter(|result| is_too_much(result)).count();
        let linked = results.iter().filter(|result| result.is_ok()).count();
        assert_eq!((refused, linked), (17, 3), "round {round}");
        assert_eq!(stored(&database, ann).await, 3 * one);
    }
    assert_true_sums(&database, "twenty insights").await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn clearing_makes_room_again(pool: PgPool) {
    let database = connect(&pool);
    let (user, token) = reader(&database).await;
    import(&database, token, &file("a", 500), MOST_BYTES)
        .await
        .unwrap();
    post(&database, token, NEW_CHAT, "?", MOST_BYTES)
        .await
        .unwrap();
    saved_insight(&database, token, "For God", at(NOW)).await;
    assert!(stored(&database, user).await > TURN);
    clear_user_data(&database, token, at(NOW)).await.unwrap();
    assert_eq!(stored(&database, user).await, 0);
    post(&database, token, NEW_CHAT, "?", TURN).await.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn linked_users_store_what_both_stored_once(pool: PgPool) {
    let database = connect(&pool);
    let ((ann, token), (ben, other)) = (reader(&database).await, reader(&database).await);
    for token in [token, other] {
        import(&database, token, &file("a", 500), MOST_BYTES)
            .await
            .unwrap();
        saved_insight(&database, token, "For God", at(NOW)).await;
    }
    let one = stored(&database, ann).await;
    post(&database, other, NEW_CHAT, "?", MOST_BYTES)
        .await
        .unwrap();
    let merged = merge(&database, ann, ben).await;
    assert_eq!(stored(&database, merged).await, one + TURN);
    assert_true_sums(&database, "a merge").await;
}

async fn merge(database: &Database, one: UserId, other: UserId) -> UserId {
    let mut transaction = database.begin().await.unwrap();
    let connection = transaction.connection();
    let merged = merge_users(connection, one, other, at(NOW)).await.unwrap();
    transaction.commit().await.unwrap();
    merged.id
}

/// Random numbers, the same in each run: a xorshift generator.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// One random operation of a walk, by a caller on rows that the walk left.
#[expect(clippy::too_many_lines, reason = "one short arm for each operation")]
async fn step(database: &Database, token: TokenHash, random: u64) -> &'static str {
    let pick = |rows: Vec<i64>| {
        let place = usize::try_from(random / 100).unwrap() % rows.len().max(1);
        rows.get(place).copied().unwrap_or(0)
    };
    let rows = async |sql: &'static str| -> Vec<i64> {
        sqlx::query_scalar(sql)
            .fetch_all(database.once())
            .await
            .unwrap()
    };
    let word = ["a", "bb", "ccc"][usize::try_from(random / 7 % 3).unwrap()];
    let is_scripture = random.is_multiple_of(2);
    let subject = InsightSubject {
        passage_reference: "John 3",
        passage_text: word,
    };
    match random % 17 {
        0 | 1 => {
            let _posted = post(database, token, NEW_CHAT, word, MOST_BYTES).await;
            "a new chat"
        }
        2 => {
            let chats =
                rows("SELECT id FROM conversations WHERE insight_id IS NULL ORDER BY id").await;
            let target = MessageTarget::Chat(ChatId(pick(chats)));
            let _posted = post(database, token, target, word, MOST_BYTES).await;
            "a message"
        }
        3 => {
            let insights = rows("SELECT id FROM insights ORDER BY id").await;
            let target = MessageTarget::Insight(InsightId(pick(insights)));
            let _posted = post(database, token, target, word, MOST_BYTES).await;
            "a message about an insight"
        }
        4 | 5 => {
            let pending = rows("SELECT id FROM messages WHERE state = 'pending' ORDER BY id").await;
            let state = [FinalState::Complete, FinalState::Interrupted][usize::from(is_scripture)];
            let reply = MessageId(pick(pending));
            let _finished =
                finish_message(database, reply, state, word, Some(at(NOW).date_naive())).await;
            "a finished reply"
        }
        6 => {
            let pending = rows("SELECT id FROM messages WHERE state = 'pending' ORDER BY id").await;
            let _saved = save_progress(database, MessageId(pick(pending)), word).await;
            "progress"
        }
        7 => {
            let job = RETENTION
                .iter()
                .find(|job| job.job == "interrupt_messages")
                .unwrap();
            job.run_batch(database, at("2026-06-01T00:00:00Z"), None)
                .await
                .unwrap();
            "a cleanup"
        }
        8 => {
            let content = insight_content(word);
            let new = NewInsight {
                subject,
                content: &content,
                source: None,
                is_scripture,
            };
            let _saved = save_insight(database, token, new, at(NOW)).await;
            "a saved insight"
        }
        9 => {
            let content = DefinitionContent {
                definition: "d".to_owned(),
                biblical_usage: "b".to_owned(),
                original_language: "o".to_owned(),
            };
            let new = NewDefinition {
                subject: DefinitionSubject {
                    word,
                    passage_reference: "John 3",
                    verse_text: "For God",
                },
                content: &content,
                source: None,
                is_scripture,
            };
            let _saved = save_definition(database, token, new, at(NOW)).await;
            "a saved definition"
        }
        10 => {
            let _begun =
                begin_insight(database, token, subject, lookup_claim(at(NOW)), at(NOW)).await;
            "a found insight"
        }
        11 => {
            let _imported = import(database, token, &file(word, 10), MOST_BYTES).await;
            "an import"
        }
        12 => {
            let _cleared = clear_user_insights(database, token).await.unwrap();
            "cleared insights"
        }
        13 => {
            let _cleared = clear_user_definitions(database, token).await.unwrap();
            "cleared definitions"
        }
        14 => {
            let insights = rows(
                "SELECT insight_id FROM conversations WHERE insight_id IS NOT NULL ORDER BY id",
            )
            .await;
            clear_chat_messages(database, token, InsightId(pick(insights)))
                .await
                .unwrap();
            "a cleared conversation"
        }
        15 => {
            let chats =
                rows("SELECT id FROM conversations WHERE insight_id IS NULL ORDER BY id").await;
            delete_standalone_chat(database, token, ChatId(pick(chats)))
                .await
                .unwrap();
            "a deleted chat"
        }
        _ => {
            let last =
                rows("SELECT max(id) FROM messages GROUP BY conversation_id ORDER BY 1").await;
            let chats = rows(
                "SELECT conversation_id FROM messages GROUP BY conversation_id ORDER BY max(id)",
            )
            .await;
            let (chat, through) = (ChatId(pick(chats)), MessageId(pick(last)));
            let _saved = save_summary(database, token, chat, through, word).await;
            "a summary"
        }
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn stored_bytes_are_the_true_sum_after_each_step_of_a_random_walk(pool: PgPool) {
    let database = connect(&pool);
    let mut dice = Dice(13);
    let mut people = Vec::new();
    for _ in 0..6 {
        people.push(Person::new(&database, at(NOW)).await);
    }
    for round in 0..400 {
        let person = people[usize::try_from(dice.roll() % 6).unwrap()];
        let done = step(&database, person.token, dice.roll()).await;
        assert_true_sums(&database, done).await;
        if round == 150 || round == 250 {
            let (one, other) = (
                people[0].user_now(&database).await,
                people[1].user_now(&database).await,
            );
            if let (Some(one), Some(other)) = (one, other)
                && one != other
            {
                merge(&database, UserId(one), UserId(other)).await;
                assert_true_sums(&database, "a merge").await;
            }
            people.rotate_left(2);
        }
        if round == 300 {
            clear_user_data(&database, people[2].token, at(NOW))
                .await
                .unwrap();
            let gone = people[3];
            unlink_device(&database, gone.token, crate::DeviceId(gone.device), at(NOW))
                .await
                .unwrap();
            assert_true_sums(&database, "clearing and unlinking").await;
        }
    }
    let bytes = number(&database, "SELECT sum(stored_bytes)::BIGINT FROM users").await;
    assert!(bytes > 10_000, "the walk stored {bytes} bytes");
}

#[sqlx::test(migrations = "../../migrations")]
async fn stored_bytes_are_the_true_sum_after_races(pool: PgPool) {
    let database = connect(&pool);
    let mut people = Vec::new();
    for _ in 0..3 {
        people.push(Person::new(&database, at(NOW)).await);
    }
    let mut dice = Dice(14);
    for round in 0..12 {
        let rolls: Vec<u64> = (0..20).map(|_| dice.roll()).collect();
        let tokens: Vec<TokenHash> = people.iter().map(|person| person.token).collect();
        at_once(20, |n| {
            let (database, token, roll) = (database.clone(), tokens[n % 3], rolls[n]);
            async move { step(&database, token, roll).await }
        })
        .await;
        assert_true_sums(&database, &format!("round {round}")).await;
    }
}

#[sqlx::test(migrations = false)]
async fn rows_from_before_the_column_are_counted(pool: PgPool) {
    let database = connect(&pool);
    let migrations: Vec<_> = crate::MIGRATIONS.iter().collect();
    for migration in migrations.iter().filter(|migration| migration.version < 17) {
        sqlx::raw_sql(migration.sql.clone())
            .execute(database.once())
            .await
            .unwrap();
    }
    let rows = "INSERT INTO users (anonymous_id, created_at) SELECT gen_random_uuid(), now() FROM generate_series(1, 2);
         INSERT INTO conversations (user_id, title, created_at, updated_at) VALUES (1, 'é', now(), now());
         INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
         VALUES (1, 1, 'user', 'complete', 'why', now()), (1, 1, 'assistant', 'pending', 'bec', now())";
    sqlx::raw_sql(rows).execute(database.once()).await.unwrap();
    for migration in migrations
        .iter()
        .filter(|migration| migration.version >= 17)
    {
        sqlx::raw_sql(migration.sql.clone())
            .execute(database.once())
            .await
            .unwrap();
    }
    assert_eq!(stored(&database, UserId(1)).await, 202 + 203 + 40_200);
    assert_eq!(stored(&database, UserId(2)).await, 0);
    run(&database, "DELETE FROM conversations WHERE id = $1", &[1]).await;
    assert_eq!(stored(&database, UserId(1)).await, 0);
}
