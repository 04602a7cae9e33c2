use sqlx::PgPool;

use super::*;
use crate::{
    ClaimOutcome, DefinitionContent, DefinitionSubject, DeviceId, InsightId, InsightSubject,
    MessageTarget, NewDefinition, NewInsight, PostOutcome, append_message, begin_insight,
    clear_chat_messages, clear_user_definitions, clear_user_insights,
    fixture::{
        Person, at, at_once, connect, count, insight_content, limits, lookup_claim, number, run,
        texts, until_waiting,
    },
    save_definition, save_insight, unlink_device,
};

const NOW: &str = "2026-01-01T00:00:00Z";

async fn clear(database: &Database, person: Person) -> Result<ClearedCounts, Error> {
    clear_user_data(database, person.token, at(NOW)).await
}

/// Saves an insight and a definition on a text.
async fn save(database: &Database, person: Person, text: &str, is_scripture: bool) -> InsightId {
    let new = NewInsight {
        subject: on(text),
        content: &insight_content(text),
        source: None,
        is_scripture,
    };
    let saved = save_insight(database, person.token, new, at(NOW)).await;
    let content = DefinitionContent {
        definition: "d".to_owned(),
        biblical_usage: "b".to_owned(),
        original_language: "o".to_owned(),
    };
    let new = NewDefinition {
        subject: DefinitionSubject {
            word: "word",
            passage_reference: "John 3:16 (KJV)",
            verse_text: text,
        },
        content: &content,
        source: None,
        is_scripture,
    };
    let defined = save_definition(database, person.token, new, at(NOW)).await;
    defined.unwrap();
    saved.unwrap().id
}

fn on(passage_text: &str) -> InsightSubject<'_> {
    InsightSubject {
        passage_reference: "John 3:16 (KJV)",
        passage_text,
    }
}

/// Whether the insight on a text is stored. Links it to the caller if so.
async fn find(database: &Database, person: Person, text: &str) -> bool {
    let (claim, now) = (lookup_claim(at(NOW)), at(NOW));
    match begin_insight(database, person.token, on(text), claim, now).await {
        Ok(ClaimOutcome::Found(_)) => true,
        Ok(ClaimOutcome::QuotaExhausted(_)) => false,
        outcome => panic!("{outcome:?}"),
    }
}

/// The texts of all insights and of all definitions.
async fn stored(database: &Database) -> [Vec<String>; 2] {
    [
        texts(database, "SELECT passage_text FROM insights ORDER BY 1").await,
        texts(database, "SELECT verse_text FROM definitions ORDER BY 1").await,
    ]
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_typed_text_goes_with_its_last_link_and_scripture_stays(pool: PgPool) {
    let database = connect(&pool);
    for way in 0..4 {
        let first = Person::new(&database, at(NOW)).await;
        let second = Person::new(&database, at(NOW)).await;
        for person in [first, second] {
            save(&database, person, "typed by both", false).await;
            save(&database, person, "verse", true).await;
        }
        save(&database, first, "typed by one", false).await;
        let all = ["typed by both", "typed by one", "verse"];
        assert_eq!(stored(&database).await, [all, all]);
        for (person, left) in [
            (first, &["typed by both", "verse"][..]),
            (second, &["verse"]),
        ] {
            match way {
                0 => {
                    clear(&database, person).await.unwrap();
                }
                1 => {
                    let device = DeviceId(person.device);
                    let unlinked = unlink_device(&database, person.token, device, at(NOW));
                    unlinked.await.unwrap();
                }
                2 => {
                    let insights = clear_user_insights(&database, person.token).await;
                    let definitions = clear_user_definitions(&database, person.token).await;
                    assert!(insights.unwrap() > 1 && definitions.unwrap() > 1);
                }
                _ => run(&database, "DELETE FROM users WHERE id = $1", &[person.user]).await,
            }
            assert_eq!(stored(&database).await, [left, left], "{way}");
        }
        let third = Person::new(&database, at(NOW)).await;
        assert!(!find(&database, third, "typed by one").await);
        assert!(find(&database, third, "verse").await);
        let reset = "TRUNCATE insights, definitions RESTART IDENTITY CASCADE";
        run(&database, reset, &[]).await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_typed_text_stays_for_its_conversation(pool: PgPool) {
    let database = connect(&pool);
    let person = Person::new(&database, at(NOW)).await;
    let insight = save(&database, person, "typed", false).await;
    let target = MessageTarget::Insight(insight);
    let posted = append_message(&database, person.token, target, "Why?", limits(10), at(NOW)).await;
    assert!(matches!(posted, Ok(PostOutcome::Stored(_))));
    clear_user_insights(&database, person.token).await.unwrap();
    assert_eq!(count(&database, "insights").await, 1);
    let cleared = clear_chat_messages(&database, person.token, insight).await;
    assert_eq!(
        (cleared.unwrap(), count(&database, "insights").await),
        (1, 0)
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_claim_of_a_typed_text_goes_with_it(pool: PgPool) {
    let database = connect(&pool);
    let person = Person::new(&database, at(NOW)).await;
    save(&database, person, "typed", false).await;
    let claims = "INSERT INTO generations
                  SELECT kind, subject_hash, gen_random_uuid(), now() + interval '1 minute'
                  FROM (SELECT 'insight' AS kind, subject_hash FROM insights
                        UNION ALL SELECT 'definition', subject_hash FROM definitions) AS stored";
    run(&database, claims, &[]).await;
    clear(&database, person).await.unwrap();
    assert_eq!(count(&database, "generations").await, 0);
}

/// Without the lock, each deletion would see the other's link, and the text would stay for ever.
#[sqlx::test(migrations = "../../migrations")]
async fn a_typed_text_that_all_its_users_clear_at_once_goes(pool: PgPool) {
    let database = connect(&pool);
    for round in 0..20 {
        let mut people = Vec::new();
        for _ in 0..10 {
            let person = Person::new(&database, at(NOW)).await;
            for text in ["one", "two", "three"] {
                save(&database, person, text, false).await;
            }
            people.push(person);
        }
        let cleared = at_once(people.len(), |n| {
            let (database, person) = (database.clone(), people[n]);
            async move {
                match n % 3 {
                    0 => clear(&database, person).await.map(|_| ()),
                    1 => clear_user_insights(&database, person.token)
                        .await
                        .map(|_| ()),
                    _ => {
                        let device = DeviceId(person.device);
                        let unlinked = unlink_device(&database, person.token, device, at(NOW));
                        unlinked.await.map(|_| ())
                    }
                }
            }
        });
        for cleared in cleared.await {
            cleared.unwrap();
        }
        assert_eq!(count(&database, "insights").await, 0, "{round}");
        run(&database, "DELETE FROM users", &[]).await;
        assert_eq!(count(&database, "definitions").await, 0, "{round}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_typed_text_linked_while_its_last_link_goes_is_kept_or_not_found(pool: PgPool) {
    let database = connect(&pool);
    for round in 0..20 {
        let owner = Person::new(&database, at(NOW)).await;
        save(&database, owner, "typed", false).await;
        let mut others = Vec::new();
        for _ in 0..8 {
            others.push(Person::new(&database, at(NOW)).await);
        }
        let outcomes = at_once(9, |n| {
            let (database, others) = (database.clone(), others.clone());
            async move {
                match others.get(n) {
                    Some(other) => find(&database, *other, "typed").await,
                    None => clear(&database, owner).await.is_err(),
                }
            }
        });
        let found = outcomes.await.iter().filter(|found| **found).count();
        let links = count(&database, "user_insights").await;
        assert_eq!(i64::try_from(found).unwrap(), links, "{round}");
        assert_eq!(count(&database, "insights").await, links.min(1), "{round}");
        run(&database, "DELETE FROM users", &[]).await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn clearing_an_import_whose_conversation_starts_meanwhile_is_whole(pool: PgPool) {
    let database = connect(&pool);
    for round in 0..20 {
        let person = Person::new(&database, at(NOW)).await;
        let insight = save(&database, person, "typed", false).await;
        let outcomes = at_once(6, |n| {
            let database = database.clone();
            async move {
                if n == 0 {
                    return clear(&database, person).await.map(|_| ());
                }
                let target = MessageTarget::Insight(insight);
                let posted =
                    append_message(&database, person.token, target, "Why?", limits(99), at(NOW));
                match posted.await {
                    Ok(_) | Err(Error::NotFound("insight")) => Ok(()),
                    Err(error) => Err(error),
                }
            }
        });
        for outcome in outcomes.await {
            outcome.unwrap();
        }
        let conversations = count(&database, "conversations").await;
        let insights = count(&database, "insights").await;
        assert_eq!(insights, conversations, "{round}");
        run(&database, "DELETE FROM users", &[]).await;
    }
}

/// `tests/` checks which tables keep a row of the user.
#[sqlx::test(migrations = "../../migrations")]
async fn only_the_callers_data_is_cleared_and_the_user_stays(pool: PgPool) {
    let database = connect(&pool);
    let kept = Person::new(&database, at(NOW)).await;
    let cleared = Person::new(&database, at(NOW)).await;
    for person in [kept, cleared] {
        let chat = "INSERT INTO conversations (user_id, title, created_at, updated_at)
                    VALUES ($1, 'A chat', now(), now())";
        run(&database, chat, &[person.user]).await;
    }
    for standalone_chats in [1, 0] {
        let expected = ClearedCounts {
            standalone_chats,
            ..ClearedCounts::default()
        };
        assert_eq!(clear(&database, cleared).await.unwrap(), expected);
    }
    let owners = "SELECT sum(user_id)::BIGINT FROM conversations";
    assert_eq!(number(&database, owners).await, kept.user);
    for person in [kept, cleared] {
        assert_eq!(person.user_now(&database).await, Some(person.user));
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn clearing_does_not_begin_the_daily_quota_anew(pool: PgPool) {
    let database = connect(&pool);
    let person = Person::new(&database, at(NOW)).await;
    let days = "INSERT INTO daily_usage VALUES ($1, '2026-01-01', 10), ($1, '2025-12-31', 7)";
    run(&database, days, &[person.user]).await;
    clear(&database, person).await.unwrap();
    let usage = texts(&database, "SELECT concat(day, ' ', calls) FROM daily_usage").await;
    assert_eq!(usage, ["2026-01-01 10"]);
}

/// A cascade looks rows up by the key. Without its index, each erasure would read whole tables.
#[sqlx::test(migrations = "../../migrations")]
async fn every_foreign_key_that_cascades_has_an_index(pool: PgPool) {
    let without_index: Vec<(String,)> = sqlx::query_as(
        "SELECT conname::text FROM pg_constraint
         JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
         WHERE contype = 'f' AND confdeltype = 'c' AND NOT EXISTS (
             SELECT FROM pg_index
             WHERE indrelid = conrelid AND indkey[0] = conkey[1]
               AND (indpred IS NULL
                    OR pg_get_expr(indpred, indrelid) = format('(%I IS NOT NULL)', attname)))",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(without_index, []);
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_twenty_simultaneous_calls_one_counts_each_row(pool: PgPool) {
    let database = connect(&pool);
    let person = Person::new(&database, at(NOW)).await;
    let chats = "INSERT INTO conversations (user_id, title, created_at, updated_at)
                 SELECT $1, 'A chat', now(), now() FROM generate_series(1, 7)";
    run(&database, chats, &[person.user]).await;
    let cleared = at_once(20, |_| {
        let database = database.clone();
        async move { clear(&database, person).await.unwrap().standalone_chats }
    });
    assert_eq!(cleared.await.iter().sum::<i64>(), 7);
    assert_eq!(count(&database, "conversations").await, 0);
}

/// The merge moves the device while the statement waits for the user.
#[sqlx::test(migrations = "../../migrations")]
async fn clearing_during_a_merge_clears_the_merged_user(pool: PgPool) {
    let database = connect(&pool);
    let from = Person::new(&database, at(NOW)).await;
    let into = Person::new(&database, at(NOW)).await;
    let mut merge = database.begin().await.unwrap();
    for statement in [
        "INSERT INTO conversations (user_id, title, created_at, updated_at)
         SELECT id, 'A chat', now(), now() FROM users WHERE id IN ($1, $2)",
        "UPDATE conversations SET user_id = $1 WHERE user_id = $2",
        "UPDATE devices SET user_id = $1 WHERE user_id = $2",
        "DELETE FROM users WHERE id = $2 AND id <> $1",
    ] {
        sqlx::query(statement)
            .bind(into.user)
            .bind(from.user)
            .execute(merge.connection())
            .await
            .unwrap();
    }
    let clearing = {
        let database = database.clone();
        tokio::spawn(async move { clear(&database, from).await })
    };
    until_waiting(&database, 1).await;
    merge.commit().await.unwrap();
    assert_eq!(clearing.await.unwrap().unwrap().standalone_chats, 2);
    assert_eq!(count(&database, "conversations").await, 0);
    assert_eq!(count(&database, "users").await, 1);
}

/// An export that is imported, and then the same texts with the same content again: the uploads are linked.
#[sqlx::test(migrations = "../../migrations")]
async fn a_typed_text_goes_with_the_upload_that_is_linked_in_its_place(pool: PgPool) {
    let database = connect(&pool);
    for is_unlinked in [false, true] {
        let person = Person::new(&database, at(NOW)).await;
        let insight = save(&database, person, "typed", false).await;
        for (table, columns) in [
            (
                "insight",
                "passage_reference, passage_text, historical_context, theological_significance,
                 practical_application",
            ),
            (
                "definition",
                "word, passage_reference, verse_text, definition, biblical_usage, original_language",
            ),
        ] {
            let upload = format!(
                "WITH upload AS (
                     INSERT INTO {table}s (owner_id, subject_hash, content_hash, {columns}, created_at)
                     SELECT $1, subject_hash, content_hash, {columns}, created_at FROM {table}s
                     RETURNING id
                 )
                 UPDATE user_{table}s SET {table}_id = upload.id FROM upload"
            );
            sqlx::query(sqlx::AssertSqlSafe(upload))
                .bind(person.user)
                .execute(&pool)
                .await
                .unwrap();
        }
        assert_eq!(count(&database, "insights").await, 2, "{insight:?}");
        if is_unlinked {
            let device = DeviceId(person.device);
            let unlinked = unlink_device(&database, person.token, device, at(NOW));
            unlinked.await.unwrap();
        } else {
            clear(&database, person).await.unwrap();
        }
        assert_eq!(count(&database, "insights").await, 0, "{is_unlinked}");
        assert_eq!(count(&database, "definitions").await, 0, "{is_unlinked}");
    }
}
