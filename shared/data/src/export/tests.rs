//! Tests of exports.

use sqlx::PgPool;

use super::*;
use crate::{
    UserId,
    fixture::{connect_with_timeouts, reader, run, stranger},
};

/// Gives user `$1` `$2` insights, all linked at one time, and as many chats, each with `$3` messages of `$4` bytes.
const FILL: &str = "
    WITH insight AS (
        INSERT INTO insights (owner_id, subject_hash, content_hash, passage_reference, passage_text,
                              historical_context, theological_significance, practical_application, created_at)
        SELECT $1, sha256(n::TEXT::BYTEA), sha256('c'), 'of ' || $1, repeat('text ', 300) || n, '', '', '', now()
        FROM generate_series(1, $2) AS n
        RETURNING id
    ), link AS (
        INSERT INTO user_insights SELECT $1, id, '2026-01-01' FROM insight
    ), conversation AS (
        INSERT INTO conversations (user_id, insight_id, title, created_at, updated_at)
        SELECT $1, id, NULL, now(), now() FROM insight
        UNION ALL SELECT $1, NULL, 'chat ' || n, now(), now() FROM generate_series(1, $2) AS n
        RETURNING id
    )
    INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
    SELECT id, $1, 'user', 'complete', repeat('m', $4::INT), '2026-01-01'
    FROM conversation, generate_series(1, $3)";

/// A new user with so many insights and chats, each with so many messages of so many bytes.
async fn filled(
    database: &Database,
    insights: i64,
    messages: i64,
    bytes: i64,
) -> (UserId, TokenHash) {
    let (user, token) = reader(database).await;
    run(database, FILL, &[user.0, insights, messages, bytes]).await;
    (user, token)
}

/// The numbers of insights, chats and messages, and the most bytes of messages on one page.
async fn read_all(database: &Database, token: TokenHash) -> (i64, i64, i64, usize) {
    let mut export = export_user_data(database, token, None).await.unwrap();
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
async fn pages_are_bounded_and_have_no_gaps(pool: PgPool) {
    let database = connect_with_timeouts(&pool, 20);
    // More insights than rows of a page; more messages than those; exactly as many; and pages bounded by bytes.
    for (insights, messages, bytes) in [
        (450, 1, 1),
        (2, 450, 1),
        (1, 200, 1),
        (200, 1, 1),
        (2, 9, 300_000),
    ] {
        let (_, token) = filled(&database, insights, messages, bytes).await;
        let (read_insights, chats, read_messages, most) = read_all(&database, token).await;
        assert_eq!((read_insights, chats), (insights, insights));
        assert_eq!(read_messages, insights * messages * 2);
        assert!(most < 900_000, "{most}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn messages_are_exported_in_order_without_pending_replies(pool: PgPool) {
    let database = connect_with_timeouts(&pool, 20);
    let (_, token) = filled(&database, 1, 0, 0).await;
    run(
        &database,
        "INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
         SELECT id, user_id, role, state, role || ' ' || at, at::TIMESTAMPTZ
         FROM conversations, (VALUES ('user', 'complete', '2026-01-03'), ('assistant', 'pending', '2026-01-04'),
                                     ('user', 'complete', '2026-01-01'), ('assistant', 'interrupted', '2026-01-01'))
              AS message (role, state, at)
         WHERE insight_id IS NULL",
        &[],
    )
    .await;
    let mut export = export_user_data(&database, token, None).await.unwrap();
    let mut messages = Vec::new();
    while let Some(parts) = export.next().await.unwrap() {
        messages.extend(parts.into_iter().filter_map(|part| match part {
            ExportPart::Message(message) => Some(message.content),
            _ => None,
        }));
    }
    let order = ["user 2026-01-01", "assistant 2026-01-01", "user 2026-01-03"];
    assert_eq!(messages, order);
}

#[sqlx::test(migrations = "../../migrations")]
async fn export_fails_when_its_user_is_erased_or_merged_meanwhile(pool: PgPool) {
    let database = connect_with_timeouts(&pool, 20);
    let (other, _) = reader(&database).await;
    for change in [
        "DELETE FROM users WHERE id = $1 AND id <> $2",
        "UPDATE devices SET user_id = $2 WHERE user_id = $1",
    ] {
        let (user, token) = filled(&database, 3, 3, 3).await;
        let mut export = export_user_data(&database, token, None).await.unwrap();
        export.next().await.unwrap().unwrap();
        run(&database, change, &[user.0, other.0]).await;
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
async fn unknown_caller_has_no_export(pool: PgPool) {
    let export = export_user_data(&connect_with_timeouts(&pool, 20), stranger(), None).await;
    assert!(matches!(export, Err(Error::UnknownCaller)));
}

/// A page is a range of an index, however many users there are.
#[sqlx::test(migrations = "../../migrations")]
async fn no_page_reads_a_whole_table(pool: PgPool) {
    let database = connect_with_timeouts(&pool, 1);
    let mut token = stranger();
    for _ in 0..40 {
        (_, token) = filled(&database, 100, 10, 100).await;
    }
    let flush = || async {
        for sql in ["SELECT pg_stat_force_next_flush()", "SELECT 1"] {
            run(&database, sql, &[]).await;
        }
    };
    run(&database, "ANALYZE", &[]).await;
    flush().await;
    run(&database, "SELECT pg_stat_reset()", &[]).await;
    assert_eq!(read_all(&database, token).await.2, 2000);
    flush().await;
    let (by_scan, by_index): (i64, i64) = sqlx::query_as(
        "SELECT sum(seq_tup_read)::BIGINT, sum(idx_tup_fetch)::BIGINT FROM pg_stat_user_tables
         WHERE relname IN ('insights', 'user_insights', 'conversations', 'messages')",
    )
    .fetch_one(database.once())
    .await
    .unwrap();
    assert_eq!(by_scan, 0);
    assert!(by_index > 2000, "the statistics are missing: {by_index}");
}
