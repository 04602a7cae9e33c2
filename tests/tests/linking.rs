//! Linking a second device by a code: `POST /api/user/link/generate`, `POST /api/user/link/accept`,
//! `DELETE /api/user/link/codes`.

use futures_util::future::join_all;
use serde_json::{Value, json};
use verse_tests::{Client, Counts, Database, Dress, Function, Proxy, Response};

const COOKIE: &str = "verse_user_id";
const SESSION: &str = "/api/user/session";
const GENERATE: &str = "/api/user/link/generate";
const ACCEPT: &str = "/api/user/link/accept";
const CODES: &str = "/api/user/link/codes";
const DEVICES: &str = "/api/user/devices";

async fn function(name: &str, database_url: &str) -> Function {
    Function::builder(name)
        .env("DATABASE_URL", database_url)
        .env("VERSE_ENV", "development")
        .processes(4)
        .start()
        .await
}

/// A browser on a site of both functions.
async fn site(database_url: &str) -> Client {
    let (user, link) = tokio::join!(
        function("user", database_url),
        function("device-link", database_url)
    );
    Client::routed([
        ("/", &user),
        ("/api/user/link", &link),
        ("/api/user/devices", &link),
    ])
}

async fn session(client: &Client) -> Value {
    client.get(SESSION).await.expect_status(200).json()
}

async fn code_of(client: &Client) -> String {
    let code = client.post(GENERATE).await.expect_status(200).json();
    let code = code.get("display_code").and_then(Value::as_str);
    code.unwrap_or_default().to_owned()
}

async fn accept(client: &Client, code: &str) -> Response {
    client.post(ACCEPT).json(&json!({ "code": code })).await
}

async fn refusal(client: &Client, code: &str) -> String {
    accept(client, code)
        .await
        .expect_status(400)
        .problem()
        .detail
}

#[tokio::test]
async fn a_code_is_twelve_letters_in_three_groups_for_five_minutes() {
    let database = Database::fresh().await;
    let client = site(&database.url()).await;
    let response = client.post(GENERATE).await.expect_status(200);
    assert!(
        response.cookie(COOKIE).is_some(),
        "an unknown caller becomes a user"
    );
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let answer = response.json();
    let code = answer["display_code"].as_str().unwrap();
    let groups: Vec<_> = code.split('-').collect();
    assert!(
        groups.len() == 3 && groups.iter().all(|group| group.len() == 4),
        "{code}"
    );
    let letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    assert!(
        groups
            .concat()
            .chars()
            .all(|letter| letters.contains(letter)),
        "{code}"
    );
    assert_eq!(answer["qr_data"], code);
    let in_five_minutes: bool = database
        .value(
            "SELECT bool_and(expires_at = created_at + interval '5 minutes'
                             AND created_at > now() - interval '1 minute') FROM link_codes",
        )
        .await;
    assert!(in_five_minutes);
    let told: bool = sqlx::query_scalar("SELECT expires_at = $1::TIMESTAMPTZ FROM link_codes")
        .bind(answer["expires_at"].as_str().unwrap())
        .fetch_one(database.pool())
        .await
        .unwrap();
    assert!(told, "{answer}");
    let row: String = database
        .value("SELECT row_to_json(link_codes)::text FROM link_codes")
        .await;
    assert!(
        !row.contains(code) && !row.contains(&code.replace('-', "")),
        "only its hash is kept"
    );
}

#[tokio::test]
async fn a_fourth_code_is_refused() {
    let database = Database::fresh().await;
    let client = site(&database.url()).await;
    session(&client).await;
    let codes = join_all((0..50).map(|_| client.post(GENERATE).into_future())).await;
    let (made, refused): (Vec<_>, Vec<_>) = codes.into_iter().partition(|r| r.status == 200);
    assert_eq!((made.len(), refused.len()), (3, 47));
    for response in refused {
        let problem = response.expect_status(400).problem();
        assert_eq!(
            problem.detail,
            "Too many active link codes. Maximum 3 allowed."
        );
    }
    let revoked = client.delete(CODES).await.expect_status(200).json();
    assert_eq!(
        revoked,
        json!({"message": "Revoked 3 pending link codes", "count": 3})
    );
    code_of(&client).await;
}

#[tokio::test]
async fn revoking_for_an_unknown_caller_is_nothing_and_writes_nothing() {
    let database = Database::fresh().await;
    let client = site(&database.url()).await;
    let garbage = client.another();
    garbage.set_cookie(COOKIE, &"A".repeat(43));
    for unknown in [client, garbage] {
        let response = unknown.delete(CODES).await.expect_status(200);
        assert_eq!(
            response.json(),
            json!({"message": "Revoked 0 pending link codes", "count": 0})
        );
        assert!(response.cookie(COOKIE).is_none());
    }
    assert_eq!(database.value::<i64>("SELECT count(*) FROM users").await, 0);
}

#[tokio::test]
async fn two_devices_become_one_user_with_the_cookies_they_have() {
    let database = Database::fresh().await;
    let older = site(&database.url()).await;
    let newer = older.another();
    session(&older).await;
    let kept = session(&newer).await;
    database
        .execute(
            "INSERT INTO daily_usage SELECT id, (now() AT TIME ZONE 'UTC')::DATE, 2 FROM users",
        )
        .await;
    database
        .execute("UPDATE users SET is_pro = id = (SELECT min(id) FROM users)")
        .await;
    let code = code_of(&older).await;
    let response = accept(&newer, &code).await.expect_status(200);
    assert!(response.cookie(COOKIE).is_none());
    assert_eq!(
        response.json(),
        json!({
            "success": true,
            "new_anonymous_id": kept["anonymous_id"],
            "message": "Devices linked successfully",
        })
    );
    for client in [&older, &newer] {
        let response = client.get(SESSION).await.expect_status(200);
        assert!(response.cookie(COOKIE).is_none());
        let session = response.json();
        assert_eq!(session["anonymous_id"], kept["anonymous_id"]);
        assert_eq!(session["usage"]["calls_today"], 4);
        assert_eq!(session["usage"]["is_pro"], true, "either had it");
        let devices = client.get(DEVICES).await.expect_status(200).json();
        assert_eq!(devices.as_array().unwrap().len(), 2);
    }
    assert_eq!(database.value::<i64>("SELECT count(*) FROM users").await, 1);
}

#[tokio::test]
async fn a_code_is_entered_in_any_case_with_or_without_hyphens_and_spaces() {
    let database = Database::fresh().await;
    let client = site(&database.url()).await;
    for (n, dress) in Dress::ALL.into_iter().enumerate() {
        let code = code_of(&client).await;
        let typed = match n % 3 {
            0 => code.to_lowercase(),
            1 => code.replace('-', ""),
            _ => format!("  {}\n", code.replace('-', " ").to_lowercase()),
        };
        let guest = client.another().dressed(dress);
        session(&guest).await;
        accept(&guest, &typed).await.expect_status(200);
    }
}

#[tokio::test]
async fn a_caller_without_a_cookie_joins_the_user_of_the_code() {
    let database = Database::fresh().await;
    let host = site(&database.url()).await;
    let second = host.another();
    session(&host).await;
    accept(&second, &code_of(&host).await)
        .await
        .expect_status(200);
    let kept = session(&host).await;

    let guest = host.another();
    let response = accept(&guest, &code_of(&host).await)
        .await
        .expect_status(200);
    assert!(response.cookie(COOKIE).is_some());
    assert_eq!(response.json()["new_anonymous_id"], kept["anonymous_id"]);
    assert_eq!(session(&guest).await["anonymous_id"], kept["anonymous_id"]);
    assert_eq!(database.value::<i64>("SELECT count(*) FROM users").await, 1);
    assert_eq!(
        database.value::<i64>("SELECT count(*) FROM devices").await,
        3
    );
}

#[tokio::test]
async fn every_refusal_says_why() {
    let database = Database::fresh().await;
    let host = site(&database.url()).await;
    let (guest, third) = (host.another(), host.another());
    session(&guest).await;
    assert_eq!(refusal(&guest, "7KQM-3XWP-9RTA").await, "Invalid link code");
    assert_eq!(refusal(&guest, "nonsense").await, "Invalid link code");
    assert_eq!(refusal(&guest, "").await, "Invalid link code");

    let code = code_of(&host).await;
    assert_eq!(refusal(&host, &code).await, "Cannot link device to itself");

    host.delete(CODES).await.expect_status(200);
    assert_eq!(refusal(&guest, &code).await, "This code has been revoked");

    let code = code_of(&host).await;
    database
        .execute("UPDATE link_codes SET expires_at = now() WHERE status = 'pending'")
        .await;
    let expired = "This code has expired. Please generate a new one.";
    for _ in 0..2 {
        assert_eq!(refusal(&guest, &code).await, expired);
        let stored = "SELECT count(*) FROM link_codes WHERE status = 'expired'";
        assert_eq!(database.value::<i64>(stored).await, 1);
    }

    let code = code_of(&host).await;
    accept(&guest, &code).await.expect_status(200);
    for client in [&host, &guest, &third] {
        assert_eq!(
            refusal(client, &code).await,
            "This code has already been used"
        );
    }
}

#[tokio::test]
async fn revoking_tells_how_many_codes_were_pending() {
    let database = Database::fresh().await;
    let host = site(&database.url()).await;
    for pending in [2, 1, 0] {
        for _ in 0..pending {
            code_of(&host).await;
        }
        let revoked = host.delete(CODES).await.expect_status(200).json();
        let message = format!("Revoked {pending} pending link codes");
        assert_eq!(revoked["count"], pending, "{revoked}");
        if pending != 1 {
            assert_eq!(revoked["message"], message);
        }
    }
}

#[tokio::test]
async fn only_the_hash_of_a_code_is_kept() {
    let database = Database::fresh().await;
    let code = code_of(&site(&database.url()).await).await;
    let row = "SELECT row_to_json(link_codes)::text FROM link_codes";
    let row: String = database.value(row).await;
    for text in [code.clone(), code.replace('-', "")] {
        assert!(!row.contains(&text), "a code is kept");
        let hex = text.bytes().map(|byte| format!("{byte:02x}"));
        assert!(!row.contains(&hex.collect::<String>()), "a code is kept");
    }
    assert!(row.contains("code_hash"), "{row}");
}

#[tokio::test]
async fn a_wrong_code_makes_nobody_a_user() {
    let database = Database::fresh().await;
    let client = site(&database.url()).await;
    let response = accept(&client, "7KQM-3XWP-9RTA").await.expect_status(400);
    assert!(response.cookie(COOKIE).is_none());
    assert_eq!(database.value::<i64>("SELECT count(*) FROM users").await, 0);
}

#[tokio::test]
async fn each_kind_of_bad_body_has_its_status() {
    let database = Database::fresh().await;
    let client = site(&database.url()).await;
    let json = "application/json";
    let raw = |kind: &'static str, body: &'static str| {
        client
            .post(ACCEPT)
            .header("content-type", kind)
            .body(body)
            .into_future()
    };
    raw("text/plain", r#"{"code":"x"}"#)
        .await
        .expect_status(415);
    raw(json, r#"{"code":"#).await.expect_status(400);
    raw(json, r#"{"code":"\ud800"}"#).await.expect_status(400);
    raw(json, "[]").await.expect_status(400);
    for (body, pointer) in [
        (json!({}), "/code"),
        (json!({"code": null}), "/code"),
        (json!({"code": 7}), "/code"),
        (json!({"code": "A\u{0}"}), "/code"),
        (json!({"code": "A".repeat(1001)}), "/code"),
        (
            json!({"code": "A", "device_name": "é".repeat(101)}),
            "/device_name",
        ),
        (json!({"code": "A", "device_name": 7}), "/device_name"),
        (
            json!({"code": "A", "device_type": "fridge"}),
            "/device_type",
        ),
        (json!({"code": "A", "device_type": []}), "/device_type"),
    ] {
        let problem = client.post(ACCEPT).json(&body).await;
        let problem = problem.expect_status(422).problem();
        assert_eq!(problem.pointers(), [pointer], "{body}");
    }
    let all = client
        .post(ACCEPT)
        .json(&json!({"device_type": "x", "device_name": 1}))
        .await;
    assert_eq!(all.problem().errors.len(), 3, "every fault is told");
    let unlisted: i64 = database.value("SELECT count(*) FROM rate_buckets").await;
    assert_eq!(unlisted, 0, "what is no attempt is not counted");
}

#[tokio::test]
async fn after_ten_wrong_codes_the_eleventh_is_a_429_and_so_is_a_right_one() {
    let database = Database::fresh().await;
    let host = site(&database.url()).await;
    let code = code_of(&host).await;
    let guest = host.another().at_address("203.0.113.7");
    session(&guest).await;
    let tries = join_all((0..30).map(|_| accept(&guest, "7KQM-3XWP-9RTA"))).await;
    let (wrong, blocked): (Vec<_>, Vec<_>) = tries.into_iter().partition(|r| r.status == 400);
    assert_eq!((wrong.len(), blocked.len()), (10, 20));
    let blocked = accept(&guest, &code).await.expect_status(429);
    let seconds: u32 = blocked.header("retry-after").unwrap().parse().unwrap();
    assert!((800..=900).contains(&seconds), "{seconds}");
    let _ = blocked.problem();

    // Neither a fresh cookie nor another address buys another try.
    let fresh = host.another().at_address("203.0.113.7");
    accept(&fresh, &code).await.expect_status(429);
    accept(&guest.clone().at_address("203.0.113.8"), &code)
        .await
        .expect_status(429);
    let elsewhere = host.another().at_address("203.0.113.8");
    accept(&elsewhere, &code).await.expect_status(200);

    database
        .execute("UPDATE rate_buckets SET window_start = window_start - interval '15 minutes'")
        .await;
    accept(&guest, &code_of(&host).await)
        .await
        .expect_status(200);
}

#[tokio::test]
async fn no_address_is_kept() {
    let database = Database::fresh().await;
    let client = site(&database.url()).await.at_address("203.0.113.7");
    accept(&client, "nonsense").await.expect_status(400);
    let row: String = database
        .value("SELECT row_to_json(rate_buckets)::text FROM rate_buckets")
        .await;
    assert!(!row.contains("203.0.113"), "{row}");
}

#[tokio::test]
async fn of_fifty_browsers_that_enter_one_code_at_once_one_is_linked() {
    let database = Database::fresh().await;
    let host = site(&database.url()).await;
    let code = code_of(&host).await;
    let guests: Vec<_> = (0..50).map(|_| host.another()).collect();
    let tries = join_all(guests.iter().enumerate().map(|(n, guest)| {
        let guest = guest.clone().at_address(&format!("203.0.113.{n}"));
        let code = code.clone();
        async move { accept(&guest, &code).await }
    }))
    .await;
    let linked = tries
        .iter()
        .filter(|response| response.status == 200)
        .count();
    assert_eq!(linked, 1);
    for response in tries.into_iter().filter(|response| response.status != 200) {
        let problem = response.expect_status(400).problem();
        assert_eq!(problem.detail, "This code has already been used");
    }
    let devices = host.get(DEVICES).await.expect_status(200).json();
    assert_eq!(devices.as_array().unwrap().len(), 2);
    let known = guests
        .iter()
        .filter(|g| g.cookies().value(COOKIE).is_some());
    let made = database.value::<i64>("SELECT count(*) FROM devices").await;
    assert_eq!(
        usize::try_from(made).unwrap(),
        1 + known.count(),
        "no device without a cookie"
    );
}

#[tokio::test]
async fn two_that_accept_each_others_code_at_once_are_one_user() {
    let database = Database::fresh().await;
    let site = site(&database.url()).await;
    for _ in 0..5 {
        let (ann, ben) = (site.another(), site.another());
        let (of_ann, of_ben) = (code_of(&ann).await, code_of(&ben).await);
        let (one, other) = tokio::join!(accept(&ann, &of_ben), accept(&ben, &of_ann));
        let statuses = [one.status.as_u16(), other.status.as_u16()];
        assert!(statuses.contains(&200) && statuses.iter().all(|s| [200, 400].contains(s)));
        assert_eq!(
            session(&ann).await["anonymous_id"],
            session(&ben).await["anonymous_id"]
        );
    }
}

#[tokio::test]
async fn the_name_comes_from_the_request_else_from_the_user_agent() {
    let database = Database::fresh().await;
    let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36";
    let site = site(&database.url()).await;
    let host = site.another().with_header("User-Agent", chrome);
    session(&host).await;
    let (silent, named) = (
        site.another().with_header("User-Agent", chrome),
        site.another(),
    );
    accept(&silent, &code_of(&host).await)
        .await
        .expect_status(200);
    let body = json!({
        "code": code_of(&host).await, "device_name": " Kitchen ", "device_type": "tablet",
    });
    named.post(ACCEPT).json(&body).await.expect_status(200);
    let devices = host.get(DEVICES).await.expect_status(200).json();
    let mut names: Vec<_> = devices
        .as_array()
        .unwrap()
        .iter()
        .map(|device| format!("{} {}", device["device_name"], device["device_type"]))
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            r#""Chrome on Windows" "desktop""#,
            r#""Chrome on Windows" "desktop""#,
            r#""Kitchen" "tablet""#,
        ]
    );
}

#[tokio::test]
async fn a_database_that_breaks_off_in_a_merge_leaves_both_users_whole() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let host = site(&database.url()).await;
    let guest = Client::routed([
        ("/", &function("user", &database.url()).await),
        (
            "/api/user/link",
            &function("device-link", proxy.url()).await,
        ),
    ]);
    session(&host).await;
    let before = session(&guest).await;
    let code = code_of(&host).await;
    let chats = "INSERT INTO conversations (user_id, title, created_at, updated_at)
                 SELECT id, 'chat ' || id, now(), now() FROM users";
    database.execute(chats).await;
    let both = "SELECT count(DISTINCT user_id) FROM conversations";
    assert_eq!(database.value::<i64>(both).await, 2);
    // The code is consumed and the links are moved when the merge comes to the chats.
    let mut blocker = database.pool().begin().await.unwrap();
    sqlx::query("SELECT FROM conversations FOR UPDATE")
        .execute(&mut *blocker)
        .await
        .unwrap();
    let accepting = tokio::spawn({
        let (guest, code) = (guest.clone(), code.clone());
        async move { accept(&guest, &code).await }
    });
    verse_tests::eventually("the merge waits for a chat", async || {
        let waiting = "SELECT count(*) FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'
                         AND query LIKE '%UPDATE conversations SET user_id%'";
        (database.value::<i64>(waiting).await > 0).then_some(())
    })
    .await;
    proxy.cut().await;
    accepting.await.unwrap().expect_status(503);
    blocker.rollback().await.unwrap();
    assert_eq!(database.value::<i64>(both).await, 2);
    let devices = "SELECT count(DISTINCT user_id) FROM devices";
    assert_eq!(database.value::<i64>(devices).await, 2);
    assert_eq!(database.value::<i64>("SELECT count(*) FROM users").await, 2);
    assert_eq!(
        session(&guest).await["anonymous_id"],
        before["anonymous_id"]
    );
    accept(&guest, &code).await.expect_status(200);
    assert_eq!(database.value::<i64>("SELECT count(*) FROM users").await, 1);
}

#[tokio::test]
async fn neither_cookie_nor_code_is_in_the_log() {
    let database = Database::fresh().await;
    let link = function("device-link", &database.url()).await;
    let host = Client::of(&link).at_address("203.0.113.7");
    let guest = host.another();
    let code = code_of(&host).await;
    accept(&guest, "7KQM-3XWP-9RTA").await.expect_status(400);
    accept(&guest, &code).await.expect_status(200);
    accept(&guest, &code).await.expect_status(400);
    let cookies = [host.cookies(), guest.cookies()];
    link.terminate().await;
    let log = link.log();
    for cookie in cookies {
        log.expect_without(cookie.value(COOKIE).expect("a cookie"));
    }
    for secret in [&code, &code.replace('-', ""), "7KQM", "203.0.113.7"] {
        log.expect_without(secret);
    }
}

#[tokio::test]
async fn the_round_trips_of_each_route() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let link = Function::builder("device-link")
        .env("DATABASE_URL", proxy.url())
        .start()
        .await;
    let host = Client::of(&link);
    let warm = async || {
        let guest = host.another();
        accept(&guest, &code_of(&host).await)
            .await
            .expect_status(200);
        accept(&guest, "7KQM-3XWP-9RTA").await.expect_status(400);
        host.delete(CODES).await.expect_status(200);
        let devices = guest.get(DEVICES).await.expect_status(200).json();
        let current = devices
            .as_array()
            .unwrap()
            .iter()
            .find(|d| d["is_current"] == true);
        let device = current.unwrap()["id"].clone();
        guest
            .delete(&format!("{DEVICES}/{device}"))
            .await
            .expect_status(200);
    };
    warm().await;
    warm().await;

    let counted = |name: &str, counts: Counts| {
        println!(
            "{name}: {} statements, {} round trips",
            counts.statements, counts.round_trips
        );
        proxy.reset();
        (counts.statements, counts.round_trips)
    };
    proxy.reset();
    let code = code_of(&host).await;
    assert_eq!(counted("generate", proxy.counts()), (1, 1));
    accept(&host, &code).await.expect_status(400);
    assert_eq!(counted("accept, refused", proxy.counts()), (1, 1));
    let guest = host.another();
    guest.post(GENERATE).await.expect_status(200);
    counted("generate, unknown caller", proxy.counts());
    accept(&guest, &code).await.expect_status(200);
    assert_eq!(counted("accept", proxy.counts()), (13, 13));
    let devices = guest.get(DEVICES).await.expect_status(200).json();
    assert_eq!(counted("devices", proxy.counts()), (1, 1));
    host.delete(CODES).await.expect_status(200);
    assert_eq!(counted("revoke", proxy.counts()), (1, 1));
    let device = devices[0]["id"].clone();
    host.delete(&format!("{DEVICES}/{device}"))
        .await
        .expect_status(200);
    assert_eq!(counted("unlink", proxy.counts()), (4, 4));
    let unknown = host.another();
    unknown.get(DEVICES).await.expect_status(200);
    unknown.delete(CODES).await.expect_status(200);
    unknown
        .delete(&format!("{DEVICES}/1"))
        .await
        .expect_status(404);
    assert_eq!(counted("without a token", proxy.counts()), (0, 0));
}

#[tokio::test]
async fn a_caller_who_is_merged_in_mid_request_stays_who_it_is() {
    let database = Database::fresh().await;
    let site = site(&database.url()).await;
    for _ in 0..10 {
        let (ann, ben) = (site.another(), site.another());
        session(&ben).await;
        let code = code_of(&ann).await;
        let writes = [&ann, &ben, &ann, &ben].map(|client| client.post(GENERATE).into_future());
        let (accepted, writes) = tokio::join!(accept(&ben, &code), join_all(writes));
        accepted.expect_status(200);
        for write in writes {
            assert!(
                [200, 400].contains(&write.status.as_u16()),
                "{}",
                write.status
            );
            assert!(
                write.cookie(COOKIE).is_none(),
                "nobody becomes somebody new"
            );
        }
        assert_eq!(session(&ann).await, session(&ben).await);
    }
}

#[tokio::test]
async fn a_code_whose_answer_is_lost_on_the_way_is_made_once() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let client = Client::of(&function("device-link", proxy.url()).await);
    code_of(&client).await;
    proxy.lose_the_next_answer();
    code_of(&client).await;
    let codes = database
        .value::<i64>("SELECT count(*) FROM link_codes")
        .await;
    assert_eq!(codes, 2);
}
