use sqlx::PgPool;

use super::*;
use crate::fixture::{DEADLOCK, Person, add_trigger, at, at_once, connect, count, run, stranger};

const NOW: &str = "2026-01-01T12:00:00Z";

async fn unlink(database: &Database, caller: Person, device: i64) -> Result<UnlinkOutcome, Error> {
    unlink_device(database, caller.token, DeviceId(device), at(NOW)).await
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_calling_device_is_listed_first_and_then_the_last_active(pool: PgPool) {
    let database = connect(&pool);
    let first = Person::new(&database, at(NOW)).await;
    let second = first.device(&database, at("2026-01-03T00:00:00Z")).await;
    let third = first.device(&database, at("2026-01-02T00:00:00Z")).await;
    Person::new(&database, at(NOW)).await;
    let devices = get_user_devices(&database, third.token).await.unwrap();
    let listed: Vec<_> = devices.iter().map(|d| (d.id.0, d.is_current)).collect();
    let expected = [
        (third.device, true),
        (second.device, false),
        (first.device, false),
    ];
    assert_eq!(listed, expected);
    assert_eq!(devices[1].last_active, at("2026-01-03T00:00:00Z"));
    let none = get_user_devices(&database, stranger()).await.unwrap();
    assert!(none.is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_cookie_of_an_unlinked_device_is_unknown(pool: PgPool) {
    let database = connect(&pool);
    let first = Person::new(&database, at(NOW)).await;
    let second = first.device(&database, at(NOW)).await;
    let stranger = Person::new(&database, at(NOW)).await;
    for device in [second.device, 0, i64::MAX] {
        let foreign = unlink(&database, stranger, device).await;
        assert!(matches!(foreign, Err(Error::NotFound("device"))));
    }
    let other = unlink(&database, first, second.device).await.unwrap();
    assert_eq!((other.remaining_devices, other.was_current), (1, false));
    assert_eq!(second.user_now(&database).await, None);
    let unknown = unlink(&database, second, first.device).await;
    assert!(matches!(unknown, Err(Error::NotFound("device"))));
    let usage = "INSERT INTO daily_usage VALUES ($1, '2026-01-01', 3)";
    run(&database, usage, &[first.user]).await;
    let last = unlink(&database, first, first.device).await.unwrap();
    assert_eq!((last.remaining_devices, last.was_current), (0, true));
    assert_eq!(count(&database, "users").await, 1, "the stranger");
    assert_eq!(count(&database, "daily_usage").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn fifty_devices_unlinked_at_once_leave_no_user(pool: PgPool) {
    let database = connect(&pool);
    let mut devices = vec![Person::new(&database, at(NOW)).await];
    for _ in 1..50 {
        devices.push(devices[0].device(&database, at(NOW)).await);
    }
    let unlinked = at_once(50, |n| {
        let (database, device) = (database.clone(), devices[n]);
        async move { unlink(&database, device, device.device).await }
    });
    let mut remaining: Vec<_> = (unlinked.await.into_iter())
        .map(|unlinked| unlinked.unwrap().remaining_devices)
        .collect();
    remaining.sort_unstable();
    assert_eq!(remaining, (0..50).collect::<Vec<_>>());
    assert_eq!(count(&database, "users").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn unlinking_that_always_deadlocks_is_unavailable_and_not_404(pool: PgPool) {
    let database = connect(&pool);
    let first = Person::new(&database, at(NOW)).await;
    add_trigger(&database, "BEFORE DELETE ON devices", DEADLOCK).await;
    let unlinked = unlink(&database, first, first.device).await;
    assert!(
        matches!(unlinked, Err(Error::Unavailable(_))),
        "{unlinked:?}"
    );
    assert_eq!(first.user_now(&database).await, Some(first.user));
}
