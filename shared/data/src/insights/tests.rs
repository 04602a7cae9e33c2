//! Tests of insights and their links.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::*;
use crate::{
    Claim, ClaimOutcome, Database, Error, MessageTarget, Page, PostOutcome, TokenHash,
    append_message, clear_chat_messages,
    fixture::{at, count, database, reader, stranger, until_waiting},
    get_chat_messages,
};
use verse_platform::Random;

const JOHN: &str = "John 3:16 (KJV)";

fn content(text: &str) -> InsightContent {
    InsightContent {
        historical_context: format!("{text}: history"),
        theological_significance: format!("{text}: significance"),
        practical_application: format!("{text}: application"),
    }
}

fn on<'i>(passage_reference: &'i str, passage_text: &'i str) -> InsightSubject<'i> {
    InsightSubject {
        passage_reference,
        passage_text,
    }
}

fn new<'i>(reference: &'i str, text: &'i str, content: &'i InsightContent) -> NewInsight<'i> {
    NewInsight {
        subject: on(reference, text),
        content,
        source: Some("a library"),
    }
}

/// The stored insight on a subject, if there is one; nothing is claimed.
async fn find_saved_insight(
    database: &Database,
    token: TokenHash,
    subject: InsightSubject<'_>,
    now: DateTime<Utc>,
) -> Result<Option<Insight>, Error> {
    let claim = Claim {
        id: Random::system().uuid(),
        lease_until: now,
        daily_limit: 0,
    };
    match begin_insight(database, token, subject, claim, now).await? {
        ClaimOutcome::Found(insight) => Ok(Some(insight)),
        begun => {
            assert!(
                matches!(begun, ClaimOutcome::QuotaExhausted(_)),
                "{begun:?}"
            );
            Ok(None)
        }
    }
}

/// Stores one insight for each moment, on a text of its own, and gives their ids.
async fn save_each(database: &Database, token: TokenHash, moments: &[&str]) -> Vec<InsightId> {
    let mut ids = Vec::new();
    for (number, moment) in moments.iter().enumerate() {
        let (text, content) = (number.to_string(), content("c"));
        let saved = save_insight(database, token, new(JOHN, &text, &content), at(moment)).await;
        ids.push(saved.unwrap().id);
    }
    ids
}

async fn listed(
    database: &Database,
    token: TokenHash,
    limit: i64,
    before: Option<InsightId>,
) -> Vec<InsightId> {
    let page = Page {
        limit,
        before: before.map(|id| id.0),
    };
    let insights = get_user_insights(database, token, page).await.unwrap();
    insights.iter().map(|insight| insight.id).collect()
}

/// An insight that this user imported.
async fn import(database: &Database, user: crate::UserId, text: &str) -> InsightId {
    let content = content("imported");
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
    .bind(content.hash())
    .bind(text)
    .fetch_one(database.once())
    .await
    .unwrap();
    InsightId(id)
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_insight_comes_back_as_it_was_sent(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    let now = at("2026-01-02T03:04:05.678Z");
    let text = "  For God so loved\n\n\tthe world, \r\nthat \u{2019}é…\u{1F54A} ";
    let content = content("ü\n");
    let saved = save_insight(&database, token, new(JOHN, text, &content), now)
        .await
        .unwrap();
    assert_eq!(
        (&*saved.passage_reference, &*saved.passage_text),
        (JOHN, text)
    );
    assert_eq!((&saved.content, saved.linked_at), (&content, now));
    let page = Page {
        limit: 50,
        before: None,
    };
    let listed = get_user_insights(&database, token, page).await.unwrap();
    assert_eq!(listed, [saved]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_text_of_any_length_in_bounds_is_a_key(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    let (now, content) = (at("2026-01-02T00:00:00Z"), content("c"));
    let texts = ["\u{1F54A}".repeat(50_000), "\u{1F54A}".repeat(49_999)];
    for text in &texts {
        let saved = save_insight(&database, token, new(JOHN, text, &content), now).await;
        let found = find_saved_insight(&database, token, on(JOHN, text), now).await;
        assert_eq!(found.unwrap(), Some(saved.unwrap()));
    }
    assert_eq!(count(&database, "insights").await, 2);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_saved_insight_is_found_by_another_and_is_theirs_from_then_on(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let ((_, first), (_, second)) = (reader(&database).await, reader(&database).await);
    let (now, later) = (at("2026-01-02T00:00:00Z"), at("2026-01-03T00:00:00Z"));
    let content = content("c");
    let saved = save_insight(&database, first, new(JOHN, "text", &content), now)
        .await
        .unwrap();
    for (reference, text) in [("John 3:16 (WEB)", "text"), (JOHN, "Text"), (JOHN, "text ")] {
        let other = find_saved_insight(&database, second, on(reference, text), later).await;
        assert_eq!(other.unwrap(), None);
    }
    assert_eq!(listed(&database, second, 50, None).await, []);

    let found = find_saved_insight(&database, second, on(JOHN, "text"), later)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.id, found.linked_at), (saved.id, later));
    assert_eq!(listed(&database, second, 50, None).await, [saved.id]);
    let kept = find_saved_insight(
        &database,
        first,
        on(JOHN, "text"),
        at("2026-01-01T00:00:00Z"),
    );
    assert_eq!(
        kept.await.unwrap().unwrap().linked_at,
        now,
        "time does not go back"
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_history_is_read_page_by_page_to_its_end(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    let (early, late) = ("2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z");
    let ids = save_each(&database, token, &[late, early, early, late, early]).await;
    let newest_first = [ids[3], ids[0], ids[4], ids[2], ids[1]];
    assert_eq!(listed(&database, token, 50, None).await, newest_first);

    let (mut read, mut before) = (Vec::new(), None);
    loop {
        let page = listed(&database, token, 2, before).await;
        let Some(last) = page.last() else { break };
        before = Some(*last);
        read.extend(page);
    }
    assert_eq!(read, newest_first);
    let nowhere = Some(InsightId(99_999_999_999_999));
    assert_eq!(listed(&database, token, 50, nowhere).await, []);

    let newest = link_insight_to_user(&database, token, ids[1], at("2026-01-04T00:00:00Z"));
    newest.await.unwrap();
    assert_eq!(listed(&database, token, 2, None).await, [ids[1], ids[3]]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_users_place_in_a_list_is_nowhere(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let ((_, mine), (_, theirs)) = (reader(&database).await, reader(&database).await);
    save_each(&database, mine, &["2026-01-02T00:00:00Z"]).await;
    let content = content("c");
    let late = at("2026-01-03T00:00:00Z");
    let foreign = save_insight(&database, theirs, new(JOHN, "theirs", &content), late).await;
    let page = listed(&database, mine, 50, Some(foreign.unwrap().id)).await;
    assert_eq!(page, []);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_unknown_caller_has_nothing_and_writes_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (_, known) = reader(&database).await;
    let ids = save_each(&database, known, &["2026-01-02T00:00:00Z"]).await;
    let (token, now, content) = (stranger(), at("2026-01-02T00:00:00Z"), content("c"));
    assert_eq!(listed(&database, token, 50, None).await, []);
    assert_eq!(clear_user_insights(&database, token).await.unwrap(), 0);
    for refused in [
        find_saved_insight(&database, token, on(JOHN, "0"), now)
            .await
            .err(),
        find_saved_insight(&database, token, on(JOHN, "none"), now)
            .await
            .err(),
        save_insight(&database, token, new(JOHN, "none", &content), now)
            .await
            .err(),
        link_insight_to_user(&database, token, ids[0], now)
            .await
            .err(),
    ] {
        assert!(matches!(refused, Some(Error::UnknownCaller)), "{refused:?}");
    }
    assert_eq!(count(&database, "insights").await, 1);
    assert_eq!(count(&database, "user_insights").await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn clearing_takes_the_callers_links_and_imports_only(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let ((me, mine), (they, theirs)) = (reader(&database).await, reader(&database).await);
    let ids = save_each(
        &database,
        mine,
        &["2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z"],
    )
    .await;
    let now = at("2026-01-03T00:00:00Z");
    link_insight_to_user(&database, theirs, ids[0], now)
        .await
        .unwrap();
    import(&database, me, "0").await;
    let foreign = import(&database, they, "0").await;

    assert_eq!(clear_user_insights(&database, mine).await.unwrap(), 3);
    assert_eq!(clear_user_insights(&database, mine).await.unwrap(), 0);
    assert_eq!(listed(&database, mine, 50, None).await, []);
    assert_eq!(listed(&database, theirs, 50, None).await, [ids[0], foreign]);
    assert_eq!(
        count(&database, "insights").await,
        3,
        "both shared ones, and their import"
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn clearing_leaves_what_was_said_and_forgetting_that_leaves_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (me, token) = reader(&database).await;
    let now = at("2026-01-02T00:00:00Z");
    let mut ids = save_each(&database, token, &["2026-01-02T00:00:00Z"]).await;
    ids.push(import(&database, me, "talked about").await);
    import(&database, me, "not talked about").await;
    for id in &ids {
        let said = append_message(
            &database,
            token,
            MessageTarget::Insight(*id),
            "Who?",
            10,
            now,
        )
        .await;
        assert!(matches!(said, Ok(PostOutcome::Stored(_))));
    }
    assert_eq!(clear_user_insights(&database, token).await.unwrap(), 3);
    assert_eq!(count(&database, "insights").await, 2);
    for id in ids {
        let said = get_chat_messages(&database, token, id).await.unwrap();
        assert_eq!(said.len(), 1);
        let cleared = clear_chat_messages(&database, token, id).await;
        assert_eq!(cleared.unwrap(), 1);
    }
    assert_eq!(count(&database, "conversations").await, 0);
    assert_eq!(count(&database, "insights").await, 1, "the shared one");
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_upload_of_which_something_is_just_being_said_is_not_cleared_away(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (me, token) = reader(&database).await;
    let upload = import(&database, me, "text").await;
    // As `append_message` does, which holds the insight by its key until it has committed.
    let mut saying = database.begin().await.unwrap();
    sqlx::query(
        "INSERT INTO conversations (user_id, insight_id, created_at, updated_at)
         VALUES ($1, $2, now(), now())",
    )
    .bind(me.0)
    .bind(upload.0)
    .execute(saying.connection())
    .await
    .unwrap();
    let clearing = {
        let database = database.clone();
        tokio::spawn(async move { clear_user_insights(&database, token).await })
    };
    until_waiting(&database, 1).await;
    saying.commit().await.unwrap();
    assert_eq!(clearing.await.unwrap().unwrap(), 1);
    assert_eq!(count(&database, "user_insights").await, 0);
    assert_eq!(count(&database, "conversations").await, 1);
    assert_eq!(count(&database, "insights").await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_imported_insight_is_its_owners_alone(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let ((owner, own), (_, other)) = (reader(&database).await, reader(&database).await);
    let imported = import(&database, owner, "text").await;
    let now = at("2026-01-02T00:00:00Z");
    for token in [own, other] {
        let found = find_saved_insight(&database, token, on(JOHN, "text"), now).await;
        assert_eq!(found.unwrap(), None);
    }
    let refused = link_insight_to_user(&database, other, imported, now).await;
    assert!(matches!(refused, Err(Error::NotFound("insight"))));
    link_insight_to_user(&database, own, imported, now)
        .await
        .unwrap();

    let generated = content("generated");
    let saved = save_insight(&database, other, new(JOHN, "text", &generated), now).await;
    assert_eq!(saved.unwrap().content, generated);
    assert_eq!(listed(&database, own, 50, None).await, [imported]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_user_that_two_devices_of_one_save_for_has_one_link(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    let saves = (0..50).map(|_| {
        let database = database.clone();
        tokio::spawn(async move {
            let (content, now) = (content("c"), at("2026-01-02T00:00:00Z"));
            find_saved_insight(&database, token, on(JOHN, "text"), now)
                .await
                .unwrap();
            save_insight(&database, token, new(JOHN, "text", &content), now)
                .await
                .unwrap();
        })
    });
    for save in saves.collect::<Vec<_>>() {
        save.await.unwrap();
    }
    assert_eq!(count(&database, "user_insights").await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_becomes_another_user_meanwhile_keeps_what_they_save(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let ((old, token), (new_user, other)) = (reader(&database).await, reader(&database).await);
    let mut merge = database.begin().await.unwrap();
    let (old, new_user) = (old.0, new_user.0);
    let connection = merge.connection();
    sqlx::query("UPDATE devices SET user_id = $1 WHERE user_id = $2")
        .bind(new_user)
        .bind(old)
        .execute(&mut *connection)
        .await
        .unwrap();
    sqlx::query("DELETE FROM users WHERE id = $1")
        .bind(old)
        .execute(connection)
        .await
        .unwrap();
    let save = tokio::spawn({
        let database = database.clone();
        async move {
            let content = content("c");
            let now = at("2026-01-02T00:00:00Z");
            save_insight(&database, token, new(JOHN, "text", &content), now).await
        }
    });
    until_waiting(&database, 1).await;
    merge.commit().await.unwrap();
    let saved = save.await.unwrap().unwrap();
    for token in [token, other] {
        assert_eq!(listed(&database, token, 50, None).await, [saved.id]);
    }
}
