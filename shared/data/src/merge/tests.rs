use sqlx::PgPool;

use super::*;
use crate::{
    ChatId, Database, FinalState, InsightId, MessageTarget, PostOutcome, append_message,
    clear_chat_messages, clear_user_definitions, clear_user_insights, delete_standalone_chat,
    finish_message,
    fixture::{Person, at, at_once, connect, count, limits, number, run, texts, until_waiting},
};

const NOW: &str = "2026-02-01T12:00:00Z";
const OLD: &str = "2026-01-01T00:00:00Z";
const NEW: &str = "2026-01-02T00:00:00Z";

/// A user's data in each table. `$1` is the user, `$2` a number of its own. Both users have insight and definition 1.
const BELONGINGS: &str = "
    WITH shared AS (
        INSERT INTO insights (subject_hash, content_hash, passage_reference, passage_text,
            historical_context, theological_significance, practical_application, created_at)
        VALUES (sha256($2::TEXT::BYTEA), sha256('c'), 'John ' || $2, 't', 'h', 't', 'p', '2026-01-01')
        RETURNING id
    ), uploaded AS (
        INSERT INTO insights (owner_id, subject_hash, content_hash, passage_reference, passage_text,
            historical_context, theological_significance, practical_application, created_at)
        SELECT $1, sha256('up' || n::TEXT::BYTEA), sha256('c'), 'Ps ' || n, 't', 'h', 't', 'p', '2026-01-01'
        FROM (VALUES (0), ($2)) AS numbers (n)
        RETURNING id
    ), links AS (
        INSERT INTO user_insights
        SELECT $1, id, timestamptz '2026-01-10' + $2 * interval '1 day'
        FROM (SELECT id FROM shared UNION ALL SELECT id FROM uploaded
              UNION ALL SELECT 1) AS mine
    ), talks AS (
        INSERT INTO conversations (user_id, insight_id, created_at, updated_at)
        SELECT $1, id, '2026-01-10', '2026-01-10'
        FROM (SELECT id FROM shared UNION ALL SELECT id FROM uploaded
              UNION ALL SELECT 1) AS mine
        RETURNING id
    ), chats AS (
        INSERT INTO conversations (user_id, title, created_at, updated_at)
        SELECT $1, 'chat ' || $2, '2026-01-10', '2026-01-10'
        RETURNING id
    ), words AS (
        INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
        SELECT id, $1, role, 'complete', role || ' of ' || $2,
               timestamptz '2026-01-10' + $2 * interval '1 day'
        FROM (SELECT id FROM talks UNION ALL SELECT id FROM chats) AS mine
        CROSS JOIN (VALUES (1, 'user'), (2, 'assistant')) AS roles (place, role)
        ORDER BY id, place
    ), days AS (
        INSERT INTO daily_usage
        VALUES ($1, '2026-01-09', $2), ($1, timestamptz '2026-01-10' + $2 * interval '1 day', 1)
    ), codes AS (
        INSERT INTO link_codes (user_id, code_hash, status, slot, created_at, expires_at)
        VALUES ($1, sha256(('pending' || $2)::BYTEA), 'pending', 1, '2026-02-01', '2026-02-02'),
               ($1, sha256(('used' || $2)::BYTEA), 'used', 1, '2026-01-01', '2026-01-01')
    ), definitions AS (
        INSERT INTO definitions (owner_id, subject_hash, content_hash, word, passage_reference,
            verse_text, definition, biblical_usage, original_language, created_at)
        SELECT owner, sha256(n::TEXT::BYTEA), sha256('c'), 'word ' || n, 'John 1:1', 't', 'd', 'u', 'o',
               '2026-01-01'
        FROM (VALUES (NULL, $2), ($1, 0), ($1, $2)) AS numbers (owner, n)
        RETURNING id
    )
    INSERT INTO user_definitions
    SELECT $1, id, timestamptz '2026-01-10' + $2 * interval '1 day'
    FROM (SELECT id FROM definitions UNION ALL SELECT 1) AS mine";

async fn insert_data(database: &Database, person: Person, number: i64) {
    run(database, BELONGINGS, &[person.user, number]).await;
}

async fn shared_texts(database: &Database) {
    run(
        database,
        "INSERT INTO insights (subject_hash, content_hash, passage_reference, passage_text,
             historical_context, theological_significance, practical_application, created_at)
         VALUES (sha256('s'), sha256('c'), 'John 3:16', 't', 'h', 't', 'p', '2026-01-01')",
        &[],
    )
    .await;
    run(
        database,
        "INSERT INTO definitions (subject_hash, content_hash, word, passage_reference, verse_text,
             definition, biblical_usage, original_language, created_at)
         VALUES (sha256('s'), sha256('c'), 'light', 'John 1:4', 't', 'd', 'u', 'o', '2026-01-01')",
        &[],
    )
    .await;
}

/// Creates an older and a newer user.
async fn two_users(database: &Database) -> (Person, Person) {
    let older = Person::new(database, at(OLD)).await;
    (older, Person::new(database, at(NEW)).await)
}

async fn merge(database: &Database, one: Person, other: Person) -> Result<MergedUser, Error> {
    let mut transaction = database.begin().await?;
    sqlx::query("SELECT FROM users WHERE id IN ($1, $2) ORDER BY id FOR UPDATE")
        .bind(one.user)
        .bind(other.user)
        .execute(transaction.connection())
        .await?;
    let (one, other) = (UserId(one.user), UserId(other.user));
    let merged = merge_users(transaction.connection(), one, other, at(NOW)).await?;
    transaction.commit().await?;
    Ok(merged)
}

/// One line for each table: its name, its number of rows, and their users.
async fn counts(database: &Database) -> Vec<String> {
    texts(
        database,
        "SELECT concat_ws(' ', name, count(*), string_agg(DISTINCT user_id::TEXT, ','))
         FROM (SELECT 'conversations' AS name, user_id FROM conversations
               UNION ALL SELECT 'definitions', owner_id FROM definitions
               UNION ALL SELECT 'devices', user_id FROM devices
               UNION ALL SELECT 'insights', owner_id FROM insights
               UNION ALL SELECT 'link_codes', user_id FROM link_codes
               UNION ALL SELECT 'messages', user_id FROM messages
               UNION ALL SELECT 'usage', user_id FROM daily_usage
               UNION ALL SELECT 'user_definitions', user_id FROM user_definitions
               UNION ALL SELECT 'user_insights', user_id FROM user_insights
               UNION ALL SELECT 'users', id FROM users) AS rows
         GROUP BY name
         ORDER BY name",
    )
    .await
}

/// Merges two users with some equal data, and checks every table.
async fn check_merge(pool: PgPool, newer_first: bool) {
    let database = connect(&pool);
    shared_texts(&database).await;
    let (older, newer) = two_users(&database).await;
    insert_data(&database, older, 1).await;
    insert_data(&database, newer, 2).await;
    let grant = "UPDATE users SET is_pro = TRUE WHERE id = $1";
    run(&database, grant, &[older.user]).await;
    let (a, b) = (older.user, newer.user);
    assert_eq!(
        counts(&database).await,
        [
            format!("conversations 10 {a},{b}"),
            format!("definitions 7 {a},{b}"),
            format!("devices 2 {a},{b}"),
            format!("insights 7 {a},{b}"),
            format!("link_codes 4 {a},{b}"),
            format!("messages 20 {a},{b}"),
            format!("usage 4 {a},{b}"),
            format!("user_definitions 8 {a},{b}"),
            format!("user_insights 8 {a},{b}"),
            format!("users 2 {a},{b}"),
        ]
    );
    let (one, other) = if newer_first {
        (newer, older)
    } else {
        (older, newer)
    };
    let merged = merge(&database, one, other).await.unwrap();
    assert_eq!(
        merged.id,
        UserId(b),
        "the newer of two users with one device each"
    );
    assert_eq!(
        counts(&database).await,
        [
            // The conversations about the insight of both, and about the upload of both, are joined.
            format!("conversations 8 {b}"),
            format!("definitions 6 {b}"),
            format!("devices 2 {b}"),
            format!("insights 6 {b}"),
            format!("link_codes 4 {b}"),
            format!("messages 20 {b}"),
            format!("usage 3 {b}"),
            format!("user_definitions 6 {b}"),
            format!("user_insights 6 {b}"),
            format!("users 1 {b}"),
        ]
    );
    for person in [older, newer] {
        assert_eq!(person.user_now(&database).await, Some(b));
    }
    let user = "SELECT concat(is_pro, ' ', created_at::DATE) FROM users";
    assert_eq!(texts(&database, user).await, ["t 2026-01-01"]);
    let days = "SELECT concat(day, ' ', calls) FROM daily_usage ORDER BY day";
    assert_eq!(
        texts(&database, days).await,
        ["2026-01-09 3", "2026-01-11 1", "2026-01-12 1"]
    );
    let later = "SELECT count(*) FROM user_insights WHERE linked_at::DATE = '2026-01-12'";
    assert_eq!(number(&database, later).await, 4);
    let statuses = "SELECT status FROM link_codes ORDER BY status";
    assert_eq!(
        texts(&database, statuses).await,
        ["pending", "revoked", "used", "used"]
    );
    let of_both = "SELECT content FROM messages
                   JOIN conversations ON conversations.id = conversation_id AND insight_id = 1
                   ORDER BY messages.created_at, messages.id";
    assert_eq!(
        texts(&database, of_both).await,
        ["user of 1", "assistant of 1", "user of 2", "assistant of 2"]
    );
    let inconsistent = "SELECT count(*) FROM messages
                 JOIN conversations ON conversations.id = conversation_id
                 WHERE conversations.user_id <> messages.user_id";
    assert_eq!(number(&database, inconsistent).await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_older_user_merged_with_a_newer_loses_nothing(pool: PgPool) {
    check_merge(pool, false).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_newer_user_merged_with_an_older_loses_nothing(pool: PgPool) {
    check_merge(pool, true).await;
}

/// Gives user `$1` a chat with `$2` messages.
const MESSAGES: &str = "
    WITH chat AS (
        INSERT INTO conversations (user_id, title, created_at, updated_at)
        VALUES ($1, 'long ' || $1, '2026-01-01', '2026-01-02')
        RETURNING id
    )
    INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
    SELECT id, $1, 'user', 'complete', 'of ' || n, '2026-01-01' FROM chat, generate_series(1, $2) AS n";

/// The public ids of all users, with the numbers of their messages.
const PUBLIC_IDS: &str = "
    SELECT concat(anonymous_id, ' ', count(messages.id))
    FROM users LEFT JOIN messages ON messages.user_id = users.id
    GROUP BY users.id ORDER BY users.id";

#[sqlx::test(migrations = "../../migrations")]
async fn a_user_with_very_many_messages_is_linked_at_once(pool: PgPool) {
    let database = connect(&pool);
    let (older, newer) = two_users(&database).await;
    run(&database, MESSAGES, &[older.user, 2 * MOST_MOVED]).await;
    run(&database, MESSAGES, &[newer.user, 10]).await;
    let [_, of_newer] = public_ids(&database).await;
    let began = std::time::Instant::now();
    let merged = merge(&database, older, newer).await.unwrap();
    let took = began.elapsed();
    println!("linked in {took:?}");
    assert!(took < std::time::Duration::from_secs(3), "{took:?}");
    // The newer user stays, in the row of the older.
    assert_eq!(merged.id, UserId(older.user));
    assert_eq!(merged.anonymous_id.to_string(), of_newer);
    assert_eq!(
        texts(&database, PUBLIC_IDS).await,
        [format!("{of_newer} 100010")]
    );
    for person in [older, newer] {
        assert_eq!(person.user_now(&database).await, Some(older.user));
    }
}

async fn public_ids(database: &Database) -> [String; 2] {
    let ids = texts(database, "SELECT anonymous_id::TEXT FROM users ORDER BY id").await;
    ids.try_into().unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_users_with_too_many_messages_are_refused_and_stay_whole(pool: PgPool) {
    let database = connect(&pool);
    let (older, newer) = two_users(&database).await;
    for person in [older, newer] {
        run(&database, MESSAGES, &[person.user, MOST_MOVED + 1]).await;
    }
    let before = texts(&database, PUBLIC_IDS).await;
    let refused = merge(&database, older, newer).await;
    assert!(
        matches!(refused, Err(Error::TooManyMessages)),
        "{refused:?}"
    );
    assert_eq!(texts(&database, PUBLIC_IDS).await, before);
    // With one message less, the user that goes is moved.
    let one = "DELETE FROM messages WHERE id = (SELECT min(id) FROM messages WHERE user_id = $1)";
    run(&database, one, &[older.user]).await;
    let began = std::time::Instant::now();
    merge(&database, older, newer).await.unwrap();
    let took = began.elapsed();
    println!("{MOST_MOVED} messages moved in {took:?}");
    assert!(took < std::time::Duration::from_secs(6), "{took:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_user_with_more_devices_stays(pool: PgPool) {
    let database = connect(&pool);
    let older = Person::new(&database, at(OLD)).await;
    older.device(&database, at(OLD)).await;
    let newer = Person::new(&database, at(NEW)).await;
    let merged = merge(&database, newer, older).await.unwrap();
    assert_eq!(merged.id, UserId(older.user));
    let again = merge(&database, newer, older).await;
    assert!(matches!(again, Err(Error::NotFound("user"))));
}

/// Adds messages (role, content, time) to the user's conversation about insight 1. Empty content: a pending reply.
async fn talk(database: &Database, person: Person, messages: &[(&str, &str, &str)]) {
    run(
        database,
        "INSERT INTO conversations (user_id, insight_id, summary, summarised_through, created_at, updated_at)
         VALUES ($1, 1, 'a summary', 1, '2026-01-10', '2026-01-10')
         ON CONFLICT DO NOTHING",
        &[person.user],
    )
    .await;
    for (role, content, time) in messages {
        sqlx::query(
            "INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
             SELECT id, user_id, $2, CASE WHEN $3 = '' THEN 'pending' ELSE 'complete' END, $3, $4
             FROM conversations
             WHERE user_id = $1",
        )
        .bind(person.user)
        .bind(role)
        .bind(content)
        .bind(at(time))
        .execute(database.once())
        .await
        .unwrap();
    }
}

/// The messages in reading order.
const JOINED: &str = "SELECT content FROM messages ORDER BY created_at, id";

#[sqlx::test(migrations = "../../migrations")]
async fn two_conversations_of_the_same_minute_do_not_mix(pool: PgPool) {
    let database = connect(&pool);
    shared_texts(&database).await;
    let (ann, ben) = two_users(&database).await;
    for (person, role, content, time) in [
        (ann, "user", "a1", "12:00:00"),
        (ben, "user", "b1", "12:00:01"),
        (ann, "assistant", "a2", "12:00:00"),
        (ben, "assistant", "b2", "12:00:01"),
        (ben, "user", "b3", "12:01:00"),
        (ben, "assistant", "b4", "12:01:00"),
        // An upload: later ids, earlier times.
        (ann, "user", "a3", "12:00:30"),
        (ann, "assistant", "a4", "12:00:30"),
    ] {
        let time = format!("2026-01-10T{time}Z");
        talk(&database, person, &[(role, content, &time)]).await;
    }
    merge(&database, ann, ben).await.unwrap();
    assert_eq!(
        texts(&database, JOINED).await,
        ["a1", "a2", "b1", "b2", "a3", "a4", "b3", "b4"]
    );
    let summaries = "SELECT count(*) FROM conversations WHERE summary IS NOT NULL";
    assert_eq!(number(&database, summaries).await, 0);
    assert_eq!(count(&database, "conversations").await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_pending_reply_keeps_its_id(pool: PgPool) {
    let database = connect(&pool);
    shared_texts(&database).await;
    let (ann, ben) = two_users(&database).await;
    talk(&database, ann, &[("user", "a1", "2026-01-10T12:00:00Z")]).await;
    talk(&database, ben, &[("user", "b1", "2026-01-10T12:00:01Z")]).await;
    talk(&database, ann, &[("assistant", "", "2026-01-10T12:00:02Z")]).await;
    let last = "SELECT max(id) FROM messages";
    let pending = number(&database, last).await;
    merge(&database, ann, ben).await.unwrap();
    assert_eq!(texts(&database, JOINED).await, ["a1", "b1", ""]);
    assert_eq!(number(&database, last).await, pending);
}

/// Runs `work` while a merge of the two users has done everything but the commit.
async fn while_merging<T: Send + 'static>(
    database: &Database,
    (one, other): (Person, Person),
    work: impl Future<Output = T> + Send + 'static,
) -> T {
    let mut transaction = database.begin().await.unwrap();
    let (one, other) = (UserId(one.user), UserId(other.user));
    let connection = transaction.connection();
    merge_users(connection, one, other, at(NOW)).await.unwrap();
    let working = tokio::spawn(work);
    until_waiting(database, 1).await;
    transaction.commit().await.unwrap();
    working.await.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_reply_that_ends_during_a_merge_is_stored_and_refunded(pool: PgPool) {
    let database = connect(&pool);
    let day = at(NOW).date_naive();
    // With and without usage of the day in the user that stays.
    for counted in [true, false] {
        let (ann, ben) = two_users(&database).await;
        let new = MessageTarget::NewChat {
            passage_reference: None,
            passage_text: None,
        };
        if counted {
            let said = append_message(&database, ben.token, new, "?", limits(10), at(NOW)).await;
            assert!(matches!(said, Ok(PostOutcome::Stored(_))));
        }
        let said = append_message(&database, ann.token, new, "?", limits(10), at(NOW)).await;
        let Ok(PostOutcome::Stored(pending)) = said else {
            panic!("{said:?}")
        };
        let finish = {
            let (database, ending) = (database.clone(), FinalState::Interrupted);
            async move { finish_message(&database, pending.reply, ending, "Nico", Some(day)).await }
        };
        assert!(
            while_merging(&database, (ann, ben), finish)
                .await
                .unwrap()
                .is_stored
        );
        let stored =
            "SELECT concat(content, ' ', user_id) FROM messages WHERE state = 'interrupted'";
        assert_eq!(
            texts(&database, stored).await,
            [format!("Nico {}", ben.user)]
        );
        let calls = number(&database, "SELECT sum(calls) FROM daily_usage").await;
        assert_eq!(calls, i64::from(counted));
        run(&database, "DELETE FROM users", &[]).await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn deletes_during_a_merge_find_the_moved_rows(pool: PgPool) {
    let database = connect(&pool);
    for part in 0..4 {
        shared_texts(&database).await;
        let (ann, ben) = two_users(&database).await;
        insert_data(&database, ann, 1).await;
        let chat = "SELECT id FROM conversations WHERE insight_id IS NULL";
        let chat = number(&database, chat).await;
        let insight = number(&database, "SELECT min(insight_id) FROM conversations").await;
        let clear = {
            let (database, token) = (database.clone(), ann.token);
            async move {
                let database = &database;
                match part {
                    0 => clear_user_insights(database, token).await,
                    1 => clear_user_definitions(database, token).await,
                    2 => clear_chat_messages(database, token, InsightId(insight)).await,
                    _ => delete_standalone_chat(database, token, ChatId(chat))
                        .await
                        .map(u64::from),
                }
            }
        };
        let cleared = while_merging(&database, (ann, ben), clear).await.unwrap();
        assert_eq!(cleared, [4, 4, 2, 1][part], "{part}");
        run(&database, "DELETE FROM users", &[]).await;
        let reset = "TRUNCATE insights, definitions RESTART IDENTITY CASCADE";
        run(&database, reset, &[]).await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_equal_chats_the_larger_number_is_kept(pool: PgPool) {
    // Two chats with an equal beginning, the first with a message twice.
    const UPLOAD: &str = "
        WITH chats AS (
            INSERT INTO conversations (user_id, title, created_at, updated_at)
            SELECT $1, 'a chat', '2026-01-01', '2026-01-02' FROM generate_series(1, 2)
            RETURNING id
        )
        INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
        SELECT id, $1, 'user', 'complete', 'of the ' || content, '2026-01-01'
        FROM (SELECT id, row_number() OVER (ORDER BY id) AS nth FROM chats) AS chats
        JOIN (VALUES (1, 'first'), (1, 'first'), (2, 'second')) AS texts (nth, content) USING (nth)";
    let database = connect(&pool);
    let (ann, ben) = two_users(&database).await;
    run(&database, UPLOAD, &[ann.user]).await;
    run(&database, UPLOAD, &[ben.user]).await;
    // One user has the message once only.
    let first = "DELETE FROM messages WHERE id = (SELECT min(id) FROM messages WHERE user_id = $1)";
    run(&database, first, &[ben.user]).await;
    merge(&database, ann, ben).await.unwrap();
    let chats = "SELECT string_agg(content, ', ') FROM messages
                 GROUP BY conversation_id ORDER BY conversation_id";
    assert_eq!(
        texts(&database, chats).await,
        ["of the first, of the first", "of the second"]
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_upload_beside_an_equal_shared_text_can_be_merged(pool: PgPool) {
    // A simultaneous import and save of one text may leave both. The shared one has the greater id.
    const UPLOAD: &str = "
        WITH uploaded AS (
            INSERT INTO insights (owner_id, subject_hash, content_hash, passage_reference, passage_text,
                historical_context, theological_significance, practical_application, created_at)
            VALUES ($1, sha256('s'), sha256('c'), 'Ps 1', 't', 'h', 't', 'p', '2026-01-01')
            RETURNING id
        )
        INSERT INTO user_insights SELECT $1, id, '2026-01-01' FROM uploaded";
    let database = connect(&pool);
    let (ann, ben) = two_users(&database).await;
    run(&database, UPLOAD, &[ann.user]).await;
    run(&database, UPLOAD, &[ben.user]).await;
    shared_texts(&database).await;
    let link = "INSERT INTO user_insights SELECT $1, max(id), '2026-01-01' FROM insights";
    run(&database, link, &[ann.user]).await;
    merge(&database, ann, ben).await.unwrap();
    let b = ben.user;
    let counts = counts(&database).await;
    for line in [format!("insights 2 {b}"), format!("user_insights 2 {b}")] {
        assert!(counts.contains(&line), "{line}: {counts:?}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_upload_of_both_users_is_kept_once(pool: PgPool) {
    let database = connect(&pool);
    shared_texts(&database).await;
    // Another text would go with the upload that is not kept.
    run(&database, "UPDATE insights SET is_scripture = TRUE", &[]).await;
    let (ann, ben) = two_users(&database).await;
    insert_upload(&database, ann).await;
    insert_upload(&database, ben).await;
    merge(&database, ann, ben).await.unwrap();
    let b = ben.user;
    let counts = counts(&database).await;
    for line in [
        format!("conversations 2 {b}"),
        format!("insights 2 {b}"),
        format!("messages 5 {b}"),
        format!("user_insights 1 {b}"),
    ] {
        assert!(counts.contains(&line), "{line}: {counts:?}");
    }
}

/// An uploaded insight with a conversation, and an uploaded chat. The last reply of the chat differs for each user.
async fn insert_upload(database: &Database, person: Person) {
    run(
        database,
        "WITH uploaded AS (
             INSERT INTO insights (owner_id, subject_hash, content_hash, passage_reference,
                 passage_text, historical_context, theological_significance,
                 practical_application, created_at)
             VALUES ($1, sha256('s'), sha256('c'), 'Ps 1', 't', 'h', 't', 'p', '2026-01-01')
             RETURNING id
         ), links AS (
             INSERT INTO user_insights SELECT $1, id, '2026-01-01' FROM uploaded
         ), talks AS (
             INSERT INTO conversations (user_id, insight_id, title, created_at, updated_at)
             SELECT $1, id, NULL, timestamptz '2026-01-01 12:00:00.123',
                    timestamptz '2026-01-02' FROM uploaded
             UNION ALL
             SELECT $1, NULL, 'a chat', '2026-01-01 12:00:00.123', '2026-01-02'
             RETURNING id, title
         )
         INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
         SELECT id, $1, 'user', 'complete', 'said', timestamptz '2026-01-01' FROM talks
         UNION ALL
         SELECT id, $1, 'assistant', 'complete', 'answered', '2026-01-01' FROM talks WHERE title IS NULL
         UNION ALL
         SELECT id, $1, 'assistant', 'complete', 'answered ' || $1, '2026-01-01' FROM talks WHERE title IS NOT NULL",
        &[person.user],
    )
    .await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_merge_on_a_cut_connection_changes_nothing(pool: PgPool) {
    let database = connect(&pool);
    shared_texts(&database).await;
    let (ann, ben) = two_users(&database).await;
    insert_data(&database, ann, 1).await;
    insert_data(&database, ben, 2).await;
    let before = counts(&database).await;
    // The connection is cut before the commit.
    let mut transaction = database.begin().await.unwrap();
    let connection = transaction.connection();
    let (one, other) = (UserId(ann.user), UserId(ben.user));
    merge_users(connection, one, other, at(NOW)).await.unwrap();
    let me: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
        .fetch_one(connection)
        .await
        .unwrap();
    let cut = "SELECT pg_terminate_backend($1::INT)";
    run(&database, cut, &[i64::from(me)]).await;
    assert!(transaction.commit().await.unwrap_err().is_unavailable());
    assert_eq!(counts(&database).await, before);

    // The connection is cut while the merge waits for a device.
    let mut blocker = database.begin().await.unwrap();
    sqlx::query("SELECT FROM devices FOR UPDATE")
        .execute(blocker.connection())
        .await
        .unwrap();
    let merging = {
        let database = database.clone();
        tokio::spawn(async move { merge(&database, ann, ben).await })
    };
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
               WHERE datname = current_database() AND wait_event_type = 'Lock'
                 AND query LIKE '%daily_usage%' AND pid <> pg_backend_pid()";
    while number(&database, cut).await == 0 {
        tokio::task::yield_now().await;
    }
    assert!(merging.await.unwrap().unwrap_err().is_unavailable());
    drop(blocker);
    assert_eq!(counts(&database).await, before);
    merge(&database, ann, ben).await.unwrap();
    assert_eq!(count(&database, "users").await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn rows_written_during_a_merge_are_not_lost(pool: PgPool) {
    const WRITE: &str = "
        WITH caller AS (SELECT user_id FROM devices WHERE token_hash = $1)
        INSERT INTO conversations (user_id, title, created_at, updated_at)
        SELECT user_id, $2, '2026-01-10', '2026-01-10' FROM caller";
    let database = connect(&pool);
    for round in 0..20 {
        let (ann, ben) = two_users(&database).await;
        let writers = at_once(20, |n| {
            let (database, person) = (database.clone(), [ann, ben][n % 2]);
            async move {
                loop {
                    let written = sqlx::query(WRITE)
                        .bind(person.token.as_bytes())
                        .bind(format!("{round} {n}"))
                        .execute(database.once())
                        .await;
                    match written.map_err(Error::from) {
                        Err(Error::UserGone(_)) => {}
                        written => return written.unwrap().rows_affected(),
                    }
                }
            }
        });
        let (written, merged) = tokio::join!(writers, merge(&database, ann, ben));
        assert!(merged.is_ok() && written == [1; 20]);
        let titles = "SELECT title FROM conversations ORDER BY title";
        let titles = sqlx::query_scalar::<_, String>(titles).fetch_all(database.once());
        let titles = titles.await.unwrap();
        assert_eq!(titles.len(), 20, "{round}: {titles:?}");
        run(&database, "DELETE FROM users", &[]).await;
        assert_eq!(count(&database, "conversations").await, 0, "{round}");
    }
}
