//! Tests of definitions and their links.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::*;
use crate::{
    Claim, ClaimOutcome, Database, Error, Page, TokenHash,
    fixture::{at, count, database, reader, stranger},
};
use verse_platform::Random;

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
    }
}

/// The stored definition of a subject, if there is one; nothing is claimed.
async fn find_saved_definition(
    database: &Database,
    token: TokenHash,
    subject: DefinitionSubject<'_>,
    now: DateTime<Utc>,
) -> Result<Option<Definition>, Error> {
    let claim = Claim {
        id: Random::system().uuid(),
        lease_until: now,
        daily_limit: 0,
    };
    match begin_definition(database, token, subject, claim, now).await? {
        ClaimOutcome::Found(definition) => Ok(Some(definition)),
        begun => {
            assert!(
                matches!(begun, ClaimOutcome::QuotaExhausted(_)),
                "{begun:?}"
            );
            Ok(None)
        }
    }
}

async fn listed(
    database: &Database,
    token: TokenHash,
    limit: i64,
    before: Option<DefinitionId>,
) -> Vec<Definition> {
    let page = Page {
        limit,
        before: before.map(|id| id.0),
    };
    get_user_definitions(database, token, page).await.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_definition_is_found_by_word_reference_and_verse(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let ((_, first), (_, second)) = (reader(&database).await, reader(&database).await);
    let (now, later) = (at("2026-01-02T00:00:00Z"), at("2026-01-03T00:00:00Z"));
    let content = content("c");
    let saved = save_definition(&database, first, new(LOVED, &content), now)
        .await
        .unwrap();
    assert_eq!(
        (&*saved.word, &*saved.verse_text),
        (LOVED.word, LOVED.verse_text)
    );
    assert_eq!((&saved.content, saved.linked_at), (&content, now));
    assert_eq!(listed(&database, first, 50, None).await[0], saved);
    for other in [
        DefinitionSubject {
            word: "Loved",
            ..LOVED
        },
        DefinitionSubject {
            passage_reference: "John 3 (WEB)",
            ..LOVED
        },
        DefinitionSubject {
            verse_text: "For God so loved the world",
            ..LOVED
        },
    ] {
        let found = find_saved_definition(&database, second, other, later).await;
        assert_eq!(found.unwrap(), None);
    }
    let found = find_saved_definition(&database, second, LOVED, later).await;
    let linked_at = later;
    assert_eq!(found.unwrap(), Some(Definition { linked_at, ..saved }));
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_history_is_read_page_by_page_and_cleared(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let ((_, mine), (_, theirs)) = (reader(&database).await, reader(&database).await);
    let mut ids = Vec::new();
    for word in ["a", "b", "c"] {
        let (subject, content) = (DefinitionSubject { word, ..LOVED }, content(word));
        let now = at("2026-01-02T00:00:00Z");
        let saved = save_definition(&database, mine, new(subject, &content), now).await;
        ids.push(saved.unwrap().id);
    }
    let later = at("2026-01-03T00:00:00Z");
    link_definition_to_user(&database, mine, ids[0], later)
        .await
        .unwrap();
    link_definition_to_user(&database, theirs, ids[0], later)
        .await
        .unwrap();
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
async fn an_imported_definition_is_its_owners_and_goes_with_its_link(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
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
    link_definition_to_user(&database, own, imported, now)
        .await
        .unwrap();
    let refused = link_definition_to_user(&database, other, imported, now).await;
    assert!(matches!(refused, Err(Error::NotFound("definition"))));
    for token in [own, other] {
        let found = find_saved_definition(&database, token, LOVED, now).await;
        assert_eq!(found.unwrap(), None);
    }
    assert_eq!(clear_user_definitions(&database, own).await.unwrap(), 1);
    assert_eq!(count(&database, "definitions").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_unknown_caller_writes_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let (token, now, content) = (stranger(), at("2026-01-02T00:00:00Z"), content("c"));
    for refused in [
        find_saved_definition(&database, token, LOVED, now)
            .await
            .err(),
        save_definition(&database, token, new(LOVED, &content), now)
            .await
            .err(),
        link_definition_to_user(&database, token, DefinitionId(1), now)
            .await
            .err(),
    ] {
        assert!(matches!(refused, Some(Error::UnknownCaller)), "{refused:?}");
    }
    assert_eq!(clear_user_definitions(&database, token).await.unwrap(), 0);
    assert_eq!(count(&database, "definitions").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn fifty_who_save_the_same_at_once_have_one_definition(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let mut readers = Vec::new();
    for _ in 0..50 {
        readers.push(reader(&database).await.1);
    }
    let saves = readers.into_iter().enumerate().map(|(number, token)| {
        let database = database.clone();
        tokio::spawn(async move {
            let (content, now) = (content(&number.to_string()), at("2026-01-02T00:00:00Z"));
            save_definition(&database, token, new(LOVED, &content), now)
                .await
                .unwrap()
        })
    });
    let mut stored = Vec::new();
    for save in saves.collect::<Vec<_>>() {
        stored.push(save.await.unwrap());
    }
    assert!(stored.iter().all(|definition| *definition == stored[0]));
    assert_eq!(count(&database, "definitions").await, 1);
    assert_eq!(count(&database, "user_definitions").await, 50);
}
