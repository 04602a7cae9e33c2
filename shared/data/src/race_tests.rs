//! Races that the database decides, each run 20 times with 50 tasks.

use futures_util::future::join_all;
use sqlx::PgPool;

use crate::{
    AcceptOutcome, Bucket, CodeHash, CodeRejection, Database, DeviceId, DeviceLabel, Error,
    InsightContent, InsightSubject, NewDevice, NewInsight, Page, RETENTION, RateDecision, RateKey,
    RateLimit, Reservation, TokenHash, WrongCodeLimit, accept_link_code, consume_rate_limits,
    fixture::{Person, at, at_once, code, code_of, connect_with, count, number, run, stranger},
    generate_link_code, get_or_create_user, get_user_insights, reserve_quota, save_insight,
    unlink_device,
};
use verse_platform::Random;

/// Tasks of a race.
const TASKS: usize = 50;
/// Runs of a race, in one database.
const REPETITIONS: usize = 20;

const NOW: &str = "2026-01-01T12:00:00Z";
const LIMIT: WrongCodeLimit = WrongCodeLimit {
    per_user: 10,
    per_address: 100,
    window: chrono::Duration::minutes(15),
};

async fn people(database: &Database) -> Vec<Person> {
    join_all((0..TASKS).map(|_| Person::new(database, at(NOW)))).await
}

async fn accept(database: &Database, token: TokenHash, code: CodeHash) -> AcceptOutcome {
    let label = DeviceLabel::default();
    let accepted = accept_link_code(database, token, code, &label, LIMIT, at(NOW));
    accepted.await.unwrap()
}

async fn clear(database: &Database) {
    run(database, "DELETE FROM users", &[]).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_all_calls_that_accept_one_code_one_succeeds(pool: PgPool) {
    let database = connect_with(&pool, TASKS);
    for _ in 0..REPETITIONS {
        let host = Person::new(&database, at(NOW)).await;
        let (code, guests) = (code_of(&database, host, NOW).await, people(&database).await);
        let accepted = at_once(TASKS, |n| {
            let (database, guest) = (database.clone(), guests[n]);
            async move { accept(&database, guest.token, code).await }
        });
        let (linked, rejected): (Vec<_>, Vec<_>) = accepted
            .await
            .into_iter()
            .partition(|accepted| matches!(accepted, AcceptOutcome::Linked(_)));
        assert_eq!(linked.len(), 1);
        let used = AcceptOutcome::Rejected(CodeRejection::Used);
        assert!(rejected.iter().all(|outcome| *outcome == used));
        assert_eq!(count(&database, "users").await, 50, "51 were there before");
        clear(&database).await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_all_codes_of_one_user_three_are_made(pool: PgPool) {
    let database = connect_with(&pool, TASKS);
    for _ in 0..REPETITIONS {
        let person = Person::new(&database, at(NOW)).await;
        // An overdue code has a slot.
        run(
            &database,
            "INSERT INTO link_codes (user_id, code_hash, status, slot, created_at, expires_at)
             VALUES ($1, sha256($1::TEXT::BYTEA), 'pending', 2, '2025-01-01', '2025-01-01')",
            &[person.user],
        )
        .await;
        let made = at_once(TASKS, |_| {
            let database = database.clone();
            async move { generate_link_code(&database, person.token, code(), at(NOW)).await }
        });
        let made = made.await.into_iter().map(Result::unwrap);
        assert_eq!(made.flatten().count(), 3);
        let pending = "SELECT count(*) FROM link_codes WHERE status = 'pending'";
        assert_eq!(number(&database, pending).await, 3);
        clear(&database).await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_insight_saved_by_all_users_is_stored_once_and_linked_to_all(pool: PgPool) {
    let database = connect_with(&pool, TASKS);
    for repetition in 0..REPETITIONS {
        let readers = people(&database).await;
        let saved = at_once(TASKS, |n| {
            let (database, token) = (database.clone(), readers[n].token);
            async move {
                let content = InsightContent {
                    historical_context: format!("by {n}"),
                    theological_significance: "t".to_owned(),
                    practical_application: "p".to_owned(),
                };
                let subject = InsightSubject {
                    passage_reference: "John 3:16 (KJV)",
                    passage_text: &repetition.to_string(),
                };
                let (content, source) = (&content, None);
                let new = NewInsight {
                    subject,
                    content,
                    source,
                    is_scripture: true,
                };
                save_insight(&database, token, new, at(NOW)).await.unwrap()
            }
        });
        let saved = saved.await;
        assert!(saved.iter().all(|one| *one == saved[0]), "the winner's");
        let stored = count(&database, "insights").await;
        assert_eq!(usize::try_from(stored).unwrap(), repetition + 1);
        for reader in readers {
            let page = Page {
                limit: 50,
                before: None,
            };
            let listed = get_user_insights(&database, reader.token, page).await;
            assert_eq!(listed.unwrap(), saved[..1]);
        }
        clear(&database).await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_all_first_requests_of_one_browser_one_user_remains(pool: PgPool) {
    let database = connect_with(&pool, TASKS);
    let visit = async |database: &Database, sent, token_hash, now| {
        let new = NewDevice {
            token_hash,
            anonymous_id: Random::system().uuid(),
            name: None,
            kind: crate::DeviceKind::Unknown,
            user_agent: None,
        };
        get_or_create_user(database, sent, &new, None, at(now)).await
    };
    for _ in 0..REPETITIONS {
        let cookies = at_once(TASKS, |_| {
            let database = database.clone();
            async move {
                let token = stranger();
                visit(&database, None, token, NOW).await.unwrap();
                token
            }
        });
        // The browser keeps the last cookie.
        let kept = cookies.await[TASKS - 1];
        let session = visit(&database, Some(kept), stranger(), NOW).await.unwrap();
        assert!(!session.is_new);
        let two_days_on = "2026-01-03T12:00:00Z";
        for job in RETENTION {
            let batch = job.run_batch(&database, at(two_days_on), None).await;
            assert_eq!(batch.unwrap().next, None);
        }
        let later = visit(&database, Some(kept), stranger(), two_days_on).await;
        assert_eq!(later.unwrap().user, session.user);
        assert_eq!(count(&database, "users").await, 1);
        clear(&database).await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_all_simultaneous_reservations_ten_are_granted(pool: PgPool) {
    let database = connect_with(&pool, TASKS);
    for _ in 0..REPETITIONS {
        let person = Person::new(&database, at(NOW)).await;
        let reserved = at_once(TASKS, |_| {
            let (database, today) = (database.clone(), at(NOW).date_naive());
            async move { reserve_quota(&database, person.token, 10, today).await }
        });
        let mut granted: Vec<_> = (reserved.await.into_iter())
            .filter_map(|reserved| match reserved.unwrap() {
                Reservation::Granted(usage) => Some(usage.calls_today),
                Reservation::QuotaExhausted(_) => None,
            })
            .collect();
        granted.sort_unstable();
        assert!(granted.iter().copied().eq(1..=10), "{granted:?}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_all_simultaneous_calls_ten_are_within_the_rate_limit(pool: PgPool) {
    let database = connect_with(&pool, TASKS);
    for _ in 0..REPETITIONS {
        let person = Person::new(&database, at(NOW)).await;
        let decisions = at_once(TASKS, |_| {
            let database = database.clone();
            async move {
                let limit = RateLimit {
                    bucket: Bucket::Generate,
                    key: RateKey::Caller(person.token),
                    most: 10,
                    window: chrono::Duration::minutes(1),
                };
                consume_rate_limits(&database, &[limit], at(NOW))
                    .await
                    .unwrap()
            }
        });
        let allowed = decisions
            .await
            .into_iter()
            .filter(|rate| *rate == RateDecision::Allowed);
        assert_eq!(allowed.count(), 10);
    }
}

/// The data of each of two users before they are merged.
const BELONGINGS: &str = "
    WITH own AS (
        INSERT INTO insights (owner_id, subject_hash, content_hash, passage_reference, passage_text,
            historical_context, theological_significance, practical_application, created_at)
        SELECT $1, sha256(n::TEXT::BYTEA), sha256('c'), 'John 3', n, 'h', 't', 'p', '2026-01-01'
        FROM unnest(ARRAY['both', $1::TEXT]) AS n
        RETURNING id
    ), links AS (
        INSERT INTO user_insights SELECT $1, id, '2026-01-01' FROM own
    ), days AS (
        INSERT INTO daily_usage VALUES ($1, '2026-01-01', 3)
    ), chats AS (
        INSERT INTO conversations (user_id, title, created_at, updated_at)
        SELECT $1, $1::TEXT, '2026-01-01', '2026-01-01'
        RETURNING id
    )
    INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
    SELECT id, $1, 'user', 'complete', $1::TEXT, '2026-01-01' FROM chats";

#[sqlx::test(migrations = "../../migrations")]
async fn of_all_opposite_merges_one_is_done_and_no_data_is_lost(pool: PgPool) {
    let database = connect_with(&pool, TASKS);
    for _ in 0..REPETITIONS {
        let ann = Person::new(&database, at(NOW)).await;
        let ben = Person::new(&database, at(NOW)).await;
        for person in [ann, ben] {
            run(&database, BELONGINGS, &[person.user]).await;
        }
        let (code_of_ann, code_of_ben) = (
            code_of(&database, ann, NOW).await,
            code_of(&database, ben, NOW).await,
        );
        let accepted = at_once(TASKS, |n| {
            let database = database.clone();
            let (person, code) = [(ann, code_of_ben), (ben, code_of_ann)][n % 2];
            async move { accept(&database, person.token, code).await }
        });
        let linked = (accepted.await.into_iter())
            .filter(|accepted| matches!(accepted, AcceptOutcome::Linked(_)));
        // Each call of the device that was first gets its answer, and none of the other device.
        assert_eq!(linked.count(), TASKS / 2, "without a deadlock");
        assert_eq!(count(&database, "users").await, 1);
        assert_eq!(ann.user_now(&database).await, ben.user_now(&database).await);
        for (kept, table) in [
            (2, "devices"),
            (3, "insights"),
            (3, "user_insights"),
            (2, "conversations"),
            (2, "messages"),
            (1, "daily_usage"),
        ] {
            assert_eq!(count(&database, table).await, kept, "{table}");
        }
        let calls = number(&database, "SELECT calls::BIGINT FROM daily_usage").await;
        assert_eq!(calls, 6);
        clear(&database).await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_last_two_devices_unlinked_by_all_at_once_leave_no_partial_user(pool: PgPool) {
    let database = connect_with(&pool, TASKS);
    for repetition in 0..REPETITIONS {
        let first = Person::new(&database, at(NOW)).await;
        let second = first.device(&database, at(NOW)).await;
        let crossed = repetition % 2 == 1;
        // Each device unlinks itself, or the other one.
        let unlinked = at_once(TASKS, |n| {
            let database = database.clone();
            let (caller, other) = [(first, second), (second, first)][n % 2];
            let target = DeviceId(if crossed { other.device } else { caller.device });
            async move { unlink_device(&database, caller.token, target, at(NOW)).await }
        });
        let mut done = 0;
        for unlinked in unlinked.await {
            match unlinked {
                Ok(_) => done += 1,
                Err(Error::NotFound("device")) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        // If each unlinks the other, the first call makes the other device unknown.
        let left = i64::from(crossed);
        assert_eq!(done, 2 - left);
        assert_eq!(count(&database, "users").await, left);
        assert_eq!(count(&database, "devices").await, left);
        clear(&database).await;
    }
}
