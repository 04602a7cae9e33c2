use sqlx::{
    AssertSqlSafe,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::*;
use crate::{
    DatabaseConfig, DeviceKind, DeviceToken, ExportPart, NewDevice, Role, clear_user_data,
    export_user_data, get_or_create_user, merge_users, text_hash::hash_parts,
};
use verse_platform::Random;

fn database(options: PgConnectOptions) -> Database {
    let mut config = DatabaseConfig::new(options);
    config.max_connections = 20;
    Database::connect_lazy(&config)
}

async fn user(database: &Database) -> (i64, TokenHash) {
    let random = Random::system();
    let device = NewDevice {
        token_hash: DeviceToken::generate(&random).hash(),
        anonymous_id: random.uuid(),
        name: None,
        kind: DeviceKind::Unknown,
        user_agent: None,
    };
    let session = get_or_create_user(database, None, &device, at("2026-01-01T00:00:00Z"))
        .await
        .unwrap();
    (session.user.id.0, device.token_hash)
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

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

fn said(role: Role, content: &str, time: &str) -> MessageRecord {
    MessageRecord {
        role,
        content: content.to_owned(),
        created_at: at(time),
    }
}

fn talk() -> Vec<MessageRecord> {
    let time = "2026-01-02T12:00:00.5Z";
    vec![
        said(Role::User, "why?", time),
        said(Role::Assistant, "because", time),
        said(Role::User, "why?", time),
        said(Role::Assistant, "because", time),
        said(Role::User, "earlier", "2026-01-02T11:00:00Z"),
    ]
}

/// Two insights, two definitions, three chats of which two began the same; twenty messages.
fn data() -> UserData {
    UserData {
        insights: vec![
            (insight("For God"), talk()),
            (insight("so loved"), Vec::new()),
        ],
        definitions: vec![definition("world"), definition("God")],
        chats: vec![
            (chat("one"), talk()),
            (chat("one"), talk()),
            (chat("two"), talk()),
        ],
    }
}

const ALL: Imported = Imported {
    insights: 2,
    definitions: 2,
    chat_messages: 20,
    standalone_chats: 3,
};

async fn export(database: &Database, token: TokenHash) -> Vec<ExportPart> {
    let mut export = export_user_data(database, token).await.unwrap();
    let mut all = Vec::new();
    while let Some(parts) = export.next().await.unwrap() {
        all.extend(parts);
    }
    all
}

async fn count(database: &Database, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql)
        .fetch_one(database.once())
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_file_that_both_of_two_linked_users_imported_is_known(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let ((ann, token), (ben, other)) = (user(&database).await, user(&database).await);
    // Answers have times of their own, and another question came in between.
    let talk = |words: [&str; 2], times: [&str; 2]| {
        vec![
            said(Role::User, words[0], times[0]),
            said(Role::Assistant, words[1], times[1]),
        ]
    };
    let file = |said| UserData {
        insights: vec![(insight("For God"), said)],
        ..UserData::default()
    };
    let mine = file(talk(
        ["why?", "because"],
        ["2026-01-02T12:00:00Z", "2026-01-02T12:00:02Z"],
    ));
    let theirs = file(talk(
        ["who?", "Nicodemus"],
        ["2026-01-02T12:00:01Z", "2026-01-02T12:00:03Z"],
    ));
    import_user_data(&database, token, &mine).await.unwrap();
    import_user_data(&database, other, &theirs).await.unwrap();
    let mut transaction = database.begin().await.unwrap();
    let connection = transaction.connection();
    merge_users(
        connection,
        ann.into(),
        ben.into(),
        at("2026-01-05T00:00:00Z"),
    )
    .await
    .unwrap();
    transaction.commit().await.unwrap();
    for file in [mine, theirs] {
        let again = import_user_data(&database, token, &file).await;
        assert_eq!(again.unwrap(), Imported::default());
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_file_is_imported_once_and_comes_back_whole(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let (_, token) = user(&database).await;
    assert_eq!(
        import_user_data(&database, token, &data()).await.unwrap(),
        ALL
    );
    let before = export(&database, token).await;
    let contents: Vec<_> = before
        .iter()
        .filter_map(|part| match part {
            ExportPart::Message(message) => Some(message.content.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(contents.len(), 20);
    assert_eq!(
        contents[..5],
        ["earlier", "why?", "because", "why?", "because"]
    );

    let again = import_user_data(&database, token, &data()).await.unwrap();
    assert_eq!(again, Imported::default());
    assert_eq!(export(&database, token).await, before);

    clear_user_data(&database, token).await.unwrap();
    let (_, token) = user(&database).await;
    import_user_data(&database, token, &data()).await.unwrap();
    assert_eq!(export(&database, token).await, before);
}

/// Tries again when its turn did not come in time, as a client would on a busy machine: nothing was imported then.
async fn import_in_the_end(database: &Database, token: TokenHash, file: &UserData) -> Imported {
    for _ in 0..10 {
        match import_user_data(database, token, file).await {
            Err(error) if error.is_unavailable() => {}
            imported => return imported.unwrap(),
        }
    }
    panic!("the database was not to be had ten times");
}

#[sqlx::test(migrations = "../../migrations")]
async fn twenty_imports_of_one_file_at_once_are_one(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    // Chats alone have no unique key that would settle it.
    let chats = UserData {
        chats: data().chats,
        ..UserData::default()
    };
    for (file, expected) in [(data(), 20), (chats, 15)] {
        let (_, token) = user(&database).await;
        let imports = (0..20).map(|_| {
            let (database, file) = (database.clone(), file.clone());
            tokio::spawn(async move { import_in_the_end(&database, token, &file).await })
        });
        let mut messages = 0;
        for import in imports.collect::<Vec<_>>() {
            messages += import.await.unwrap().chat_messages;
        }
        assert_eq!(messages, expected);
        let (_, other) = user(&database).await;
        import_user_data(&database, other, &file).await.unwrap();
        assert_eq!(
            export(&database, token).await,
            export(&database, other).await
        );
    }
}

/// The user that the token led to is merged into another while the import waits for its turn.
#[sqlx::test(migrations = "../../migrations")]
async fn an_import_follows_a_user_that_is_merged_meanwhile(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (from, token) = user(&database).await;
    let (into, other) = user(&database).await;
    let mut merge = database.begin().await.unwrap();
    for statement in [
        format!("UPDATE devices SET user_id = {into} WHERE user_id = {from}"),
        format!("DELETE FROM users WHERE id = {from}"),
    ] {
        sqlx::query(AssertSqlSafe(statement))
            .execute(merge.connection())
            .await
            .unwrap();
    }
    let waiting = {
        let database = database.clone();
        tokio::spawn(async move { import_user_data(&database, token, &data()).await.unwrap() })
    };
    let waiters = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let mut tries = 0;
    while count(&database, waiters).await == 0 {
        tries += 1;
        assert!(tries < 1000, "the import never waited for the merge");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    merge.commit().await.unwrap();
    assert_eq!(waiting.await.unwrap(), ALL);
    assert_eq!(
        export(&database, token).await,
        export(&database, other).await
    );
    assert!(!export(&database, other).await.is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn more_of_what_is_there_is_added_to_it(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let (_, token) = user(&database).await;
    let mut less = data();
    less.insights[0].1.truncate(2);
    less.chats.truncate(1);
    less.chats[0].1.truncate(3);
    import_user_data(&database, token, &less).await.unwrap();
    let mut more = data();
    more.chats[0].0.updated_at = at("2026-02-01T00:00:00Z");
    let imported = import_user_data(&database, token, &more).await.unwrap();
    let expected = Imported {
        insights: 0,
        definitions: 0,
        chat_messages: 15,
        standalone_chats: 2,
    };
    assert_eq!(imported, expected);
    let (_, other) = user(&database).await;
    import_user_data(&database, other, &more).await.unwrap();
    assert_eq!(
        export(&database, token).await,
        export(&database, other).await
    );
}

/// The insight that others share, with its number; linked to the user if told.
async fn share(database: &Database, record: &InsightRecord, user: Option<i64>) -> i64 {
    let subject = hash_parts(&[&record.passage_reference, &record.passage_text]);
    let content = hash_parts(&["context", "significance", "application"]);
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
    .bind(subject.as_slice())
    .bind(content.as_slice())
    .bind(&record.passage_reference)
    .bind(&record.passage_text)
    .bind(user)
    .fetch_one(database.once())
    .await
    .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_the_history_has_is_found_whoever_wrote_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (id, token) = user(&database).await;
    share(&database, &insight("For God"), Some(id)).await;
    let imported = import_user_data(&database, token, &data()).await.unwrap();
    assert_eq!(imported.insights, 1);
    let messages =
        "SELECT count(*) FROM messages JOIN conversations ON conversations.id = conversation_id
                    JOIN insights ON insights.id = insight_id WHERE owner_id IS NULL";
    assert_eq!(
        count(&database, messages).await,
        5,
        "the messages are on the shared one"
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_import_never_touches_and_never_becomes_what_others_share(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (_, token) = user(&database).await;
    let shared = share(&database, &insight("For God"), None).await;
    let row = format!("SELECT md5(insights::text) FROM insights WHERE id = {shared}");
    let read =
        || sqlx::query_scalar::<_, String>(AssertSqlSafe(row.clone())).fetch_one(database.once());
    let before = read().await.unwrap();
    // The same as the shared one, and another text on the same passage.
    let mut forged = insight("For God");
    forged.historical_context = "forged".to_owned();
    let file = UserData {
        insights: vec![(insight("For God"), talk()), (forged, Vec::new())],
        ..UserData::default()
    };
    let imported = import_user_data(&database, token, &file).await.unwrap();
    assert_eq!(imported.insights, 2);
    assert_eq!(read().await.unwrap(), before);
    let linked = "SELECT count(*) FROM user_insights JOIN insights ON insights.id = insight_id
                  WHERE owner_id IS DISTINCT FROM user_id";
    assert_eq!(count(&database, linked).await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_cleared_from_the_history_comes_back(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let (_, token) = user(&database).await;
    import_user_data(&database, token, &data()).await.unwrap();
    let before = export(&database, token).await;
    for table in ["user_insights", "user_definitions"] {
        sqlx::query(AssertSqlSafe(format!("DELETE FROM {table}")))
            .execute(database.once())
            .await
            .unwrap();
    }
    let imported = import_user_data(&database, token, &data()).await.unwrap();
    assert_eq!(
        (
            imported.insights,
            imported.definitions,
            imported.chat_messages
        ),
        (2, 2, 0)
    );
    assert_eq!(export(&database, token).await, before);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_record_that_no_table_takes_leaves_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let (_, token) = user(&database).await;
    let mut bad = data();
    bad.chats[2].0.title = String::new();
    let error = import_user_data(&database, token, &bad).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    assert_eq!(export(&database, token).await, []);
    assert_eq!(count(&database, "SELECT count(*) FROM insights").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn nobody_imports_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let nobody = DeviceToken::generate(&Random::system()).hash();
    let error = import_user_data(&database, nobody, &data()).await;
    assert!(matches!(error, Err(Error::UnknownCaller)));
}

/// As many as a body holds, the same moment and words among them, and many times, so that the server's plans no longer
/// know how much they are given.
#[sqlx::test(migrations = "../../migrations")]
async fn a_body_full_of_messages_takes_no_more_than_seconds(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let mut config = DatabaseConfig::new(options);
    config.max_connections = 1;
    let database = Database::connect_lazy(&config);
    let (_, token) = user(&database).await;
    for _ in 0..6 {
        import_user_data(&database, token, &data()).await.unwrap();
    }
    let many = (0..80_000).map(|n| said(Role::User, &(n / 2).to_string(), "2026-01-01T00:00:00Z"));
    let file = UserData {
        chats: vec![(chat("long"), many.collect())],
        ..UserData::default()
    };
    let mut imported = Vec::new();
    for _ in 0..2 {
        let done = import_user_data(&database, token, &file).await.unwrap();
        imported.push(done.chat_messages);
    }
    assert_eq!(imported, [80_000, 0]);
}
