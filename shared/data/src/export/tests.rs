use sqlx::{
    AssertSqlSafe,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::*;
use crate::{DatabaseConfig, DeviceKind, DeviceToken, NewDevice, get_or_create_user};
use verse_platform::Random;

async fn user(database: &Database) -> (i64, TokenHash) {
    let random = Random::system();
    let device = NewDevice {
        token_hash: DeviceToken::generate(&random).hash(),
        anonymous_id: random.uuid(),
        name: None,
        kind: DeviceKind::Unknown,
        user_agent: None,
    };
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let session = get_or_create_user(database, None, &device, now)
        .await
        .unwrap();
    (session.user.id.0, device.token_hash)
}

async fn run(database: &Database, sql: String) {
    sqlx::query(AssertSqlSafe(sql))
        .execute(database.once())
        .await
        .unwrap();
}

/// So many insights, each with so many messages of so many bytes, all got at the same moment; and as many chats.
async fn fill(database: &Database, user: i64, insights: u32, messages: u32, bytes: u32) {
    run(
        database,
        format!(
            "WITH insight AS (
                 INSERT INTO insights (owner_id, subject_hash, content_hash, passage_reference, passage_text,
                                       historical_context, theological_significance, practical_application, created_at)
                 SELECT {user}, sha256(n::text::bytea), sha256('c'), 'of ' || {user}, repeat('text ', 300) || n, '', '', '', now()
                 FROM generate_series(1, {insights}) AS n
                 RETURNING id
             ), link AS (
                 INSERT INTO user_insights SELECT {user}, id, '2026-01-01' FROM insight
             ), conversation AS (
                 INSERT INTO conversations (user_id, insight_id, title, created_at, updated_at)
                 SELECT {user}, id, NULL, now(), now() FROM insight
                 UNION ALL SELECT {user}, NULL, 'chat ' || n, now(), now() FROM generate_series(1, {insights}) AS n
                 RETURNING id
             )
             INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
             SELECT id, {user}, 'user', 'complete', repeat('m', {bytes}), '2026-01-01'
             FROM conversation, generate_series(1, {messages})"
        ),
    )
    .await;
}

/// Counts of insights, chats and messages, and the most bytes of messages on one page.
async fn read_all(database: &Database, token: TokenHash) -> (usize, usize, usize, usize) {
    let mut export = export_user_data(database, token).await.unwrap();
    let (mut insights, mut chats, mut messages, mut most) = (0, 0, 0, 0);
    while let Some(parts) = export.next().await.unwrap() {
        assert!(!parts.is_empty());
        let mut bytes = 0;
        for part in parts {
            match part {
                ExportPart::Insight(_) => insights += 1,
                ExportPart::Chat(_) => chats += 1,
                ExportPart::Message(message) => {
                    messages += 1;
                    bytes += message.content.len();
                }
                ExportPart::Definition(_) => panic!("there is none"),
            }
        }
        most = most.max(bytes);
    }
    (insights, chats, messages, most)
}

#[sqlx::test(migrations = "../../migrations")]
async fn pages_meet_without_a_gap_and_are_bounded(_: PgPoolOptions, options: PgConnectOptions) {
    let database = Database::connect_lazy(&DatabaseConfig::new(options));
    // More rows than a page has; more messages than one has; exactly as many as one has; pages bounded by bytes.
    for (insights, messages, bytes) in [
        (450, 1, 1),
        (2, 450, 1),
        (1, 200, 1),
        (200, 1, 1),
        (2, 9, 300_000),
    ] {
        let (id, token) = user(&database).await;
        fill(&database, id, insights, messages, bytes).await;
        let (read_insights, chats, read_messages, most) = read_all(&database, token).await;
        let expected = insights as usize;
        assert_eq!((read_insights, chats), (expected, expected));
        assert_eq!(read_messages, expected * messages as usize * 2);
        assert!(most < 900_000, "{most}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn messages_come_in_their_order_and_unfinished_ones_do_not(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = Database::connect_lazy(&DatabaseConfig::new(options));
    let (id, token) = user(&database).await;
    fill(&database, id, 1, 0, 0).await;
    run(
        &database,
        "INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
         SELECT id, user_id, role, state, role || ' ' || at, at::timestamptz
         FROM conversations, (VALUES ('user', 'complete', '2026-01-03'), ('assistant', 'pending', '2026-01-04'),
                                     ('user', 'complete', '2026-01-01'), ('assistant', 'interrupted', '2026-01-01'))
              AS said (role, state, at)
         WHERE insight_id IS NULL"
            .to_owned(),
    )
    .await;
    let mut export = export_user_data(&database, token).await.unwrap();
    let mut said = Vec::new();
    while let Some(parts) = export.next().await.unwrap() {
        said.extend(parts.into_iter().filter_map(|part| match part {
            ExportPart::Message(message) => Some(message.content),
            _ => None,
        }));
    }
    assert_eq!(
        said,
        ["user 2026-01-01", "assistant 2026-01-01", "user 2026-01-03"]
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_export_of_somebody_erased_or_merged_meanwhile_fails(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = Database::connect_lazy(&DatabaseConfig::new(options));
    let (other, _) = user(&database).await;
    for change in [
        "DELETE FROM users WHERE id = $user".to_owned(),
        format!("UPDATE devices SET user_id = {other} WHERE user_id = $user"),
    ] {
        let (id, token) = user(&database).await;
        fill(&database, id, 3, 3, 3).await;
        let mut export = export_user_data(&database, token).await.unwrap();
        export.next().await.unwrap().unwrap();
        run(&database, change.replace("$user", &id.to_string())).await;
        let end = loop {
            match export.next().await {
                Ok(Some(_)) => {}
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        assert!(matches!(end, Some(Error::UnknownCaller)), "{end:?}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn nobody_has_no_export(_: PgPoolOptions, options: PgConnectOptions) {
    let database = Database::connect_lazy(&DatabaseConfig::new(options));
    let nobody = DeviceToken::generate(&Random::system()).hash();
    let export = export_user_data(&database, nobody).await;
    assert!(matches!(export, Err(Error::UnknownCaller)));
}

/// A page is a range of an index, however many users there are.
#[sqlx::test(migrations = "../../migrations")]
async fn no_page_reads_a_whole_table(_: PgPoolOptions, options: PgConnectOptions) {
    let mut config = DatabaseConfig::new(options);
    config.max_connections = 1;
    let database = Database::connect_lazy(&config);
    let mut token = None;
    for _ in 0..40 {
        let (id, hash) = user(&database).await;
        fill(&database, id, 100, 10, 100).await;
        token = Some(hash);
    }
    let flush = || async {
        for sql in ["SELECT pg_stat_force_next_flush()", "SELECT 1"] {
            run(&database, sql.to_owned()).await;
        }
    };
    run(&database, "ANALYZE".to_owned()).await;
    flush().await;
    run(&database, "SELECT pg_stat_reset()".to_owned()).await;
    assert_eq!(read_all(&database, token.unwrap()).await.2, 2000);
    flush().await;
    let (by_scan, by_index): (i64, i64) = sqlx::query_as(
        "SELECT sum(seq_tup_read)::bigint, sum(idx_tup_fetch)::bigint FROM pg_stat_user_tables
         WHERE relname IN ('insights', 'user_insights', 'conversations', 'messages')",
    )
    .fetch_one(database.once())
    .await
    .unwrap();
    assert_eq!(by_scan, 0);
    assert!(by_index > 2000, "the statistics say nothing: {by_index}");
}
