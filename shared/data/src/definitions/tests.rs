//! Tests of definitions and their links.

use sqlx::PgPool;

use super::*;
use crate::{
    ClaimOutcome,
    fixture::{MOST_BYTES, at, at_once, connect, count, lookup_claim, reader, stranger},
};

const LOVED: DefinitionSubject<'_> = DefinitionSubject {
    word: "loved",
    passage_reference: "John 3 (KJV)",
    verse_text: "For God so loved\nthe world",
};

fn content(text: &str) -> DefinitionContent {
    DefinitionContent {
        definition: format!("{text}: definition"),
        biblical_usage: format!("{text}: usage"),
        original_language: "ἀγαπάω".to_owned(),
    }
}

fn new<'d>(subject: DefinitionSubject<'d>, content: &'d DefinitionContent) -> NewDefinition<'d> {
    NewDefinition {
        subject,
        content,
        source: None,
        is_scripture: true,
    }
}

/// The stored definition of a subject, if there is one; nothing is claimed.
async fn find(
    database: &Database,
    token: TokenHash,
    subject: DefinitionSubject<'_>,
    now: DateTime<Utc>,
) -> Result<Option<Definition>, Error> {
    match begin_definition(database, token, subject, lookup_claim(now), now).await? {
        ClaimOutcome::Found(definition) => Ok(Some(definition)),
        ClaimOutcome::QuotaExhausted(_) => Ok(None),
        outcome => panic!("{outcome:?}"),
    }
}

async fn listed(
    database: &Database,
    token: TokenHash,
    limit: i64,
    before: Option<DefinitionId>,
) -> Vec<Definition> {
    let before = before.map(|id| id.0);
    let page = Page { limit, before };
    get_user_definitions(database, token, page).await.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn definition_is_found_by_word_reference_and_verse(pool: PgPool) {
    let database = connect(&pool);
    let ((_, first), (_, second)) = (reader(&database).await, reader(&database).await);
    let (now, later) = (at("2026-01-02T00:00:00Z"), at("2026-01-03T00:00:00Z"));
    let content = content("c");
    let saved = save_definition(&database, first, new(LOVED, &content), now).await;
    let saved = saved.unwrap();
    let subject = (&*saved.word, &*saved.verse_text);
    assert_eq!(subject, (LOVED.word, LOVED.verse_text));
    assert_eq!((&saved.content, saved.linked_at), (&content, now));
    assert_eq!(listed(&database, first, 50, None).await[0], saved);
    for (word, passage_reference, verse_text) in [
        ("Loved", LOVED.passage_reference, LOVED.verse_text),
        (LOVED.word, "John 3 (WEB)", LOVED.verse_text),
        (
            LOVED.word,
            LOVED.passage_reference,
            "For God so loved the world",
        ),
    ] {
        let other = DefinitionSubject {
            word,
            passage_reference,
            verse_text,
        };
        let found = find(&database, second, other, later).await;
        assert_eq!(found.unwrap(), None);
    }
    let found = find(&database, second, LOVED, later).await;
    let linked_at = later;
    assert_eq!(found.unwrap(), Some(Definition { linked_at, ..saved }));
}

#[sqlx::test(migrations = "../../migrations")]
async fn history_is_listed_page_by_page_and_cleared(pool: PgPool) {
    let database = connect(&pool);
    let ((_, mine), (_, theirs)) = (reader(&database).await, reader(&database).await);
    let mut ids = Vec::new();
    for word in ["a", "b", "c"] {
        let (subject, content) = (DefinitionSubject { word, ..LOVED }, content(word));
        let now = at("2026-01-02T00:00:00Z");
        let saved = save_definition(&database, mine, new(subject, &content), now).await;
        ids.push(saved.unwrap().id);
    }
    let later = at("2026-01-03T00:00:00Z");
    for token in [mine, theirs] {
        let linked = link_definition_to_user(&database, token, ids[0], MOST_BYTES, later).await;
        linked.unwrap();
    }
    let words = |page: Vec<Definition>| page.into_iter().map(|d| d.word).collect::<Vec<_>>();
    assert_eq!(words(listed(&database, mine, 2, None).await), ["a", "c"]);
    assert_eq!(words(listed(&database, mine, 2, Some(ids[2])).await), ["b"]);
    assert_eq!(listed(&database, mine, 2, Some(ids[1])).await, []);
    assert_eq!(listed(&database, theirs, 2, Some(ids[1])).await, []);

    assert_eq!(clear_user_definitions(&database, mine).await.unwrap(), 3);
    assert_eq!(listed(&database, mine, 50, None).await, []);
    assert_eq!(words(listed(&database, theirs, 50, None).await), ["a"]);
    assert_eq!(count(&database, "definitions").await, 3);
}

#[sqlx::test(migrations = "../../migrations")]
async fn imported_definition_is_found_by_its_owner_only_and_deleted_with_its_link(pool: PgPool) {
    let database = connect(&pool);
    let ((owner, own), (_, other)) = (reader(&database).await, reader(&database).await);
    let imported: i64 = sqlx::query_scalar(
        "INSERT INTO definitions (owner_id, subject_hash, content_hash, word, passage_reference,
                                  verse_text, definition, biblical_usage, original_language,
                                  created_at)
         VALUES ($1, $2, $3, 'loved', 'John 3 (KJV)', 'v', 'd', 'b', 'o', now())
         RETURNING id",
    )
    .bind(owner.0)
    .bind(LOVED.hash())
    .bind(content("c").hash())
    .fetch_one(database.once())
    .await
    .unwrap();
    let (imported, now) = (DefinitionId(imported), at("2026-01-02T00:00:00Z"));
    let linked = link_definition_to_user(&database, own, imported, MOST_BYTES, now).await;
    linked.unwrap();
    let refused = link_definition_to_user(&database, other, imported, MOST_BYTES, now).await;
    assert!(matches!(refused, Err(Error::NotFound("definition"))));
    for token in [own, other] {
        assert_eq!(find(&database, token, LOVED, now).await.unwrap(), None);
    }
    assert_eq!(clear_user_definitions(&database, own).await.unwrap(), 1);
    assert_eq!(count(&database, "definitions").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn unknown_caller_writes_nothing(pool: PgPool) {
    let database = connect(&pool);
    let (token, now, content) = (stranger(), at("2026-01-02T00:00:00Z"), content("c"));
    let found = find(&database, token, LOVED, now).await;
    let saved = save_definition(&database, token, new(LOVED, &content), now).await;
    let linked = link_definition_to_user(&database, token, DefinitionId(1), MOST_BYTES, now).await;
    for refused in [found.err(), saved.err(), linked.err()] {
        assert!(matches!(refused, Some(Error::UnknownCaller)), "{refused:?}");
    }
    assert_eq!(clear_user_definitions(&database, token).await.unwrap(), 0);
    assert_eq!(count(&database, "definitions").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn fifty_concurrent_saves_of_one_subject_store_one_definition(pool: PgPool) {
    let database = connect(&pool);
    let mut readers = Vec::new();
    for _ in 0..50 {
        readers.push(reader(&database).await.1);
    }
    let saves = at_once(50, |n| {
        let (database, token) = (database.clone(), readers[n]);
        async move {
            let (content, now) = (content(&n.to_string()), at("2026-01-02T00:00:00Z"));
            let saved = save_definition(&database, token, new(LOVED, &content), now).await;
            saved.unwrap()
        }
    });
    let stored = saves.await;
    assert!(stored.iter().all(|definition| *definition == stored[0]));
    assert_eq!(count(&database, "definitions").await, 1);
    assert_eq!(count(&database, "user_definitions").await, 50);
}
