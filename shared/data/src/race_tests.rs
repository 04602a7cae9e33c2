//! The races that the tables settle, each with many tasks at once and again and again. Tests only.

use std::future::Future;

use futures_util::future::join_all;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{
    AcceptedLink, Bucket, CodeHash, Database, DeviceId, DeviceLabel, Error, InsightContent,
    InsightSubject, LinkCode, LinkRefusal, NewDevice, NewInsight, Page, RETENTION, RateDecision,
    RateKey, RateLimit, Reservation, TokenHash, WrongCodes, accept_link_code, consume_rate_limits,
    fixture::{Person, at, count, database_of, number, run, stranger},
    generate_link_code, get_or_create_user, get_user_insights, reserve_quota, save_insight,
    unlink_device,
};
use verse_platform::Random;

/// So many at once.
const TASKS: usize = 50;
/// So often, in one database.
const REPETITIONS: usize = 20;

const NOW: &str = "2026-01-01T12:00:00Z";
const LIMIT: WrongCodes = WrongCodes {
    most: 10,
    window: chrono::Duration::minutes(15),
};
const USERS: &str = "SELECT count(*) FROM users";

/// What each of [`TASKS`] tasks gave, all under way at once.
async fn at_once<T, F>(task: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<_> = (0..TASKS).map(|n| tokio::spawn(task(n))).collect();
    let done = join_all(tasks).await;
    done.into_iter().map(Result::unwrap).collect()
}

async fn people(database: &Database) -> Vec<Person> {
    join_all((0..TASKS).map(|_| Person::new(database, at(NOW)))).await
}

fn code() -> CodeHash {
    LinkCode::generate(&Random::system()).hash()
}

async fn code_of(database: &Database, person: Person) -> CodeHash {
    let code = code();
    let made = generate_link_code(database, person.token, code, at(NOW)).await;
    made.unwrap().unwrap();
    code
}

async fn accept(database: &Database, token: TokenHash, code: CodeHash) -> AcceptedLink {
    accept_link_code(
        database,
        token,
        code,
        &DeviceLabel::default(),
        LIMIT,
        at(NOW),
    )
    .await
    .unwrap()
}

async fn clear(database: &Database) {
    run(database, "DELETE FROM users", &[]).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_all_who_accept_one_code_one_succeeds(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database_of(options, TASKS);
    for _ in 0..REPETITIONS {
        let host = Person::new(&database, at(NOW)).await;
        let (code, guests) = (code_of(&database, host).await, people(&database).await);
        let accepted = at_once(|n| {
            let (database, guest) = (database.clone(), guests[n]);
            async move { accept(&database, guest.token, code).await }
        });
        let (linked, refused): (Vec<_>, Vec<_>) = accepted
            .await
            .into_iter()
            .partition(|accepted| matches!(accepted, AcceptedLink::Linked(_)));
        assert_eq!(linked.len(), 1);
        let used = AcceptedLink::Refused(LinkRefusal::Used);
        assert!(
            refused.iter().all(|refused| *refused == used),
            "{refused:?}"
        );
        assert_eq!(number(&database, USERS).await, 50, "51 were there before");
        clear(&database).await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_all_codes_that_one_user_asks_for_three_are_made(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database_of(options, TASKS);
    for _ in 0..REPETITIONS {
        let person = Person::new(&database, at(NOW)).await;
        // An overdue one in the way.
        run(
            &database,
            "INSERT INTO link_codes (user_id, code_hash, status, slot, created_at, expires_at)
             VALUES ($1, sha256($1::TEXT::BYTEA), 'pending', 2, '2025-01-01', '2025-01-01')",
            &[person.user],
        )
        .await;
        let made = at_once(|_| {
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
async fn one_insight_that_all_save_is_stored_once_and_had_by_all(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database_of(options, TASKS);
    for repetition in 0..REPETITIONS {
        let readers = people(&database).await;
        let saved = at_once(|n| {
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
async fn of_all_first_visits_of_one_browser_one_user_is_left(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database_of(options, TASKS);
    let visit = async |database: &Database, presented, token_hash, now| {
        let new = NewDevice {
            token_hash,
            anonymous_id: Random::system().uuid(),
            name: None,
            kind: crate::DeviceKind::Unknown,
            user_agent: None,
        };
        get_or_create_user(database, presented, &new, at(now)).await
    };
    for _ in 0..REPETITIONS {
        let cookies = at_once(|_| {
            let database = database.clone();
            async move {
                let token = stranger();
                visit(&database, None, token, NOW).await.unwrap();
                token
            }
        });
        // Whichever came last.
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
        assert_eq!(number(&database, USERS).await, 1);
        clear(&database).await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_all_answers_asked_for_the_days_ten_are_granted(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database_of(options, TASKS);
    for _ in 0..REPETITIONS {
        let person = Person::new(&database, at(NOW)).await;
        let reserved = at_once(|_| {
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
async fn of_all_calls_in_a_minute_the_minutes_ten_are_allowed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database_of(options, TASKS);
    for _ in 0..REPETITIONS {
        let person = Person::new(&database, at(NOW)).await;
        let taken = at_once(|_| {
            let database = database.clone();
            async move {
                let take = RateLimit {
                    bucket: Bucket::Generate,
                    key: RateKey::Caller(person.token),
                    most: 10,
                    window: chrono::Duration::minutes(1),
                };
                consume_rate_limits(&database, &[take], at(NOW))
                    .await
                    .unwrap()
            }
        });
        let allowed = taken
            .await
            .into_iter()
            .filter(|rate| *rate == RateDecision::Allowed);
        assert_eq!(allowed.count(), 10);
    }
}

/// What each of two users has before they are merged.
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
async fn of_all_merges_that_cross_one_is_done_and_nothing_is_lost(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database_of(options, TASKS);
    for _ in 0..REPETITIONS {
        let ann = Person::new(&database, at(NOW)).await;
        let ben = Person::new(&database, at(NOW)).await;
        for person in [ann, ben] {
            run(&database, BELONGINGS, &[person.user]).await;
        }
        let (code_of_ann, code_of_ben) =
            (code_of(&database, ann).await, code_of(&database, ben).await);
        let accepted = at_once(|n| {
            let database = database.clone();
            let (person, code) = [(ann, code_of_ben), (ben, code_of_ann)][n % 2];
            async move { accept(&database, person.token, code).await }
        });
        let linked = (accepted.await.into_iter())
            .filter(|accepted| matches!(accepted, AcceptedLink::Linked(_)));
        assert_eq!(linked.count(), 1, "and no deadlock");
        assert_eq!(number(&database, USERS).await, 1);
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
async fn the_last_two_devices_unlinked_by_all_at_once_leave_nobody_half(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database_of(options, TASKS);
    for repetition in 0..REPETITIONS {
        let first = Person::new(&database, at(NOW)).await;
        let second = first.device(&database, at(NOW)).await;
        let crossed = repetition % 2 == 1;
        // Each itself, or each the other.
        let unlinked = at_once(|n| {
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
        // Where each unlinks the other, whoever is first has the other's calls come from nobody.
        let left = i64::from(crossed);
        assert_eq!(done, 2 - left);
        assert_eq!(number(&database, USERS).await, left);
        assert_eq!(count(&database, "devices").await, left);
        clear(&database).await;
    }
}
