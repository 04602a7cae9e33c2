use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::*;
use crate::fixture::{Person, at, database, number, run, stranger};

const NOW: &str = "2026-01-01T12:00:00Z";

#[sqlx::test(migrations = "../../migrations")]
async fn devices_are_listed_last_active_first(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let first = Person::new(&database, at(NOW)).await;
    let second = first.device(&database, at("2026-01-03T00:00:00Z")).await;
    let third = first.device(&database, at("2026-01-02T00:00:00Z")).await;
    Person::new(&database, at(NOW)).await;
    let devices = get_user_devices(&database, third.token).await.unwrap();
    let told: Vec<_> = devices.iter().map(|d| (d.id.0, d.is_current)).collect();
    let expected = [
        (second.device, false),
        (third.device, true),
        (first.device, false),
    ];
    assert_eq!(told, expected);
    assert_eq!(devices[0].last_active, at("2026-01-03T00:00:00Z"));
    let none = get_user_devices(&database, stranger()).await.unwrap();
    assert!(none.is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_unlinked_device_is_nobody(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let first = Person::new(&database, at(NOW)).await;
    let second = first.device(&database, at(NOW)).await;
    let stranger = Person::new(&database, at(NOW)).await;
    let unlink = async |who: Person, device| {
        unlink_device(&database, who.token, DeviceId(device), at(NOW)).await
    };
    for device in [second.device, 0, i64::MAX] {
        let foreign = unlink(stranger, device).await;
        assert!(
            matches!(foreign, Err(Error::NotFound("device"))),
            "{device}"
        );
    }
    let other = unlink(first, second.device).await.unwrap();
    assert_eq!((other.devices_left, other.was_current), (1, false));
    assert_eq!(second.user_now(&database).await, None);
    let gone = unlink(second, first.device).await;
    assert!(matches!(gone, Err(Error::NotFound("device"))));
    run(
        &database,
        "INSERT INTO daily_usage VALUES ($1, '2026-01-01', 3)",
        &[first.user],
    )
    .await;
    let last = unlink(first, first.device).await.unwrap();
    assert_eq!((last.devices_left, last.was_current), (0, true));
    assert_eq!(
        number(&database, "SELECT count(*) FROM users").await,
        1,
        "the stranger"
    );
    assert_eq!(
        number(&database, "SELECT count(*) FROM daily_usage").await,
        0
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn fifty_devices_unlinked_at_once_leave_no_user(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let first = Person::new(&database, at(NOW)).await;
    let mut devices = vec![first];
    for _ in 1..50 {
        devices.push(first.device(&database, at(NOW)).await);
    }
    let tasks = devices.into_iter().map(|device| {
        let database = database.clone();
        tokio::spawn(async move {
            unlink_device(&database, device.token, DeviceId(device.device), at(NOW)).await
        })
    });
    let mut left = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        left.push(task.await.unwrap().unwrap().devices_left);
    }
    left.sort_unstable();
    assert_eq!(left, (0..50).collect::<Vec<_>>());
    assert_eq!(number(&database, "SELECT count(*) FROM users").await, 0);
}
