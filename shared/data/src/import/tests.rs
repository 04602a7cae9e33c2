//! Tests of imports.

use sqlx::{AssertSqlSafe, PgPool};

use super::*;
use crate::{
    ExportPart, FinalState, InsightContent, InsightSubject, Role, UserId, clear_user_data,
    export_user_data,
    fixture::{
        at, at_once, begin_merge, connect_with_timeouts, count, number, reader, run, stranger,
        until_waiting,
    },
    merge_users,
};

/// The time of an import.
const SENT: &str = "2026-03-01T00:00:00.654321Z";

fn insight(text: &str) -> InsightRecord {
    InsightRecord {
        passage_reference: "John 3:16 (KJV)".to_owned(),
        passage_text: text.to_owned(),
        historical_context: "context".to_owned(),
        theological_significance: "significance".to_owned(),
        practical_application: "application".to_owned(),
        created_at: at("2026-01-02T00:00:00.123456Z"),
    }
}

fn definition(word: &str) -> DefinitionRecord {
    DefinitionRecord {
        word: word.to_owned(),
        passage_reference: "John 3:16 (KJV)".to_owned(),
        verse_text: "For God".to_owned(),
        definition: "definition".to_owned(),
        biblical_usage: "usage".to_owned(),
        original_language: "kosmos".to_owned(),
        created_at: at("2026-01-02T00:00:00.000001Z"),
    }
}

fn chat(title: &str) -> ChatRecord {
    ChatRecord {
        title: title.to_owned(),
        passage_reference: None,
        passage_text: Some("For God".to_owned()),
        created_at: at("2026-01-03T00:00:00Z"),
        updated_at: at("2026-01-04T00:00:00Z"),
    }
}

fn message(role: Role, content: &str, time: &str) -> MessageRecord {
    MessageRecord {
        role,
        state: FinalState::Complete,
        content: content.to_owned(),
        created_at: at(time),
    }
}

/// The same message and reply twice at one time, and then an earlier message.
fn talk() -> Vec<MessageRecord> {
    let time = "2026-01-02T12:00:00.5Z";
    let turn = [
        message(Role::User, "why?", time),
        message(Role::Assistant, "because", time),
    ];
    let earlier = message(Role::User, "earlier", "2026-01-02T11:00:00Z");
    [&turn[..], &turn, &[earlier]].concat()
}

/// Two insights, two definitions, three chats of which two are equal; twenty messages.
fn data() -> UserData {
    UserData {
        insights: vec![
            (insight("For God"), talk()),
            (insight("so loved"), Vec::new()),
        ],
        definitions: vec![definition("world"), definition("God")],
        chats: ["one", "one", "two"]
            .map(|title| (chat(title), talk()))
            .into(),
    }
}

/// The limit of a user's data in these tests.
const MOST_BYTES: i64 = 100_000_000;

const ALL: Imported = Imported {
    insights: 2,
    definitions: 2,
    chat_messages: 20,
    standalone_chats: 3,
};

async fn import(database: &Database, token: TokenHash, file: &UserData) -> Imported {
    import_user_data(database, token, file, MOST_BYTES, at(SENT))
        .await
        .unwrap()
}

async fn export(database: &Database, token: TokenHash) -> Vec<ExportPart> {
    let mut export = export_user_data(database, token, None).await.unwrap();
    let mut all = Vec::new();
    while let Some(parts) = export.next().await.unwrap() {
        all.extend(parts);
    }
    all
}

#[sqlx::test(migrations = "../../migrations")]
async fn file_that_both_linked_users_imported_adds_nothing(pool: PgPool) {
    let database = connect_with_timeouts(&pool, 20);
    let ((ann, token), (ben, other)) = (reader(&database).await, reader(&database).await);
    // Replies have times of their own, and another message came in between.
    let file = |words: [&str; 2], times: [&str; 2]| UserData {
        insights: vec![(
            insight("For God"),
            vec![
                message(Role::User, words[0], times[0]),
                message(Role::Assistant, words[1], times[1]),
            ],
        )],
        ..UserData::default()
    };
    let times = ["2026-01-02T12:00:00Z", "2026-01-02T12:00:02Z"];
    let mine = file(["why?", "because"], times);
    let times = ["2026-01-02T12:00:01Z", "2026-01-02T12:00:03Z"];
    let theirs = file(["who?", "Nicodemus"], times);
    import(&database, token, &mine).await;
    import(&database, other, &theirs).await;
    let mut transaction = database.begin().await.unwrap();
    let connection = transaction.connection();
    let merged = merge_users(connection, ann, ben, at("2026-01-05T00:00:00Z")).await;
    merged.unwrap();
    transaction.commit().await.unwrap();
    for file in [mine, theirs] {
        let again = import(&database, token, &file).await;
        assert_eq!(again, Imported::default());
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn file_is_imported_once_and_exported_whole(pool: PgPool) {
    let database = connect_with_timeouts(&pool, 20);
    let (_, token) = reader(&database).await;
    assert_eq!(import(&database, token, &data()).await, ALL);
    let before = export(&database, token).await;
    let contents = before.iter().filter_map(|part| match part {
        ExportPart::Message(message) => Some(message.content.as_str()),
        _ => None,
    });
    let contents: Vec<_> = contents.collect();
    assert_eq!(contents.len(), 20);
    let order = ["earlier", "why?", "because", "why?", "because"];
    assert_eq!(contents[..5], order);

    let again = import(&database, token, &data()).await;
    assert_eq!(again, Imported::default());
    assert_eq!(export(&database, token).await, before);

    let now = at("2026-01-05T00:00:00Z");
    clear_user_data(&database, token, now).await.unwrap();
    let (_, token) = reader(&database).await;
    import(&database, token, &data()).await;
    assert_eq!(export(&database, token).await, before);
}

/// Retries an import that did not get the lock in time, as a client does on a busy machine: it has imported nothing.
async fn import_with_retries(database: &Database, token: TokenHash, file: &UserData) -> Imported {
    for _ in 0..10 {
        match import_user_data(database, token, file, MOST_BYTES, at(SENT)).await {
            Err(error) if error.is_unavailable() => {}
            imported => return imported.unwrap(),
        }
    }
    panic!("the database was unavailable ten times");
}

#[sqlx::test(migrations = "../../migrations")]
async fn twenty_concurrent_imports_of_one_file_add_it_once(pool: PgPool) {
    let database = connect_with_timeouts(&pool, 20);
    // Without insights, no unique key settles the race.
    let chats = UserData {
        chats: data().chats,
        ..UserData::default()
    };
    for (file, expected) in [(data(), 20), (chats, 15)] {
        let (_, token) = reader(&database).await;
        let imports = at_once(20, |_| {
            let (database, file) = (database.clone(), file.clone());
            async move {
                import_with_retries(&database, token, &file)
                    .await
                    .chat_messages
            }
        });
        assert_eq!(imports.await.into_iter().sum::<u64>(), expected);
        assert_same_as_one_import(&database, token, &file).await;
    }
}

/// The user's export equals that of a new user who imports `file`.
async fn assert_same_as_one_import(database: &Database, token: TokenHash, file: &UserData) {
    let (_, other) = reader(database).await;
    import(database, other, file).await;
    assert_eq!(export(database, token).await, export(database, other).await);
}

#[sqlx::test(migrations = "../../migrations")]
async fn import_follows_a_user_that_is_merged_meanwhile(pool: PgPool) {
    let database = connect_with_timeouts(&pool, 20);
    let ((from, token), (into, other)) = (reader(&database).await, reader(&database).await);
    let merge = begin_merge(&database, from, into).await;
    let waiting = {
        let database = database.clone();
        tokio::spawn(async move { import(&database, token, &data()).await })
    };
    until_waiting(&database, 1).await;
    merge.commit().await.unwrap();
    assert_eq!(waiting.await.unwrap(), ALL);
    let exported = export(&database, other).await;
    assert_eq!(export(&database, token).await, exported);
    assert!(!exported.is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn larger_file_adds_what_a_smaller_one_did_not_have(pool: PgPool) {
    let database = connect_with_timeouts(&pool, 20);
    let (_, token) = reader(&database).await;
    let mut less = data();
    less.insights[0].1.truncate(2);
    less.chats.truncate(1);
    less.chats[0].1.truncate(3);
    import(&database, token, &less).await;
    let mut more = data();
    more.chats[0].0.updated_at = at("2026-02-01T00:00:00Z");
    let expected = Imported {
        insights: 0,
        definitions: 0,
        chat_messages: 15,
        standalone_chats: 2,
    };
    assert_eq!(import(&database, token, &more).await, expected);
    assert_same_as_one_import(&database, token, &more).await;
}

/// Inserts the shared insight of a record, linked to the user if given, and returns its id.
async fn share(database: &Database, record: &InsightRecord, user: Option<UserId>) -> i64 {
    let subject = InsightSubject {
        passage_reference: &record.passage_reference,
        passage_text: &record.passage_text,
    };
    let content = InsightContent {
        historical_context: "context".to_owned(),
        theological_significance: "significance".to_owned(),
        practical_application: "application".to_owned(),
    };
    sqlx::query_scalar(
        "WITH shared AS (
             INSERT INTO insights (subject_hash, content_hash, passage_reference, passage_text, historical_context,
                                   theological_significance, practical_application, created_at)
             VALUES ($1, $2, $3, $4, 'context', 'significance', 'application', now())
             RETURNING id
         ), link AS (
             INSERT INTO user_insights SELECT $5, id, now() FROM shared WHERE $5 IS NOT NULL
         )
         SELECT id FROM shared",
    )
    .bind(subject.hash())
    .bind(content.hash())
    .bind(&record.passage_reference)
    .bind(&record.passage_text)
    .bind(user.map(|user| user.0))
    .fetch_one(database.once())
    .await
    .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn shared_insight_of_the_history_is_found(pool: PgPool) {
    let database = connect_with_timeouts(&pool, 20);
    let (user, token) = reader(&database).await;
    share(&database, &insight("For God"), Some(user)).await;
    assert_eq!(import(&database, token, &data()).await.insights, 1);
    let sql =
        "SELECT count(*) FROM messages JOIN conversations ON conversations.id = conversation_id
                    JOIN insights ON insights.id = insight_id WHERE owner_id IS NULL";
    let messages = number(&database, sql).await;
    assert_eq!(messages, 5, "the messages are about the shared one");
}

#[sqlx::test(migrations = "../../migrations")]
async fn import_never_changes_a_shared_insight_and_never_becomes_one(pool: PgPool) {
    let database = connect_with_timeouts(&pool, 20);
    let (_, token) = reader(&database).await;
    let shared = share(&database, &insight("For God"), None).await;
    let row = format!("SELECT md5(insights::TEXT) FROM insights WHERE id = {shared}");
    let read =
        || sqlx::query_scalar::<_, String>(AssertSqlSafe(row.clone())).fetch_one(database.once());
    let before = read().await.unwrap();
    // A copy of the shared one, and another text about the same passage.
    let mut forged = insight("For God");
    forged.historical_context = "forged".to_owned();
    let file = UserData {
        insights: vec![(insight("For God"), talk()), (forged, Vec::new())],
        ..UserData::default()
    };
    assert_eq!(import(&database, token, &file).await.insights, 2);
    assert_eq!(read().await.unwrap(), before);
    let foreign = "SELECT count(*) FROM user_insights JOIN insights ON insights.id = insight_id
                   WHERE owner_id IS DISTINCT FROM user_id";
    assert_eq!(number(&database, foreign).await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn import_restores_a_cleared_history(pool: PgPool) {
    let database = connect_with_timeouts(&pool, 20);
    let (_, token) = reader(&database).await;
    import(&database, token, &data()).await;
    let before = export(&database, token).await;
    for sql in ["DELETE FROM user_insights", "DELETE FROM user_definitions"] {
        run(&database, sql, &[]).await;
    }
    // The chats were not cleared.
    let expected = Imported {
        insights: 2,
        definitions: 2,
        ..Imported::default()
    };
    assert_eq!(import(&database, token, &data()).await, expected);
    assert_eq!(export(&database, token).await, before);
}

#[sqlx::test(migrations = "../../migrations")]
async fn invalid_record_imports_nothing(pool: PgPool) {
    let database = connect_with_timeouts(&pool, 20);
    let (_, token) = reader(&database).await;
    let mut invalid = data();
    invalid.chats[2].0.title = String::new();
    let refused = import_user_data(&database, token, &invalid, MOST_BYTES, at(SENT)).await;
    assert!(
        matches!(refused, Err(Error::Conflict { .. })),
        "{refused:?}"
    );
    assert_eq!(export(&database, token).await, []);
    assert_eq!(count(&database, "insights").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn user_at_the_limit_of_bytes_imports_nothing_more(pool: PgPool) {
    let database = connect_with_timeouts(&pool, 20);
    let ((_, token), (_, other)) = (reader(&database).await, reader(&database).await);
    let most = "SELECT max(stored_bytes) FROM users";
    import(&database, other, &data()).await;
    let bytes = number(&database, most).await;
    let refused = import_user_data(&database, token, &data(), bytes - 1, at(SENT)).await;
    assert!(matches!(refused, Err(Error::TooMuchData)), "{refused:?}");
    assert_eq!(export(&database, token).await, []);
    let imported = import_user_data(&database, token, &data(), bytes, at(SENT)).await;
    assert_eq!(imported.unwrap(), ALL);
    let message = message(Role::User, "x", "2026-01-01T00:00:00Z");
    let more = UserData {
        chats: vec![(chat("more"), vec![message])],
        ..UserData::default()
    };
    import(&database, other, &more).await;
    let bytes = number(&database, most).await;
    for (most, is_imported) in [(bytes - 1, false), (bytes, true)] {
        let imported = import_user_data(&database, token, &more, most, at(SENT)).await;
        assert_eq!(imported.is_ok(), is_imported, "{imported:?}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn unknown_caller_imports_nothing(pool: PgPool) {
    let database = connect_with_timeouts(&pool, 20);
    let refused = import_user_data(&database, stranger(), &data(), MOST_BYTES, at(SENT)).await;
    assert!(matches!(refused, Err(Error::UnknownCaller)));
}

/// As many messages as a body holds, with equal times and texts among them. Several imports before it make the server
/// use generic plans, which do not depend on the number of records.
#[sqlx::test(migrations = "../../migrations")]
async fn body_full_of_messages_is_imported_in_seconds(pool: PgPool) {
    let database = connect_with_timeouts(&pool, 1);
    let (_, token) = reader(&database).await;
    for _ in 0..6 {
        import(&database, token, &data()).await;
    }
    let text = |n: i32| message(Role::User, &(n / 2).to_string(), "2026-01-01T00:00:00Z");
    let file = UserData {
        chats: vec![(chat("long"), (0..80_000).map(text).collect())],
        ..UserData::default()
    };
    for expected in [80_000, 0] {
        let imported = import(&database, token, &file).await;
        assert_eq!(imported.chat_messages, expected);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_file_without_times_sent_twice_adds_its_records_once(pool: PgPool) {
    let database = connect_with_timeouts(&pool, 1);
    let (_, token) = reader(&database).await;
    for (sent, added) in [(SENT, (2, 6)), ("2026-03-01T00:00:09Z", (0, 0))] {
        let timeless = |title: &str| ChatRecord {
            created_at: at(sent),
            updated_at: at(sent),
            ..chat(title)
        };
        let talk = || {
            let said = |content| message(Role::User, content, sent);
            vec![said("Why?"), said("And?"), said("Why?")]
        };
        // Two equal chats are two.
        let data = UserData {
            chats: vec![(timeless("A"), talk()), (timeless("A"), talk())],
            ..UserData::default()
        };
        let imported = import_user_data(&database, token, &data, MOST_BYTES, at(sent)).await;
        let imported = imported.unwrap();
        assert_eq!((imported.standalone_chats, imported.chat_messages), added);
    }
    let at_first = "SELECT count(*) FROM messages WHERE created_at = '2026-03-01T00:00:00.654321Z'";
    assert_eq!(number(&database, at_first).await, 6);
}
