//! Accepting a code at the same time as other requests, and while the connection to the database is cut.

use futures_util::future::join_all;
use verse_tests::{Client, Function, Proxy, SESSION_COOKIE, eventually, paths};

use super::{accept_code, devices, generate_code, site};
use crate::{session, user::user};

/// Contract: devices and linking: "of fifty simultaneous accepts one succeeds"
#[tokio::test]
async fn of_fifty_simultaneous_uses_of_one_code_one_succeeds() {
    let (database, host) = site().await;
    let code = generate_code(&host).await;
    let guest = |n| host.another().from_address(&format!("203.0.113.{n}"));
    let guests: Vec<_> = (0..50).map(guest).collect();
    let mut linked = 0;
    for response in join_all(guests.iter().map(|guest| accept_code(guest, &code))).await {
        if response.status == 200 {
            linked += 1;
            continue;
        }
        let problem = response.expect_status(400).problem();
        assert_eq!(problem.detail, "This code has already been used");
    }
    assert_eq!(linked, 1);
    assert_eq!(devices(&host).await.len(), 2);
    // Each device in the database belongs to a client with a cookie.
    let known = guests.iter().filter(|guest| !guest.cookies().is_empty());
    let known = i64::try_from(known.count()).unwrap();
    assert_eq!(database.count("devices").await, 1 + known);
}

/// Contract: devices and linking: "the device that has just used a code gets the same answer again"
#[tokio::test]
async fn one_device_that_sends_a_code_twenty_times_at_once_links_once() {
    let (database, host) = site().await;
    for _ in 0..5 {
        let (code, guest) = (generate_code(&host).await, host.another());
        session(&guest).await;
        let answers = join_all((0..20).map(|_| accept_code(&guest, &code))).await;
        let id = session(&host).await["anonymous_id"].clone();
        for answer in answers {
            assert_eq!(answer.expect_status(200).json()["new_anonymous_id"], id);
        }
    }
    assert_eq!(database.count("users").await, 1);
    assert_eq!(devices(&host).await.len(), 6);
}

/// Contract: devices and linking: "two users who accept each other's codes become one user"
#[tokio::test]
async fn two_users_who_accept_each_others_code_become_one() {
    let (_database, site) = site().await;
    for _ in 0..5 {
        let (ann, ben) = (site.another(), site.another());
        let (of_ann, of_ben) = (generate_code(&ann).await, generate_code(&ben).await);
        let (one, other) = tokio::join!(accept_code(&ann, &of_ben), accept_code(&ben, &of_ann));
        let statuses = [one.status.as_u16(), other.status.as_u16()];
        assert!(
            matches!(statuses, [200, 200 | 400] | [400, 200]),
            "{statuses:?}"
        );
        let [ann, ben] = [session(&ann).await, session(&ben).await];
        assert_eq!(ann["anonymous_id"], ben["anonymous_id"]);
    }
}

#[tokio::test]
async fn a_caller_who_is_merged_during_a_request_stays_the_same_user() {
    let (_database, site) = site().await;
    for _ in 0..10 {
        let (ann, ben) = (site.another(), site.another());
        session(&ben).await;
        let code = generate_code(&ann).await;
        let writes = [&ann, &ben, &ann, &ben];
        let writes = writes.map(|client| client.post(paths::GENERATE_CODE).into_future());
        let (accepted, writes) = tokio::join!(accept_code(&ben, &code), join_all(writes));
        accepted.expect_status(200);
        for write in writes {
            let status = write.status.as_u16();
            assert!([200, 400].contains(&status), "{status}");
            // No write creates a user.
            assert!(write.cookie(SESSION_COOKIE).is_none());
        }
        assert_eq!(session(&ann).await, session(&ben).await);
    }
}

/// Contract: devices and linking: "a connection cut during a merge leaves both users whole"
#[tokio::test]
async fn a_connection_cut_during_a_merge_leaves_both_users_whole() {
    let (database, host) = site().await;
    let proxy = Proxy::to(&database.url()).await;
    let link = Function::start("device-link", &proxy).await;
    let guest = Client::with_routes([("/", &user(&database).await), ("/api/user/link", &link)]);
    session(&host).await;
    let before = session(&guest).await;
    let code = generate_code(&host).await;
    let chats = "INSERT INTO conversations (user_id, title, created_at, updated_at)
                 SELECT id, 'chat ' || id, now(), now() FROM users";
    database.execute(chats).await;
    let users_of = async |table: &str| {
        let users = format!("(SELECT DISTINCT user_id FROM {table}) AS users");
        database.count(&users).await
    };
    assert_eq!(users_of("conversations").await, 2);
    // When the merge waits for the lock on the chats, the code is consumed and the links are moved.
    let mut blocker = database.pool().begin().await.unwrap();
    sqlx::query("SELECT FROM conversations FOR UPDATE")
        .execute(&mut *blocker)
        .await
        .unwrap();
    let accepting = tokio::spawn({
        let (guest, code) = (guest.clone(), code.clone());
        async move { accept_code(&guest, &code).await }
    });
    eventually("the merge waits for a chat", async || {
        let waiting = "pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'
                         AND query LIKE '%UPDATE conversations SET user_id%'";
        (database.count(waiting).await > 0).then_some(())
    })
    .await;
    proxy.close_connections().await;
    accepting.await.unwrap().expect_status(503);
    blocker.rollback().await.unwrap();
    assert_eq!(users_of("conversations").await, 2);
    assert_eq!(users_of("devices").await, 2);
    assert_eq!(database.count("users").await, 2);
    assert_eq!(
        session(&guest).await["anonymous_id"],
        before["anonymous_id"]
    );
    accept_code(&guest, &code).await.expect_status(200);
    assert_eq!(database.count("users").await, 1);
}
