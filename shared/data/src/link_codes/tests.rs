use futures_util::future::join_all;
use sqlx::PgPool;

use super::*;
use crate::{
    DeviceId,
    fixture::{
        DEADLOCK, Person, add_trigger, at, at_once, code, code_of, connect, count, number, run,
        stranger, texts, until_waiting,
    },
    unlink_device,
};

const NOW: &str = "2026-01-01T12:00:00Z";
const PENDING: &str = "SELECT count(*) FROM link_codes WHERE status = 'pending'";
const LIMIT: WrongCodeLimit = WrongCodeLimit {
    per_user: 10,
    per_address: 30,
    window: chrono::Duration::minutes(15),
};

/// Creates two users.
async fn two_users(database: &Database) -> (Person, Person) {
    let first = Person::new(database, at(NOW)).await;
    (first, Person::new(database, at(NOW)).await)
}

async fn generate(
    database: &Database,
    token: TokenHash,
    now: &str,
) -> Result<Option<DateTime<Utc>>, Error> {
    generate_link_code(database, token, code(), at(now)).await
}

async fn try_accept(
    database: &Database,
    token: TokenHash,
    code: CodeHash,
    now: &str,
) -> Result<AcceptOutcome, Error> {
    let label = DeviceLabel::default();
    accept_link_code(database, token, code, &label, LIMIT, at(now)).await
}

async fn accept(database: &Database, person: Person, code: CodeHash) -> AcceptOutcome {
    let accepted = try_accept(database, person.token, code, NOW).await;
    accepted.unwrap()
}

async fn check(
    database: &Database,
    person: Person,
    code: Option<CodeHash>,
    now: &str,
) -> CheckOutcome {
    check_link_code(database, Some(person.token), None, code, LIMIT, at(now))
        .await
        .unwrap()
}

#[test]
fn a_code_is_read_in_each_usual_spelling_and_never_prints() {
    let code = LinkCode::parse("7KQM3XWP9RTA").unwrap();
    assert_eq!(code.expose(), "7KQM-3XWP-9RTA");
    assert_eq!(format!("{code:?} {:?}", code.hash()), "*** ***");
    for text in [
        "7kqm-3xwp-9rta",
        " 7KQM 3XWP 9RTA\n",
        "7kqm3XWP--9rta",
        "7KQM\u{2013}3XWP\u{2011}9RTA",
        "7KQM\u{a0}3XWP\u{a0}9RTA",
    ] {
        assert!(LinkCode::parse(text) == Some(code.clone()), "{text}");
    }
    for text in [
        "",
        "7KQM-3XWP-9RT",
        "7KQM-3XWP-9RTAA",
        "7KQM-3XWP-9RT1",
        "7KQM-3XWP-9RTO",
        "7KQM_3XWP_9RTA",
        "7KQM-3XWP-9RTÄ",
        "7KQM-3XWP-9RTſ",
    ] {
        assert!(LinkCode::parse(text).is_none(), "{text}");
    }
}

#[test]
fn all_letters_are_equally_likely() {
    let mut counts = [0_u32; 256];
    for first in 0..=255_u8 {
        let code = LinkCode::generate(&Random::new(move |bytes| bytes.fill(first)));
        counts[usize::from(code.0[0])] += 1;
        assert_eq!(code.expose().len(), 14);
    }
    for letter in ALPHABET {
        assert_eq!(counts[usize::from(*letter)], 8);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_fourth_code_is_refused_until_one_ends(pool: PgPool) {
    let database = connect(&pool);
    let person = Person::new(&database, at(NOW)).await;
    for _ in 0..3 {
        let expiry = generate(&database, person.token, NOW).await;
        assert_eq!(expiry.unwrap(), Some(at("2026-01-01T12:05:00Z")));
    }
    let fourth = |now| generate(&database, person.token, now);
    assert_eq!(fourth(NOW).await.unwrap(), None);
    assert_eq!(fourth("2026-01-01T12:04:59Z").await.unwrap(), None);
    assert!(fourth("2026-01-01T12:05:00Z").await.unwrap().is_some());
    let statuses = texts(&database, "SELECT status FROM link_codes ORDER BY id").await;
    assert_eq!(statuses, ["expired", "expired", "expired", "pending"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_same_statement_twice_makes_one_code(pool: PgPool) {
    let database = connect(&pool);
    let person = Person::new(&database, at(NOW)).await;
    let code = code();
    for _ in 0..2 {
        let expiry = generate_link_code(&database, person.token, code, at(NOW)).await;
        assert!(expiry.unwrap().is_some());
    }
    assert_eq!(count(&database, "link_codes").await, 1);
    let unknown = generate(&database, stranger(), NOW).await;
    assert!(matches!(unknown, Err(Error::UnknownCaller)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_unlinked_device_leaves_no_pending_code(pool: PgPool) {
    let database = connect(&pool);
    let host = Person::new(&database, at(NOW)).await;
    let thief = host.device(&database, at(NOW)).await;
    let code = code_of(&database, thief, NOW).await;
    let unlink = {
        let (database, device) = (database.clone(), DeviceId(thief.device));
        async move { unlink_device(&database, host.token, device, at(NOW)).await }
    };
    // A code is generated while the unlinking holds the user and waits for the device.
    let mut blocker = database.begin().await.unwrap();
    sqlx::query("SELECT FROM devices WHERE id = $1 FOR KEY SHARE")
        .bind(thief.device)
        .execute(blocker.connection())
        .await
        .unwrap();
    let unlinking = tokio::spawn(unlink);
    until_waiting(&database, 1).await;
    let generating = {
        let database = database.clone();
        tokio::spawn(async move { generate(&database, thief.token, NOW).await })
    };
    until_waiting(&database, 2).await;
    blocker.commit().await.unwrap();
    assert_eq!(unlinking.await.unwrap().unwrap().remaining_devices, 1);
    let late = generating.await.unwrap();
    assert!(matches!(late, Err(Error::UnknownCaller)), "{late:?}");

    let back = Person::new(&database, at(NOW)).await;
    let refused = accept(&database, back, code).await;
    assert_eq!(refused, AcceptOutcome::Rejected(CodeRejection::Revoked));
    assert_eq!(number(&database, PENDING).await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn revoking_counts_the_pending_codes(pool: PgPool) {
    let database = connect(&pool);
    let (person, other) = two_users(&database).await;
    code_of(&database, other, NOW).await;
    code_of(&database, person, "2026-01-01T11:00:00Z").await;
    let codes = [
        code_of(&database, person, NOW).await,
        code_of(&database, person, NOW).await,
    ];
    let revoke = || revoke_user_codes(&database, person.token, at(NOW));
    assert_eq!(revoke().await.unwrap(), 2);
    assert_eq!(revoke().await.unwrap(), 0);
    let unknown = revoke_user_codes(&database, stranger(), at(NOW)).await;
    assert_eq!(unknown.unwrap(), 0);
    for code in codes {
        let refused = CheckOutcome::Rejected(CodeRejection::Revoked);
        assert_eq!(check(&database, other, Some(code), NOW).await, refused);
    }
    assert_eq!(number(&database, PENDING).await, 1, "the other user's");
}

#[sqlx::test(migrations = "../../migrations")]
async fn each_rejection_has_its_reason(pool: PgPool) {
    let database = connect(&pool);
    let (ann, ben) = two_users(&database).await;
    let mine = code_of(&database, ann, NOW).await;
    let rejected = CheckOutcome::Rejected;
    let own = check(&database, ann, Some(mine), NOW).await;
    assert_eq!(own, rejected(CodeRejection::OwnCode));
    let other = check(&database, ben, Some(mine), NOW).await;
    assert_eq!(other, CheckOutcome::Valid);
    for unknown in [None, Some(code())] {
        let unknown = check(&database, ben, unknown, NOW).await;
        assert_eq!(unknown, rejected(CodeRejection::Unknown));
    }
    for _ in 0..2 {
        let late = check(&database, ben, Some(mine), "2026-01-01T12:05:00Z").await;
        assert_eq!(late, rejected(CodeRejection::Expired));
        let statuses = texts(&database, "SELECT status FROM link_codes").await;
        assert_eq!(statuses, ["expired"]);
    }
    let code = code_of(&database, ann, NOW).await;
    let linked = accept(&database, ben, code).await;
    assert!(matches!(linked, AcceptOutcome::Linked(_)));
    assert_eq!(accept(&database, ben, code).await, linked, "again");
    for person in [ann, Person::new(&database, at(NOW)).await] {
        let used = CodeRejection::Used;
        assert_eq!(
            check(&database, person, Some(code), NOW).await,
            rejected(used)
        );
        let accepted = accept(&database, person, code).await;
        assert_eq!(accepted, AcceptOutcome::Rejected(used));
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn accepting_rejects_a_code_that_ended_after_its_check(pool: PgPool) {
    let database = connect(&pool);
    let (ann, ben) = two_users(&database).await;
    let own = code_of(&database, ann, NOW).await;
    let rejected = AcceptOutcome::Rejected;
    let accepted = accept(&database, ann, own).await;
    assert_eq!(accepted, rejected(CodeRejection::OwnCode));
    let accepted = accept(&database, ben, code()).await;
    assert_eq!(accepted, rejected(CodeRejection::Unknown));
    let revoked = revoke_user_codes(&database, ann.token, at(NOW)).await;
    assert_eq!(revoked.unwrap(), 1);
    let accepted = accept(&database, ben, own).await;
    assert_eq!(accepted, rejected(CodeRejection::Revoked));
    let code = code_of(&database, ann, NOW).await;
    let late = try_accept(&database, ben.token, code, "2026-01-01T12:05:00Z").await;
    assert_eq!(late.unwrap(), rejected(CodeRejection::Expired));
    let code = code_of(&database, ann, NOW).await;
    let unknown = try_accept(&database, stranger(), code, NOW).await;
    assert!(matches!(unknown, Err(Error::UnknownCaller)));
    assert_eq!(count(&database, "users").await, 2);
}

#[sqlx::test(migrations = "../../migrations")]
async fn crossing_merges_end_with_one_user(pool: PgPool) {
    let database = connect(&pool);
    for _ in 0..20 {
        let (ann, ben) = two_users(&database).await;
        let cat = Person::new(&database, at(NOW)).await;
        let codes = [ann, ben, cat].map(|person| code_of(&database, person, NOW));
        let codes = join_all(codes).await;
        // A ring: each user accepts the next one's code.
        let ring = [
            (ann, codes[1]),
            (ben, codes[2]),
            (cat, codes[0]),
            (ben, codes[0]),
        ];
        let tasks = ring.map(|(person, code)| {
            let database = database.clone();
            tokio::spawn(async move { accept(&database, person, code).await })
        });
        let mut linked = 0;
        for task in tasks {
            linked += usize::from(matches!(task.await.unwrap(), AcceptOutcome::Linked(_)));
        }
        assert!((1..=2).contains(&linked), "{linked}");
        let users = count(&database, "users").await;
        assert_eq!(users, 3 - i64::try_from(linked).unwrap());
        assert_eq!(count(&database, "devices").await, 3);
        run(&database, "DELETE FROM users", &[]).await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn codes_can_be_generated_while_their_user_is_merged(pool: PgPool) {
    let database = connect(&pool);
    for _ in 0..10 {
        let (ann, ben) = two_users(&database).await;
        let link = code_of(&database, ann, NOW).await;
        let generated = at_once(20, |n| {
            let (database, person) = (database.clone(), [ann, ben][n % 2]);
            async move { generate(&database, person.token, NOW).await }
        });
        let (generated, _) = tokio::join!(generated, accept(&database, ben, link));
        assert!(generated.iter().all(Result::is_ok), "{generated:?}");
        assert_eq!(ann.user_now(&database).await, ben.user_now(&database).await);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_caller_is_blocked_after_ten_wrong_codes(pool: PgPool) {
    let database = connect(&pool);
    let (guesser, host) = two_users(&database).await;
    let right = code_of(&database, host, NOW).await;
    let unknown = CheckOutcome::Rejected(CodeRejection::Unknown);
    for _ in 0..10 {
        let wrong = check(&database, guesser, Some(code()), NOW).await;
        assert_eq!(wrong, unknown);
    }
    let until = CheckOutcome::BlockedUntil(at("2026-01-01T12:15:00Z"));
    for code in [Some(code()), Some(right), None] {
        let blocked = check(&database, guesser, code, "2026-01-01T12:04:00Z").await;
        assert_eq!(blocked, until);
    }
    let other_user = check(&database, host, Some(code()), NOW).await;
    assert_eq!(other_user, unknown);
    let again = code_of(&database, host, NOW).await;
    let extend = "UPDATE link_codes SET expires_at = expires_at + interval '1 hour'";
    run(&database, extend, &[]).await;
    let later = check(&database, guesser, Some(again), "2026-01-01T12:15:00Z").await;
    assert_eq!(later, CheckOutcome::Valid);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_address_is_counted_for_all_its_callers(pool: PgPool) {
    let database = connect(&pool);
    let try_from = async |address: &str| {
        let address = Some(address.parse().unwrap());
        let checked = check_link_code(&database, None, address, Some(code()), LIMIT, at(NOW));
        checked.await.unwrap()
    };
    let rejected = CheckOutcome::Rejected(CodeRejection::Unknown);
    for _ in 0..30 {
        assert_eq!(try_from("203.0.113.7").await, rejected);
    }
    assert_ne!(try_from("203.0.113.7").await, rejected);
    let same_address = try_from("::ffff:203.0.113.7").await;
    assert_ne!(same_address, rejected);
    assert_eq!(try_from("203.0.113.8").await, rejected);
    for n in 0..29 {
        assert_eq!(try_from(&format!("2001:db8::{n}")).await, rejected);
    }
    assert_eq!(try_from("2001:db8::ff").await, rejected);
    assert_ne!(try_from("2001:db8::aa").await, rejected, "one network");
    assert_eq!(try_from("2001:db8:0:1::aa").await, rejected);
    assert_eq!(count(&database, "users").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_blocked_caller_does_not_block_the_others_at_its_address(pool: PgPool) {
    let database = connect(&pool);
    let (guesser, host) = two_users(&database).await;
    let right = code_of(&database, host, NOW).await;
    let address = Some("203.0.113.7".parse().unwrap());
    let check = async |person: Option<Person>, code| {
        let token = person.map(|person| person.token);
        let checked = check_link_code(&database, token, address, Some(code), LIMIT, at(NOW));
        checked.await.unwrap()
    };
    for _ in 0..10 {
        let wrong = check(Some(guesser), code()).await;
        assert_eq!(wrong, CheckOutcome::Rejected(CodeRejection::Unknown));
    }
    let blocked = CheckOutcome::BlockedUntil(at("2026-01-01T12:15:00Z"));
    assert_eq!(check(Some(guesser), right).await, blocked);
    let neighbour = Person::new(&database, at(NOW)).await;
    for other in [Some(neighbour), None] {
        assert_eq!(check(other, right).await, CheckOutcome::Valid);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_fifty_simultaneous_guesses_ten_are_answered(pool: PgPool) {
    let database = connect(&pool);
    for _ in 0..10 {
        let person = Person::new(&database, at(NOW)).await;
        let outcomes = at_once(50, |_| {
            let database = database.clone();
            async move { check(&database, person, Some(code()), NOW).await }
        });
        let rejected = CheckOutcome::Rejected(CodeRejection::Unknown);
        let outcomes = outcomes.await.into_iter();
        assert_eq!(outcomes.filter(|outcome| *outcome == rejected).count(), 10);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_accepting_device_gets_its_new_name(pool: PgPool) {
    let database = connect(&pool);
    let (ann, ben) = two_users(&database).await;
    let code = code_of(&database, ann, NOW).await;
    let label = DeviceLabel {
        name: Some("Kitchen".to_owned()),
        kind: Some(crate::DeviceKind::Tablet),
    };
    let accepted = accept_link_code(&database, ben.token, code, &label, LIMIT, at(NOW)).await;
    assert!(matches!(accepted, Ok(AcceptOutcome::Linked(_))));
    let names = "SELECT concat(device_name, '/', device_type) FROM devices ORDER BY id";
    assert_eq!(
        texts(&database, names).await,
        ["/unknown", "Kitchen/tablet"]
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn accepting_that_always_deadlocks_is_unavailable_and_not_used(pool: PgPool) {
    let database = connect(&pool);
    let (ann, ben) = two_users(&database).await;
    let code = code_of(&database, ann, NOW).await;
    add_trigger(&database, "BEFORE UPDATE ON link_codes", DEADLOCK).await;
    let accepted = try_accept(&database, ben.token, code, NOW).await;
    assert!(
        matches!(accepted, Err(Error::Unavailable(_))),
        "{accepted:?}"
    );
    let statuses = texts(&database, "SELECT status FROM link_codes").await;
    assert_eq!(statuses, ["pending"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn generating_that_never_gets_a_slot_is_unavailable_and_not_full(pool: PgPool) {
    let database = connect(&pool);
    let person = Person::new(&database, at(NOW)).await;
    add_trigger(&database, "BEFORE INSERT ON link_codes", "RETURN NULL").await;
    let expiry = generate(&database, person.token, NOW).await;
    assert!(matches!(expiry, Err(Error::Unavailable(_))), "{expiry:?}");
}
