//! Rehearsed: logging in as on AWS. A secret has the password, TLS is verified, passwords are rotated.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says why and fails"
)]

use std::time::Duration;

use futures_util::future::join_all;
use verse_data::{Database, DatabaseConfig};
use verse_platform::{Clock, Environment};
use verse_tests::{Authority, Client, Load, Proxy, Secured, figure};

const READY: &str = "/api/health/ready";
const SESSION: &str = "/api/user/session";

#[tokio::test]
async fn a_function_logs_in_with_its_secret_over_verified_tls() {
    let site = Secured::start().await;
    let function = site.function("user").start().await;
    let client = Client::of(&function);
    client.get(SESSION).await.expect_status(200);
    client.get(READY).await.expect_status(200);
    let parameters = site.proxy.start_up_parameters();
    figure!(
        "start-up parameters: {parameters:?}; readings of the secret: {}",
        site.store.reads()
    );
    assert!(
        !parameters.contains("options"),
        "options pin a session of RDS Proxy"
    );
    assert_eq!(
        (site.store.reads(), site.proxy.counts().connections),
        (1, 1)
    );
    function.terminate().await;
    function.log().expect_without(site.password());
}

#[tokio::test]
async fn whoever_cannot_prove_to_be_the_database_is_told_nothing() {
    let site = Secured::start().await;
    let url = site.server.url();
    let stranger = Authority::new();
    for (what, proxy) in [
        (
            "a stranger's certificate",
            Proxy::secured(&url, stranger.acceptor("localhost")).await,
        ),
        (
            "a certificate for another name",
            Proxy::secured(&url, site.authority().acceptor("example.org")).await,
        ),
        ("no TLS", Proxy::to(&url).await),
    ] {
        let function = site
            .function("user")
            .env("DB_PORT", proxy.port().to_string())
            .start()
            .await;
        let refused = Client::of(&function).get(READY).await.expect_status(503);
        figure!(
            "{what}: 503 after {:?}; start-up messages in the clear: {}",
            refused.duration,
            proxy.counts().connections
        );
        assert_eq!(proxy.counts().connections, 0, "{what}");
        assert!(proxy.start_up_parameters().is_empty(), "{what}");
        function.terminate().await;
        function.log().expect_without(site.password());
        function.log().expect_without("verse_app");
    }
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_is_a_503_until_it_can() {
    let site = Secured::start().await;
    let function = site
        .function("user")
        .env("DB_SECRET_ARN", "verse/nothing-of-this-name")
        .start()
        .await;
    let refused = Client::of(&function).get(READY).await.expect_status(503);
    assert!(refused.duration < Duration::from_secs(4));
    let line = function.log().record(|line| line["status"] == 503).await;
    let cause = line["cause"].as_str().unwrap_or_default();
    assert!(
        cause.contains("Secrets Manager did not give the secret"),
        "{cause}"
    );
}

#[tokio::test]
async fn a_password_is_rotated_under_load_and_no_request_fails() {
    let mut site = Secured::start().await;
    let processes = 3;
    let function = site.function("user").processes(processes).start().await;
    let load = Load::start(&Client::of(&function), processes);
    load.answers(20).await;
    let mut passwords = vec![site.password().to_owned()];
    let at_first = site.store.reads();
    for rotation in 1..=2 {
        let pending = site.begin_rotation().await;
        passwords.push(site.password().to_owned());
        // The database has the new password, the secret has it as pending only.
        let (in_flight, ended) = (load.under_way().await, site.terminate_sessions().await);
        load.answers(20).await;
        figure!(
            "rotation {rotation}, while pending: in flight {in_flight}, sessions ended {ended}"
        );
        site.end_rotation(pending).await;
        let (in_flight, ended) = (load.under_way().await, site.terminate_sessions().await);
        load.answers(20).await;
        figure!("rotation {rotation}, when current: in flight {in_flight}, sessions ended {ended}");
    }
    let tally = load.stop().await;
    let (lost, reads) = (
        tally.lost(site.admin()).await,
        site.store.reads() - at_first,
    );
    figure!(
        "rotations 2, processes {processes}: {tally}, lost {lost}; readings of the secret {reads}"
    );
    assert_eq!((tally.failed.as_slice(), lost), ([].as_slice(), 0));
    // Each process: the current version, which is the old one yet, and the pending one; in each rotation.
    let most = 2 * 2 * u64::try_from(processes).unwrap();
    assert!((1..=most).contains(&reads), "{reads} of {most}");
    function.terminate().await;
    for password in passwords {
        function.log().expect_without(&password);
    }
}

#[tokio::test]
async fn a_secret_of_which_no_version_is_right_is_not_read_over_and_over() {
    let mut site = Secured::start().await;
    let function = site.function("user").start().await;
    let client = Client::of(&function);
    client.get(READY).await.expect_status(200);
    let at_first = site.store.reads();
    site.begin_rotation().await;
    site.execute("ALTER ROLE verse_app PASSWORD 'a third one'")
        .await;
    site.terminate_sessions().await;
    client.get(READY).await.expect_status(503);
    let reads = site.store.reads() - at_first;
    figure!("both versions refused: readings of the secret {reads}");
    // The current one, which is known, and the pending one; then both again, and neither is new.
    assert_eq!(reads, 4);
    let password = site.password().to_owned();
    site.execute(format!("ALTER ROLE verse_app PASSWORD '{password}'"))
        .await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    client.get(READY).await.expect_status(200);
}

async fn burst(database: &Database) {
    for answer in join_all((0..40).map(|_| database.ping())).await {
        answer.unwrap();
    }
}

#[tokio::test]
async fn a_burst_reads_the_secret_once() {
    let mut site = Secured::start().await;
    let settings = [
        ("AWS_ENDPOINT_URL", site.store.url()),
        ("DB_SECRET_ARN", site.secret.arn().to_owned()),
        ("DB_HOST", "localhost".to_owned()),
        ("DB_PORT", site.proxy.port().to_string()),
        ("DB_CA_FILE", site.authority().file()),
        ("DATABASE_MAX_CONNECTIONS", "8".to_owned()),
    ];
    let environment = Environment::of(settings);
    let mut config = DatabaseConfig::from_environment(&environment, &Clock::system()).unwrap();
    // A machine that is busy takes its time for eight handshakes at once.
    config.acquire_timeout = Duration::from_secs(30);
    config.statement_timeout = Duration::from_secs(30);
    let database = Database::connect_lazy(&config);
    burst(&database).await;
    assert_eq!(site.store.reads(), 1, "at the start");
    let pending = site.begin_rotation().await;
    site.end_rotation(pending).await;
    site.terminate_sessions().await;
    burst(&database).await;
    let reads = site.store.reads();
    figure!(
        "bursts of 40 on 8 connections, before and after a rotation: readings of the secret {reads}"
    );
    assert_eq!(reads, 2, "once more after the rotation");
}

#[tokio::test]
async fn a_role_logs_in_with_a_token() {
    let site = Secured::start().await;
    // Postgres knows no tokens: that one is sent, and for whom, is what can be seen here.
    let function = site
        .function("user")
        .env("DB_SECRET_ARN", "")
        .env("DB_AUTH", "iam")
        .env("DB_USER", "verse_app")
        .start()
        .await;
    Client::of(&function).get(READY).await.expect_status(503);
    assert_eq!(site.store.reads(), 0, "no secret is asked for");
    assert!(site.proxy.counts().connections > 0);
    function.terminate().await;
    function.log().expect_without("X-Amz-Signature");
}
