//! Tests of insights and their links.

use sqlx::PgPool;

use super::*;
use crate::{
    ClaimOutcome, MessageTarget, PostOutcome, UserId, append_message, clear_chat_messages,
    fixture::{
        MOST_BYTES, at, at_once, begin_merge, connect, count, insight_content, limits,
        lookup_claim, reader, saved_insight, stranger, until_waiting,
    },
    get_chat_messages,
};

const JOHN: &str = "John 3:16 (KJV)";
const NOW: &str = "2026-01-02T00:00:00Z";
const LATER: &str = "2026-01-03T00:00:00Z";

fn on<'i>(passage_reference: &'i str, passage_text: &'i str) -> InsightSubject<'i> {
    InsightSubject {
        passage_reference,
        passage_text,
    }
}

async fn save(
    database: &Database,
    token: TokenHash,
    text: &str,
    content: &InsightContent,
    now: &str,
) -> Result<Insight, Error> {
    let new = NewInsight {
        subject: on(JOHN, text),
        content,
        source: Some("a library"),
        is_scripture: true,
    };
    save_insight(database, token, new, at(now)).await
}

/// The stored insight on a subject, if there is one; nothing is claimed.
async fn find(
    database: &Database,
    token: TokenHash,
    subject: InsightSubject<'_>,
    now: &str,
) -> Result<Option<Insight>, Error> {
    let now = at(now);
    match begin_insight(database, token, subject, lookup_claim(now), now).await? {
        ClaimOutcome::Found(insight) => Ok(Some(insight)),
        ClaimOutcome::QuotaExhausted(_) => Ok(None),
        outcome => panic!("{outcome:?}"),
    }
}

/// Saves one insight at each of these times, on the texts "0", "1" and so on.
async fn save_each(database: &Database, token: TokenHash, times: &[&str]) -> Vec<InsightId> {
    let mut ids = Vec::new();
    for (number, now) in times.iter().enumerate() {
        let saved = saved_insight(database, token, &number.to_string(), at(now)).await;
        ids.push(saved.id);
    }
    ids
}

async fn link(database: &Database, token: TokenHash, insight: InsightId, now: &str) {
    let linked = link_insight_to_user(database, token, insight, MOST_BYTES, at(now)).await;
    linked.unwrap();
}

async fn history(
    database: &Database,
    token: TokenHash,
    limit: i64,
    before: Option<InsightId>,
) -> Vec<Insight> {
    let before = before.map(|id| id.0);
    let page = Page { limit, before };
    get_user_insights(database, token, page).await.unwrap()
}

async fn page(
    database: &Database,
    token: TokenHash,
    limit: i64,
    before: Option<InsightId>,
) -> Vec<InsightId> {
    let insights = history(database, token, limit, before).await;
    insights.iter().map(|insight| insight.id).collect()
}

async fn listed(database: &Database, token: TokenHash) -> Vec<InsightId> {
    page(database, token, 50, None).await
}

/// Inserts an insight that this user imported.
async fn import(database: &Database, user: UserId, text: &str) -> InsightId {
    let id = sqlx::query_scalar(
        "WITH imported AS (
             INSERT INTO insights (owner_id, subject_hash, content_hash, passage_reference,
                                   passage_text, historical_context, theological_significance,
                                   practical_application, created_at)
             VALUES ($1, $2, $3, 'John 3:16 (KJV)', $4, 'h', 't', 'p', now())
             RETURNING id)
         INSERT INTO user_insights SELECT $1, id, '2025-01-01' FROM imported RETURNING insight_id",
    )
    .bind(user.0)
    .bind(on(JOHN, text).hash())
    .bind(insight_content("imported").hash())
    .bind(text)
    .fetch_one(database.once())
    .await
    .unwrap();
    InsightId(id)
}

#[sqlx::test(migrations = "../../migrations")]
async fn insight_is_returned_as_it_was_sent(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let now = "2026-01-02T03:04:05.678Z";
    let text = "  For God so loved\n\n\tthe world, \r\nthat \u{2019}é…\u{1F54A} ";
    let content = insight_content("ü\n");
    let saved = save(&database, token, text, &content, now).await.unwrap();
    let subject = (&*saved.passage_reference, &*saved.passage_text);
    assert_eq!(subject, (JOHN, text));
    assert_eq!((&saved.content, saved.linked_at), (&content, at(now)));
    assert_eq!(history(&database, token, 50, None).await, [saved]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn text_of_every_allowed_length_is_a_key(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    for text in ["\u{1F54A}".repeat(50_000), "\u{1F54A}".repeat(49_999)] {
        let saved = saved_insight(&database, token, &text, at(NOW)).await;
        let found = find(&database, token, on(JOHN, &text), NOW).await;
        assert_eq!(found.unwrap(), Some(saved));
    }
    assert_eq!(count(&database, "insights").await, 2);
}

#[sqlx::test(migrations = "../../migrations")]
async fn saved_insight_is_found_by_another_user_and_linked_to_them(pool: PgPool) {
    let database = connect(&pool);
    let ((_, first), (_, second)) = (reader(&database).await, reader(&database).await);
    let saved = saved_insight(&database, first, "text", at(NOW)).await;
    for (reference, text) in [("John 3:16 (WEB)", "text"), (JOHN, "Text"), (JOHN, "text ")] {
        let other = find(&database, second, on(reference, text), LATER).await;
        assert_eq!(other.unwrap(), None);
    }
    assert_eq!(listed(&database, second).await, []);

    let found = find(&database, second, on(JOHN, "text"), LATER).await;
    let found = found.unwrap().unwrap();
    assert_eq!((found.id, found.linked_at), (saved.id, at(LATER)));
    assert_eq!(listed(&database, second).await, [saved.id]);
    let earlier = find(&database, first, on(JOHN, "text"), "2026-01-01T00:00:00Z").await;
    let linked_at = earlier.unwrap().unwrap().linked_at;
    assert_eq!(linked_at, at(NOW), "a link never gets an earlier time");
}

#[sqlx::test(migrations = "../../migrations")]
async fn history_is_listed_page_by_page_to_its_end(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let ids = save_each(&database, token, &[LATER, NOW, NOW, LATER, NOW]).await;
    let newest_first = [ids[3], ids[0], ids[4], ids[2], ids[1]];
    assert_eq!(listed(&database, token).await, newest_first);

    let (mut read, mut before) = (Vec::new(), None);
    loop {
        let page = page(&database, token, 2, before).await;
        let Some(last) = page.last() else { break };
        before = Some(*last);
        read.extend(page);
    }
    assert_eq!(read, newest_first);
    let absent = Some(InsightId(99_999_999_999_999));
    assert_eq!(page(&database, token, 50, absent).await, []);

    link(&database, token, ids[1], "2026-01-04T00:00:00Z").await;
    assert_eq!(page(&database, token, 2, None).await, [ids[1], ids[3]]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn page_before_another_users_insight_is_empty(pool: PgPool) {
    let database = connect(&pool);
    let ((_, mine), (_, theirs)) = (reader(&database).await, reader(&database).await);
    save_each(&database, mine, &[NOW]).await;
    let foreign = saved_insight(&database, theirs, "theirs", at(LATER))
        .await
        .id;
    assert_eq!(page(&database, mine, 50, Some(foreign)).await, []);
}

#[sqlx::test(migrations = "../../migrations")]
async fn unknown_caller_reads_and_writes_nothing(pool: PgPool) {
    let database = connect(&pool);
    let (_, known) = reader(&database).await;
    let ids = save_each(&database, known, &[NOW]).await;
    let (token, content) = (stranger(), insight_content("c"));
    assert_eq!(listed(&database, token).await, []);
    assert_eq!(clear_user_insights(&database, token).await.unwrap(), 0);
    let stored = find(&database, token, on(JOHN, "0"), NOW).await;
    let absent = find(&database, token, on(JOHN, "none"), NOW).await;
    let saved = save(&database, token, "none", &content, NOW).await;
    let linked = link_insight_to_user(&database, token, ids[0], MOST_BYTES, at(NOW)).await;
    for refused in [stored.err(), absent.err(), saved.err(), linked.err()] {
        assert!(matches!(refused, Some(Error::UnknownCaller)), "{refused:?}");
    }
    assert_eq!(count(&database, "insights").await, 1);
    assert_eq!(count(&database, "user_insights").await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn clearing_removes_only_the_callers_links_and_imports(pool: PgPool) {
    let database = connect(&pool);
    let ((me, mine), (they, theirs)) = (reader(&database).await, reader(&database).await);
    let ids = save_each(&database, mine, &[NOW, NOW]).await;
    link(&database, theirs, ids[0], LATER).await;
    import(&database, me, "0").await;
    let foreign = import(&database, they, "0").await;

    for cleared in [3, 0] {
        assert_eq!(clear_user_insights(&database, mine).await.unwrap(), cleared);
    }
    assert_eq!(listed(&database, mine).await, []);
    assert_eq!(listed(&database, theirs).await, [ids[0], foreign]);
    let left = count(&database, "insights").await;
    assert_eq!(left, 3, "both shared ones, and the other user's import");
}

#[sqlx::test(migrations = "../../migrations")]
async fn clearing_keeps_insights_with_messages_until_those_are_cleared(pool: PgPool) {
    let database = connect(&pool);
    let (me, token) = reader(&database).await;
    let mut ids = save_each(&database, token, &[NOW]).await;
    ids.push(import(&database, me, "with messages").await);
    import(&database, me, "without messages").await;
    for id in &ids {
        let target = MessageTarget::Insight(*id);
        let posted = append_message(&database, token, target, "Who?", limits(10), at(NOW)).await;
        assert!(matches!(posted, Ok(PostOutcome::Stored(_))));
    }
    assert_eq!(clear_user_insights(&database, token).await.unwrap(), 3);
    assert_eq!(count(&database, "insights").await, 2);
    for id in ids {
        let messages = get_chat_messages(&database, token, id).await.unwrap();
        assert_eq!(messages.len(), 1);
        let cleared = clear_chat_messages(&database, token, id).await;
        assert_eq!(cleared.unwrap(), 1);
    }
    assert_eq!(count(&database, "conversations").await, 0);
    assert_eq!(count(&database, "insights").await, 1, "the shared one");
}

#[sqlx::test(migrations = "../../migrations")]
async fn clearing_keeps_an_import_whose_conversation_starts_meanwhile(pool: PgPool) {
    let database = connect(&pool);
    let (me, token) = reader(&database).await;
    let imported = import(&database, me, "text").await;
    // Like `append_message`, which locks the insight's key until it commits.
    let mut posting = database.begin().await.unwrap();
    sqlx::query(
        "INSERT INTO conversations (user_id, insight_id, created_at, updated_at)
         VALUES ($1, $2, now(), now())",
    )
    .bind(me.0)
    .bind(imported.0)
    .execute(posting.connection())
    .await
    .unwrap();
    let clearing = {
        let database = database.clone();
        tokio::spawn(async move { clear_user_insights(&database, token).await })
    };
    until_waiting(&database, 1).await;
    posting.commit().await.unwrap();
    assert_eq!(clearing.await.unwrap().unwrap(), 1);
    assert_eq!(count(&database, "user_insights").await, 0);
    assert_eq!(count(&database, "conversations").await, 1);
    assert_eq!(count(&database, "insights").await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn imported_insight_belongs_to_its_owner_only(pool: PgPool) {
    let database = connect(&pool);
    let ((owner, own), (_, other)) = (reader(&database).await, reader(&database).await);
    let imported = import(&database, owner, "text").await;
    for token in [own, other] {
        let found = find(&database, token, on(JOHN, "text"), NOW).await;
        assert_eq!(found.unwrap(), None);
    }
    let refused = link_insight_to_user(&database, other, imported, MOST_BYTES, at(NOW)).await;
    assert!(matches!(refused, Err(Error::NotFound("insight"))));
    link(&database, own, imported, NOW).await;

    let generated = insight_content("generated");
    let saved = save(&database, other, "text", &generated, NOW).await;
    assert_eq!(saved.unwrap().content, generated);
    assert_eq!(listed(&database, own).await, [imported]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn fifty_concurrent_saves_of_one_user_make_one_link(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    at_once(50, |_| {
        let database = database.clone();
        async move {
            let found = find(&database, token, on(JOHN, "text"), NOW).await;
            found.unwrap();
            saved_insight(&database, token, "text", at(NOW)).await
        }
    })
    .await;
    assert_eq!(count(&database, "user_insights").await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn insight_saved_during_a_merge_is_kept(pool: PgPool) {
    let database = connect(&pool);
    let ((old, token), (new_user, other)) = (reader(&database).await, reader(&database).await);
    let merge = begin_merge(&database, old, new_user).await;
    let save = {
        let database = database.clone();
        tokio::spawn(async move { saved_insight(&database, token, "text", at(NOW)).await })
    };
    until_waiting(&database, 1).await;
    merge.commit().await.unwrap();
    let saved = save.await.unwrap();
    for token in [token, other] {
        assert_eq!(listed(&database, token).await, [saved.id]);
    }
}
