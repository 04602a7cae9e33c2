use sqlx::PgPool;

use super::*;
use crate::fixture::{Person, at, at_once, connect, count, number, run, until_waiting};

const NOW: &str = "2026-01-01T00:00:00Z";
const USERS: &str = "SELECT coalesce(sum(id), 0)::BIGINT FROM users";

/// `tests/` checks that no table keeps a row of the user.
#[sqlx::test(migrations = "../../migrations")]
async fn only_the_caller_is_erased_and_only_once(pool: PgPool) {
    let database = connect(&pool);
    let kept = Person::new(&database, at(NOW)).await;
    let erased = Person::new(&database, at(NOW)).await;
    for person in [kept, erased] {
        let chat = "INSERT INTO conversations (user_id, title, created_at, updated_at)
                    VALUES ($1, 'A chat', now(), now())";
        run(&database, chat, &[person.user]).await;
    }
    let one_chat = ErasedCounts {
        standalone_chats: 1,
        ..ErasedCounts::default()
    };
    let counts = clear_user_data(&database, erased.token).await.unwrap();
    assert_eq!(counts, one_chat);
    assert_eq!(number(&database, USERS).await, kept.user);
    let owners = "SELECT sum(user_id)::BIGINT FROM conversations";
    assert_eq!(number(&database, owners).await, kept.user);
    let again = clear_user_data(&database, erased.token).await.unwrap();
    assert_eq!(again, ErasedCounts::default());
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
async fn twenty_simultaneous_erasures_all_succeed(pool: PgPool) {
    let database = connect(&pool);
    let person = Person::new(&database, at(NOW)).await;
    let erased = at_once(20, |_| {
        let database = database.clone();
        async move { clear_user_data(&database, person.token).await }
    });
    assert!(erased.await.iter().all(Result::is_ok));
    assert_eq!(count(&database, "users").await, 0);
}

/// The merge moves the device while the erasure waits for the user.
#[sqlx::test(migrations = "../../migrations")]
async fn an_erasure_during_a_merge_erases_the_merged_user(pool: PgPool) {
    let database = connect(&pool);
    let from = Person::new(&database, at(NOW)).await;
    let into = Person::new(&database, at(NOW)).await;
    let mut merge = database.begin().await.unwrap();
    for statement in [
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
    let erasing = {
        let database = database.clone();
        tokio::spawn(async move { clear_user_data(&database, from.token).await })
    };
    until_waiting(&database, 1).await;
    merge.commit().await.unwrap();
    erasing.await.unwrap().unwrap();
    assert_eq!(count(&database, "users").await, 0);
}
