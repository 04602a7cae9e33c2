use std::net::IpAddr;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::*;
use crate::{
    DeviceId,
    fixture::{Person, at, database, number, run, stranger, texts, until_waiting},
    unlink_device,
};

const NOW: &str = "2026-01-01T12:00:00Z";
const LIMIT: WrongCodes = WrongCodes {
    most: 10,
    window: chrono::Duration::minutes(15),
};

fn code() -> CodeHash {
    LinkCode::generate(&Random::system()).hash()
}

async fn code_of(database: &Database, person: Person) -> CodeHash {
    let code = code();
    let made = generate_link_code(database, person.token, code, at(NOW)).await;
    made.unwrap().unwrap();
    code
}

async fn accept(database: &Database, person: Person, code: CodeHash) -> AcceptedLink {
    let label = DeviceLabel::default();
    accept_link_code(database, person.token, code, &label, LIMIT, at(NOW))
        .await
        .unwrap()
}

async fn check(
    database: &Database,
    person: Person,
    code: Option<CodeHash>,
    now: &str,
) -> LinkAttempt {
    check_link_code(database, Some(person.token), None, code, LIMIT, at(now))
        .await
        .unwrap()
}

#[test]
fn a_code_is_read_however_it_is_typed_and_never_prints() {
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
fn every_letter_is_as_likely_as_any_other() {
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
async fn a_fourth_code_is_refused_until_one_ends(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let person = Person::new(&database, at(NOW)).await;
    for _ in 0..3 {
        let made = generate_link_code(&database, person.token, code(), at(NOW)).await;
        assert_eq!(made.unwrap(), Some(at("2026-01-01T12:05:00Z")));
    }
    let fourth = |now| generate_link_code(&database, person.token, code(), at(now));
    assert_eq!(fourth(NOW).await.unwrap(), None);
    assert_eq!(fourth("2026-01-01T12:04:59Z").await.unwrap(), None);
    assert!(fourth("2026-01-01T12:05:00Z").await.unwrap().is_some());
    let statuses = texts(&database, "SELECT status FROM link_codes ORDER BY id").await;
    assert_eq!(statuses, ["expired", "expired", "expired", "pending"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_same_statement_twice_makes_one_code(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let person = Person::new(&database, at(NOW)).await;
    let code = code();
    for _ in 0..2 {
        let made = generate_link_code(&database, person.token, code, at(NOW)).await;
        assert!(made.unwrap().is_some());
    }
    assert_eq!(
        number(&database, "SELECT count(*) FROM link_codes").await,
        1
    );
    let stranger = generate_link_code(&database, stranger(), code, at(NOW)).await;
    assert!(matches!(stranger, Err(Error::UnknownCaller)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_device_that_is_unlinked_leaves_no_code_behind(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let host = Person::new(&database, at(NOW)).await;
    let thief = host.device(&database, at(NOW)).await;
    let code = code_of(&database, thief).await;
    let unlink = {
        let (database, device) = (database.clone(), DeviceId(thief.device));
        async move { unlink_device(&database, host.token, device, at(NOW)).await }
    };
    // Another code is asked for while the unlinking is at work: it holds the user, and waits for the device.
    let mut blocker = database.begin().await.unwrap();
    sqlx::query("SELECT FROM devices WHERE id = $1 FOR KEY SHARE")
        .bind(thief.device)
        .execute(blocker.connection().unwrap())
        .await
        .unwrap();
    let unlinking = tokio::spawn(unlink);
    until_waiting(&database, 1).await;
    let generating = {
        let database = database.clone();
        tokio::spawn(async move {
            let code = LinkCode::generate(&Random::system()).hash();
            generate_link_code(&database, thief.token, code, at(NOW)).await
        })
    };
    until_waiting(&database, 2).await;
    blocker.commit().await.unwrap();
    assert_eq!(unlinking.await.unwrap().unwrap().devices_left, 1);
    let late = generating.await.unwrap();
    assert!(matches!(late, Err(Error::UnknownCaller)), "{late:?}");

    let back = Person::new(&database, at(NOW)).await;
    let refused = accept(&database, back, code).await;
    assert_eq!(refused, AcceptedLink::Refused(LinkRefusal::Revoked));
    let pending = "SELECT count(*) FROM link_codes WHERE status = 'pending'";
    assert_eq!(number(&database, pending).await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn revoking_counts_what_was_still_pending(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let person = Person::new(&database, at(NOW)).await;
    let other = Person::new(&database, at(NOW)).await;
    code_of(&database, other).await;
    let old = generate_link_code(&database, person.token, code(), at("2026-01-01T11:00:00Z"));
    old.await.unwrap();
    let codes = [
        code_of(&database, person).await,
        code_of(&database, person).await,
    ];
    let revoke = || revoke_user_codes(&database, person.token, at(NOW));
    assert_eq!(revoke().await.unwrap(), 2);
    assert_eq!(revoke().await.unwrap(), 0);
    let stranger = revoke_user_codes(&database, stranger(), at(NOW)).await;
    assert_eq!(stranger.unwrap(), 0);
    for code in codes {
        let refused = LinkAttempt::Refused(LinkRefusal::Revoked);
        assert_eq!(check(&database, other, Some(code), NOW).await, refused);
    }
    let pending = "SELECT count(*) FROM link_codes WHERE status = 'pending'";
    assert_eq!(number(&database, pending).await, 1, "the other user's");
}

#[sqlx::test(migrations = "../../migrations")]
async fn each_refusal_has_its_reason(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let ann = Person::new(&database, at(NOW)).await;
    let ben = Person::new(&database, at(NOW)).await;
    let mine = code_of(&database, ann).await;
    let refused = LinkAttempt::Refused;
    assert_eq!(
        check(&database, ann, Some(mine), NOW).await,
        refused(LinkRefusal::OwnCode)
    );
    assert_eq!(
        check(&database, ben, Some(mine), NOW).await,
        LinkAttempt::Acceptable
    );
    for unknown in [None, Some(code())] {
        assert_eq!(
            check(&database, ben, unknown, NOW).await,
            refused(LinkRefusal::Invalid)
        );
    }
    for _ in 0..2 {
        assert_eq!(
            check(&database, ben, Some(mine), "2026-01-01T12:05:00Z").await,
            refused(LinkRefusal::Expired)
        );
        let statuses = texts(&database, "SELECT status FROM link_codes").await;
        assert_eq!(statuses, ["expired"], "found expired, stored as expired");
    }
    let used = code_of(&database, ann).await;
    assert!(matches!(
        accept(&database, ben, used).await,
        AcceptedLink::Linked(_)
    ));
    for person in [ann, ben, Person::new(&database, at(NOW)).await] {
        assert_eq!(
            check(&database, person, Some(used), NOW).await,
            refused(LinkRefusal::Used)
        );
        assert_eq!(
            accept(&database, person, used).await,
            AcceptedLink::Refused(LinkRefusal::Used)
        );
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn accepting_refuses_what_ended_since_it_was_checked(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let ann = Person::new(&database, at(NOW)).await;
    let ben = Person::new(&database, at(NOW)).await;
    let own = code_of(&database, ann).await;
    let refused = AcceptedLink::Refused;
    assert_eq!(
        accept(&database, ann, own).await,
        refused(LinkRefusal::OwnCode)
    );
    assert_eq!(
        accept(&database, ben, code()).await,
        refused(LinkRefusal::Invalid)
    );
    revoke_user_codes(&database, ann.token, at(NOW))
        .await
        .unwrap();
    assert_eq!(
        accept(&database, ben, own).await,
        refused(LinkRefusal::Revoked)
    );
    let (late, label) = (code_of(&database, ann).await, DeviceLabel::default());
    let later = at("2026-01-01T12:05:00Z");
    let accepted = accept_link_code(&database, ben.token, late, &label, LIMIT, later).await;
    assert_eq!(accepted.unwrap(), refused(LinkRefusal::Expired));
    let good = code_of(&database, ann).await;
    let stranger = accept_link_code(&database, stranger(), good, &label, LIMIT, at(NOW)).await;
    assert!(matches!(stranger, Err(Error::UnknownCaller)));
    assert_eq!(number(&database, "SELECT count(*) FROM users").await, 2);
}

#[sqlx::test(migrations = "../../migrations")]
async fn crossing_merges_end_with_one_user(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    for _ in 0..20 {
        let (ann, ben, cat) = (
            Person::new(&database, at(NOW)).await,
            Person::new(&database, at(NOW)).await,
            Person::new(&database, at(NOW)).await,
        );
        let codes = [
            code_of(&database, ann).await,
            code_of(&database, ben).await,
            code_of(&database, cat).await,
        ];
        // A ring: each accepts the next one's code.
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
            linked += usize::from(matches!(task.await.unwrap(), AcceptedLink::Linked(_)));
        }
        assert!((1..=2).contains(&linked), "{linked}");
        let users = number(&database, "SELECT count(*) FROM users").await;
        assert_eq!(users, 3 - i64::try_from(linked).unwrap());
        let devices = "SELECT count(*) FROM devices";
        assert_eq!(number(&database, devices).await, 3, "nobody lost a cookie");
        run(&database, "DELETE FROM users", &[]).await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn codes_are_made_while_their_user_is_merged(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    for _ in 0..10 {
        let ann = Person::new(&database, at(NOW)).await;
        let ben = Person::new(&database, at(NOW)).await;
        let link = code_of(&database, ann).await;
        let makers = (0..20).map(|n| {
            let (database, person) = (database.clone(), if n % 2 == 0 { ann } else { ben });
            let task = async move {
                for _ in 0..2 {
                    match generate_link_code(&database, person.token, code(), at(NOW)).await {
                        Err(Error::UserGone(_)) => {}
                        result => return result,
                    }
                }
                panic!("gone twice")
            };
            tokio::spawn(task)
        });
        let makers: Vec<_> = makers.collect();
        accept(&database, ben, link).await;
        for maker in makers {
            maker.await.unwrap().unwrap();
        }
        assert_eq!(ann.user_now(&database).await, ben.user_now(&database).await);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn after_ten_wrong_codes_a_caller_waits(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let (guesser, host) = (
        Person::new(&database, at(NOW)).await,
        Person::new(&database, at(NOW)).await,
    );
    let right = code_of(&database, host).await;
    for _ in 0..10 {
        let wrong = check(&database, guesser, Some(code()), NOW).await;
        assert_eq!(wrong, LinkAttempt::Refused(LinkRefusal::Invalid));
    }
    let until = LinkAttempt::BlockedUntil(at("2026-01-01T12:15:00Z"));
    for code in [Some(code()), Some(right), None] {
        assert_eq!(
            check(&database, guesser, code, "2026-01-01T12:04:00Z").await,
            until
        );
    }
    let other = check(&database, host, Some(code()), NOW).await;
    assert_eq!(
        other,
        LinkAttempt::Refused(LinkRefusal::Invalid),
        "not the others"
    );
    let again = code_of(&database, host).await;
    run(
        &database,
        "UPDATE link_codes SET expires_at = expires_at + interval '1 hour'",
        &[],
    )
    .await;
    let later = check(&database, guesser, Some(again), "2026-01-01T12:15:00Z").await;
    assert_eq!(later, LinkAttempt::Acceptable);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_address_is_counted_whoever_calls_from_it(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let try_from = async |address: &str| {
        let address: IpAddr = address.parse().unwrap();
        check_link_code(&database, None, Some(address), Some(code()), LIMIT, at(NOW))
            .await
            .unwrap()
    };
    let refused = LinkAttempt::Refused(LinkRefusal::Invalid);
    for _ in 0..10 {
        assert_eq!(try_from("203.0.113.7").await, refused);
    }
    assert_ne!(try_from("203.0.113.7").await, refused);
    assert_ne!(
        try_from("::ffff:203.0.113.7").await,
        refused,
        "the same address"
    );
    assert_eq!(try_from("203.0.113.8").await, refused);
    for n in 0..9 {
        assert_eq!(try_from(&format!("2001:db8::{n}")).await, refused);
    }
    assert_eq!(try_from("2001:db8::ff").await, refused);
    assert_ne!(try_from("2001:db8::aa").await, refused, "one network");
    assert_eq!(try_from("2001:db8:0:1::aa").await, refused);
    assert_eq!(number(&database, "SELECT count(*) FROM users").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_fifty_guesses_at_once_ten_are_answered(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    for _ in 0..10 {
        let person = Person::new(&database, at(NOW)).await;
        let tasks = (0..50).map(|_| {
            let database = database.clone();
            tokio::spawn(async move { check(&database, person, Some(code()), NOW).await })
        });
        let mut answered = 0;
        for task in tasks.collect::<Vec<_>>() {
            let refused = LinkAttempt::Refused(LinkRefusal::Invalid);
            answered += usize::from(task.await.unwrap() == refused);
        }
        assert_eq!(answered, 10);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_accepting_device_takes_the_name_it_gives(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let ann = Person::new(&database, at(NOW)).await;
    let ben = Person::new(&database, at(NOW)).await;
    let code = code_of(&database, ann).await;
    let label = DeviceLabel {
        name: Some("Kitchen".to_owned()),
        kind: Some(crate::DeviceKind::Tablet),
    };
    let accepted = accept_link_code(&database, ben.token, code, &label, LIMIT, at(NOW)).await;
    assert!(matches!(accepted, Ok(AcceptedLink::Linked(_))));
    let names = "SELECT concat(device_name, '/', device_type) FROM devices ORDER BY id";
    assert_eq!(
        texts(&database, names).await,
        ["/unknown", "Kitchen/tablet"]
    );
}
